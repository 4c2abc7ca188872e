"""The command line. Each command lives in its own module and is loaded only when it is called: `--help` answers at once."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bellhop.failure import explained
from bellhop.model_commands import Reason, models_app
from models.settings import Settings, load

app = typer.Typer(
    name="bellhop",
    help="Robot-first customer service: a bot answers at once, people take over, no message is lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
users_app = typer.Typer(help="The people who may log in at the desk.", no_args_is_help=True)
examples_app = typer.Typer(help="What people have taught the bot in the inbox.", no_args_is_help=True)
keys_app = typer.Typer(help="The keys that seal what is sensitive.", no_args_is_help=True)
app.add_typer(users_app, name="users")
app.add_typer(keys_app, name="keys")
app.add_typer(models_app, name="models")
app.add_typer(examples_app, name="examples")
data_app = typer.Typer(
    help="What the bot learns from: the project's files, and what people have changed.", no_args_is_help=True
)
app.add_typer(data_app, name="data")

Tie = Annotated[int | None, typer.Option("--tie", hidden=True)]
Server = Annotated[str, typer.Option("--server", help="Address of the API; empty: the one of the settings.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="File whose first line is the password; else it is asked for.")
]


def main() -> None:
    """Every error is one sentence and what to do. BELLHOP_LOG_LEVEL=debug shows the traceback as well."""
    try:
        app(prog_name="bellhop")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        if os.environ.get("BELLHOP_LOG_LEVEL") == "debug":
            raise
        raise SystemExit(_told(error)) from None


def _told(error: Exception) -> int:
    cause = _only(error)
    failure = explained(cause)
    if logging.getLogger().handlers:
        logging.getLogger("bellhop").info("ended by an error", exc_info=cause)
    command = " ".join(["bellhop", *sys.argv[1:2]])
    print(f"{command}: {failure.message}", file=sys.stderr)
    if failure.remedy:
        print(f"  {failure.remedy}", file=sys.stderr)
    return failure.code


def _only(error: BaseException) -> BaseException:
    """The first error of a group of tasks: it has ended the others."""
    return _only(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _settings() -> Settings:
    return load()


def _language() -> str:
    """Of this terminal, such as zh_CN.UTF-8."""
    return os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"


@app.command()
def serve() -> None:
    """Run everything on this machine: store, API, bot, handoff, archive."""
    from bellhop.serve import run

    run(_settings())


@app.command()
def api(tie: Tie = None) -> None:
    """Run only the API: sockets, REST and the web pages."""
    from bellhop.part import Part, run

    run(Part.API, _settings(), tie)


@app.command()
def bot(tie: Tie = None) -> None:
    """Run only a bot worker: reads, understands, answers or hands off."""
    from bellhop.part import Part, run

    run(Part.BOT, _settings(), tie)


@app.command()
def handoff(tie: Tie = None) -> None:
    """Run only the handoff: the queue of people who wait for a person."""
    from bellhop.part import Part, run

    run(Part.HANDOFF, _settings(), tie)


@app.command()
def archive(tie: Tie = None) -> None:
    """Run only the archive: writes the log to SQL."""
    from bellhop.part import Part, run

    run(Part.ARCHIVE, _settings(), tie)


@app.command(hidden=True)
def prepare(tie: Tie = None) -> None:
    """Do what the first start needs: schema, keys, first admin, first model."""
    from bellhop.prepare import run

    run(_settings(), tie)


@app.command()
def train(
    project: Annotated[Path | None, typer.Option(help="Folder of the project; empty: the one of the settings.")] = None,
    candidate: Annotated[bool, typer.Option("--candidate", help="Keep it, and let it answer nobody yet.")] = False,
    reason: Reason = "",
) -> None:
    """Train a model from the project, show how well it does, and let it answer; running bots take it within seconds."""
    from bellhop.train import run

    run(_settings(), project, candidate=candidate, reason=reason)


@app.command("test")
def hold_tests(
    project: Annotated[
        Path | None, typer.Argument(help="Folder of the project; empty: the one of the settings.")
    ] = None,
    only: Annotated[str, typer.Option(help="Only conversations with this in their name or file.")] = "",
    report: Annotated[Path | None, typer.Option("--json", help="Write every turn to this file, too.")] = None,
) -> None:
    """Hold the project's test conversations, and show what goes otherwise, turn by turn."""
    from bellhop.test import run

    run(_settings(), project, only, report)


@app.command()
def evaluate(
    project: Annotated[
        Path | None, typer.Argument(help="Folder of the project; empty: the one of the settings.")
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="File of examples with their intents; else the project's tests/heldout.yml.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Of the cross-validation; 0: only the test set.")] = 5,
    written: Annotated[
        Path | None, typer.Option("--json", help="Write every text and figure to this file, too.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder of the report; empty: one below BELLHOP_HOME/evaluations.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or zh; empty: that of this terminal.")] = "",
) -> None:
    """Measure how well the project's intents and entities are understood, with tables and a report with plots."""
    from bellhop.evaluate import run

    run(_settings(), project, test, folds, written, report, language or _language())


@app.command("import")
def import_project(project: Annotated[Path, typer.Argument(help="Folder of a Rasa project.")]) -> None:
    """Check a Rasa project, and say what will differ. Nothing is trained or changed."""
    from bellhop.import_ import run

    run(_settings(), project)


@app.command()
def shell(
    project: Annotated[
        Path | None, typer.Argument(help="Folder of the project; empty: the one of the settings.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or zh; empty: that of this terminal.")] = "",
) -> None:
    """Talk with the bot in this terminal, without a server, and see what it understood and why it did what it did."""
    from bellhop.shell import run

    run(_settings(), project, language or _language())


@app.command()
def chat(server: Server = "") -> None:
    """Chat as a customer, in this terminal."""
    from bellhop.chat import run

    run(_settings(), server)


@app.command()
def desk(
    email: Annotated[str, typer.Option(help="Your e-mail; empty: it is asked for.")] = "",
    server: Server = "",
    password_file: PasswordFile = None,
) -> None:
    """Answer as an agent, in this terminal."""
    from bellhop.desk import run

    run(_settings(), server, email, password_file)


@app.command()
def doctor() -> None:
    """Check this deployment, and say which command mends what is wrong."""
    from bellhop.doctor import run

    run(_settings())


@app.command()
def migrate() -> None:
    """Bring the SQL schema up to date."""
    from bellhop.migrate import run

    run(_settings())


@users_app.command("add")
def users_add(
    email: Annotated[str, typer.Argument(help="The e-mail to log in with.")],
    name: Annotated[str, typer.Option(help="Shown to customers; empty: the part before the @.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
    password_file: PasswordFile = None,
) -> None:
    """Add somebody. An empty password is generated and shown once."""
    from bellhop.users import add

    add(_settings(), email, name, admin, password_file)


@users_app.command("languages")
def users_languages(
    email: Annotated[str, typer.Argument(help="Whose.")],
    languages: Annotated[list[str] | None, typer.Argument(help="Like zh en; none: all.")] = None,
) -> None:
    """Say in which languages somebody answers; it counts when they next say that they take conversations."""
    from bellhop.users import speak

    speak(_settings(), email, languages or [])


@users_app.command("reset")
def users_reset(email: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """Make a new password for somebody who lost theirs; it is shown once."""
    from bellhop.users import reset

    reset(_settings(), email)


@users_app.command("list")
def users_list() -> None:
    """Show who may log in."""
    from bellhop.users import show

    show(_settings())


@data_app.command("export")
def data_export(
    folder: Annotated[Path, typer.Argument(help="Where data/nlu.yml and data/responses.yml are written.")],
) -> None:
    """Write all that the next training learns from as Rasa YAML: files and changes together."""
    from bellhop.data import export

    export(_settings(), folder)


@examples_app.command("export")
def examples_export(
    file: Annotated[
        Path | None, typer.Argument(help="A new file, for example data/inbox.yml; none: the terminal.")
    ] = None,
) -> None:
    """Write them as Rasa YAML, for data/ of the project."""
    from bellhop.examples import export

    export(_settings(), file)


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Make a new key; the old ones still open what they sealed."""
    from bellhop.keys import rotate

    rotate(_settings())


@keys_app.command("reseal")
def keys_reseal() -> None:
    """Seal files anew that are under an old key; after every process was restarted with the new one."""
    from bellhop.keys import reseal

    reseal(_settings())
