"""What an agent could say: the answers that the bot would give if the conversation were its own, and canned responses about the same.

Of the project only what is said at once counts, by a rule or a story: no form, no action, nothing with a gap that is not known. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bot.dialogue.decide import By, decide
from bot.dialogue.exchange import Heard
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.situation import Moment
from bot.dialogue.stories import Stories
from bot.dialogue.tracker import Event, Tracker
from bot.nlu.reading import FALLBACK_INTENT, Guess, Reading, Zone
from bot.project.domain import HANDOFF_INTENT, LISTEN, Domain
from bot.speaking import Speaker
from models.suggestions import MOST, Proposal, SuggestionKind

# What is less likely is not shown: an agent reads it faster than it helps.
LIKELY = 0.15
GUESSES = 3
FOR_PEOPLE = 1.5
_GAP = re.compile(r"\{[^{}\n]+\}")
_SURE = (By.RULE, By.MEMORY)


@dataclass(frozen=True, slots=True)
class Proposing:
    """Of one project with one model. `event` makes of a reading what the tracker hears."""

    domain: Domain
    rules: Rulebook
    stories: Stories
    speaker: Speaker
    event: Callable[[Heard, Reading], Event]

    def answers(self, heard: Heard, reading: Reading, tracker: bytes | None) -> list[Proposal]:
        """The best first, each text once. Raises msgspec.MsgspecError where the bytes are no tracker."""
        found: dict[str, Proposal] = {}
        for guess in likely(reading):
            one = msgspec.structs.replace(reading, intent=guess, ranking=(guess,), zone=Zone.ANSWER, clauses=())
            name, text = self._answer(heard, one, Tracker.from_bytes(tracker))
            if text and text not in found:
                found[text] = Proposal(SuggestionKind.ANSWER, name, text, guess.confidence)
        return list(found.values())[:MOST]

    def _answer(self, heard: Heard, reading: Reading, tracker: Tracker) -> tuple[str, str]:
        """The response and what it says; both empty where there is more to be done than to say something."""
        # A form ended when a person was asked for.
        tracker.loop = tracker.followup_action = None
        tracker.paused = False
        tracker.slots = {**self.domain.first_slots(), **tracker.slots}
        tracker.apply(self.event(heard, reading), self.domain)
        decision = decide(
            self.domain, self.rules, tracker, [Moment(LISTEN, None, dict(tracker.slots))], stories=self.stories
        )
        if decision.by not in _SURE or not self.speaker.knows(decision.action):
            return "", ""
        # A gap is filled with what is known, and with nothing else.
        tracker.slots = {name: value for name, value in tracker.slots.items() if value is not None}
        reply = self.speaker.say(decision.action, tracker)
        text = "" if reply is None else (reply.text or "").strip()
        return ("", "") if _GAP.search(text) else (decision.action, text)


def likely(reading: Reading) -> Iterator[Guess]:
    """What it may have meant; that somebody wants a person is known."""
    guesses = (each for each in reading.ranking if each.name not in (FALLBACK_INTENT, HANDOFF_INTENT))
    for each in list(guesses)[:GUESSES]:
        if each.confidence >= LIKELY:
            yield each


def alike(meant: Mapping[str, float], about: Iterable[Guess]) -> float:
    """How likely both mean the same (0 to 1): `meant` is intent → confidence."""
    return sum(meant.get(each.name, 0.0) * each.confidence for each in about)


def merged(answers: Sequence[Proposal], canned: Sequence[Proposal]) -> list[Proposal]:
    """The likeliest first, at most three. Somebody wrote a canned response for people to say: it counts more than an answer of the bot."""
    found = [(each.confidence * FOR_PEOPLE, each) for each in canned] + [(each.confidence, each) for each in answers]
    return [each for _, each in sorted(found, key=lambda pair: -pair[0])[:MOST]]
