"""`bellhop doctor`: looks at everything that must be right, and names the command that mends what is not."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from api.bucket import bucket_of
from api.file_store import FilesUnavailable, UnusableBucket
from bellhop import store, train
from bellhop.failure import BROKEN, explained
from bellhop.part import FILES_BESIDE_SOCKETS
from bellhop.store import Finding
from bot.folder import project_folder
from bot.nlu.encoder import installed
from bot.project.endpoints import chosen, endpoint_of
from bot.remote_server import health
from models import database
from models.rasa.problems import Problems, ProjectError
from models.sealed import KeyFileError, KeyRing
from models.settings import Settings
from stream import keys

CLOCK_LIMIT_SECONDS = 2.0
WEB = Path(__file__).resolve().parent.parent / "api" / "static" / "dist"
CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...]


def run(settings: Settings) -> None:
    """Exit code 1 when something is wrong."""
    found = [finding for check in CHECKS for finding in check(settings)]
    table = Table("", "What", "How it is", "What mends it", box=None, pad_edge=False)
    for each in found:
        mark = "[green]✓[/]" if each.good else "[red]✗[/]"
        table.add_row(mark, each.name, escape(each.state), escape(each.mend))
    Console(soft_wrap=True).print(table)
    if not all(each.good for each in found):
        raise SystemExit(BROKEN)


def in_store(settings: Settings) -> Iterator[Finding]:
    where = "embedded" if settings.embedded_redis else "as BELLHOP_REDIS_URL says"
    try:
        with store.open_store(settings) as client:
            yield _clock(client.time())
            yield from store.findings(client, settings)
    except (RedisError, OSError, ValueError) as error:
        mend = "bellhop serve" if settings.embedded_redis else "start it, or set BELLHOP_REDIS_URL to one that runs"
        yield Finding("Store", f"does not answer ({where}; {type(error).__name__})", mend)


def _clock(now: tuple[int, int]) -> Finding:
    """Sequence and leases go by the store's clock alone; tokens and shown times do not."""
    apart = abs(now[0] + now[1] / 1_000_000 - time.time())
    if apart > CLOCK_LIMIT_SECONDS:
        return Finding("Clock", f"{apart:.0f} s apart from the store's", "timedatectl set-ntp true (on both machines)")
    return Finding("Clock", f"{apart * 1000:.0f} ms apart from the store's")


def in_database(settings: Settings) -> Iterator[Finding]:
    try:
        engine = database.open_engine(settings.sql_url)
        try:
            yield _schema(database.version(engine), database.newest())
            fixed = database.recorded(engine, keys.PARTITIONS)
            if fixed is not None and fixed != str(settings.partitions):
                yield Finding(
                    "Partitions", f"{fixed} on record, {settings.partitions} set", f"BELLHOP_PARTITIONS={fixed}"
                )
        finally:
            engine.dispose()
    except database.UnusableDatabase as error:
        yield Finding("Database", explained(error).message, "set BELLHOP_DATABASE_URL as docs/settings.md shows")
    except SQLAlchemyError as error:
        mend = "start it, or check BELLHOP_DATABASE_URL" if settings.database_url else "bellhop migrate"
        yield Finding("Database", f"does not answer, or has no tables ({type(error).__name__})", mend)


def _schema(found: str | None, wanted: str) -> Finding:
    if found == wanted:
        return Finding("Schema", f"version {found}")
    return Finding("Schema", f"version {found or 'none'}, this program needs {wanted}", "bellhop migrate")


def in_system(settings: Settings) -> Iterator[Finding]:
    """The API raises its own limit up to the hard one."""
    wanted = settings.connections + FILES_BESIDE_SOCKETS
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < wanted:
        mend = f"ulimit -Hn {wanted}, LimitNOFILE={wanted} in the unit, or fewer BELLHOP_CONNECTIONS"
        yield Finding("Open files", f"at most {hard}; {settings.connections} sockets need {wanted}", mend)
    else:
        yield Finding("Open files", "enough" if hard == resource.RLIM_INFINITY else f"up to {hard}")


def in_files(settings: Settings) -> Iterator[Finding]:
    yield _ring(settings.key_file)
    yield train.finding(settings)
    yield _encoder(installed())
    built = any(WEB.glob("**/*.html")) or any(WEB.glob("**/*.js"))
    yield Finding("Web pages", "built") if built else Finding("Web pages", "not built", "make web")


def in_uploads(settings: Settings) -> Iterator[Finding]:
    """Where what people send is kept; a bucket is asked whether it is there."""
    if not settings.files_bucket:
        yield Finding("Sent files", f"in {settings.files_folder}")
        return
    try:
        bucket_of(settings).check()
    except UnusableBucket as error:
        yield Finding("Sent files", str(error), "docs/operations.md, Files in a bucket")
    except FilesUnavailable as error:
        yield Finding("Sent files", str(error), "check BELLHOP_FILES_BUCKET, BELLHOP_FILES_ENDPOINT and its keys")
    else:
        yield Finding("Sent files", "in a bucket that answers")


def in_actions(settings: Settings) -> Iterator[Finding]:
    """Where custom actions run; an action server is asked whether it is well."""
    problems = Problems()
    try:
        named = endpoint_of(project_folder(settings).resolve(), problems)
        problems.check()
        endpoint = chosen(named, settings.actions)
    except ProjectError as error:
        yield Finding("Actions", str(error), "docs/rasa.md, Action servers")
        return
    if endpoint is None:
        yield Finding("Actions", "run in the bot's own process")
    elif wrong := health(endpoint):
        mend = "start it (python -m rasa_sdk --actions actions), or set BELLHOP_ACTIONS"
        yield Finding("Actions", f"their server {wrong}", mend)
    else:
        yield Finding("Actions", "run on a server that answers")


def _encoder(version: str | None) -> Finding:
    if version is None:
        return Finding(
            "Encoder", "not installed, n-grams alone decide", "pip install 'bellhop[embed]', then bellhop train"
        )
    return Finding("Encoder", f"version {version}")


def _ring(path: Path) -> Finding:
    if not path.exists():
        return Finding("Key ring", f"{path} is not there", "bellhop serve makes one; or restore it from a backup")
    if path.stat().st_mode & 0o077:
        return Finding("Key ring", f"{path} can be read by others", f"chmod 600 {path}")
    try:
        ring = KeyRing.load(path)
    except KeyFileError as error:
        return Finding("Key ring", str(error), "restore it from a backup")
    return Finding("Key ring", f"{len(ring.key_ids)} keys, readable only by its owner")


CHECKS = (in_store, in_database, in_system, in_files, in_uploads, in_actions)
