"""Custom actions in process. The only file that imports rasa_sdk: its import costs half a second, so it comes with the first project.

What a project's code raises is never repeated in a log: it may hold what people typed.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import inspect
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.project import Problem, Project, ProjectError
from bot.project.domain import DEFAULT_ACTIONS

logger = logging.getLogger("bellhop.actions")


class ActionFailed(Exception):
    """It raised, took too long, or answered nonsense."""


class ActionRejected(Exception):
    """The action does not want to run now; another one is to be found (rasa-sdk's ActionExecutionRejection)."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What an action answered: events and responses as in rasa-sdk's webhook."""

    events: list[dict[str, Any]]
    responses: list[dict[str, Any]]


class Actions:
    """The action classes of one project, by name."""

    def __init__(self, actions: Mapping[str, Any], limit_seconds: float) -> None:
        self._actions = dict(actions)
        self._limit = limit_seconds

    @classmethod
    def load(cls, folder: Path, limit_seconds: float) -> Actions:
        """From `actions/` or `actions.py` of the project. Raises ProjectError with file and line where they cannot be imported."""
        module = _imported(folder)
        found = {} if module is None else {action.name(): action for action in _instances(module)}
        return cls(found, limit_seconds)

    @classmethod
    def of(cls, project: Project, limit_seconds: float) -> Actions:
        """All that the domain names. Raises ProjectError also where one of them is missing."""
        actions = cls.load(project.folder, limit_seconds)
        missing = [
            Problem(*place, f"action '{name}' is not implemented; expected a class with this name in actions/")
            for name, place in project.actions_at.items()
            if not (
                name in actions or name.startswith("utter_") or name in DEFAULT_ACTIONS or name in project.domain.forms
            )
        ]
        if missing:
            raise ProjectError(sorted(missing))
        return actions

    def __contains__(self, name: str) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    async def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> Ran:
        """Raises ActionFailed, ActionRejected. A thread that hangs is left behind: its answer is not used any more."""
        from rasa_sdk.executor import CollectingDispatcher
        from rasa_sdk.interfaces import ActionExecutionRejection, Tracker

        dispatcher = CollectingDispatcher()
        action = self._actions[name]
        try:
            async with asyncio.timeout(self._limit):
                events = await _called(action, dispatcher, Tracker.from_dict(dict(tracker)), domain)
        except ActionExecutionRejection:
            raise ActionRejected(name) from None
        except TimeoutError:
            logger.warning("action %s took longer than %g s", name, self._limit)
            raise ActionFailed(name) from None
        except Exception as error:  # noqa: BLE001 - a project's code may raise anything
            logger.warning("action %s failed: %s", name, type(error).__name__)
            raise ActionFailed(name) from None
        return Ran(_events(name, events), [dict(each) for each in dispatcher.messages])


async def _called(action: Any, dispatcher: Any, tracker: Any, domain: Mapping[str, Any]) -> Any:
    """Plain functions run in a thread: what blocks there holds up only its own conversation."""
    if inspect.iscoroutinefunction(action.run):
        return await action.run(dispatcher, tracker, domain)
    answer = await asyncio.to_thread(action.run, dispatcher, tracker, domain)
    return await answer if inspect.isawaitable(answer) else answer


def _events(name: str, events: Any) -> list[dict[str, Any]]:
    """What is no event is dropped, as rasa-sdk does."""
    if events is None:
        return []
    if not isinstance(events, list | tuple):
        logger.warning("action %s answered no list of events", name)
        raise ActionFailed(name)
    return [dict(each) for each in events if isinstance(each, Mapping) and isinstance(each.get("event"), str)]


def _instances(module: ModuleType) -> Iterator[Any]:
    """One of each class that the project defines, not of those that it imports or that others build on."""
    from rasa_sdk import Action

    for kind in dict.fromkeys(_below(Action)):
        ours = kind.__module__ == module.__name__ or kind.__module__.startswith(f"{module.__name__}.")
        if ours and not inspect.isabstract(kind) and not kind.__subclasses__():
            yield kind()


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    subclasses: list[type[Any]] = kind.__subclasses__()
    for each in subclasses:
        yield each
        yield from _below(each)


def _imported(folder: Path) -> ModuleType | None:
    """Under a name of its own, so that two projects' `actions` do not meet; None where there are none."""
    package, single = folder / "actions" / "__init__.py", folder / "actions.py"
    path = package if package.is_file() else single
    if not path.is_file():
        return None
    name = f"bellhop_actions_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    where = [str(package.parent)] if path == package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=where)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a project's code may raise anything, or try to leave
        _forget(name)
        raise ProjectError([_problem(folder, path, error)]) from None
    return module


def _forget(name: str) -> None:
    for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[each]


def _problem(folder: Path, path: Path, error: BaseException) -> Problem:
    """The line of the project's own code that failed."""
    what = f"{type(error).__name__}; expected actions that can be imported"
    if isinstance(error, SyntaxError) and error.filename:
        return Problem(_relative(folder, error.filename), error.lineno or 1, what)
    if isinstance(error, ImportError) and error.name:
        what = f"cannot import '{error.name}'; expected it to be installed"
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(folder))]
    if own:
        return Problem(_relative(folder, own[-1].filename), own[-1].lineno or 1, what)
    return Problem(_relative(folder, str(path)), 1, what)


def _relative(folder: Path, name: str) -> str:
    path = Path(name)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
