"""When an action server is asked, and when it is left alone: a circuit breaker and a budget for retries. Pure: time comes in."""

from __future__ import annotations

FAILURES_MOST = 5
OPEN_SECONDS = 5.0
RETRIES_MOST = 10.0
# Of ten calls that go well one may be asked again: retries never multiply the load on a server that is going under.
RETRIES_PER_CALL = 0.1


class Breaker:
    """After FAILURES_MOST failures in a row nobody asks for OPEN_SECONDS; then one call does, and decides."""

    def __init__(self) -> None:
        self._failures = 0
        self._closed_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES_MOST

    def allows(self, now: float) -> bool:
        """Where it is open, the call that is let through holds off all others for as long again, so one that gets lost does no harm."""
        if not self.is_open:
            return True
        if now < self._closed_at:
            return False
        self._closed_at = now + OPEN_SECONDS
        return True

    def failed(self, now: float) -> None:
        self._failures += 1
        self._closed_at = now + OPEN_SECONDS

    def succeeded(self) -> None:
        self._failures = 0


class RetryBudget:
    """Retries that are left. It begins full."""

    def __init__(self) -> None:
        self._left = RETRIES_MOST

    def call_made(self) -> None:
        self._left = min(self._left + RETRIES_PER_CALL, RETRIES_MOST)

    def take(self) -> bool:
        if self._left < 1:
            return False
        self._left -= 1
        return True
