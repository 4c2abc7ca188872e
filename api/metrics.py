"""Prometheus figures of one node. Labels name kinds, never people or what they said."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST
_ACK_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """A registry of its own, so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.connections = Gauge("bellhop_connections", "Open sockets", ["role"], registry=registry)
        self.frames = Counter("bellhop_frames", "Frames received", ["type"], registry=registry)
        self.control = Counter(
            "bellhop_control_frames", "WebSocket's own pings and pongs received", ["type"], registry=registry
        )
        self.errors = Counter("bellhop_error_frames", "Error frames sent", ["code"], registry=registry)
        self.closed = Counter("bellhop_closed", "Sockets that we closed", ["code"], registry=registry)
        self.refused = Counter("bellhop_refused_handshakes", "Handshakes refused", ["reason"], registry=registry)
        self.logins = Counter("bellhop_logins", "Tries to sign in", ["outcome"], registry=registry)
        self.models_refused = Gauge(
            "bellhop_models_refused", "Released models that no bot can load; 0 is well", registry=registry
        )
        self.training_running = Gauge("bellhop_training_running", "1: a training is under way", registry=registry)
        self.training_succeeded = Gauge(
            "bellhop_training_last_success_seconds", "When a training was done last, since 1970", registry=registry
        )
        self.training_failed = Gauge(
            "bellhop_training_failed",
            "Trainings that failed since the last that was done; 0 is well",
            registry=registry,
        )
        self.acks = Histogram(
            "bellhop_ack_seconds", "From a say or note frame to its ack", buckets=_ACK_SECONDS, registry=registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
