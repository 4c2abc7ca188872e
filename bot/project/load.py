"""Reads a whole project folder. All mistakes are found before any is raised; nothing of it is run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bot.nlu.data import NluConfig, TrainingData
from bot.project.check import Checker
from bot.project.config import read_config
from bot.project.document import Document
from bot.project.domain import Domain
from bot.project.domain_reading import DATA_KEYS, DomainReader
from bot.project.nlu import NluReader
from bot.project.policies import Policies, read_policies
from bot.project.problems import Problem, Problems, ProjectError
from bot.project.story import Rule, Story
from bot.project.story_reading import read_rules, read_stories

NEWEST_VERSION = (3, 1)
HELDOUT = "tests/heldout.yml"


@dataclass(frozen=True, slots=True)
class Project:
    """`actions_at` says where the domain names an action. `data_hash` changes when a model has to be trained anew: with the
    examples, or with the settings of the pipeline."""

    name: str
    folder: Path
    domain: Domain
    rules: tuple[Rule, ...]
    stories: tuple[Story, ...]
    training: TrainingData
    heldout: TrainingData | None
    nlu_config: NluConfig
    tests: tuple[Story, ...]
    data_hash: str
    warnings: list[Problem]
    actions_at: Mapping[str, tuple[str, int]]
    policies: Policies = Policies()


def load_project(folder: Path) -> Project:
    """Raises ProjectError with every problem of the folder."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise ProjectError([Problem(str(folder), 1, "no such folder; expected a folder with domain.yml and data/")])
    return _Loading(folder).project()


class _Loading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems = Problems()
        self.domain_reader = DomainReader()
        self.nlu = NluReader()

    def project(self) -> Project:
        domain_files, data_files = self._domain_files(), _yaml(self.folder / "data")
        if not domain_files:
            self.problems.error("domain.yml", 1, "missing; expected the domain in domain.yml or in a folder domain/")
        domain_documents = [document for path in domain_files if (document := self._document(path)) is not None]
        data = [document for path in data_files if (document := self._document(path)) is not None]
        for document in domain_documents:
            self.domain_reader.take(document)
        for document in data:
            self._check_keys(document)
            self.domain_reader.take_responses(document)
        for document in (*data, *domain_documents):
            self.nlu.take(document)
        rules = [rule for document in (*data, *domain_documents) for rule in read_rules(document)]
        stories = [story for document in (*data, *domain_documents) for story in read_stories(document)]
        config, policies = self._config()
        heldout = self._heldout()
        tests = self._tests()
        domain = self.domain_reader.domain()
        self._check(domain, rules, [*stories, *tests])
        self.problems.check()
        training = replace(self.nlu.data(), entities=tuple(sorted(domain.entities)))
        return Project(
            self.folder.name,
            self.folder,
            domain,
            tuple(rules),
            tuple(stories),
            training,
            None if heldout is None else heldout.data(),
            config,
            tuple(tests),
            _hash(training, config),
            sorted(set(self.problems.warnings)),
            {action: self._place(action) for action in domain.actions},
            policies,
        )

    def _place(self, action: str) -> tuple[str, int]:
        document, line = self.domain_reader.places["action", action]
        return document.file, line

    def _domain_files(self) -> list[Path]:
        single = [path for name in ("domain.yml", "domain.yaml") if (path := self.folder / name).is_file()]
        return single + _yaml(self.folder / "domain")

    def _document(self, path: Path) -> Document | None:
        """None for a file of a format that is newer than what we know, as Rasa does."""
        document = Document.read(path, self.folder, self.problems)
        version = document.top.get("version")
        if version is None:
            return document
        line = document.top.line_of("version")
        if not isinstance(version, str):
            document.warn(line, f'expected the version as a text, such as version: "{version}"')
        parts = str(version).split(".")
        if not all(part.isdecimal() for part in parts):
            document.error(line, 'expected a version such as "3.1"')
        elif tuple(map(int, parts)) > NEWEST_VERSION:
            document.warn(line, f"file skipped: version {version}; expected 3.1 or older")
            return None
        return document

    def _check_keys(self, document: Document) -> None:
        for key in document.top:
            if key not in DATA_KEYS:
                expected = ", ".join(sorted(DATA_KEYS))
                document.warn(
                    document.top.line_of(key), f"unknown key '{key}' in training data; expected one of {expected}"
                )

    def _config(self) -> tuple[NluConfig, Policies]:
        path = self.folder / "config.yml"
        if not path.is_file():
            return NluConfig(), Policies()
        document = Document.read(path, self.folder, self.problems)
        return read_config(document), read_policies(document)

    def _heldout(self) -> NluReader | None:
        path = self.folder / HELDOUT
        if not path.is_file():
            return None
        reader = NluReader()
        reader.take(Document.read(path, self.folder, self.problems))
        return reader

    def _tests(self) -> list[Story]:
        found: list[Story] = []
        for path in _yaml(self.folder / "tests"):
            if path.name.startswith("test_") and (document := self._document(path)) is not None:
                found += read_stories(document)
        return found

    def _check(self, domain: Domain, rules: list[Rule], stories: list[Story]) -> None:
        checker = Checker(domain, self.domain_reader.places, self.problems)
        checker.check_domain()
        checker.check_responses()
        checker.check_examples(self.nlu.intents, self.nlu.entities)
        for rule in rules:
            checker.check_rule(rule)
        for story in stories:
            checker.check_story(story)


def _yaml(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml") and path.is_file())


def _hash(training: TrainingData, config: NluConfig) -> str:
    written = msgspec.json.encode([training, config], order="sorted")
    return hashlib.sha256(written).hexdigest()
