"""What actions find in `latest_message`, against what Rasa 3.6.21 gave for the same project and text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.nlu.reading import Entity, Guess, Reading, Zone
from bot.parse_data import full_intent, likely, parse_data, selected
from bot.project import load_project
from bot.project.domain import Domain
from bot.turn import Bot, Heard
from tests.rasa_projects.comparison import HERE, bot
from tests.small_project import DOMAIN, write_project

DESK = load_project(HERE / "desk")


def test_a_retrieval_intent_is_told_as_rasa_tells_it() -> None:
    data = bot("desk")._hearing._data(bot("desk")._interpreter.read(["when are you open"])[0])
    assert set(data) == {"intent", "entities", "intent_ranking", "response_selector"}
    assert data["intent"].keys() == {"name", "confidence", "full_retrieval_intent_name"}
    assert (data["intent"]["name"], data["intent"]["full_retrieval_intent_name"]) == ("faq", "faq/hours")
    assert len(data["intent_ranking"]) == 10
    assert data["response_selector"].keys() == {"all_retrieval_intents", "faq"}
    assert data["response_selector"]["all_retrieval_intents"] == ["faq"]
    chosen = data["response_selector"]["faq"]
    assert chosen["response"].pop("confidence") > 0.5
    assert chosen["response"] == {
        "responses": [{"text": "We are open from nine to six."}],
        "intent_response_key": "faq/hours",
        "utter_action": "utter_faq/hours",
    }
    assert chosen["ranking"][0]["intent_response_key"] == "faq/hours"
    assert {each["intent_response_key"] for each in chosen["ranking"]} == {"faq/hours", "faq/fines", "faq/parking"}


def test_a_fallback_stands_before_ten_guesses() -> None:
    (reading,) = bot("desk")._interpreter.read(["blorb zug"])
    ranking = parse_data(reading, DESK.domain)["intent_ranking"]
    assert ranking[0]["name"] == "nlu_fallback"
    assert len(ranking) == 11


def test_a_synonym_leaves_the_name_of_what_put_it_in() -> None:
    (reading,) = bot("desk")._interpreter.read(["recommend some thrillers"])
    (entity,) = parse_data(reading, DESK.domain)["entities"]
    assert (entity["value"], entity["processors"]) == ("crime", ["EntitySynonymMapper"])
    assert (entity["start"], entity["end"]) == (15, 24)


FAQ = (Guess("faq/a", 0.75), Guess("faq/b", 0.25))
READING = Reading(
    "x",
    Guess("faq", 0.6),
    (Guess("faq", 0.6), Guess("chat", 0.2), Guess("greet", 0.1)),
    retrieval={"chat": (Guess("chat/c", 1.0),), "faq": FAQ},
)


def test_a_selector_of_all_intents_chooses_among_the_keys_of_all() -> None:
    data = parse_data(READING, Domain())
    ranking = data["response_selector"]["default"]["ranking"]
    assert ranking == [
        {"confidence": 0.5625, "intent_response_key": "faq/a"},
        {"confidence": 0.25, "intent_response_key": "chat/c"},
        {"confidence": 0.1875, "intent_response_key": "faq/b"},
    ]
    assert data["response_selector"]["default"]["response"]["responses"] == [{"text": "faq/a"}]
    assert selected(data, "chat") == data["response_selector"]["default"]


def test_selectors_of_single_intents_stand_side_by_side() -> None:
    data = parse_data(READING, Domain(), ("chat", "faq"))
    assert set(data["response_selector"]) == {"all_retrieval_intents", "chat", "faq"}
    assert selected(data, "chat") == data["response_selector"]["chat"]
    assert (full_intent(data), full_intent({"intent": {"name": "greet"}}), full_intent({})) == ("faq/a", "greet", None)


@pytest.mark.parametrize("selectors", [(), ("chat", "faq")])
def test_every_key_is_a_guess_of_its_own(selectors: tuple[str, ...]) -> None:
    guesses = likely(parse_data(READING, Domain(), selectors), ("greet",))
    assert [(name, round(confidence, 4)) for name, confidence in guesses] == [
        ("faq/a", 0.45),
        ("chat/c", 0.2),
        ("faq/b", 0.15),
    ]


def test_what_is_not_there_is_left_out() -> None:
    entity = Entity("city", "Paris", 0, 5, role="to", confidence_entity=0.9, extractor="DIETClassifier")
    data = parse_data(Reading("Paris", Guess("go", 1.0), (Guess("go", 1.0),), (entity,)), Domain())
    assert set(data) == {"intent", "entities", "intent_ranking"}
    assert data["entities"] == [
        {"entity": "city", "value": "Paris", "start": 0, "end": 5, "role": "to", "confidence_entity": 0.9, "extractor": "DIETClassifier"}
    ]  # fmt: skip
    doubtful = Reading("Paris", Guess("go", 0.5), (Guess("go", 0.5),), zone=Zone.ASK_BACK)
    assert parse_data(doubtful, Domain())["zone"] == "ask_back"


def test_the_selectors_of_the_pipeline_are_read(tmp_path: Path) -> None:
    config = (
        "pipeline:\n- name: ResponseSelector\n  retrieval_intent: faq\n- name: ResponseSelector\n- ResponseSelector\n"
    )
    assert DESK.nlu_config.selectors == ("faq",)
    assert load_project(write_project(tmp_path, config=config)).nlu_config.selectors == ("faq", "default")


SELECTING = """\
from rasa_sdk import Action


class Tell(Action):
    def name(self):
        return "action_tell"

    def run(self, dispatcher, tracker, domain):
        chosen = tracker.latest_message["response_selector"]["faq"]
        dispatcher.utter_message(text=chosen["response"]["intent_response_key"])
        dispatcher.utter_message(response=chosen["response"]["utter_action"])
        dispatcher.utter_message(response="utter_faq")
        return []
"""


async def test_an_action_finds_what_the_selector_chose_whatever_was_meant(tmp_path: Path) -> None:
    domain = DOMAIN.replace("  utter_faq: [", '  utter_faq/hours: [{text: "From nine"}]\n  utter_faq/cost: [')
    domain = domain.replace("action_break, action_hang, validate_order_form", "action_tell")
    rules = "version: '3.1'\nrules:\n- rule: tell\n  steps: [{intent: tell}, {action: action_tell}]\n"
    config = "pipeline:\n- name: ResponseSelector\n  retrieval_intent: faq\n"
    folder = write_project(tmp_path, domain=domain, rules=rules, config=config, actions=SELECTING)
    keys = {"faq": (Guess("faq/hours", 0.7), Guess("faq/cost", 0.3))}
    reading = Reading("tell me", Guess("tell", 0.9), (Guess("tell", 0.9), Guess("faq", 0.1)), retrieval=keys)
    bot = Bot(load_project(folder), _Given(), None)
    outcome = await bot.turn(Heard("c_1", 1, "tell me", 1.0), reading, None)
    assert [reply.text for reply in outcome.replies] == ["faq/hours", "From nine", "From nine"]


class _Given:
    def read(self, texts: Sequence[str]) -> list[Reading]:
        raise AssertionError("the reading is given")
