"""What `config.yml` says about entities."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.data import DIMENSIONS
from bot.nlu.zones import USUAL, Costs
from bot.project import ProjectError, load_project
from tests.small_project import write_project


def config(*components: str) -> str:
    return "pipeline:\n" + "".join(f"- {each}\n" for each in components)


@pytest.mark.parametrize(
    ("components", "learns"),
    [
        (("{name: DIETClassifier}",), True),
        (("{name: DIETClassifier, entity_recognition: false}",), False),
        (("{name: DIETClassifier, entity_recognition: false}", "{name: CRFEntityExtractor}"), True),
        (("{name: RegexEntityExtractor}",), False),
    ],
)
def test_entities_are_learned_where_the_pipeline_has_what_learns_them(
    tmp_path: Path, components: tuple[str, ...], learns: bool
) -> None:
    project = load_project(write_project(tmp_path, config=config(*components)))
    assert project.nlu_config.learn_entities is learns


def test_without_a_pipeline_entities_are_learned_and_no_quantities_are_looked_for(tmp_path: Path) -> None:
    found = load_project(write_project(tmp_path)).nlu_config
    assert (found.learn_entities, found.dimensions) == (True, ())


def test_duckling_without_dimensions_means_all(tmp_path: Path) -> None:
    found = load_project(write_project(tmp_path, config=config("{name: DucklingEntityExtractor}"))).nlu_config
    assert (set(found.dimensions), found.timezone) == (DIMENSIONS, None)


def test_an_unknown_dimension_is_warned_about_and_an_unknown_time_zone_is_a_mistake(tmp_path: Path) -> None:
    duckling = "{name: DucklingEntityExtractor, dimensions: [time, smell]}"
    project = load_project(write_project(tmp_path / "a", config=config(duckling)))
    assert project.nlu_config.dimensions == ("time",)
    assert any("config.yml:2" in str(each) and "smell" in str(each) for each in project.warnings)
    nowhere = config("{name: DucklingEntityExtractor, timezone: Mars/Olympus}")
    with pytest.raises(ProjectError, match="timezone"):
        load_project(write_project(tmp_path / "b", config=nowhere))


def test_a_regex_of_a_declared_entity_extracts_without_an_annotated_example(tmp_path: Path) -> None:
    assert "number" in load_project(write_project(tmp_path)).training.entities


def test_names_and_places_of_before(tmp_path: Path) -> None:
    old = config("{name: DucklingHTTPExtractor, dimensions: [number]}", "WhitespaceTokenizer", "{name: my.own.Part}")
    found = load_project(
        write_project(tmp_path, config=old + "policies: [{name: FallbackPolicy, nlu_threshold: 0.6}]\n")
    )
    assert (found.nlu_config.dimensions, found.nlu_config.fallback_threshold) == (("number",), 0.6)


def test_a_pipeline_that_is_no_list_is_passed_over(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path, config="language: en\npipeline: supervised_embeddings\n"))
    assert [str(each).partition(";")[0] for each in project.warnings] == ["config.yml:2: passed over"]


@pytest.mark.parametrize(
    ("policies", "refused"),
    [("", True), ("policies: [{name: RulePolicy}]\n", True), ("policies: [{name: FormPolicy}]\n", False)],
)
def test_only_the_rule_policy_refuses_contradictions(tmp_path: Path, policies: str, refused: bool) -> None:
    project = load_project(write_project(tmp_path, config=f"language: en\n{policies}"))
    assert project.policies.contradictions_refused is refused


def test_what_becomes_of_rasas_components_is_told(tmp_path: Path) -> None:
    given = config(
        "{name: DIETClassifier, epochs: 5, entity_recognition: true}",
        "{name: FallbackClassifier, threshold: 0.4}",
        "{name: my.own.Speller}",
        "{name: rasa.x.BytePairFeaturizer}",
    )
    project = load_project(
        write_project(
            tmp_path, config=given + "policies: [{name: TEDPolicy, max_history: 3}, {name: UnexpecTEDIntentPolicy}]\n"
        )
    )
    assert [f"{each.fate} {each}" for each in project.components] == [
        "replaced config.yml:2: DIETClassifier: the classifier and the tagger here; "
        "kept: entity_recognition true; without use: epochs",
        "honoured config.yml:3: FallbackClassifier: its thresholds are read; kept: threshold 0.4",
        "ignored config.yml:4: Speller: left out, for it is not one of Rasa's own",
        "replaced config.yml:5: BytePairFeaturizer: features are made here",
        "replaced config.yml:6: TEDPolicy: the learned policy here; kept: max_history 3",
        "ignored config.yml:6: UnexpecTEDIntentPolicy: left out",
    ]
    assert [str(each).partition(";")[0] for each in project.warnings] == ["config.yml:4: my.own.Speller is left out"]


def test_costs_are_ours_to_choose_and_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    given = "bellhop:\n  costs: {wrong_answer: 10, person: 2.5, coffee: 1}\n  volume: 11\nbelhop: {}\n"
    project = load_project(write_project(tmp_path, config=given))
    assert project.nlu_config.costs == Costs(wrong=10, asked=1, handed=2.5)
    warned = "\n".join(map(str, project.warnings))
    for line, word in ((2, "coffee"), (3, "volume"), (4, "belhop")):
        assert any(f"config.yml:{line}" in each and word in each for each in warned.splitlines()), warned


def test_without_costs_the_usual_ones_hold(tmp_path: Path) -> None:
    assert load_project(write_project(tmp_path)).nlu_config.costs == USUAL
    assert load_project(write_project(tmp_path / "b", config="bellhop:\n")).nlu_config.costs == USUAL


@pytest.mark.parametrize("cost", ["0", "-1", "much", "true", ".inf"])
def test_a_cost_that_is_none_is_a_mistake_with_its_line(tmp_path: Path, cost: str) -> None:
    with pytest.raises(ProjectError, match=r"config\.yml:2: expected a number above 0 as `person`"):
        load_project(write_project(tmp_path, config=f"bellhop:\n  costs: {{person: {cost}}}\n"))
