"""What is heard, as events: the last message with all that was understood, those before with less."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.dialogue.exchange import Heard
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.tracker import Tracker
from bot.hearing import GUESSES_KEPT, Hearing
from bot.nlu.reading import Clause, Guess, Reading, Zone
from bot.project import Project, load_project
from tests.small_project import write_project

GUESSES = tuple(Guess(f"intent_{i}", 0.1) for i in range(10))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(write_project(tmp_path))


def reading(text: str) -> Reading:
    return Reading(
        text, Guess("greet", 0.9), (Guess("greet", 0.9), *GUESSES[1:]), retrieval={"faq": (Guess("faq/a", 1.0),)}
    )


def test_all_guesses_and_keys_are_kept_of_the_last_message_alone(project: Project) -> None:
    hearing, tracker = Hearing(project, Rulebook(project.rules, project.domain)), Tracker()
    for seq, text in enumerate(("one", "two", "three"), 1):
        event, second = hearing.events(Heard("c_1", seq, text, 1.0 + seq), reading(text), tracker)
        assert second is None
        tracker.apply(event, project.domain)
        tracker = Tracker.from_bytes(tracker.to_bytes())
    first, *_, last = (each["parse_data"] for each in tracker.events)
    assert len(tracker.latest_message["intent_ranking"]) == len(last["intent_ranking"]) == 10
    assert tracker.latest_message["response_selector"]["default"]["response"]["intent_response_key"] == "faq/a"
    assert len(first["intent_ranking"]) == GUESSES_KEPT
    assert "response_selector" not in first
    assert (first["text"], first["intent"]["name"]) == ("one", "greet")


def test_what_was_said_to_a_person_in_between_keeps_no_guesses_alive(project: Project) -> None:
    hearing, tracker = Hearing(project, Rulebook(project.rules, project.domain)), Tracker()
    event, _ = hearing.events(Heard("c_1", 1, "one", 1.0), reading("one"), tracker)
    tracker.apply(event, project.domain)
    for _ in range(3):
        tracker.apply({"event": "user", "text": "x", "parse_data": {"intent": {"name": None}}}, project.domain)
    hearing.events(Heard("c_1", 5, "two", 2.0), reading("two"), tracker)
    assert len(tracker.events[0]["parse_data"]["intent_ranking"]) == GUESSES_KEPT


def test_a_text_that_stories_tell_word_for_word_is_one_thing_and_clear(project: Project) -> None:
    hearing = Hearing(project, Rulebook(project.rules, project.domain), {"hello and how much"})
    parts = (
        Clause(0, reading("Hello")),
        Clause(10, msgspec.structs.replace(reading("how much"), intent=Guess("faq", 0.9))),
    )
    both = msgspec.structs.replace(reading("Hello and how much"), clauses=parts, zone=Zone.ASK_BACK)
    for text, second_thing in (("Hello and how much", False), ("Hello, and how much", True)):
        event, second = hearing.events(Heard("c_1", 1, text, 1.0), both, Tracker())
        assert (second is not None) == second_thing
        assert "zone" not in event["parse_data"]


def test_a_button_that_was_offered_says_what_was_meant_and_a_typed_one_is_not_understood(project: Project) -> None:
    hearing, tracker = Hearing(project, Rulebook(project.rules, project.domain)), Tracker(offered=["/order"])
    for payload, intent in (("/order", "order"), ("/stop", "nlu_fallback"), (None, "nlu_fallback")):
        event, _ = hearing.events(Heard("c_1", 1, "/order", 1.0, payload), reading("/order"), tracker)
        assert event["parse_data"]["intent"]["name"] == intent
