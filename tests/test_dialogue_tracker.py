"""The tracker: what events do, what is kept of them, and what action servers see."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.dialogue.events import EVENTS_BYTES, EVENTS_KEPT
from bot.dialogue.tracker import PAYLOADS_KEPT, Tracker
from bot.project.domain import Domain, Slot, SlotType

DOMAIN = Domain(slots={"a": Slot("a", SlotType.TEXT, initial_value="first"), "b": Slot("b", SlotType.LIST)})


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(sender_id="c_1", slots=DOMAIN.first_slots())


def apply(tracker: Tracker, *events: dict[str, Any]) -> None:
    for event in events:
        tracker.apply(event, DOMAIN)


def test_two_fresh_trackers_share_nothing() -> None:
    one, two = Tracker(), Tracker()
    one.slots["a"] = 1
    one.events.append({})
    one.offered.append("/x")
    assert (two.slots, two.events, two.offered) == ({}, [], [])


def test_slots_are_set_cleared_and_reset(tracker: Tracker) -> None:
    apply(tracker, {"event": "slot", "name": "a", "value": "x"}, {"event": "slot", "name": "b", "value": ["y"]})
    assert (tracker.slots["a"], tracker.slots["b"]) == ("x", ["y"])
    apply(tracker, {"event": "slot", "name": "a", "value": None})
    assert tracker.slots["a"] is None
    apply(tracker, {"event": "reset_slots"})
    assert (tracker.slots["a"], tracker.slots["b"]) == ("first", None)


def heard(intent: str | None) -> dict[str, Any]:
    return {"event": "user", "text": "…", "parse_data": {"intent": {"name": intent}}}


def test_the_topic_is_what_was_meant_before_a_person_was_asked_for(tracker: Tracker) -> None:
    apply(tracker, {"event": "user", "text": "…"})
    assert tracker.topic == ""
    apply(tracker, heard("ask_refund"), {"event": "bot", "text": "…"}, heard("nlu_fallback"), heard("human_handoff"))
    assert tracker.topic == "ask_refund"
    apply(tracker, heard("shipping"), heard(None))
    assert tracker.topic == "shipping"


def test_a_form_is_on_rejects_answers_again_and_is_left(tracker: Tracker) -> None:
    apply(tracker, {"event": "active_loop", "name": "f"})
    assert tracker.loop is not None
    apply(tracker, {"event": "action_execution_rejected", "name": "other"})
    assert not tracker.loop.rejected
    apply(tracker, {"event": "action_execution_rejected", "name": "f"})
    assert tracker.loop.rejected
    apply(tracker, {"event": "action", "name": "f"})
    assert not tracker.loop.rejected
    apply(tracker, {"event": "active_loop", "name": None})
    assert tracker.loop_name is None


def test_the_old_name_of_a_form_event_is_known(tracker: Tracker) -> None:
    apply(tracker, {"event": "form", "name": "f"})
    assert tracker.loop_name == "f"


def test_a_follow_up_is_due_until_it_runs(tracker: Tracker) -> None:
    apply(tracker, {"event": "followup", "name": "action_x"}, {"event": "action", "name": "action_y"})
    assert tracker.followup_action == "action_x"
    apply(tracker, {"event": "action", "name": "action_x"})
    assert tracker.followup_action is None


def test_a_restart_forgets_what_was(tracker: Tracker) -> None:
    tracker.offer(["/x"])
    apply(
        tracker,
        {"event": "slot", "name": "a", "value": "x"},
        {"event": "active_loop", "name": "f"},
        {"event": "restart"},
    )
    assert (tracker.slots["a"], tracker.loop, tracker.offered) == ("first", None, [])
    assert [event["event"] for event in tracker.events] == ["restart"]


def test_an_unknown_event_is_kept_and_does_nothing(tracker: Tracker) -> None:
    before = msgspec.structs.replace(tracker, events=[])
    apply(tracker, {"event": "from_the_future", "name": "x"})
    assert msgspec.structs.replace(tracker, events=[]) == before
    assert len(tracker.events) == 1


def test_bytes_bring_back_the_same(tracker: Tracker) -> None:
    apply(tracker, {"event": "slot", "name": "a", "value": "订单"}, {"event": "active_loop", "name": "f"})
    tracker.misses = 1
    assert Tracker.from_bytes(tracker.to_bytes()) == tracker


@pytest.mark.parametrize("damaged", [b"", b"{}", b"\xff\x00", b"AAAA", "订单".encode()])
def test_damaged_bytes_are_refused(damaged: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        Tracker.from_bytes(damaged)


def test_old_events_are_forgotten_by_number_and_by_size_and_slots_are_not(tracker: Tracker) -> None:
    apply(tracker, {"event": "slot", "name": "a", "value": "kept"})
    for number in range(EVENTS_KEPT * 2):
        apply(tracker, {"event": "user", "text": f"{number}"})
    kept = Tracker.from_bytes(tracker.to_bytes())
    assert len(kept.events) == EVENTS_KEPT
    assert kept.events[-1]["text"] == str(EVENTS_KEPT * 2 - 1)
    for _ in range(10):
        apply(tracker, {"event": "user", "text": "x" * (EVENTS_BYTES // 4)})
    kept = Tracker.from_bytes(tracker.to_bytes())
    assert 0 < len(msgspec.json.encode(kept.events)) <= EVENTS_BYTES
    assert kept.slots["a"] == "kept"


def test_only_payloads_that_mean_something_are_offered_and_the_last_are_kept(tracker: Tracker) -> None:
    tracker.offer(["plain", *(f"/i{number}" for number in range(PAYLOADS_KEPT + 3))])
    assert len(tracker.offered) == PAYLOADS_KEPT
    assert tracker.offered[-1] == f"/i{PAYLOADS_KEPT + 2}"
    assert "plain" not in tracker.offered


def test_action_servers_see_rasas_view(tracker: Tracker) -> None:
    tracker.channel = "rest"
    apply(tracker, {"event": "active_loop", "name": "f"}, {"event": "action", "name": "action_listen"})
    last = {"event": "slot", "name": "a", "value": "clear"}
    seen = tracker.as_dict({"a": "clear"}, [last])
    assert seen["slots"]["a"] == "clear"
    assert seen["events"][-1] == last
    assert seen["active_loop"]["name"] == "f"
    assert (seen["sender_id"], seen["latest_action_name"], seen["latest_input_channel"]) == (
        "c_1",
        "action_listen",
        "rest",
    )
    assert tracker.slots["a"] == "first"
    assert tracker.events[-1] != last
