"""`bellhop users`, and the first admin: who may log in at the desk. A generated password is shown once; only its hash is kept."""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bellhop.failure import USAGE, Failure
from models.database import open_engine
from models.people import GENERATED_BYTES, People, Role
from models.settings import Settings


def add(settings: Settings, email: str, name: str, admin: bool, password_file: Path | None) -> None:
    """Adds a person who can log in at once; without a password one is generated. Raises PeopleError, Failure."""
    given = password_from(password_file) if password_file else _asked()
    password = given or generated()
    with _people(settings) as people:
        people.add(email, name or email.partition("@")[0], Role.ADMIN if admin else Role.AGENT, password)
    if given:
        print("Done: this e-mail and password log in at /desk.")
    else:
        _show_once(email, password)


def speak(settings: Settings, email: str, languages: Collection[str]) -> None:
    """Raises PeopleError, Failure."""
    with _people(settings) as people:
        person = people.by_email(email)
        if person is None:
            raise Failure("There is nobody with this e-mail.", "See who there is with `bellhop users list`.", USAGE)
        kept = people.set_languages(person.id, languages)
    print(f"Done: answers in {', '.join(kept) or 'all languages'}.")


def reset(settings: Settings, email: str) -> None:
    """For a lost password: a new one, shown once; the person is signed out everywhere. Raises Failure."""
    password = generated()
    with _people(settings) as people:
        person = people.by_email(email)
        if person is None:
            raise Failure("There is nobody with this e-mail.", "See who there is with `bellhop users list`.", USAGE)
        people.set_password(person.id, password)
    if person.disabled:
        print("This person is disabled, and cannot log in with it until an admin lets them in again.")
    _show_once(person.email, password)


def show(settings: Settings) -> None:
    with _people(settings) as people:
        found = people.list()
    table = Table("E-mail", "Name", "Role", "May log in", "Languages", box=None, pad_edge=False)
    for each in found:
        may, languages = "no" if each.disabled else "yes", " ".join(each.languages) or "all"
        table.add_row(escape(each.email), escape(each.name), each.role, may, languages)
    Console(soft_wrap=True).print(table if found else "Nobody yet. Add somebody with `bellhop users add`.")


def first_admin(settings: Settings) -> None:
    """The admin of a new deployment, from the file of the settings or with a password that is shown this once."""
    with _people(settings) as people:
        if people.list():
            return
        given = settings.admin_password_file.name
        password = password_from(settings.admin_password_file) if given else generated()
        people.add(settings.admin_email, "Admin", Role.ADMIN, password)
    if not given:
        _show_once(settings.admin_email, password)


def generated() -> str:
    return secrets.token_urlsafe(GENERATED_BYTES)


def password_from(path: Path) -> str:
    """The file's first line. Raises Failure where there is none."""
    try:
        return path.read_text().splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        raise Failure(f"There is no password in {path}.", "Write it there as the first line.", USAGE) from None


def _show_once(email: str, password: str) -> None:
    print(f"\nLog in at /desk as {email} with the password\n\n    {password}\n\nIt is not shown again.\n", flush=True)


def _asked() -> str:
    """Without a terminal nobody can be asked: then one is generated."""
    return getpass.getpass("Password (empty: generate one): ") if sys.stdin.isatty() else ""


@contextmanager
def _people(settings: Settings) -> Iterator[People]:
    engine = open_engine(settings.sql_url)
    try:
        yield People(engine)
    finally:
        engine.dispose()
