"""What still counts of a list of events, and what a tracker comes to when something is undone."""

from __future__ import annotations

from typing import Any

from bot.dialogue.events import EVENTS_KEPT, applied
from bot.dialogue.history import State
from bot.dialogue.tracker import SEAL, SealedSlot, Tracker
from bot.project.domain import LISTEN, Domain, Slot, SlotType
from models.sensitive import SealedSpan

DOMAIN = Domain(slots={"a": Slot("a", SlotType.TEXT, initial_value="first")})
LISTENED = {"event": "action", "name": LISTEN}


def said(text: str) -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"text": text, "intent": {"name": text}}}


def did(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def slot(value: str | None) -> dict[str, Any]:
    return {"event": "slot", "name": "a", "value": value}


def tracker(*events: dict[str, Any]) -> Tracker:
    made = Tracker(sender_id="c_1", slots=DOMAIN.first_slots())
    for event in events:
        made.apply(event, DOMAIN)
    return made


def test_a_rewind_takes_the_last_message_and_the_listening_before_it() -> None:
    events = [did("greet"), LISTENED, said("x"), did("reply"), {"event": "rewind"}]
    assert applied(events) == [did("greet")]


def test_an_undo_takes_the_last_action_and_what_it_did() -> None:
    assert applied([said("x"), did("reply"), slot("y"), {"event": "undo"}]) == [said("x")]


def test_a_restart_leaves_nothing_and_a_rewind_too_many_does_no_harm() -> None:
    assert applied([said("x"), {"event": "restart"}, {"event": "rewind"}]) == []


def test_what_is_undone_is_undone_in_slots_form_and_message() -> None:
    made = tracker(LISTENED, said("one"), slot("1"), did("reply"), LISTENED, said("two"), slot("2"))
    made.apply({"event": "active_loop", "name": "f"}, DOMAIN)
    made.apply({"event": "rewind"}, DOMAIN)
    assert (made.slots["a"], made.loop, made.intent, made.latest_action_name) == ("1", None, "one", "reply")


def test_an_undo_still_knows_what_was_before_the_events_that_are_kept() -> None:
    made = tracker(LISTENED, said("one"), slot("kept"), did("reply"))
    for _ in range(EVENTS_KEPT):
        made.apply({"event": "bot", "text": "."}, DOMAIN)
    made = Tracker.from_bytes(made.to_bytes())
    for event in (LISTENED, said("two"), slot("lost"), {"event": "rewind"}):
        made.apply(event, DOMAIN)
    assert made.slots["a"] == "kept"


def test_a_new_session_begins_with_first_slots_and_keeps_the_events() -> None:
    made = tracker(said("one"), slot("1"), {"event": "active_loop", "name": "f"}, {"event": "session_started"})
    assert (made.slots["a"], made.loop, len(made.events)) == ("first", None, 4)


def test_a_message_overtakes_what_was_to_follow() -> None:
    assert tracker({"event": "followup", "name": "x"}, said("one")).followup_action is None


def sealed(made: Tracker, value: str, seal: SealedSlot) -> None:
    made.apply({**slot(value), "metadata": {SEAL: made.keep(seal)}}, DOMAIN)


def test_a_slot_that_comes_back_comes_with_its_seal() -> None:
    """Both look alike when masked: which number it is, only the seal knows."""
    first, second = (SealedSlot((SealedSpan("phone", 0, 11, text),), "row") for text in ("one", "two"))
    made = tracker(LISTENED, said("one"))
    sealed(made, "139****5678", first)
    for event in (LISTENED, said("two")):
        made.apply(event, DOMAIN)
    sealed(made, "139****5678", second)
    made = Tracker.from_bytes(made.to_bytes())
    assert made.sealed == {"a": second}
    made.apply({"event": "rewind"}, DOMAIN)
    assert (made.slots["a"], made.sealed) == ("139****5678", {"a": first})


def test_a_seal_outlives_the_event_that_set_it() -> None:
    seal = SealedSlot((SealedSpan("phone", 0, 11, "one"),), "row")
    made = tracker(LISTENED, said("one"))
    sealed(made, "139****5678", seal)
    for _ in range(EVENTS_KEPT):
        made.apply({"event": "bot", "text": "."}, DOMAIN)
    made = Tracker.from_bytes(made.to_bytes())
    assert made.seals == {}, "no event names it any more"
    for event in (LISTENED, said("two"), slot("other"), {"event": "rewind"}):
        made.apply(event, DOMAIN)
    assert (made.slots["a"], made.sealed) == ("139****5678", {"a": seal})


def test_a_rewind_takes_the_turn_out_of_what_stories_see() -> None:
    made = tracker()
    for number, text in enumerate(("one", "two"), 1):
        made.apply(said(text), DOMAIN)
        made.states.append(State(LISTEN, text, (), (), None, "reply", made.turns))
        assert made.turns == number
    made.apply({"event": "rewind"}, DOMAIN)
    assert ([state.intent for state in made.states], made.turns) == (["one"], 1)
    made.apply({"event": "rewind"}, DOMAIN)
    assert (made.states, made.turns) == ([], 0)
