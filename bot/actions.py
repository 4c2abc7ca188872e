"""Custom actions, in process or on an action server (remote_server.py). This file and form_action.py alone import rasa_sdk: its import
costs half a second, so it comes with the first project.

What a project's code raises is never repeated in a log: it may hold what people typed. It runs in threads of its own,
coroutines too: what blocks there holds up only its own conversation, never the loop that keeps the leases.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.action_answer import ActionFailed, ActionRejected, Ran, checked
from bot.dialogue.threads import Threads
from bot.project import Problem, Project
from bot.project.code import Imported, has_actions, import_actions, modules_of, problem_of, settle
from bot.project.domain import DEFAULT_ACTIONS, Domain
from bot.project.endpoints import IN_PROCESS, VARIABLE, ActionEndpoint

if TYPE_CHECKING:
    from bot.remote_server import RemoteServer

__all__ = ["ActionFailed", "ActionRejected", "Actions", "Calls", "Ran"]

logger = logging.getLogger("bellhop.actions")


class Actions:
    """The action classes of one project, by name."""

    def __init__(self, actions: Mapping[str, Any], limit_seconds: float, failed: Sequence[Problem] = ()) -> None:
        """`failed`: what of the project's code could not be used."""
        self._actions = dict(actions)
        self.failed = tuple(failed)
        self._limit = limit_seconds
        self._threads = Threads("action", limit_seconds)
        self._imported: Imported | None = None
        self._server: RemoteServer | None = None
        self._remote: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folder: Path, limit_seconds: float) -> Actions:
        """From `actions/` or `actions.py` of the project. Raises ProjectError with file and line for what is no Python."""
        if has_actions(folder):
            from bot.form_action import give_back

            give_back()
        imported = import_actions(folder)
        if imported is None:
            return cls({}, limit_seconds)
        failed = list(imported.failed)
        actions = cls(_made(folder, imported.name, failed), limit_seconds, failed)
        actions._imported = imported
        return actions

    @classmethod
    def of(cls, project: Project, limit_seconds: float) -> Actions:
        """All that the domain names. One that is missing is worth a warning: a turn that comes to it says that it could not.

        With an action server nothing of the project's code is imported, and the server is not asked before the first call.
        """
        if project.action_endpoint is not None:
            return cls._on_server(project, project.action_endpoint, limit_seconds)
        actions = cls.load(project.folder, limit_seconds)
        missing = [
            Problem(*place, f"action '{name}' is not implemented; expected a class with this name in actions/")
            for name, place in project.actions_at.items()
            if name in _custom(project.domain) and name not in actions
        ]
        project.warnings.extend(each for each in (*actions.failed, *sorted(missing)) if each not in project.warnings)
        return actions

    @classmethod
    def _on_server(cls, project: Project, endpoint: ActionEndpoint, limit_seconds: float) -> Actions:
        from bot.remote_server import RemoteServer

        actions = cls({}, limit_seconds)
        actions._server = RemoteServer(endpoint, project.domain.plain)
        actions._remote = _custom(project.domain)
        project.warnings.extend(
            Problem(
                *place,
                f"action '{name}' is Rasa's or ours; expected no such action on the server, where it is not asked for",
            )
            for name, place in project.actions_at.items()
            if name in DEFAULT_ACTIONS
        )
        if has_actions(project.folder):
            unused = (
                f"the actions run on the server named here, so the project's own are not used; expected {VARIABLE}="
            )
            warning = Problem(*endpoint.place, f"{unused}{IN_PROCESS} where they are to run in process")
            project.warnings.append(warning)
        return actions

    def __contains__(self, name: str) -> bool:
        return name in self._actions or name in self._remote

    def __iter__(self) -> Iterator[str]:
        return iter({**self._actions, **dict.fromkeys(sorted(self._remote))})

    def settle(self) -> None:
        """This process is the project's from now on: its code may import inside of functions too."""
        if self._imported is not None:
            settle(self._imported)

    def calls(self) -> Calls:
        """For one turn."""
        return Calls(self, self._limit)

    async def close(self) -> None:
        """Ends the connections to the action server."""
        if self._server is not None:
            await self._server.close()

    async def run(
        self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any], limit_seconds: float | None = None
    ) -> Ran:
        """Raises ActionFailed, ActionRejected. A thread that hangs is left behind: its answer is not used any more."""
        limit = self._limit if limit_seconds is None else limit_seconds
        if self._server is not None and name in self._remote:
            return await self._server.run(name, tracker, limit)
        return await self._here(name, tracker, domain, limit)

    async def _here(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any], limit: float) -> Ran:
        from rasa_sdk.executor import CollectingDispatcher
        from rasa_sdk.interfaces import ActionExecutionRejection, Tracker

        dispatcher = CollectingDispatcher()
        theirs = Tracker.from_dict({**tracker, **_copied(tracker, "slots", "latest_message")})
        call = self._threads.call(self._actions[name].run, dispatcher, theirs, domain)
        try:
            async with asyncio.timeout(limit) as until:
                events = await call
        except ActionExecutionRejection:
            raise ActionRejected(name) from None
        except Exception as error:  # noqa: BLE001 - a project's code may raise anything
            if until.expired():
                logger.warning("action %s took longer than %g s", name, limit)
            else:
                logger.warning("action %s failed: %s", name, type(error).__name__)
            raise ActionFailed(name) from None
        return _answered(name, events, dispatcher.messages)


class Calls:
    """The actions as one turn calls them: all its calls together take no longer than one may."""

    def __init__(self, actions: Actions, limit_seconds: float) -> None:
        self._actions = actions
        self._left = limit_seconds

    def __contains__(self, name: str) -> bool:
        return name in self._actions

    async def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> Ran:
        """Raises ActionFailed, ActionRejected."""
        if self._left <= 0:
            logger.warning("action %s was not run: those before it took the turn's time", name)
            raise ActionFailed(name)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            return await self._actions.run(name, tracker, domain, self._left)
        finally:
            self._left -= clock() - began


def _custom(domain: Domain) -> frozenset[str]:
    """What of the domain's actions only the project's code can do."""
    return frozenset(
        name
        for name in domain.actions
        if not (name.startswith("utter_") or name in DEFAULT_ACTIONS or name in domain.forms)
    )


def _copied(tracker: Mapping[str, Any], *parts: str) -> dict[str, Any]:
    """What code likes to write into is its own, as it would be on an action server: ours may hold nothing clear."""
    return {part: msgspec.json.decode(msgspec.json.encode(tracker[part])) for part in parts}


def _answered(name: str, events: Any, messages: list[dict[str, Any]]) -> Ran:
    """Plain JSON, as from an action server. What is no event is dropped, as rasa-sdk does."""
    if not isinstance(events, list | tuple | None):
        logger.warning("action %s answered no list of events", name)
        raise ActionFailed(name)
    kept = [each for each in events or () if isinstance(each, Mapping) and isinstance(each.get("event"), str)]
    try:
        return checked(name, kept, messages)
    except ActionFailed:
        logger.warning("action %s answered what is no list of events or cannot be written as JSON", name)
        raise


def _made(folder: Path, name: str, failed: list[Problem]) -> dict[str, Any]:
    """One of each class of the project that has a name; those without one are there to be built on."""
    from bot.form_action import FormAction

    made: dict[str, Any] = {}
    for kind in _classes(name):
        try:
            with chdir(folder):
                action = kind()
            called = action.name()
        except NotImplementedError:
            continue
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a project's code may raise anything
            failed.append(problem_of(folder, _file(kind), error))
            continue
        if called in made:
            failed.append(_twice(folder, kind, called))
        if isinstance(action, FormAction):
            failed.append(_old_form(folder, kind, called))
        made[called] = action
    return made


def _classes(name: str) -> Iterator[type[Any]]:
    """Those that the project's modules define or import, as on Rasa's action server; each once, but for rasa-sdk's own."""
    from rasa_sdk import Action

    seen: set[type[Any]] = set()
    for module in modules_of(name):
        for value in list(vars(module).values()):
            if not inspect.isclass(value) or not issubclass(value, Action) or value in seen:
                continue
            seen.add(value)
            if not inspect.isabstract(value) and value.__module__.partition(".")[0] != "rasa_sdk":
                yield value


def _twice(folder: Path, kind: type[Any], called: str) -> Problem:
    what = f"action '{called}' is there twice and this one counts; expected one class with this name"
    return Problem(*_place(folder, kind), what)


def _old_form(folder: Path, kind: type[Any], called: str) -> Problem:
    what = f"form '{called}' is written in code (FormAction), which rasa-sdk has no more; it runs here all the same"
    expected = f"expected its slots in the domain under `forms`, its mappings under `slots`, and its checks in validate_{called}"
    return Problem(*_place(folder, kind), f"{what}; {expected}")


def _place(folder: Path, kind: type[Any]) -> tuple[str, int]:
    try:
        line = inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        line = 1
    file = _file(kind)
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else file.name, line


def _file(kind: type[Any]) -> Path:
    """By its code: the module of a class from beside `actions` is known under no name any more."""
    code = getattr(kind.name, "__code__", None)
    return Path(code.co_filename if code is not None else kind.__module__)
