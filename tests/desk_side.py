"""An agent without a page: one socket, for tests that look at the customer's side."""

from __future__ import annotations

import json
import secrets
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.fixtures_api import PASSWORD, Api

ANSWER_SECONDS = 20.0


class DeskSide:
    """Synchronous, as the tests in the browser are."""

    def __init__(self, api: Api, who: str = "wen") -> None:
        answer = httpx.post(
            f"{api.base}/api/login", json={"email": f"{who}@shop.test", "password": PASSWORD}, timeout=20
        )
        self.token = str(answer.raise_for_status().json()["token"])
        self._url = api.base.replace("http", "ws") + "/chat"

    def __enter__(self) -> Self:
        offered = [Subprotocol("bellhop.v1"), Subprotocol(f"bearer.{self.token}")]
        self._socket: ClientConnection = connect(self._url, subprotocols=offered, ping_interval=None, open_timeout=20)
        self._send(type="status", status="available")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def take(self, conversation: str) -> None:
        self._send(type="take", conversation=conversation)
        self._until(lambda frame: frame["type"] == "holder" and frame["holder"] == "agent")

    def pass_on(self, conversation: str) -> None:
        """To the front of the queue."""
        self._send(type="transfer", conversation=conversation, to="queue")
        self._until(lambda frame: frame["type"] == "holder" and frame["holder"] == "queue")

    def say(self, conversation: str, text: str) -> None:
        id = secrets.token_hex(8)
        self._send(type="say", id=id, conversation=conversation, text=text)
        self._until(lambda frame: frame["type"] == "ack" and frame["id"] == id)

    def typing(self, conversation: str) -> None:
        self._send(type="typing", conversation=conversation, on=True)

    def read(self, conversation: str, seq: int) -> None:
        self._send(type="read", conversation=conversation, seq=seq)

    def close(self, conversation: str) -> None:
        self._send(type="close", conversation=conversation)
        self._until(lambda frame: frame["type"] == "holder" and frame["holder"] == "nobody")

    def _send(self, **frame: Any) -> None:
        self._socket.send(json.dumps(frame))

    def _until(self, wanted: Any) -> None:
        while not wanted(frame := json.loads(self._socket.recv(timeout=ANSWER_SECONDS))):
            assert frame["type"] != "error", frame
