"""What the store (Redis or Valkey) must be like before anything is promised on it. `doctor` shows it, every process insists on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bellhop.failure import USAGE, Failure
from models.settings import Settings
from stream import keys

OLDEST = (7, 0)
CLOCK_MILLISECONDS = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and the command that mends it (empty: nothing to mend)."""

    name: str
    state: str
    mend: str = ""

    @property
    def good(self) -> bool:
        return not self.mend


def open_store(settings: Settings) -> Any:
    """A plain client for single questions; the parts have their own."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        settings.store_url,
        socket_timeout=5,
        socket_connect_timeout=5,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),
    )


def findings(client: Any, settings: Settings) -> Iterator[Finding]:
    """Raises redis.exceptions.RedisError when the store does not answer."""
    yield _version(client)
    yield from _kept(client)
    yield _partitions(client, settings)


def require(settings: Settings) -> None:
    """Refuses a store that would lose what was acknowledged, and fixes the number of partitions at the first start."""
    with open_store(settings) as client:
        client.set(keys.PARTITIONS, settings.partitions, nx=True)
        for finding in findings(client, settings):
            if not finding.good:
                raise Failure(f"{finding.name}: {finding.state}.", f"{finding.mend}.", USAGE)


def _version(client: Any) -> Finding:
    server = client.info("server")
    number = str(server.get("valkey_version") or server["redis_version"])
    if tuple(int(each) for each in number.split(".")[:2]) < OLDEST:
        return Finding("Store version", f"{number} is too old", "Install Redis 7.0 or Valkey 7.2 or newer")
    return Finding("Store version", number)


def _kept(client: Any) -> Iterator[Finding]:
    """The append-only file makes that an acknowledged message survives; an evicting policy would throw entries away."""
    found = client.config_get("appendonly", "appendfsync", "maxmemory-policy")
    yield _wanted("appendonly", found, ("yes",), "the store would forget everything at a crash")
    yield _wanted("appendfsync", found, ("always", "everysec"), "the last half minute could be lost at a crash")
    yield _wanted("maxmemory-policy", found, ("noeviction",), "the store would drop entries when its memory is full")


def _wanted(name: str, found: dict[str, str], good: tuple[str, ...], why: str) -> Finding:
    value = found.get(name, "unknown")
    if value in good:
        return Finding(f"Store {name}", value)
    return Finding(f"Store {name}", f"is {value}, so {why}", f"redis-cli CONFIG SET {name} {good[0]} (and in its file)")


def _partitions(client: Any, settings: Settings) -> Finding:
    fixed = client.get(keys.PARTITIONS)
    if fixed is None or int(fixed) == settings.partitions:
        return Finding("Partitions", str(settings.partitions))
    return Finding(
        "Partitions",
        f"BELLHOP_PARTITIONS is {settings.partitions}, but this store was made with {fixed}",
        f"Set BELLHOP_PARTITIONS={fixed}",
    )
