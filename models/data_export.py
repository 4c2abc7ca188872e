"""All that the next training learns from, and what is answered, as files of a Rasa project.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import io
import zipfile

from sqlalchemy import Engine

from models.example_list import ExampleList
from models.project_data import Part, parts
from models.rasa.data import Example, TrainingData, marked_values
from models.rasa.writing import nlu_yaml, responses_yaml
from models.taught_parts import TaughtParts

NLU, RESPONSES = "data/nlu.yml", "data/responses.yml"
# A zip knows no time before; that of now would make two exports of the same differ.
_TIME = (1980, 1, 1, 0, 0, 0)


def data(engine: Engine) -> TrainingData:
    """Files and changes together."""
    taught = TaughtParts(engine)
    examples = tuple(Example(each.text, each.intent, each.entities) for each in ExampleList(engine).all())
    titles = {
        name: each["titles"] for name, each in parts(engine, Part.INTENT).items() if each.get("titles") is not None
    }
    synonyms = {text: value for value, texts in taught.used(Part.SYNONYM).items() for text in texts}
    synonyms = marked_values(examples) | synonyms
    return TrainingData(
        examples,
        synonyms,
        {name: tuple(lines) for name, lines in taught.used(Part.REGEX).items()},
        {name: tuple(lines) for name, lines in taught.used(Part.LOOKUP).items()},
        titles=titles,
    )


def files(engine: Engine) -> dict[str, str]:
    """Path in the project → what is in it."""
    return {NLU: nlu_yaml(data(engine)), RESPONSES: responses_yaml(TaughtParts(engine).used(Part.RESPONSE))}


def archive(engine: Engine) -> bytes:
    """A zip of them. The same data give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path, text in files(engine).items():
            zipped.writestr(zipfile.ZipInfo(path, _TIME), text.encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()
