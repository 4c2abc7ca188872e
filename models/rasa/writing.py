"""Training data as Rasa YAML. What is written here is read as the same data, sign for sign, by models/rasa/nlu.py and responses.py.

Rasa's own spelling wherever it can say it: a block of lines, entities marked in them. Only what no line can say (line breaks, spaces at an
end, spans that overlap) is written with `text` and `entities` beside it, which Rasa does not read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from models.markup import Span, marked
from models.rasa.data import Example, TrainingData

# The dash is more than typography: in a file that is plain ASCII Rasa reads `\\u` as the beginning of a character.
HEAD = '# Training data — exported by Bellhop\nversion: "3.1"\n'


def nlu_yaml(data: TrainingData) -> str:
    """Intents with their examples, synonyms, regular expressions and lookups."""
    by_intent: dict[str, list[Example]] = {}
    for each in data.examples:
        by_intent.setdefault(each.intent, []).append(each)
    values: dict[str, list[str]] = {}
    for text, value in data.synonyms.items():
        values.setdefault(value, []).append(text)
    items = [
        *(
            line
            for intent, examples in by_intent.items()
            for line in _intent(intent, examples, data.titles.get(intent))
        ),
        *(line for value, texts in values.items() for line in _named("synonym", value, texts)),
        *(line for name, lines in data.regexes.items() for line in _named("regex", name, lines)),
        *(line for name, lines in data.lookups.items() for line in _named("lookup", name, lines)),
    ]
    return HEAD + "\n".join(["nlu:", *items] if items else ["nlu: []"]) + "\n"


def responses_yaml(responses: Mapping[str, Any]) -> str:
    """`responses` as JSON has them: name → variations."""
    if not responses:
        return f"{HEAD}responses: {{}}\n"
    return HEAD + "\n".join(["responses:", *_block(responses, 1)]) + "\n"


def _intent(intent: str, examples: Sequence[Example], titles: Mapping[str, str] | None) -> Iterator[str]:
    lines = [(each, _line(each.text, each.entities)) for each in examples]
    metadata = None if titles is None else {"title": dict(titles) or False}
    plain, odd = [line for _, line in lines if line is not None], [each for each, line in lines if line is None]
    if plain:
        yield from _item("intent", intent, metadata, plain)
    if odd:
        yield from _listed("intent", intent, None if plain else metadata, [(each.text, each.entities) for each in odd])


def _named(kind: str, name: str, texts: Iterable[str]) -> Iterator[str]:
    """The order of lines is kept, so one odd line makes all of them odd."""
    given = list(texts)
    if all(map(_is_plain, given)):
        yield from _item(kind, name, None, given)
    else:
        yield from _listed(kind, name, None, [(text, ()) for text in given])


def _item(kind: str, name: str, metadata: Any, lines: Iterable[str]) -> Iterator[str]:
    yield f"- {kind}: {quoted(name)}"
    if metadata is not None:
        yield from ("  metadata:", *_block(metadata, 2))
    yield "  examples: |"
    yield from (f"    - {line}" for line in lines)


def _listed(kind: str, name: str, metadata: Any, texts: Iterable[tuple[str, Sequence[Span]]]) -> Iterator[str]:
    yield f"- {kind}: {quoted(name)}"
    if metadata is not None:
        yield from ("  metadata:", *_block(metadata, 2))
    yield "  examples:"
    for text, spans in texts:
        yield f"  - text: {quoted(text)}"
        entities = [_span(each) for each in spans]
        yield from ("    entities:", *_block(entities, 2)) if entities else ("    entities: []",)


def _span(span: Span) -> dict[str, Any]:
    given = {
        "start": span.start,
        "end": span.end,
        "entity": span.entity,
        "value": span.value,
        "role": span.role,
        "group": span.group,
    }
    return {key: value for key, value in given.items() if value is not None}


def _line(text: str, spans: Sequence[Span]) -> str | None:
    line = marked(text, spans)
    return line if line is not None and _is_plain(line) else None


def _is_plain(line: str) -> bool:
    """Whether a block can hold it."""
    return line.isprintable() and line.strip() == line and line != ""


def _block(value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(f"{pad}{quoted(str(key))}:", each, depth)
    else:
        for each in value:
            yield from _entry(f"{pad}-", each, depth)


def _entry(head: str, value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        yield head
        yield from _block(value, depth + 1)
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        case int() | float():
            return repr(value)
        case str():
            return quoted(value)
        case _:
            return "{}" if isinstance(value, Mapping) else "[]"


def quoted(text: str) -> str:
    """In double quotes: `no`, `1` and `${HOME}` are names, too."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
