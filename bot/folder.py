"""Which project the bot runs."""

from __future__ import annotations

from pathlib import Path

from models.settings import Settings

DEMO = Path(__file__).parent / "demo"


def project_folder(settings: Settings) -> Path:
    """BELLHOP_PROJECT, else the demo shop."""
    return settings.project if settings.project.name else DEMO
