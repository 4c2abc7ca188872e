"""A small project, written into a folder of the test; parts of it can be changed to see what happens."""

from __future__ import annotations

from pathlib import Path

DOMAIN = """\
version: "3.1"
intents: [greet, order, stop, faq, tell, break_it, hang, vip, human_handoff]
entities: [number]
slots:
  number:
    type: text
    mappings: [{type: from_entity, entity: number}]
  phone:
    type: text
    mappings: [{type: from_entity, entity: phone}]
  reason:
    type: text
    mappings:
    - type: from_text
      conditions: [{active_loop: order_form, requested_slot: reason}]
  vip:
    type: bool
    initial_value: false
    mappings: [{type: from_intent, intent: vip, value: true}]
forms:
  order_form:
    required_slots: [number, phone, reason]
actions: [action_tell, action_break, action_hang, validate_order_form]
responses:
  utter_greet:
  - condition: [{type: slot, name: vip, value: true}]
    text: "Welcome back"
  - text: "Hello"
    buttons: [{title: "Order", payload: "/order"}, {title: "Number", payload: '/order{{"number":"N7"}}'}]
  utter_faq: [{text: "It is free"}]
  utter_stopped: [{text: "Stopped"}]
  utter_ask_number: [{text: "Which number?"}]
  utter_ask_phone: [{text: "Which phone?"}]
  utter_ask_order_form_reason: [{text: "Why {number}?"}]
  utter_done: [{text: "Done {number}, we call {phone} about {what}"}]
  utter_unknown: [{text: "No such number"}]
"""

RULES = """\
version: "3.1"
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: vip
  steps: [{intent: vip}, {action: utter_greet}]
- rule: faq
  steps: [{intent: faq}, {action: utter_faq}]
- rule: tell
  steps: [{intent: tell}, {action: action_tell}]
- rule: break
  steps: [{intent: break_it}, {action: action_break}]
- rule: hang
  steps: [{intent: hang}, {action: action_hang}]
- rule: begin
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: finish
  condition: [{active_loop: order_form}]
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: action_tell
- rule: leave
  condition: [{active_loop: order_form}]
  steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_stopped}]
"""

NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - 你好
- intent: order
  examples: |
    - I want to order
    - order please
    - order [N1](number)
- intent: stop
  examples: |
    - stop it
    - never mind
- intent: faq
  examples: |
    - what does it cost
    - how much
- intent: tell
  examples: |
    - tell me
    - tell it
- intent: break_it
  examples: |
    - break it
    - make it fail
- intent: hang
  examples: |
    - hang forever
    - wait long
- intent: vip
  examples: |
    - I am a member
    - premium customer
- intent: human_handoff
  examples: |
    - a person please
    - human agent
- regex: number
  examples: |
    - N\\d+
"""

ACTIONS = """\
import time

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

SEEN = []


class Tell(Action):
    def name(self):
        return "action_tell"

    def run(self, dispatcher, tracker, domain):
        SEEN.append(dict(tracker.slots))
        dispatcher.utter_message(response="utter_done", what="it")
        return [SlotSet("number", None), SlotSet("reason", None)]


class Break(Action):
    def name(self):
        return "action_break"

    def run(self, dispatcher, tracker, domain):
        raise ValueError("what was typed: " + tracker.latest_message["text"])


class Hang(Action):
    def name(self):
        return "action_hang"

    def run(self, dispatcher, tracker, domain):
        time.sleep(0.4)
        return []


class Validate(FormValidationAction):
    def name(self):
        return "validate_order_form"

    def validate_number(self, value, dispatcher, tracker, domain):
        if value == "N404":
            dispatcher.utter_message(response="utter_unknown")
            return {"number": None}
        return {"number": value}

    def validate_phone(self, value, dispatcher, tracker, domain):
        SEEN.append({"validated": value})
        return {"phone": value}
"""


# The process that trains waits as long as a file is there: a training is under way for as long as a test wants. A bot does not.
HELD = """
import sys
import time
from pathlib import Path

while "bot.training_job" in sys.argv and Path({hold!r}).exists():
    time.sleep(0.02)
"""


def held_actions(hold: Path) -> str:
    return ACTIONS + HELD.format(hold=str(hold))


def write_project(folder: Path, **changed: str) -> Path:
    """`domain`, `rules`, `nlu`, `actions`, `config` may be given otherwise."""
    parts = {"domain": DOMAIN, "rules": RULES, "nlu": NLU, "actions": ACTIONS, **changed}
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "domain.yml").write_text(parts["domain"])
    (folder / "data" / "rules.yml").write_text(parts["rules"])
    (folder / "data" / "nlu.yml").write_text(parts["nlu"])
    (folder / "actions.py").write_text(parts["actions"])
    if "config" in parts:
        (folder / "config.yml").write_text(parts["config"])
    return folder
