"""What is wrong with a project folder: every mistake is gathered with file and line before any is raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`file` is relative to the project folder; `line` counts from 1. `expected` says what is wrong and what would be right."""

    file: str
    line: int
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.expected}"


class ProjectError(Exception):
    """The folder is no usable project. `str()` has one line per problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Problems:
    """Gathers while the files are read: what makes the project unusable, and what is only worth knowing."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, file: str, line: int, expected: str) -> None:
        self.errors.append(Problem(file, line, expected))

    def warn(self, file: str, line: int, expected: str) -> None:
        self.warnings.append(Problem(file, line, expected))

    def forgive(self, others: Problems) -> None:
        """What is wrong elsewhere is worth knowing, but the project can do without it."""
        self.warnings += (*others.errors, *others.warnings)

    def check(self) -> None:
        """Raises ProjectError where any error was found."""
        if self.errors:
            raise ProjectError(sorted(set(self.errors)))
