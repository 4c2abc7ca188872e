"""Settings: environment → one frozen value, read once at start and passed on. docs/settings.md lists the same, and a test compares."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

from models.hours import Hours

PREFIX = "BELLHOP_"


class Switch(StrEnum):
    """Whether there is something at all."""

    ON = "on"
    OFF = "off"


class Routing(StrEnum):
    """How who waits comes to an agent."""

    PULL = "pull"
    ASSIGN = "assign"
    OFFER = "offer"


class NoReply(StrEnum):
    """What comes of an agent's leaving a customer without an answer."""

    WARN = "warn"
    QUEUE = "queue"


class Access(StrEnum):
    """Who may use what needs no sign-in, besides those who know its secret."""

    OFF = "off"
    LOCAL = "local"
    OPEN = "open"


class Targets(StrEnum):
    """Where webhooks may lead."""

    PUBLIC = "public"
    ANY = "any"


class SettingsError(Exception):
    """A variable that cannot be used; the message names the variable and what is expected, never a secret's value."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Durations are seconds in the environment. An empty Redis or database URL means the embedded one below `home`."""

    home: Path = _setting(Path("var"), "Folder of everything that is kept on this machine")
    project: Path = _setting(Path(), "Folder of the bot's project; empty: the demo shop")
    actions: str = _setting(
        "", "Address of an action server, or in-process; empty: as the project's endpoints.yml says, else in process"
    )
    host: str = _setting("127.0.0.1", "Address that the API listens on")
    port: int = _setting(8080, "Port that the API listens on")
    redis_url: str = _setting("", "Redis or Valkey; empty: embedded")
    database_url: str = _setting("", "SQLAlchemy URL; empty: SQLite below home")
    partitions: int = _setting(16, "Partitions of the log; fixed when the deployment is made")
    secret_key_file: Path = _setting(Path(), "Key ring; empty: home/secret.json, made at first start")
    admin_password_file: Path = _setting(Path(), "First admin's password; empty: one is generated and shown once")
    admin_email: str = _setting("admin@example.com", "First admin's e-mail")
    allowed_origins: str = _setting("", "Origins whose pages may have the widget, besides our own, with commas between")
    identity_secret_file: Path = _setting(
        Path(), "Secret with which your site signs who its customers are; empty: all are anonymous"
    )
    forwarded_allow_ips: str = _setting("127.0.0.1", "Proxies whose X-Forwarded-For is believed")
    rest_channel: Access = _setting(Access.LOCAL, "Rasa's REST channel: off, local (this machine only) or open")
    rest_channel_token_file: Path = _setting(
        Path(), "Secret with which Rasa's REST channel is for others, too; empty: none"
    )
    webhook_targets: Targets = _setting(
        Targets.PUBLIC, "Where webhooks may lead: public (https, and no address of a private network) or any"
    )
    metrics: Access = _setting(Access.LOCAL, "/metrics: off, local (this machine only) or open")
    metrics_token_file: Path = _setting(Path(), "Secret with which /metrics is for others, too; empty: none")
    agent_token: timedelta = _setting(timedelta(minutes=15), "Life of an agent's access token")
    refresh_token: timedelta = _setting(timedelta(days=14), "Life of a refresh token")
    visitor_token: timedelta = _setting(timedelta(days=30), "Life of an anonymous customer's token")
    heartbeat: timedelta = _setting(timedelta(seconds=30), "A client pings this often")
    silence: timedelta = _setting(timedelta(seconds=75), "A socket that says nothing this long is closed (4508)")
    online: timedelta = _setting(timedelta(seconds=35), "Life of the online key of a person")
    send_limit: timedelta = _setting(
        timedelta(seconds=20), "A write that the reader does not take is given up after this"
    )
    request_limit: timedelta = _setting(timedelta(seconds=10), "A request whose head and body take longer is given up")
    outbox_frames: int = _setting(256, "Frames that may wait for one connection before it is closed (4501)")
    outbox_bytes: int = _setting(1_048_576, "Bytes that may wait for one connection before it is closed (4501)")
    frame_bytes: int = _setting(65_536, "Largest frame")
    text_characters: int = _setting(4_000, "Longest text of one message")
    messages_per_second: float = _setting(10.0, "Frames a second that one connection may send")
    messages_burst: int = _setting(20, "Frames that one connection may send at once")
    connections_per_person: int = _setting(5, "Sockets of one person; the oldest is closed (4409)")
    connections_per_address: int = _setting(100, "Sockets from one address; more are refused (429)")
    handshakes_per_second: float = _setting(
        20.0,
        "Sockets that one address may open in a second, after as many at once as it may have; more are refused (429)",
    )
    visitors_per_minute: int = _setting(120, "New customers and conversations from one address; more are refused (429)")
    uploads_per_day: int = _setting(
        104_857_600, "Bytes of files that one person may send in a day; more are refused (429)"
    )
    files_bucket: str = _setting("", "Bucket of an S3-compatible store for what people send; empty: home/files")
    files_endpoint: str = _setting("", "URL of that store; empty: AWS")
    upload_limit: timedelta = _setting(timedelta(minutes=2), "A file whose sending takes longer is given up")
    connections: int = _setting(15_000, "Sockets of one API process; more are refused (1013)")
    recent_entries: int = _setting(200, "Entries of a conversation that are kept in Redis for resuming")
    idle: timedelta = _setting(timedelta(hours=24), "A conversation idle this long leaves Redis once it is archived")
    seen: timedelta = _setting(timedelta(hours=24), "How long a client's message id is remembered")
    lease: timedelta = _setting(timedelta(seconds=2), "Life of a worker's lease on a partition")
    batch: int = _setting(64, "Entries that a worker reads from a partition at once")
    turns: int = _setting(64, "Turns of one bot worker that may be under way at once")
    turn_limit: timedelta = _setting(
        timedelta(seconds=8), "A turn is given up after this, its custom actions together after three quarters of it"
    )
    tries: int = _setting(
        5, "Failures of one message before it goes to the dead letters and its conversation to a person"
    )
    training_nice: int = _setting(
        10,
        "How far a training stands back for everything else on its machine: 1 (hardly) to 19 (it takes only what is idle)",
    )
    suggestions: Switch = _setting(
        Switch.ON, "on or off: agents are shown what they could say: answers of the bot and canned responses that fit"
    )
    archive_batch: int = _setting(500, "Entries that the archive writes in one transaction")
    retention: timedelta = _setting(timedelta(minutes=10), "How long archived entries stay in the log")
    grace: timedelta = _setting(
        timedelta(seconds=30), "How long a vanished agent keeps a conversation after the online key ended"
    )
    routing: Routing = _setting(
        Routing.PULL,
        "pull: agents take from the queue themselves; assign: who waits is given to who has least to do; "
        "offer: the same, but they have to accept",
    )
    accept: timedelta = _setting(timedelta(seconds=30), "How long an agent may think about an offer (routing offer)")
    misses: int = _setting(2, "Offers in a row that an agent may leave unanswered before being set away")
    no_reply: timedelta = _setting(timedelta(minutes=5), "An agent leaves a customer without an answer this long")
    no_reply_goes: NoReply = _setting(
        NoReply.WARN,
        "What comes of it: warn (the agent is told) or queue (the conversation goes back to the front of it)",
    )
    hours: Hours = _setting(Hours(), "Business hours with their time zone; empty: always open")
    reopen: timedelta = _setting(
        timedelta(days=7), "How long after its last entry a closed conversation may be reopened"
    )
    capacity: int = _setting(8, "Conversations that one agent may hold at once")
    drain: timedelta = _setting(timedelta(seconds=10), "Time that a process has to finish after SIGTERM")
    log_level: str = _setting("info", "debug, info, warning or error")

    @property
    def key_file(self) -> Path:
        return self.secret_key_file if self.secret_key_file.name else self.home / "secret.json"

    @property
    def files_folder(self) -> Path:
        return self.home / "files"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def sql_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'bellhop.db').absolute()}"

    @property
    def embedded_redis(self) -> bool:
        return not self.redis_url

    @property
    def socket_path(self) -> Path:
        """Where the embedded store listens: no port that another program may hold."""
        return self.home / "valkey" / "valkey.sock"

    @property
    def store_url(self) -> str:
        return self.redis_url or f"unix://{self.socket_path.absolute()}"

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError for a value of the wrong kind, and for a BELLHOP_ variable that does not exist."""
    kinds = get_type_hints(Settings)
    known = {variable(each.name): each.name for each in fields(Settings)}
    foreign = sorted(
        name
        for name in environment
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_")
    )
    if foreign:
        raise SettingsError(f"{foreign[0]} is not a setting")
    given = {
        known[name]: _parsed(name, kinds[known[name]], text)
        for name, text in environment.items()
        if name in known and text
    }
    return Settings(**given)


def described() -> list[tuple[str, str, str]]:
    """(variable, default as written in the environment, meaning) of every setting."""
    return [(variable(each.name), _shown(each.default), each.metadata["meaning"]) for each in fields(Settings)]


def _shown(default: Any) -> str:
    match default:
        case timedelta():
            return f"{default.total_seconds():g}"
        case Path():
            return "" if not default.name else str(default)
        case _:
            return "" if default is MISSING else str(default)


def _parsed(name: str, kind: type, text: str) -> Any:
    try:
        value: Any = timedelta(seconds=float(text)) if kind is timedelta else kind(text)
    except (ValueError, OverflowError):
        raise SettingsError(f"{name} must be {_expected(kind)}") from None
    amount = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(amount, int | float) and amount <= 0:
        raise SettingsError(f"{name} must be more than zero")
    return value


def _expected(kind: type) -> str:
    return " or ".join(kind) if issubclass(kind, StrEnum) else _EXPECTED.get(kind, "text")


_EXPECTED = {
    Hours: "business hours like Asia/Shanghai; Mo-Fr 09:00-18:00; 2026-10-01..2026-10-07 off",
    int: "a whole number",
    float: "a number",
    timedelta: "a number of seconds",
}
