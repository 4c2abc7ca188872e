"""Examples of one file, as training data are written: texts that a model is measured on."""

from __future__ import annotations

from pathlib import Path

from bot.nlu.data import TrainingData
from models.rasa.document import Document
from models.rasa.nlu import NluReader
from models.rasa.problems import Problem, Problems, ProjectError


def examples_of(path: Path) -> TrainingData:
    """Raises ProjectError for a file that is not there, cannot be read, or has no example in it."""
    problems = Problems()
    if not path.is_file():
        raise ProjectError([Problem(str(path), 1, "no such file; expected training data with `nlu:`")])
    reader = NluReader()
    reader.take(Document.read(path, path.parent, problems))
    problems.check()
    data = reader.data()
    if not data.examples:
        raise ProjectError([Problem(str(path), 1, "no examples; expected training data with `nlu:`")])
    return data
