"""Domains as Rasa 2 wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.project import Project, ProjectError, load_project
from bot.project.domain import MappingCondition, MappingType, SlotMapping, SlotType

DOMAIN = """
version: "2.0"
intents: [inform, affirm]
entities: [city, size]
slots:
  city: {type: text}
  size: {type: rasa.shared.core.slots.TextSlot, auto_fill: false}
  name: {type: text}
  note: {type: unfeaturized}
  sure: {type: bool}
  own: {type: my.package.OwnSlot}
responses:
  utter_ask_city: [{text: Where?}]
"""
OLDEST = """
forms:
  trip_form:
    city:
    - {type: from_entity, entity: city}
    name:
    - {type: from_text, not_intent: affirm}
    sure: {type: from_intent, intent: affirm, value: true}
"""
LATER = """
forms:
  trip_form:
    ignored_intents: [affirm]
    required_slots:
      city: []
      name:
      - type: from_text
"""
NLU = 'version: "2.0"\nnlu:\n- intent: inform\n  examples: |\n    - to [Rome](city)\n- intent: affirm\n  examples: |\n    - yes\n'


def project(folder: Path, forms: str) -> Project:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "domain.yml").write_text(DOMAIN + forms)
    (folder / "data" / "nlu.yml").write_text(NLU)
    return load_project(folder)


def test_a_forms_own_mappings_become_those_of_its_slots(tmp_path: Path) -> None:
    domain = project(tmp_path, OLDEST).domain
    assert domain.forms["trip_form"].required_slots == ("city", "name", "sure")
    asked = (MappingCondition("trip_form", "name"),)
    assert domain.slots["name"].mappings == (
        SlotMapping(MappingType.TEXT, not_intents=frozenset({"affirm"}), conditions=asked),
    )
    assert domain.slots["sure"].mappings[0].value is True
    assert [form["required_slots"] for form in domain.plain["forms"].values()] == [["city", "name", "sure"]]


def test_a_slot_fills_from_the_entity_of_its_name_unless_it_says_no(tmp_path: Path) -> None:
    slots = project(tmp_path, OLDEST).domain.slots
    in_form = SlotMapping(MappingType.ENTITY, entity="city", conditions=(MappingCondition("trip_form"),))
    assert slots["city"].mappings == (in_form, SlotMapping(MappingType.ENTITY, entity="city"))
    assert slots["size"].mappings == (SlotMapping(MappingType.CUSTOM),)
    settings = "config: {store_entities_as_slots: false}\n"
    assert project(tmp_path, OLDEST + settings).domain.slots["city"].mappings == (in_form,)


def test_required_slots_as_a_map_and_none_at_all(tmp_path: Path) -> None:
    domain = project(tmp_path, LATER).domain
    assert domain.forms["trip_form"].required_slots == ("city", "name")
    assert domain.forms["trip_form"].ignored_intents == {"affirm"}
    assert domain.slots["city"].mappings[0] == SlotMapping(
        MappingType.ENTITY, entity="city", conditions=(MappingCondition("trip_form"),)
    )
    assert project(tmp_path, "forms: [trip_form]\n").domain.forms["trip_form"].required_slots == ()
    assert project(tmp_path, "forms: {trip_form: }\n").domain.forms["trip_form"].required_slots == ()


def test_old_names_of_types(tmp_path: Path) -> None:
    loaded = project(tmp_path, "")
    slots = loaded.domain.slots
    assert slots["size"].type is SlotType.TEXT
    assert slots["note"].type is SlotType.ANY
    assert not slots["note"].influence_conversation
    assert slots["own"].type is SlotType.ANY
    assert [warning.line for warning in loaded.warnings] == [11], "a type of the project's own"


def test_what_is_no_mapping_is_still_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"domain\.yml:\d+: slot 'city'; expected a mapping out of"):
        project(tmp_path, "forms: {trip_form: {city: [{type: from_thin_air}]}}\n")
