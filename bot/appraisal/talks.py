"""The project's test conversations, held with one model after the other by the same bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.project import Project
from bot.project_tests import TestResult
from models.model_report import (
    CONVERSATIONS_MOST,
    DIFFERENCES_MOST,
    TEXT_CHARACTERS,
    ReportConversation,
    ReportConversations,
)
from models.sensitive import redact


def runs_actions(project: Project) -> bool:
    """Not where they are on a server of the project's own: nobody who trains expects that orders are cancelled there."""
    return project.action_endpoint is None


@dataclass(frozen=True, slots=True)
class Talks:
    """`live` None: there was no live model to hold them with."""

    candidate: Sequence[TestResult]
    live: Sequence[TestResult] | None
    ran: bool

    def lost(self) -> list[TestResult]:
        """Those that went as written with the live model alone."""
        went = {_key(each) for each in self.live or () if not each.differences}
        return [each for each in self.candidate if each.differences and _key(each) in went]

    def report(self) -> ReportConversations:
        lost = self.lost()
        failed = [each for each in self.candidate if each.differences and each not in lost]
        passed = {_key(each) for each in self.candidate if not each.differences}
        return ReportConversations(
            total=len(self.candidate),
            passed=len(passed),
            live_passed=None if self.live is None else sum(not each.differences for each in self.live),
            gained=sum(bool(each.differences) and _key(each) in passed for each in self.live or ()),
            ran=self.ran,
            lost=[_told(each) for each in lost[:CONVERSATIONS_MOST]],
            failed=[_told(each) for each in failed[:CONVERSATIONS_MOST]],
        )


def _key(result: TestResult) -> tuple[str, int]:
    return result.file, result.line


def _told(result: TestResult) -> ReportConversation:
    return ReportConversation(
        name=redact(result.name[:TEXT_CHARACTERS]),
        file=result.file,
        line=result.line,
        differences=[redact(each[:TEXT_CHARACTERS]) for each in result.differences[:DIFFERENCES_MOST]],
    )
