"""Prometheus figures of one node. Labels name kinds, never people or what they said."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST
_ACK_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """One registry for each app, so that two in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.connections = Gauge("bellhop_connections", "Open sockets", registry=self.registry)
        self.frames = Counter("bellhop_frames", "Frames received", ["type"], registry=self.registry)
        self.errors = Counter("bellhop_errors", "Error frames sent", ["code"], registry=self.registry)
        self.closed = Counter("bellhop_closed", "Sockets closed by us", ["code"], registry=self.registry)
        self.acknowledged = Histogram(
            "bellhop_acknowledged_seconds", "From a say frame to its ack", buckets=_ACK_SECONDS, registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
