"""The commands `bellhop models …`. Like all others they load what they need only when they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.settings import load

models_app = typer.Typer(help="Versions of the model, and which of them answers whom.", no_args_is_help=True)

Reason = Annotated[str, typer.Option("--reason", help="Why: it is kept on record.")]
Model = Annotated[str, typer.Argument(help="Its id, or the beginning of it.")]


@models_app.command("list")
def models_list() -> None:
    """Show the versions, newest first."""
    from bellhop.models import listed

    listed(load())


@models_app.command("show")
def models_show(model: Model) -> None:
    """Show what is known of one: figures, parameters, who made it and why."""
    from bellhop.models import show

    show(load(), model)


@models_app.command("report")
def models_report(
    model: Model,
    written: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file for all of it: a page, or JSON where it ends with .json."),
    ] = None,
) -> None:
    """Show what was found when it was compared with the live model."""
    from bellhop.models_report import report

    report(load(), model, written)


@models_app.command("promote")
def models_promote(model: Model, reason: Reason = "") -> None:
    """Let it answer everybody."""
    from bellhop.models import promote

    promote(load(), model, reason)


@models_app.command("canary")
def models_canary(
    model: Model,
    percent: Annotated[int, typer.Argument(help="Of all conversations: 1 to 100.", min=1, max=100)] = 10,
    reason: Reason = "",
) -> None:
    """Let it answer a share of conversations, and compare; it is stopped by itself where it does worse."""
    from bellhop.models import canary

    canary(load(), model, percent, reason)


@models_app.command("shadow")
def models_shadow(model: Model, reason: Reason = "") -> None:
    """Let it read what customers say without answering, and compare what it understands."""
    from bellhop.models import shadow

    shadow(load(), model, reason)


@models_app.command("stop")
def models_stop(model: Model, reason: Reason = "") -> None:
    """Let it be canary or shadow no more."""
    from bellhop.models import stop

    stop(load(), model, reason)


@models_app.command("rollback")
def models_rollback(reason: Reason = "") -> None:
    """Go back to the model that was live before."""
    from bellhop.models import rollback

    rollback(load(), reason)


@models_app.command("remove")
def models_remove(model: Model, reason: Reason = "") -> None:
    """Remove one and its files; never one that answers or reads."""
    from bellhop.models import remove

    remove(load(), model, reason)
