"""`bellhop examples`: what people added in the inbox, as a file for the project."""

from __future__ import annotations

from pathlib import Path

from bellhop.failure import USAGE, Failure
from bot.added import Added, rasa_yaml
from models.database import open_engine
from models.examples import Examples
from models.settings import Settings


def export(settings: Settings, file: Path | None) -> None:
    """As Rasa YAML, to the terminal or into a new file. Raises Failure where there is one already."""
    engine = open_engine(settings.sql_url)
    try:
        used = [each for each in Examples(engine).used() if each.intent]
    finally:
        engine.dispose()
    text = rasa_yaml(Added.of(each) for each in used)
    if file is None:
        print(text, end="", flush=True)
        return
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(text)
    except FileExistsError:
        raise Failure(f"There is a file {file} already.", "Name another one, or remove it.", USAGE) from None
    print(f"{len(used)} examples are in {file} now.", flush=True)
