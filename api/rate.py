"""How fast somebody may go on. Pure: time comes in as seconds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

# Frames that are refused within this time are one offence: a client that sends its whole outbox at once is told once.
OFFENCE_SECONDS = 1.0
OFFENCES = 3
OFFENCES_WITHIN_SECONDS = 60.0
ADDRESSES_KEPT = 10_000


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    rate: float
    burst: int
    left: float
    at: float

    @classmethod
    def full(cls, rate: float, burst: int, now: float) -> Bucket:
        return cls(rate, burst, burst, now)

    def take(self, now: float) -> float:
        """0 where it is allowed, else the seconds until it is."""
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.rate

    def spend(self, amount: int, now: float) -> float:
        """Takes it whatever is left: the seconds until that is made good."""
        self.left = min(self.burst, self.left + (now - self.at) * self.rate) - amount
        self.at = now
        return max(0.0, -self.left / self.rate)


class Pace:
    """One connection's. Too fast three times within a minute, or by more than a whole burst at once, is too much."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._bucket = Bucket.full(rate, burst, now)
        self._burst = burst
        self._offences: list[float] = []
        self._refused = 0

    def take(self, now: float) -> float:
        """0 where it is allowed, else the seconds until it is."""
        wait = self._bucket.take(now)
        if wait:
            self._note(now)
        return wait

    @property
    def too_much(self) -> bool:
        return len(self._offences) >= OFFENCES or self._refused > self._burst

    def _note(self, now: float) -> None:
        self._offences = [at for at in self._offences if now - at < OFFENCES_WITHIN_SECONDS]
        if not self._offences or now - self._offences[-1] >= OFFENCE_SECONDS:
            self._offences.append(now)
            self._refused = 0
        self._refused += 1


class Addresses:
    """A bucket for each address; the ones that were seen longest ago are forgotten."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str, now: float) -> float:
        """0 where it is allowed, else the seconds until it is."""
        bucket = self._buckets.setdefault(address, Bucket.full(self._rate, self._burst, now))
        self._buckets.move_to_end(address)
        if len(self._buckets) > ADDRESSES_KEPT:
            self._buckets.popitem(last=False)
        return bucket.take(now)
