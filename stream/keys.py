"""Names of the keys. All keys of one conversation share the hash tag of its partition, so one script may touch them on a cluster."""

from __future__ import annotations

from zlib import crc32

BOT = "bot"
HANDOFF = "handoff"
ARCHIVE = "archive"
GROUPS = (BOT, HANDOFF, ARCHIVE)

EPOCH = "epoch"
PARTITIONS = "partitions"
QUEUE_PUSH = "{handoff}:push"


def partition(conversation: str, partitions: int) -> int:
    return crc32(conversation.encode()) % partitions


def log(p: int) -> str:
    return f"{{{p}}}:log"


def dead(p: int) -> str:
    return f"{{{p}}}:dead"


def conversation(p: int, conversation: str) -> str:
    return f"{{{p}}}:c:{conversation}"


def recent(p: int, conversation: str) -> str:
    return f"{{{p}}}:recent:{conversation}"


def looking(p: int, conversation: str) -> str:
    return f"{{{p}}}:looking:{conversation}"


def suggested(p: int, conversation: str) -> str:
    return f"{{{p}}}:suggested:{conversation}"


def push(p: int, conversation: str) -> str:
    return f"{{{p}}}:push:{conversation}"


def lease(p: int, group: str) -> str:
    return f"{{{p}}}:lease:{group}"


def reminders(p: int) -> str:
    return f"{{{p}}}:reminders"


def online(person: str) -> str:
    return f"online:{person}"
