"""The demo shop: enough and different examples, answers in both languages, actions that do what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML
from sqlalchemy import create_engine, text

from bot.project import load_project
from bot.project_tests import run_tests
from bot.registry import load_current
from bot.train import train
from bot.turn import Bot
from models.sealed import KeyRing

DEMO = Path(__file__).parent.parent / "bot" / "demo"
EXAMPLES_LEAST = 20
HELDOUT_LEAST = 4
LANGUAGES = ("zh", "en")
CJK = re.compile(r"[\u4e00-\u9fff]")
ANNOTATION = re.compile(r"\[([^\]]+)\]\(\w+\)")

Said = list[dict[str, Any]]


def read(path: Path) -> Any:
    """As YAML 1.2, where `no` and `on` are words."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def everything(part: str) -> list[Any]:
    return [item for path in sorted((DEMO / "data").rglob("*.yml")) for item in read(path).get(part, ())]


def examples(items: list[Any]) -> list[tuple[str, str]]:
    """(intent, text without annotations)."""
    found = []
    for item in items:
        if "intent" in item:
            lines = item["examples"].splitlines()
            found += [(item["intent"], ANNOTATION.sub(r"\1", line.removeprefix("-").strip())) for line in lines]
    return found


def language(said: str) -> str:
    return "zh" if CJK.search(said) else "en"


@pytest.fixture(scope="module")
def domain() -> Any:
    return read(DEMO / "domain.yml")


@pytest.fixture(scope="module")
def responses() -> dict[str, Any]:
    return {
        name: said for path in (DEMO / "data").rglob("*.yml") for name, said in read(path).get("responses", {}).items()
    }


@pytest.fixture(scope="module")
def training() -> list[tuple[str, str]]:
    return examples(everything("nlu"))


@pytest.fixture(scope="module")
def heldout() -> list[tuple[str, str]]:
    return examples(read(DEMO / "tests" / "heldout.yml")["nlu"])


def test_every_intent_has_enough_examples_in_each_language(domain: Any, training: list[tuple[str, str]]) -> None:
    counts = Counter((intent, language(said)) for intent, said in training)
    assert len(domain["intents"]) >= 30
    assert {pair: n for pair in pairs(domain) if (n := counts[pair]) < EXAMPLES_LEAST} == {}
    assert {intent for intent, _ in training} == set(domain["intents"])


def test_every_intent_is_held_out_in_each_language(domain: Any, heldout: list[tuple[str, str]]) -> None:
    counts = Counter((intent, language(said)) for intent, said in heldout)
    assert {pair: n for pair in pairs(domain) if (n := counts[pair]) < HELDOUT_LEAST} == {}


def pairs(domain: Any) -> list[tuple[str, str]]:
    return [(intent, spoken) for intent in domain["intents"] for spoken in LANGUAGES]


def test_no_example_stands_twice(training: list[tuple[str, str]], heldout: list[tuple[str, str]]) -> None:
    counts = Counter(said.lower().strip(" 。？?.！!") for _, said in [*training, *heldout])
    assert [said for said, n in counts.items() if n > 1] == []


def test_every_intent_is_used_by_a_rule(domain: Any) -> None:
    used = {step["intent"] for rule in everything("rules") for step in steps(rule["steps"]) if "intent" in step}
    assert set(domain["intents"]) | {"nlu_fallback"} == used


def steps(given: list[Any]) -> Iterator[Any]:
    for step in given:
        yield from step.get("or", [step])


def test_every_response_that_is_named_exists_and_none_is_left_over(domain: Any, responses: dict[str, Any]) -> None:
    acted = {step["action"] for rule in everything("rules") for step in steps(rule["steps"]) if "action" in step}
    coded = "\n".join(path.read_text(encoding="utf-8") for path in (DEMO / "actions").glob("*.py"))
    asked = {f"utter_ask_{slot}" for form in domain["forms"].values() for slot in form["required_slots"]}
    # Those that only code asks for are bound to being asked for.
    mappings = (each for slot in domain["slots"].values() for each in slot["mappings"])
    asked |= {f"utter_ask_{one['requested_slot']}" for each in mappings for one in each.get("conditions", ())}
    named = {name for name in acted if name.startswith("utter_")} | asked | set(re.findall(r'"(utter_\w+)"', coded))
    made = {f"utter_{kind}_{end}" for kind in ("refund", "address", "invoice") for end in ("done", "impossible")}
    states = re.findall(r'^    [A-Z_]+ = "(\w+)"$', (DEMO / "actions" / "shop.py").read_text(encoding="utf-8"), re.M)
    statuses = {f"utter_order_{state}" for state in states}
    assert len(statuses) == 6
    assert named | made | statuses | {"utter_default"} == set(responses)


def test_every_response_is_there_in_both_languages(responses: dict[str, Any]) -> None:
    for name, variations in responses.items():
        chinese = [
            one for one in variations if one.get("condition") == [{"type": "slot", "name": "language", "value": "zh"}]
        ]
        english = [one for one in variations if "condition" not in one]
        assert len(chinese) + len(english) == len(variations), name
        assert {language(words) for one in chinese for words in shown(one)} == {"zh"}, name
        assert {language(words) for one in english for words in shown(one)} == {"en"}, name


def shown(variation: Any) -> list[str]:
    return [variation["text"], *(button["title"] for button in variation.get("buttons", ()))]


def test_the_two_languages_ask_for_the_same_values_and_offer_the_same_buttons(responses: dict[str, Any]) -> None:
    translated = {"item_zh": "item", "carrier_zh": "carrier", "month": "month_name"}
    for name, variations in responses.items():
        gaps = {
            frozenset(translated.get(gap, gap) for gap in re.findall(r"{(\w+)}", one["text"])) for one in variations
        }
        payloads = {tuple(button["payload"] for button in one.get("buttons", ())) for one in variations}
        assert (len(gaps), len(payloads)) == (1, 1), name


def test_every_button_means_an_intent(domain: Any, responses: dict[str, Any]) -> None:
    buttons = [button for variations in responses.values() for one in variations for button in one.get("buttons", ())]
    assert buttons
    assert {button["payload"] for button in buttons} <= {f"/{intent}" for intent in domain["intents"]}


def test_conversations_name_what_exists(domain: Any, responses: dict[str, Any]) -> None:
    stories = read(DEMO / "tests" / "test_conversations.yml")["stories"]
    taken = [step for story in stories for step in story["steps"]]
    known = {*domain["actions"], *domain["forms"], *responses, "action_deactivate_loop"}
    assert len(stories) >= 20
    assert {step["action"] for step in taken if "action" in step} <= known
    assert {step["intent"] for step in taken if "intent" in step} <= {*domain["intents"], "nlu_fallback"}


def test_every_order_number_is_annotated() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (DEMO / "data" / "nlu").glob("*.yml"))
    assert re.search(r"\[[Aa]\d{4}\]\(order_number\)", text)
    assert re.findall(r"(?<![\[A-Za-z0-9])[Aa]\d{4}(?![A-Za-z0-9]).*", text) == []


def test_the_project_is_read_without_a_warning(domain: Any) -> None:
    project = load_project(DEMO)
    assert project.warnings == []
    assert set(project.domain.intents) == set(domain["intents"])


def test_what_was_held_out_is_understood(tmp_path: Path) -> None:
    measured = train(DEMO, tmp_path, lambda what, share: None).heldout
    assert measured is not None
    assert measured.examples >= len(LANGUAGES) * HELDOUT_LEAST * 30
    assert measured.accuracy >= 0.9
    assert min(measured.languages.values()) >= 0.9


async def test_the_conversations_go_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_HOME", str(tmp_path))
    train(DEMO, tmp_path, lambda what, share: None)
    interpreter, _ = load_current(tmp_path)
    project = load_project(DEMO)
    bot = Bot(project, interpreter, KeyRing.load_or_create(tmp_path / "key"))
    results = await run_tests(bot, project)
    assert len(results) >= 20
    assert {result.name: result.differences for result in results if result.differences} == {}


# The actions, as rasa_sdk runs them.


@pytest.fixture
def executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ActionExecutor:
    monkeypatch.setenv("BELLHOP_HOME", str(tmp_path))
    executor = ActionExecutor()
    import_module("bot.demo.actions")
    for kind in own_actions():
        executor.register_action(kind)
    return executor


def own_actions() -> list[type[Any]]:
    """The demo's alone: rasa_sdk's own registration would take every class that another test has made."""

    def below(kind: type[Any]) -> Iterator[type[Any]]:
        subclasses: list[type[Any]] = kind.__subclasses__()
        for each in subclasses:
            yield each
            yield from below(each)

    return [
        kind for kind in below(Action) if kind.__module__.startswith("bot.demo.actions") and not kind.__subclasses__()
    ]


async def run(
    executor: ActionExecutor, domain: Any, action: str, slots: dict[str, Any], *, said: str = "", fresh: Any = None
) -> tuple[Said, dict[str, Any]]:
    """What was said, and the slots that were set. `fresh`: slots just extracted."""
    events = [{"event": "slot", "name": name, "value": value} for name, value in (fresh or {}).items()]
    tracker = {
        "sender_id": "c_1",
        "slots": {**slots, **(fresh or {})},
        "latest_message": {"text": said, "message_id": f"m:{said}"},
        "events": events,
    }
    called = await executor.run({"next_action": action, "tracker": tracker, "sender_id": "c_1", "domain": domain})
    assert called is not None
    given = called.model_dump()
    return given["responses"], {event["name"]: event["value"] for event in given["events"]}


def named(said: Said) -> list[str]:
    return [one["response"] for one in said]


def test_the_domain_lists_exactly_the_actions_there_are(executor: ActionExecutor, domain: Any) -> None:
    assert executor.actions.keys() | {"action_handoff"} == set(domain["actions"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我的订单到哪了", {"language": "zh"}),
        ("A1001 到哪了", {"language": "zh"}),
        ("where is A1001", {"language": "en"}),
        ("ok", {"language": "en"}),
        ("A1001", {}),
        ("138****8000", {}),
        ("a***@example.com", {}),
        ("/order_status", {}),
        ("", {}),
    ],
)
async def test_the_language_is_that_of_the_words(
    executor: ActionExecutor, domain: Any, said: str, expected: dict[str, str]
) -> None:
    assert (await run(executor, domain, "action_set_language", {}, said=said))[1] == expected


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("A1001", "shipped"),
        ("A1002", "packing"),
        ("A1003", "delivered"),
        ("A1004", "cancelled"),
        ("A1005", "awaiting_payment"),
        ("A1006", "out_for_delivery"),
    ],
)
async def test_an_order_is_found_and_every_gap_is_filled(
    executor: ActionExecutor, domain: Any, responses: dict[str, Any], number: str, status: str
) -> None:
    said, _ = await run(executor, domain, "action_order_status", {"order_number": number})
    assert named(said) == [f"utter_order_{status}"]
    for variation in responses[f"utter_order_{status}"]:
        filled = variation["text"].format(**said[0])
        assert number in filled
        assert "None" not in filled


async def test_an_unknown_order_is_said_to_be_unknown(executor: ActionExecutor, domain: Any) -> None:
    said, _ = await run(executor, domain, "action_order_status", {"order_number": "A9999"})
    assert named(said) == ["utter_order_unknown"]


@pytest.mark.parametrize("form", ["order_status_form", "refund_form", "address_form", "invoice_form"])
async def test_a_form_takes_only_an_order_that_exists(executor: ActionExecutor, domain: Any, form: str) -> None:
    said, slots = await run(executor, domain, f"validate_{form}", {}, fresh={"order_number": "A9999"})
    assert (named(said), slots["order_number"]) == (["utter_order_unknown"], None)
    said, slots = await run(executor, domain, f"validate_{form}", {}, fresh={"order_number": "no idea"})
    assert (named(said), slots["order_number"]) == (["utter_order_number_format"], None)
    said, slots = await run(executor, domain, f"validate_{form}", {}, fresh={"order_number": "a1002"})
    assert (said, slots) == ([], {"order_number": "A1002"})


@pytest.mark.parametrize(
    ("form", "number", "action", "answer"),
    [
        ("refund_form", "A1004", "action_submit_refund", "utter_refund_impossible"),
        ("address_form", "A1001", "action_submit_address", "utter_address_impossible"),
        ("invoice_form", "A1005", "action_submit_invoice", "utter_invoice_impossible"),
    ],
)
async def test_nothing_more_is_asked_where_nothing_can_be_done(
    executor: ActionExecutor, domain: Any, form: str, number: str, action: str, answer: str
) -> None:
    _, slots = await run(executor, domain, f"validate_{form}", {}, fresh={"order_number": number})
    assert slots == {"order_number": number, "requested_slot": None}
    said, slots = await run(executor, domain, action, {"order_number": number})
    assert named(said) == [answer]
    assert slots["order_number"] is None


@pytest.mark.parametrize(
    ("form", "slot", "good", "bad"),
    [
        ("refund_form", "refund_reason", "尺码不合适", " "),
        ("refund_form", "phone", "138****8000", "later"),
        ("refund_form", "phone", "+86 138 0013 8000", "12"),
        ("address_form", "new_address", "上海市世纪大道 100 号", "你们几点下班？"),
        ("invoice_form", "invoice_title", "Little Deer Ltd", "x"),
        ("invoice_form", "email", "a***@example.com", "at home"),
    ],
)
async def test_a_form_says_what_it_expects(
    executor: ActionExecutor, domain: Any, form: str, slot: str, good: str, bad: str
) -> None:
    said, slots = await run(executor, domain, f"validate_{form}", {"order_number": "A1002"}, fresh={slot: good})
    assert (said, slots) == ([], {slot: good})
    said, slots = await run(executor, domain, f"validate_{form}", {"order_number": "A1002"}, fresh={slot: bad})
    assert (len(said), slots) == (1, {slot: None})


async def test_a_request_is_written_once_and_without_contacts(
    executor: ActionExecutor, domain: Any, tmp_path: Path
) -> None:
    slots = {
        "order_number": "A1003",
        "refund_reason": "坏了，打 138 0013 8000 或 a@example.com",
        "phone": "13900139000",
    }
    first, after = await run(executor, domain, "action_submit_refund", slots, said="one")
    again, _ = await run(executor, domain, "action_submit_refund", slots, said="one")
    other, _ = await run(executor, domain, "action_submit_refund", slots, said="two")
    assert named(first) == ["utter_refund_done"]
    assert re.search(r"A\d{4}", first[0]["reference"]) is None
    assert first[0]["reference"] == again[0]["reference"] != other[0]["reference"]
    assert "13900139000" not in str(first)
    assert set(after.values()) == {None}
    assert {"order_number", "refund_reason", "phone"} <= set(after)
    engine = create_engine(f"sqlite:///{tmp_path}/demo/orders.db")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT order_number, conversation, detail FROM requests")).all()
    engine.dispose()
    assert rows == [("A1003", "c_1", "坏了，打 *** 或 ***")] * 2
    written = b"".join(path.read_bytes() for path in (tmp_path / "demo").iterdir())
    assert b"13900139000" not in written
    assert "坏了".encode() in written
