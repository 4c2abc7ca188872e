"""Training data in Rasa's JSON format (`rasa_nlu_data`), as the document that YAML would be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.rasa.document import Document, List, Map
from models.rasa.problems import Problems

TOP = "rasa_nlu_data"


def read_json(path: Path, folder: Path, problems: Problems) -> Document:
    """Any other JSON is empty: projects keep all kinds of it beside their training data. JSON has no lines to tell."""
    document = Document(path.relative_to(folder).as_posix(), problems)
    text = document.text_of(path)
    if f'"{TOP}"' not in text:
        return document
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        document.error(error.lineno, f"not JSON: {error.msg}")
    except RecursionError:
        document.error(1, "nested too deep; expected a flatter file")
    else:
        _take(document, data[TOP] if isinstance(data, dict) and isinstance(data.get(TOP), dict) else {})
    return document


def _take(document: Document, data: dict[str, Any]) -> None:
    examples = _dicts(data, "common_examples", "intent_examples", "entity_examples")
    made = [_item("intent", each.get("intent"), [_kept(each)]) for each in examples if each.get("intent")]
    made += [_item("regex", each.get("name"), [each.get("pattern")]) for each in _dicts(data, "regex_features")]
    made += [_item("synonym", each.get("value"), each.get("synonyms")) for each in _dicts(data, "entity_synonyms")]
    made += [_lookup(document, each) for each in _dicts(data, "lookup_tables")]
    if made:
        document.top["nlu"] = _list(made)


def _dicts(data: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    return [each for key in keys for each in (data.get(key) or ()) if isinstance(each, dict)]


def _list(values: Any) -> List:
    made = List(1)
    for value in values if isinstance(values, list) else ():
        made.append(value)
        made.lines.append(1)
    return made


def _item(kind: str, name: Any, examples: Any) -> Map:
    made = Map(1)
    made.update({kind: name, "examples": _list(examples)})
    return made


def _kept(example: dict[str, Any]) -> Map:
    made = Map(1)
    made.update(text=example.get("text"), entities=example.get("entities") or [])
    return made


def _lookup(document: Document, given: dict[str, Any]) -> Map:
    if isinstance(given.get("elements"), str):
        document.warn(1, f"lookup '{given.get('name')}'; expected its values, a file of them is not read")
    return _item("lookup", given.get("name"), given.get("elements"))
