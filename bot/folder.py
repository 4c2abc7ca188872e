"""Which project the bot runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.project import Project, load_project
from bot.project.endpoints import chosen
from models.settings import Settings

DEMO = Path(__file__).parent / "demo"


def project_folder(settings: Settings) -> Path:
    """BELLHOP_PROJECT, else the demo shop."""
    return settings.project if settings.project.name else DEMO


def settled_project(settings: Settings) -> Project:
    """It, with its actions run where the settings say. Raises ProjectError."""
    project = load_project(project_folder(settings))
    return replace(project, action_endpoint=chosen(project.action_endpoint, settings.actions))
