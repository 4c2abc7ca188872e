"""Reads a Rasa-format project: domain, nlu, rules, stories, responses, config, test conversations."""

from __future__ import annotations

from bot.project.load import Project, load_project
from models.rasa.problems import Problem, ProjectError

__all__ = ["Problem", "Project", "ProjectError", "load_project"]
