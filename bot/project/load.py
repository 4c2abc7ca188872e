"""Reads a whole project folder. All mistakes are found before any is raised; nothing of it is run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bot.nlu.data import NluConfig, TrainingData
from bot.project.check import Checker, messages
from bot.project.components import Component, components_of
from bot.project.config import read_config
from bot.project.domain import Domain
from bot.project.domain_reading import DATA_KEYS, DOMAIN_KEYS, DomainReader
from bot.project.endpoints import ActionEndpoint, endpoint_of
from bot.project.files import DATA_SUFFIXES, files_below, test_files
from bot.project.json_data import read_json
from bot.project.markdown import read_markdown
from bot.project.policies import Policies, read_policies
from bot.project.story import Done, Rule, Said, Story
from bot.project.story_reading import read_rules, read_stories
from models.rasa.document import Document
from models.rasa.nlu import NluReader
from models.rasa.problems import Problem, Problems, ProjectError

NEWEST_VERSION = (3, 1)
HELDOUT = "tests/heldout.yml"
_READERS = {".md": read_markdown, ".json": read_json}


@dataclass(frozen=True, slots=True)
class Project:
    """`actions_at` says where the domain names an action. `data_hash` changes when a model has to be trained anew: with the
    examples, or with the settings of the pipeline. `components` says what becomes of those of `config.yml`."""

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
    components: tuple[Component, ...] = ()
    action_endpoint: ActionEndpoint | None = None


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
        self.components: tuple[Component, ...] = ()

    def project(self) -> Project:
        named = self._domain_documents()
        documents = [*named, *self._data_documents()]
        unread = bool(self.problems.errors)
        domain_documents = [each for each in documents if _is_domain(each)]
        if not named and not domain_documents:
            self.problems.error("domain.yml", 1, "missing; expected the domain in domain.yml or in a folder domain/")
        if any(str(each.top.get("version", "")).startswith("3") for each in domain_documents):
            documents = [each for each in documents if self._is_read(each)]
        for document in domain_documents:
            self.domain_reader.take(document)
        data = [each for each in documents if not _is_domain(each)]
        for document in data:
            self._check_keys(document)
            self.domain_reader.take_responses(document)
        for document in (*data, *domain_documents):
            self.nlu.take(document)
        rules = [rule for document in (*data, *domain_documents) for rule in read_rules(document)]
        rules += self.domain_reader.triggers
        stories = [story for document in (*data, *domain_documents) for story in read_stories(document)]
        config, policies = self._config()
        if not policies.rules_restricted:
            stories += [_told(rule) for rule in rules if messages(rule) > 1]
            rules = [rule for rule in rules if messages(rule) <= 1]
        endpoint = endpoint_of(self.folder, self.problems)
        heldout = self._heldout()
        tests = self._tests()
        spoken = [step for story in stories for step in story.steps if isinstance(step, Said)]
        stories = [_acting(story) for story in stories]
        domain = self.domain_reader.domain(dict.fromkeys(step.text for step in spoken))
        if not unread:
            # Of what cannot be read all would be missing elsewhere: the cause would be lost among what it brings about.
            self._check(domain, rules, [*stories, *tests])
        self.problems.check()
        retrieval = {intent.partition("/")[0] for intent in self.nlu.intents if "/" in intent}
        training = replace(self.nlu.data(), entities=tuple(sorted(domain.entities)), retrieval=tuple(sorted(retrieval)))
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
            self.components,
            endpoint,
        )

    def _place(self, action: str) -> tuple[str, int]:
        document, line = self.domain_reader.places["action", action]
        return document.file, line

    def _domain_documents(self) -> list[Document]:
        """`domain.yml` and the folder `domain/`; else what is called a domain beside them."""
        single = [path for name in ("domain.yml", "domain.yaml") if (path := self.folder / name).is_file()]
        found = single + files_below(self.folder / "domain")
        if not found:
            found = sorted(path for path in self.folder.glob("*domain*.y*ml") if path.is_file())
        return self._documents(found, self.problems)

    def _data_documents(self) -> list[Document]:
        files = [path for path in files_below(self.folder / "data", DATA_SUFFIXES) if path.name != "README.md"]
        return self._documents(files, self.problems)

    def _documents(self, paths: list[Path], problems: Problems) -> list[Document]:
        return [document for path in paths if (document := self._document(path, problems)) is not None]

    def _document(self, path: Path, problems: Problems) -> Document | None:
        """None for a file of a format that is newer than what we know, as Rasa does."""
        read = _READERS.get(path.suffix, Document.read)
        document = read(path, self.folder, problems)
        version = document.top.get("version")
        if version is None:
            return document
        line = document.top.line_of("version")
        if not isinstance(version, str):
            document.warn(line, f'expected the version as a text, such as version: "{version}"')
        parts = str(version).split(".")
        if not all(part.isdecimal() for part in parts):
            document.warn(line, 'expected a version such as "3.1"; the file is read all the same')
        elif tuple(map(int, parts)) > NEWEST_VERSION:
            document.warn(line, f"file skipped: version {version}; expected 3.1 or older")
            return None
        return document

    def _is_read(self, document: Document) -> bool:
        """Rasa 3 reads no Markdown; what is left of it after a migration would count twice."""
        if document.file.endswith(".md") and document.top:
            document.warn(1, "file passed over; expected YAML in a project whose domain is of version 3")
            return False
        return True

    def _check_keys(self, document: Document) -> None:
        if "flows" in document.top:
            at = document.top.line_of("flows")
            document.warn(at, "file passed over: flows (CALM) are not supported; expected rules, stories and forms")
            return
        if document.top and DATA_KEYS.isdisjoint(document.top):
            document.warn(1, f"file passed over; expected one of {', '.join(sorted(DATA_KEYS))} at its top")
            return
        for key in document.top:
            if key not in DATA_KEYS:
                expected = ", ".join(sorted(DATA_KEYS))
                document.warn(
                    document.top.line_of(key), f"unknown key '{key}' in training data; expected one of {expected}"
                )

    def _config(self) -> tuple[NluConfig, Policies]:
        names = ("config.yml", "config.yaml")
        path = next((path for name in names if (path := self.folder / name).is_file()), None)
        if path is None:
            return NluConfig(), Policies()
        document = Document.read(path, self.folder, self.problems)
        self.components = tuple(components_of(document))
        return read_config(document), read_policies(document)

    def _heldout(self) -> NluReader | None:
        path = self.folder / HELDOUT
        if not path.is_file():
            return None
        reader = NluReader()
        reader.take(Document.read(path, self.folder, self.problems))
        return reader

    def _tests(self) -> list[Story]:
        """A mistake in them spoils no training."""
        problems = Problems()
        documents = self._documents(test_files(self.folder), problems)
        found = [story for document in documents for story in read_stories(document)]
        self.problems.forgive(problems)
        return found

    def _check(self, domain: Domain, rules: list[Rule], stories: list[Story]) -> None:
        checker = Checker(domain, self.domain_reader.places, self.problems, _short(self.nlu.intents))
        checker.check_domain()
        checker.check_responses()
        checker.check_examples(self.nlu.intents, self.nlu.entities)
        for rule in rules:
            checker.check_rule(rule)
        for story in stories:
            checker.check_story(story)


def _told(rule: Rule) -> Story:
    """A rule about several messages is remembered as a story is."""
    return Story(rule.name, (*rule.condition, *rule.steps), rule.file, rule.line)


def _acting(story: Story) -> Story:
    """What the bot says word for word in a story (not in a test) is an action of its own, as in Rasa."""
    steps = (Done(step.text, step.line) if isinstance(step, Said) else step for step in story.steps)
    return replace(story, steps=tuple(steps))


def _is_domain(document: Document) -> bool:
    """By what is in it: domains may lie below `data/` too."""
    return not DOMAIN_KEYS.isdisjoint(document.top)


def _short(intents: Iterable[str]) -> set[str]:
    return {name.partition("/")[0] for name in intents}


def _hash(training: TrainingData, config: NluConfig) -> str:
    written = msgspec.json.encode([training, config], order="sorted")
    return hashlib.sha256(written).hexdigest()
