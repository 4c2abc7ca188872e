"""What a turn costs besides prediction: a rule, a form that begins, goes on and ends, and an action in process. The goal: p50 < 1 ms.

    python -m bench.turn [--conversations 60] [--long 12]

Understanding is given, nothing is stored; the tracker is read from its bytes and written to them in every turn, as the worker does.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.nlu.reading import Entity, Guess, Reading
from bot.project import load_project
from bot.turn import Bot, Heard
from models.sealed import KeyRing

GOAL_MS = 1.0
MS_A_SECOND = 1e3
# All guesses of a model of usual size are in every reading.
OTHERS = tuple(Guess(f"other_{number}", 0.01) for number in range(9))

DOMAIN = """\
version: "3.1"
intents: [greet, order, give, stop, faq]
entities: [number]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
  reason:
    type: text
    mappings: [{type: from_text, not_intent: faq, conditions: [{active_loop: order_form, requested_slot: reason}]}]
forms:
  order_form: {required_slots: [number, reason]}
actions: [action_done, validate_order_form]
responses:
  utter_greet: [{text: "Hello", buttons: [{title: "Order", payload: "/order"}]}]
  utter_faq: [{text: "It is free"}]
  utter_ask_number: [{text: "Which number?"}]
  utter_ask_reason: [{text: "Why {number}?"}]
  utter_done: [{text: "Done {number}: {what}"}]
"""
RULES = """\
version: "3.1"
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: faq
  steps: [{intent: faq}, {action: utter_faq}]
- rule: begin
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: finish
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: action_done}]
"""
ACTIONS = """\
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet


class Done(Action):
    def name(self):
        return "action_done"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_done", what=tracker.get_slot("reason"))
        return [SlotSet("number", None), SlotSet("reason", None)]


class Validate(FormValidationAction):
    def name(self):
        return "validate_order_form"

    def validate_number(self, value, dispatcher, tracker, domain):
        return {"number": value.upper()}

    def validate_reason(self, value, dispatcher, tracker, domain):
        return {"reason": value}
"""
# What is said, and what the turn is then.
TURNS = (
    ("greet", "hello", "a rule"),
    ("order", "I want to order", "a form begins"),
    ("give", "n1", "a form validates"),
    ("faq", "how much", "a form is interrupted"),
    ("give", "it is broken", "a form ends, and an action"),
    ("faq", "how much", "a rule"),
    ("greet", "hello again", "a rule"),
)


@dataclass(slots=True)
class Measured:
    """Milliseconds by kind of turn, and by length of the conversation; `tracker` is the size of the last, in bytes."""

    kinds: dict[str, list[float]] = field(default_factory=dict)
    tracker: int = 0

    def all(self) -> list[float]:
        return [each for taken in self.kinds.values() for each in taken]


def write(folder: Path) -> Path:
    (folder / "data").mkdir()
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "data" / "rules.yml").write_text(RULES)
    (folder / "actions.py").write_text(ACTIONS)
    return folder


def reading(intent: str, text: str) -> Reading:
    guess = Guess(intent, 0.9)
    found = (Entity("number", text, 0, len(text)),) if text == "n1" else ()
    return Reading(text, guess, (guess, *OTHERS), found, "bench")


async def conversation(bot: Bot, name: str, rounds: int, measured: Measured) -> None:
    """`rounds` times seven turns. Raises AssertionError where a turn does not do what it is measured for."""
    tracker: bytes | None = None
    seq = 0
    for _ in range(rounds):
        for intent, text, kind in TURNS:
            seq += 1
            heard, meant = Heard(name, seq, text, 1e6 + seq, message_id=f"m{seq}"), reading(intent, text)
            began = time.perf_counter()
            outcome = await bot.turn(heard, meant, tracker)
            measured.kinds.setdefault(kind, []).append((time.perf_counter() - began) * MS_A_SECOND)
            tracker = outcome.tracker
            assert outcome.replies, kind
            assert ("action_done" in outcome.actions) == kind.endswith("an action"), (kind, outcome.actions)
    measured.tracker = len(tracker or b"")


async def measure(bot: Bot, conversations: int, rounds: int) -> Measured:
    """After one that is not counted: threads start and code is imported in it."""
    await conversation(bot, "c_first", 1, Measured())
    measured = Measured()
    for number in range(conversations):
        await conversation(bot, f"c_{number}", rounds, measured)
    return measured


def middle_and_late(taken: Sequence[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def shown(title: str, measured: Measured) -> float:
    """The p50 of all turns."""
    print(f"{title} (tracker at the end {measured.tracker / 1024:.1f} kB)")
    for kind, taken in measured.kinds.items():
        middle, late = middle_and_late(taken)
        print(f"  {kind:28} p50 {middle:6.2f} ms   p99 {late:6.2f} ms")
    middle, late = middle_and_late(measured.all())
    print(f"  {'all turns':28} p50 {middle:6.2f} ms   p99 {late:6.2f} ms")
    return middle


async def run(conversations: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = load_project(write(Path(folder)))
        bot = Bot(project, Given(), KeyRing.generated(), rng=random.Random(1))
        short = shown("seven turns", await measure(bot, conversations, 1))
        shown(f"{rounds * len(TURNS)} turns", await measure(bot, max(conversations // rounds, 1), rounds))
        await bot.close()
    print(f"goal p50 < {GOAL_MS:g} ms in conversations of seven turns: {'met' if short < GOAL_MS else 'missed'}")


class Given:
    """Understands nothing: readings are given."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        raise NotImplementedError("readings are given")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--conversations", type=int, default=60)
    parser.add_argument("--long", type=int, default=12, help="how often seven turns come in a long conversation")
    options = parser.parse_args()
    asyncio.run(run(options.conversations, options.long))
