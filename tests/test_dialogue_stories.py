"""Stories: remembered, joined by checkpoints, begun anywhere, not broken by rules, and generalised from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.learning import learn
from bot.dialogue.memory import Memory
from bot.dialogue.replay import paths
from bot.dialogue.stories import Stories
from bot.nlu.reading import Guess, Reading
from bot.project import Project, ProjectError, load_project
from bot.turn import Bot, Heard, Outcome
from tests.dialogue_talk import Talk, written

DOMAIN = """
version: "3.1"
intents: [hello, mood_bad, mood_good, yes, no, price, bye]
entities: [city]
slots:
  member: {type: bool, mappings: [{type: custom}]}
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
responses:
"""
NAMES = ["hello", "cheer", "helped", "sorry", "great", "bye", "price", "member", "guest", "near", "where"]
NLU = 'version: "3.1"\nnlu:\n' + "".join(
    f"- intent: {name}\n  examples: |\n    - {name}\n"
    for name in ("hello", "mood_bad", "mood_good", "yes", "no", "price", "bye")
)
STORIES = """
version: "3.1"
stories:
- story: sad
  steps:
  - intent: hello
  - action: utter_hello
  - intent: mood_bad
  - action: utter_cheer
  - action: utter_helped
  - checkpoint: helped
- story: was helped
  steps:
  - checkpoint: helped
  - or:
    - intent: yes
    - intent: mood_good
  - action: utter_great
- story: was not
  steps:
  - checkpoint: helped
  - intent: no
  - action: utter_sorry
- story: members
  steps:
  - intent: bye
  - slot_was_set:
    - member: true
  - action: utter_member
- story: guests
  steps:
  - intent: bye
  - slot_was_set:
    - member: false
  - action: utter_guest
"""
RULES = """
version: "3.1"
rules:
- rule: what it costs
  steps:
  - intent: price
  - action: utter_price
"""


class Literal:
    """Understands what is written as an intent's name."""

    def read(self, texts: Any) -> list[Reading]:
        return [Reading(text, Guess(text, 1.0), (Guess(text, 1.0),), (), "0") for text in texts]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "data").mkdir()
    responses = "".join(f"  utter_{name}: [{{text: {name}}}]\n" for name in NAMES)
    (tmp_path / "domain.yml").write_text(DOMAIN + responses)
    for name, text in {"nlu": NLU, "stories": STORIES, "rules": RULES}.items():
        (tmp_path / "data" / f"{name}.yml").write_text(text)
    return load_project(tmp_path)


async def talk(project: Project, *texts: str) -> list[Outcome]:
    bot = Bot(project, Literal(), None)
    outcomes: list[Outcome] = []
    for seq, text in enumerate(texts, 1):
        heard = Heard("c_1", seq, text, at=float(seq))
        (reading,) = bot.read([heard])
        outcomes.append(await bot.turn(heard, reading, outcomes[-1].tracker if outcomes else None))
    return outcomes


def said(outcomes: list[Outcome]) -> list[list[str | None]]:
    return [[reply.text for reply in outcome.replies] for outcome in outcomes]


async def test_a_story_is_followed_over_several_turns_and_a_checkpoint(project: Project) -> None:
    first = [["hello"], ["cheer", "helped"]]
    assert said(await talk(project, "hello", "mood_bad", "yes")) == [*first, ["great"]]
    assert said(await talk(project, "hello", "mood_bad", "mood_good")) == [*first, ["great"]]
    assert said(await talk(project, "hello", "mood_bad", "no")) == [*first, ["sorry"]]


async def test_a_rule_in_between_does_not_break_a_story(project: Project) -> None:
    outcomes = await talk(project, "hello", "price", "mood_bad", "price", "no")
    assert said(outcomes) == [["hello"], ["price"], ["cheer", "helped"], ["price"], ["sorry"]]


async def test_a_story_begins_anywhere(project: Project) -> None:
    outcomes = await talk(project, "hello", "mood_bad", "yes", "hello", "mood_bad", "no")
    assert said(outcomes)[3:] == [["hello"], ["cheer", "helped"], ["sorry"]]


def test_alternatives_and_checkpoints_are_multiplied_out(project: Project) -> None:
    names = sorted([story.name for story in path.stories] for path in paths(project.stories))
    assert names == [["guests"], ["members"], ["sad", "was helped"], ["sad", "was helped"], ["sad", "was not"]]


def test_what_contradicts_itself_is_not_remembered(project: Project) -> None:
    memory = Memory.of(project.domain, project.stories)
    point = next(each for each in memory.points if each.action == "utter_member")
    assert memory.recall(point.states) == ("utter_member", "members")
    stranger = next(each for each in memory.points if each.action == "utter_guest")
    assert memory.recall(stranger.states) == ("utter_guest", "guests")
    assert point.states[-1].slots != stranger.states[-1].slots


def test_what_no_story_matches_is_learned_from_those_that_are_near(project: Project) -> None:
    memory = Memory.of(project.domain, project.stories)
    stories = Stories(memory, learn(memory.points, 5), project.policies)
    sad = next(each for each in memory.points if each.action == "utter_cheer")
    member = next(each for each in memory.points if each.action == "utter_member")
    odd = [*member.states, *sad.states[1:]]
    assert memory.recall(odd) is None
    advice = stories.advise(odd)
    assert advice is not None
    assert (advice.action, advice.by) == ("utter_cheer", "learned")
    assert 0.3 < advice.confidence < 1


def test_an_intent_of_no_story_gets_no_advice(project: Project) -> None:
    memory = Memory.of(project.domain, project.stories)
    stories = Stories(memory, learn(memory.points, 5), project.policies)
    state = memory.points[0].states[-1]
    assert stories.advise([type(state)("action_listen", "price", (), (), None)]) is None


def test_the_same_stories_teach_the_same(project: Project) -> None:
    points = Memory.of(project.domain, project.stories).points
    first, second = learn(points, 5), learn(points, 5)
    assert first.words == second.words
    assert (first.weights == second.weights).all()


async def test_a_rule_about_several_messages_is_a_story_where_the_project_allows_it(tmp_path: Path) -> None:
    domain = "intents: [ask, yes]\nresponses: {utter_sure: [{text: s}], utter_done: [{text: d}]}\n"
    steps = "[{intent: ask}, {action: utter_sure}, {intent: yes}, {action: utter_done}]"
    rules = f"rules:\n- rule: long\n  steps: {steps}\n"
    with pytest.raises(ProjectError, match="rule 'long'; expected one intent at most"):
        written(tmp_path / "strict", domain, rules=rules)
    loose = "policies: [{name: RulePolicy, restrict_rules: false}]\n"
    talk = Talk(written(tmp_path / "loose", domain, rules=rules, config=loose))
    assert await talk.say("ask") == ["utter_sure"]
    assert await talk.say("yes") == ["utter_done"]
