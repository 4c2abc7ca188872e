"""`bellhop data`: all that the next training learns from, as files of a Rasa project."""

from __future__ import annotations

from pathlib import Path

from bellhop.failure import USAGE, Failure
from bot.folder import project_folder
from bot.project import load_project
from bot.teachable import project_data, tell
from models.data_export import files
from models.database import open_engine
from models.settings import Settings


def export(settings: Settings, folder: Path) -> None:
    """Into a folder that has none of the files yet. Raises Failure where it has, and ProjectError for mistakes in the project."""
    engine = open_engine(settings.sql_url)
    try:
        # The files may have changed since a bot has told of them.
        tell(engine, project_data(load_project(project_folder(settings))))
        made = files(engine)
    finally:
        engine.dispose()
    there = [name for name in made if (folder / name).exists()]
    if there:
        raise Failure(f"There is a file {folder / there[0]} already.", "Name another folder, or remove it.", USAGE)
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path} is written.", flush=True)
