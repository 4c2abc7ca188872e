"""How fast somebody may go on."""

from __future__ import annotations

from api.rate import ADDRESSES_KEPT, OFFENCE_SECONDS, Addresses, Bucket, Pace


def test_a_burst_is_taken_at_once_and_then_the_rate() -> None:
    bucket = Bucket.full(rate=10, burst=20, now=0)
    assert [bucket.take(0) for _ in range(20)] == [0] * 20
    wait = bucket.take(0)
    assert 0 < wait <= 0.1
    assert bucket.take(wait + 0.001) == 0
    assert bucket.take(wait + 0.002) > 0


def test_waiting_gives_no_more_than_a_burst() -> None:
    bucket = Bucket.full(rate=10, burst=2, now=0)
    assert [bucket.take(1_000) > 0 for _ in range(3)] == [False, False, True]


def test_a_whole_outbox_sent_at_once_is_one_offence() -> None:
    pace = Pace(rate=10, burst=20, now=0)
    assert sum(pace.take(0) > 0 for _ in range(40)) == 20
    assert not pace.too_much
    pace.take(0)
    assert pace.too_much, "more than another burst"


def test_the_third_offence_within_a_minute_is_too_much() -> None:
    def offended(*times: float) -> bool:
        pace = Pace(rate=1, burst=1, now=times[0])
        for now in times:
            pace.take(now)
            assert pace.take(now) > 0
        return pace.too_much

    assert not offended(0, 10)
    assert offended(0, 10, 20)
    assert not offended(0, 10, 80), "the first is forgotten"


def test_what_is_refused_within_a_second_is_the_same_offence() -> None:
    pace = Pace(rate=0.001, burst=5, now=0)
    for part in (0, 0, 0, 0, 0, 0.1, 0.5, 0.9):
        pace.take(part * OFFENCE_SECONDS)
    assert not pace.too_much


def test_addresses_do_not_share_and_the_oldest_are_forgotten() -> None:
    addresses = Addresses(rate=1, burst=1)
    assert addresses.take("a", 0) == 0
    assert addresses.take("a", 0) > 0
    assert addresses.take("b", 0) == 0
    for number in range(ADDRESSES_KEPT):
        addresses.take(f"n{number}", 0)
    assert addresses.take("a", 0) == 0
    assert len(addresses._buckets) == ADDRESSES_KEPT
