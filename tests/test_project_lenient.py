"""What Rasa reads with a warning is read here too, and the warning names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.project import Project, ProjectError, load_project
from bot.project.domain import SlotType
from bot.project.story import Checkpoint, Done, Intended
from tests.small_project import DOMAIN, NLU, RULES, write_project


def warnings(project: Project, file: str) -> dict[int, str]:
    return {each.line: each.expected for each in project.warnings if each.file == file}


STORY = "version: '3.1'\nstories:\n- story: one\n  steps:\n  - intent: greet\n  - action: utter_greet\n"


@pytest.mark.parametrize(
    ("part", "old", "new", "file", "expected"),
    [
        ("nlu", "order [N1](number)", "order [N1](numero)", "data/nlu.yml", "unknown entity 'numero'"),
        ("nlu", "- N\\d+", "- N\\d+\n    - (N", "data/nlu.yml", "not a regular expression"),
        ("nlu", "- intent: vip", "- intent: loner\n- intent: vip", "data/nlu.yml", "has no examples"),
        ("nlu", "- intent: vip", "- intention: vip", "data/nlu.yml", "expected a map with one of intent"),
        ("nlu", "- intent: faq", "- intent: prices", "data/nlu.yml", "unknown intent 'prices'"),
        ("domain", "actions: [action_tell,", "actions: [utter_lost, action_tell,", "domain.yml", "unknown response 'utter_lost'"),
        ("domain", "{type: from_entity, entity: number}", "{type: from_entity, entity: colour}", "domain.yml", "unknown entity 'colour'"),
        ("domain", "intent: vip, value", "intent: guest, value", "domain.yml", "unknown intent 'guest'"),
        ("domain", '{text: "Stopped"}', "{metadata: {a: 1}}", "domain.yml", "says nothing"),
        ("domain", "name: vip, value", "name: rank, value", "domain.yml", "unknown slot 'rank'"),
        ("domain", "intents: [greet,", "intents: [greet, greet,", "domain.yml", "duplicate intent 'greet'"),
        ("domain", "    initial_value: false\n", "    initial_value: false\n    initial_value: true\n", "domain.yml", "duplicate key"),
        ("rules", "- rule: vip\n", "- rule: idle\n- rule: vip\n", "data/rules.yml", "expected `steps`"),
        ("rules", "{action: utter_faq}]", "{action: utter_faq}, {dance: waltz}]", "data/rules.yml", "step skipped"),
    ],
)  # fmt: skip
def test_what_rasa_warns_of_is_a_warning(
    tmp_path: Path, part: str, old: str, new: str, file: str, expected: str
) -> None:
    whole = {"rules": RULES, "domain": DOMAIN, "nlu": NLU}[part]
    assert old in whole
    changed = whole.replace(old, new, 1)
    project = load_project(write_project(tmp_path, **{part: changed}))
    told = [(line, said) for line, said in warnings(project, file).items() if expected in said]
    assert told
    first = changed[: changed.index(new)].count("\n") + 1
    assert all(-3 <= line - first <= new.count("\n") + 1 for line, _ in told)


def test_stories_and_tests_may_name_what_is_missing_but_rules_may_not(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "stories.yml").write_text(STORY.replace("greet\n", "unheard\n"))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_all.yml").write_text(STORY.replace("intent: greet", "intent: lost\n    user: hello"))
    project = load_project(folder)
    assert "unknown intent 'unheard'" in warnings(project, "data/stories.yml")[5]
    assert "unknown intent 'lost'" in warnings(project, "tests/test_all.yml")[5]
    with pytest.raises(ProjectError, match="unknown intent 'unheard'"):
        load_project(write_project(folder, rules=RULES.replace("intent: faq", "intent: unheard")))


def test_a_rule_may_name_an_intent_that_has_examples_and_that_the_domain_forgot(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path, domain=DOMAIN.replace("intents: [greet, ", "intents: [")))
    assert "unknown intent 'greet'" in warnings(project, "data/rules.yml")[4]


def test_a_broken_test_conversation_spoils_no_training(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_all.yml").write_text("stories: [\n")
    assert any("not YAML" in str(each) for each in load_project(folder).warnings)


def test_a_checkpoint_may_have_slots_beside_it(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "stories.yml").write_text(
        STORY + "  - checkpoint: known\n    slot_was_set: [{vip: true}]\n", "utf-8"
    )
    (story,) = load_project(folder).stories
    assert [type(step) for step in story.steps] == [Intended, Done, Checkpoint]
    assert isinstance(story.steps[2], Checkpoint)
    assert [(need.name, need.value) for need in story.steps[2].slots] == [("vip", True)]


def test_domain_files_merge_and_the_first_counts(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "domain").mkdir()
    (folder / "domain" / "more.yml").write_text(
        "intents: [greet, extra]\nresponses:\n  utter_greet: [{text: Other}]\n  utter_extra: [{text: Extra}]\n"
    )
    (folder / "data" / "deep" / "er").mkdir(parents=True)
    (folder / "data" / "deep" / "er" / "slots.yaml").write_text(
        "slots:\n  deep: {type: any, mappings: [{type: custom}]}\n"
    )
    project = load_project(folder)
    assert project.domain.responses["utter_greet"][-1].parts["text"] == "Hello"
    assert {"utter_extra"} <= set(project.domain.responses)
    assert project.domain.slots["deep"].type is SlotType.ANY
    assert "first in domain.yml" in warnings(project, "domain/more.yml")[1]
    assert "first in domain.yml" in warnings(project, "domain/more.yml")[3]


def test_old_words_of_the_domain(tmp_path: Path) -> None:
    domain = DOMAIN.replace("responses:", "templates:").replace(
        'utter_faq: [{text: "It is free"}]', "utter_faq:\n  - It is free"
    )
    domain = domain.replace("intents: [greet", "intents: [{price: {triggers: utter_faq}}, greet")
    project = load_project(write_project(tmp_path, domain=domain))
    assert project.domain.responses["utter_faq"][0].parts == {"text": "It is free"}
    (rule,) = [rule for rule in project.rules if "triggers" in rule.name]
    assert [step.intent for step in rule.steps if isinstance(step, Intended)] == ["price"]
    assert [step.action for step in rule.steps if isinstance(step, Done)] == ["utter_faq"]


def test_entities_that_do_not_influence_are_ignored_by_intents_that_say_nothing_else(tmp_path: Path) -> None:
    domain = DOMAIN.replace("entities: [number]", "entities: [{number: {influence_conversation: false, roles: [a]}}]")
    project = load_project(write_project(tmp_path, domain=domain))
    assert not project.domain.intents["greet"].lets("number")
    assert warnings(project, "domain.yml") == {}


def test_files_that_are_no_training_data_are_passed_over(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / ".hidden").mkdir()
    (folder / "data" / ".hidden" / "nlu.yml").write_text("nlu: [\n")
    (folder / "data" / "list.yml").write_text("- one\n- two\n")
    (folder / "data" / "flows.yml").write_text("flows: {}\n")
    (folder / "data" / "empty.yaml").write_text("")
    (folder / "data" / "loop").symlink_to(folder / "data")
    project = load_project(folder)
    assert {each.file for each in project.warnings} == {"data/list.yml", "data/flows.yml"}
    assert len(project.rules) == 9


def test_linked_folders_are_read_once(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "stories.yml").write_text(STORY)
    (folder / "data" / "linked").symlink_to(tmp_path / "shared")
    assert [story.name for story in load_project(folder).stories] == ["one"]


def test_what_the_bot_says_word_for_word_in_a_story_is_an_action_of_its_own(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "stories.yml").write_text(STORY + "  - user: how nice\n  - bot: Is it not?\n")
    project = load_project(folder)
    assert [step.action for step in project.stories[0].steps if isinstance(step, Done)] == ["utter_greet", "Is it not?"]
    assert project.domain.responses["Is it not?"][0].parts == {"text": "Is it not?"}
    assert project.domain.plain["e2e_actions"] == ["Is it not?"]
    assert project.warnings == []


def test_a_slot_that_only_a_form_of_rasa_2_names_is_made_up(tmp_path: Path) -> None:
    slots = "      size: [{type: from_text}]\n      number: [{type: from_entity, entity: number}]\n"
    forms = f"forms:\n  order_form:\n    required_slots:\n{slots}"
    domain = DOMAIN[: DOMAIN.index("slots:")].replace("3.1", "2.0") + forms + DOMAIN[DOMAIN.index("actions:") :]
    project = load_project(write_project(tmp_path, domain=domain))
    assert project.domain.slots["size"].type is SlotType.ANY
    assert project.domain.forms["order_form"].required_slots == ("size", "number")
    assert sum("which is no slot" in each for each in warnings(project, "domain.yml").values()) == 1
