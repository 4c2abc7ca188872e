"""The webhook of Rasa's action servers: what is asked and how the answer is read (rasa-sdk 3.x). Pure.

An answer may hold what people typed (a 500 repeats the whole request), so nothing of it is in an error.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec

from bot.action_answer import ActionFailed, ActionRejected, Ran, checked

REJECTED, UNKNOWN, DOMAIN_MISSING = 400, 404, 449
_LEVEL = 1


class _Answer(msgspec.Struct):
    events: list[dict[str, Any]] | None = None
    responses: list[dict[str, Any]] | None = None


class _Refusal(msgspec.Struct):
    action_name: str


class Unusable(ActionFailed):
    """The server answered, but not with what an action answers. `reason` is ours, for the log."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name)
        self.reason = reason


class Asking:
    """Makes the requests of one project. The domain is written once, for it goes along each time: servers older than its digest
    (rasa-sdk below 3.8) would run without."""

    def __init__(self, domain: Mapping[str, Any], compressed: bool) -> None:
        """`compressed`: bodies are zlib data, under `Content-Encoding: deflate`."""
        written = msgspec.json.encode(domain, order="deterministic")
        self._domain = msgspec.Raw(written)
        self._digest = hashlib.sha256(written).hexdigest()
        self._version = version("rasa-sdk")
        self._compressed = compressed
        self.headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if compressed:
            self.headers["Content-Encoding"] = "deflate"

    def body(self, name: str, tracker: Mapping[str, Any]) -> bytes:
        body = msgspec.json.encode(
            {
                "next_action": name,
                "sender_id": tracker.get("sender_id"),
                "version": self._version,
                "tracker": tracker,
                "domain": self._domain,
                "domain_digest": self._digest,
            }
        )
        return zlib.compress(body, _LEVEL) if self._compressed else body


def read(name: str, status: int, body: bytes) -> Ran:
    """Raises Unusable and ActionRejected."""
    if status == REJECTED and _refuses(body):
        raise ActionRejected(name)
    if status == UNKNOWN:
        raise Unusable(name, "its server does not know it (404)")
    if not 200 <= status < 300:
        raise Unusable(name, f"its server answered {status}")
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        events = [each for each in answer.events or () if each.get("event") is not None]
        if not all(isinstance(each["event"], str) for each in events):
            raise Unusable(name, "its server answered an event of no kind")
        return checked(name, events, answer.responses or [])
    except Unusable:
        raise
    except (msgspec.MsgspecError, ValueError, RecursionError, ActionFailed):
        raise Unusable(name, "its server answered what is not an action's answer") from None


def _refuses(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=_Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True
