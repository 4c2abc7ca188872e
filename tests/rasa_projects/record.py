"""Writes golden.json of the projects: what Rasa 3.6.21 does in their conversations. By hand, in a Python 3.10 that has Rasa:

    python tests/rasa_projects/record.py --work /tmp/rasa-work desk bank travel

Each project is copied to the work folder, migrated where it is in the format of Rasa 2, trained there, and its actions
are served by rasa_sdk from the same Python. `--keep` takes the model that is there already.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from ruamel.yaml import YAML

HERE = Path(__file__).parent
WAIT_SECONDS = 60
OLD_FORMAT = '"2.0"'  # `rasa data migrate` then writes new_domain.yml
# What a channel may be given, in the order in which it is written.
PARTS = ("buttons", "quick_replies", "image", "custom", "attachment", "elements")


class Channel(CollectingOutputChannel):
    """The channel of the conversations: the same name as Bellhop's own."""

    @classmethod
    def name(cls) -> str:
        return "web"


def prepare(name: str, work: Path, keep: bool) -> Path:
    """The folder in which the project is trained."""
    folder = work / name
    if keep and (folder / "models").is_dir():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / name, folder)
    if any(OLD_FORMAT in path.read_text(encoding="utf-8") for path in folder.rglob("domain*.yml")):
        rasa("data", "migrate", folder=folder)
    domain = next(each for each in ("new_domain.yml", "domain.yml", "domain") if (folder / each).exists())
    rasa("train", "--skip-validation", "--domain", domain, "--fixed-model-name", "model", folder=folder)
    return folder


def rasa(*arguments: str, folder: Path) -> None:
    """`time -v` leaves seconds and memory in time.txt."""
    command = ["/usr/bin/time", "-v", "-o", "time.txt", sys.executable, "-m", "rasa", *arguments]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"})


def conversations(name: str) -> list[dict[str, Any]]:
    """The text of every turn, by name of the conversation."""
    found = []
    for path in sorted((HERE / name / "tests").glob("test_*.yml")):
        for story in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))["stories"]:
            said = [step["user"].strip() for step in story["steps"] if isinstance(step, dict) and "user" in step]
            found.append({"name": story["story"], "said": said})
    return found


async def record(name: str, folder: Path, port: int) -> list[dict[str, Any]]:
    endpoint = EndpointConfig(f"http://localhost:{port}/webhook")
    agent = Agent.load(str(next((folder / "models").glob("*.tar.gz"))), action_endpoint=endpoint)
    return [await converse(agent, each) for each in conversations(name)]


async def converse(agent: Agent, conversation: dict[str, Any]) -> dict[str, Any]:
    turns = []
    for text in conversation["said"]:
        began = time.time()
        message = UserMessage(text, output_channel=Channel(), sender_id=conversation["name"], input_channel="web")
        await agent.handle_message(message)
        tracker = await agent.tracker_store.retrieve_full_tracker(conversation["name"])
        # By time, not by number: the store forgets what lies before the newest session.
        turns.append(turn(agent, text, [each for each in tracker.events if each.timestamp >= began], tracker))
    return {"conversation": conversation["name"], "turns": turns}


def turn(agent: Agent, text: str, events: list[Any], tracker: Any) -> dict[str, Any]:
    written = [event.as_dict() for event in events]
    acted = [each for each in written if each["event"] == "action"]
    user = next(each for each in written if each["event"] == "user")["parse_data"]
    loop = tracker.active_loop_name
    return {
        "user": text,
        "intent": user["intent"]["name"],
        "entities": [entity(each) for each in user["entities"]],
        "actions": [each["name"] for each in acted if each["name"] != "action_listen"],
        "policies": [str(each.get("policy")) for each in acted if each["name"] != "action_listen"],
        "rejected": [each["name"] for each in written if each["event"] == "action_execution_rejected"],
        "slots": {name: value for name, value in sorted(tracker.current_slot_values().items()) if kept(name, value)},
        "active_loop": loop,
        "requested_slot": tracker.get_slot("requested_slot"),
        "bot": [spoken(agent, each) for each in written if each["event"] == "bot"],
        "paused": tracker.is_paused(),
    }


def kept(name: str, value: Any) -> bool:
    return value is not None and name not in ("requested_slot", "session_started_metadata")


def entity(found: dict[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("entity", "value", "role", "group", "start", "end") if key in found}


def spoken(agent: Agent, event: dict[str, Any]) -> dict[str, Any]:
    """A text that chance chose among several is not written."""
    response = (event.get("metadata") or {}).get("utter_action")
    parts = {part: value for part, value in (event.get("data") or {}).items() if part in PARTS and value}
    text = None if response and by_chance(agent, response) else event.get("text")
    return {"text": text, "response": response, **parts}


def by_chance(agent: Agent, response: str) -> bool:
    variations = agent.domain.responses.get(response, [])
    alike = Counter((str(each.get("condition")), each.get("channel")) for each in variations)
    return max(alike.values(), default=0) > 1


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return int(one.getsockname()[1])


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The project's actions, once they answer."""
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    server = subprocess.Popen(command, cwd=folder)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/health")
            return server
        except OSError:
            time.sleep(0.3)
    server.terminate()
    raise SystemExit("the action server does not answer")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("projects", nargs="+")
    given = parser.parse_args()
    for name in given.projects:
        folder = prepare(name, given.work, given.keep)
        port = free_port()
        server = serve(folder, port)
        try:
            written = asyncio.run(record(name, folder, port))
        finally:
            server.terminate()
            server.wait()
        path = HERE / name / "golden.json"
        path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
