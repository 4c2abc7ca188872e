"""What a training tells of itself, and how one that failed is told to people."""

from __future__ import annotations

import errno

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from bot.nlu.errors import ModelRefused, NoExamples, OneIntent, Untrainable, UnusablePattern
from bot.project import ProjectError
from models.training import Cause, Outcome, State
from models.versions import IncompleteUpload

_NO_MEMORY = "There was not enough memory. Train on a machine with more, or with fewer examples."
_NO_SPACE = "There is no space left on the disk."
_NO_SQL = "The database did not answer."


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing of: it is so far (`share` of the whole way); a line for the log; a version that was not there before; how it ended."""

    step: str = ""
    share: float = 0.0
    said: str = ""
    made: str = ""
    outcome: Outcome | None = None


def failed(error: BaseException) -> Outcome:
    """What people are told of it. Foreign texts are not repeated: they can hold what customers typed, or a password."""
    cause, sentence = _why(error)
    return Outcome(State.FAILED, cause=cause, failure=sentence)


def _why(error: BaseException) -> tuple[Cause, str]:
    match error:
        case ProjectError():
            more = len(error.problems) - 1
            told = f" And {more} more: the log has them." if more else ""
            return Cause.PROJECT, f"The project has a mistake: {error.problems[0]}{told}"
        case NoExamples():
            return Cause.NO_EXAMPLES, str(error)
        case OneIntent():
            return Cause.ONE_INTENT, str(error)
        case UnusablePattern():
            return Cause.PATTERN, str(error)
        case Untrainable():
            return Cause.EXAMPLES, str(error)
        case ModelRefused():
            return Cause.MODEL, str(error)
        case MemoryError():
            return Cause.MEMORY, _NO_MEMORY
        case SQLAlchemyError() | IncompleteUpload():
            return Cause.DATABASE, _NO_SQL
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Cause.SPACE, _NO_SPACE
        case OSError(errno=errno.ENOMEM):
            return Cause.MEMORY, _NO_MEMORY
        case OSError():
            return Cause.SYSTEM, f"The system refused: {(error.strerror or type(error).__name__).lower()}."
        case _:
            return Cause.UNKNOWN, f"Bellhop met an error that it does not know: {type(error).__name__}."
