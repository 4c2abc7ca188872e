"""A project's own Python: `actions/` or `actions.py`, imported under a name of its own so that two projects do not meet.

As in a Rasa project the code may say `from actions.orders import …` and `import` what lies beside `actions`; neither
`sys.path` nor `sys.modules` keeps anything of it under those names, until a process is told to be this project's (`settle`).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.project.advice import advice
from models.rasa.problems import Problem, ProjectError

ALIAS = "actions"


@dataclass(frozen=True, slots=True)
class Imported:
    """The name under which the actions are imported now, what of them could not be, and the modules from beside them."""

    name: str
    folder: Path
    failed: tuple[Problem, ...]
    beside: Mapping[str, ModuleType]


def import_actions(folder: Path) -> Imported | None:
    """All of the project's actions, afresh. None where it has none. Raises ProjectError for code that is no Python, or that leaves."""
    path = _entry(folder)
    if path is None:
        return None
    name = name_of(folder)
    _forget(name)
    _give_back_yaml()
    failed: list[Problem] = []
    beside: dict[str, ModuleType] = {}
    with _at_home(folder, name, beside):
        try:
            _import_all(name, path, lambda error: failed.append(problem_of(folder, path, error)))
        except (SyntaxError, SystemExit) as error:
            _forget(name)
            raise ProjectError([problem_of(folder, path, error)]) from None
    return Imported(name, folder, tuple(dict.fromkeys(failed)), beside)


def settle(imported: Imported) -> None:
    """For the rest of this process `actions` is this project's, also to imports inside functions. Its folder comes last on the path,
    where it hides nothing of ours."""
    sys.meta_path.insert(0, _Alias(imported.name))
    sys.path.append(str(imported.folder))
    sys.modules.update({name: module for name, module in imported.beside.items() if name not in sys.modules})


def name_of(folder: Path) -> str:
    return f"bellhop_actions_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def has_actions(folder: Path) -> bool:
    return _entry(folder) is not None


def modules_of(name: str) -> Iterator[ModuleType]:
    return (module for each, module in list(sys.modules.items()) if each == name or each.startswith(f"{name}."))


def problem_of(folder: Path, path: Path, error: BaseException) -> Problem:
    """The line of the project's own code that failed. What it raised may hold anything, so only its type is told."""
    what = f"{type(error).__name__}; expected actions that can be imported"
    if isinstance(error, SyntaxError) and error.filename:
        return Problem(_relative(folder, error.filename), error.lineno or 1, what)
    if isinstance(error, ImportError):
        what = advice(error, name_of(folder)) or what
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(folder))]
    if own:
        return Problem(_relative(folder, own[-1].filename), own[-1].lineno or 1, what)
    return Problem(_relative(folder, str(path)), 1, what)


def _give_back_yaml() -> None:
    """`ruamel.yaml.safe_load(stream)`, which Rasa's own version had: today's ends the process. Many projects' actions use it."""
    import ruamel.yaml

    def safe_load(stream: Any) -> Any:
        return ruamel.yaml.YAML(typ="safe", pure=True).load(stream)

    vars(ruamel.yaml)["safe_load"] = safe_load


def _entry(folder: Path) -> Path | None:
    package, single = folder / "actions", folder / "actions.py"
    if package.is_dir():
        return package
    return single if single.is_file() else None


def _import_all(name: str, path: Path, failed: Callable[[Exception], None]) -> None:
    """`rasa init` writes an empty `actions/__init__.py` and the classes beside it: every module of the package is imported."""
    with _telling(failed):
        _import(name, path)
    if path.is_dir() and name in sys.modules:
        for found in pkgutil.walk_packages(sys.modules[name].__path__, f"{name}.", onerror=lambda _: None):
            with _telling(failed):
                importlib.import_module(found.name)


@contextmanager
def _telling(failed: Callable[[Exception], None]) -> Iterator[None]:
    """A library or a database that is not there costs the actions of one module, not the project: Rasa trains without any."""
    try:
        yield
    except SyntaxError:
        raise
    except Exception as error:  # noqa: BLE001 - a project's code may raise anything
        failed(error)


def _import(name: str, path: Path) -> ModuleType:
    first = path / "__init__.py" if path.is_dir() else path
    if not first.is_file():
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = [str(path)]
        return module
    where = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, first, submodule_search_locations=where)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        _forget(name)
        raise
    return module


@contextmanager
def _at_home(folder: Path, name: str, beside: dict[str, ModuleType]) -> Iterator[None]:
    """While it lasts, `actions` is this project's, and what lies in its folder can be imported and opened; `beside` gets what was."""
    aside = {each: sys.modules.pop(each) for each in list(sys.modules) if _is_alias(each)}
    before = set(sys.modules)
    finder = _Alias(name)
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, str(folder))
    try:
        with chdir(folder):
            yield
    finally:
        sys.meta_path.remove(finder)
        sys.path.remove(str(folder))
        for each in set(sys.modules) - before:
            if _is_alias(each):
                del sys.modules[each]
            elif _is_loose(sys.modules[each], folder, name):
                beside[each] = sys.modules.pop(each)
        sys.modules.update(aside)


class _Alias(MetaPathFinder, Loader):
    """`actions.x` is the same module as `<name>.x`, not a second copy of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if _is_alias(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._name + spec.name.removeprefix(ALIAS))
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run already; only its own spec is given back to it."""
        alias = ALIAS + module.__name__.removeprefix(self._name)
        module.__spec__ = self._specs[alias]


def _is_alias(name: str) -> bool:
    return name == ALIAS or name.startswith(f"{ALIAS}.")


def _is_loose(module: ModuleType, folder: Path, name: str) -> bool:
    """A module from the project's folder that stands under a plain name."""
    if module.__name__ == name or module.__name__.startswith(f"{name}."):
        return False
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)


def _forget(name: str) -> None:
    for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[each]


def _relative(folder: Path, name: str) -> str:
    path = Path(name)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
