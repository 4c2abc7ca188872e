"""What the command line says when something is wrong: one plain sentence, what to do about it, and an exit code. No traceback."""

from __future__ import annotations

import errno
import sys

USAGE = 2  # a mistake in the command, a setting or the project; a restart does not help
BROKEN = 1


class Failure(Exception):
    """`message` is one sentence, `remedy` what to do, `code` the exit code."""

    def __init__(self, message: str, remedy: str = "", code: int = BROKEN) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code


def explained(error: BaseException) -> Failure:
    """The sentence for any error. Texts of foreign exceptions are not repeated: they can hold what people typed, or a password."""
    if isinstance(error, Failure):
        return error
    for module, name, failure in _KNOWN:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(error, kind):
            return failure(error)
    if isinstance(error, OSError):
        return _system(error)
    return Failure(
        f"Bellhop met an error that it does not know: {type(error).__name__}.",
        "Run the command again with BELLHOP_LOG_LEVEL=debug to see where, and report it.",
    )


def _system(error: OSError) -> Failure:
    if error.errno == errno.EADDRINUSE:
        return Failure(
            "The port is taken by another program.",
            "Choose another one, for example BELLHOP_PORT=8081, or stop that program.",
            USAGE,
        )
    reason = (error.strerror or type(error).__name__).lower()
    where = f" ({error.filename})" if error.filename else ""
    return Failure(f"The system refused: {reason}{where}.", "Run `bellhop doctor`: it says what is wrong here.")


def _setting(error: BaseException) -> Failure:
    return Failure(f"{error}.", "docs/settings.md lists every setting.", USAGE)


def _store(_: BaseException) -> Failure:
    return Failure(
        "The store (Redis or Valkey) does not answer as it should.",
        "Start `bellhop serve`, or set BELLHOP_REDIS_URL to a store that runs; `bellhop doctor` says more.",
    )


def _database(_: BaseException) -> Failure:
    return Failure(
        "The database does not answer, or has no tables yet.",
        "Check BELLHOP_DATABASE_URL, then run `bellhop migrate`; `bellhop doctor` says more.",
    )


def _project(error: BaseException) -> Failure:
    return Failure(f"{error}", "Mend the project and train again; the old model stays in use.", USAGE)


def _model(error: BaseException) -> Failure:
    return Failure(f"{error}", "`bellhop train` makes a new model.", USAGE)


def _keys(error: BaseException) -> Failure:
    return Failure(
        f"{error}".rstrip(".") + ".", "Without the key file nothing that was sealed can be opened again.", USAGE
    )


def _unusable(error: BaseException) -> Failure:
    return Failure(f"{error}".rstrip(".") + ".", "Set BELLHOP_DATABASE_URL; docs/settings.md shows its form.", USAGE)


def _people(error: BaseException) -> Failure:
    return Failure(f"{error}", "`bellhop users add --help` shows what is wanted.", USAGE)


def _taken(error: BaseException) -> Failure:
    return Failure(f"{error}", "`bellhop users list` shows who is there.", USAGE)


# By name, so that `bellhop --help` need not load what only some commands use.
_KNOWN = (
    ("models.settings", "SettingsError", _setting),
    ("models.rasa.problems", "ProjectError", _project),
    ("bot.nlu.errors", "Untrainable", _project),
    ("bot.nlu.errors", "ModelRefused", _model),
    ("models.people", "EmailTaken", _taken),
    ("models.people", "PeopleError", _people),
    ("models.sealed", "KeyFileError", _keys),
    ("models.database", "UnusableDatabase", _unusable),
    ("api.file_store", "UnusableBucket", _setting),
    ("stream.errors", "Unavailable", _store),
    ("redis.exceptions", "RedisError", _store),
    ("sqlalchemy.exc", "SQLAlchemyError", _database),
)
