"""models/release.py: which model answers whom, and what admins may do to it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from models.release import (
    Act,
    Arm,
    RefusedRelease,
    Release,
    State,
    lineage,
    promoted,
    rolled_back,
    state_of,
    stopped,
    with_canary,
    with_shadow,
    worse,
)
from stream.keys import partition

NAMES = [f"c_{n:032x}" for n in range(20_000)]
LIVE = promoted(Release(), "aaaa")


def test_a_canary_answers_its_share_of_conversations() -> None:
    for percent in (1, 10, 50, 100):
        release = with_canary(LIVE, "bbbb", percent)
        share = sum(release.arm(name) == "bbbb" for name in NAMES) / len(NAMES)
        assert share == pytest.approx(percent / 100, abs=0.012)


def test_who_is_with_the_canary_stays_when_its_share_grows() -> None:
    ten = with_canary(LIVE, "bbbb", 10)
    fifty = with_canary(ten, "bbbb", 50)
    assert all(fifty.arm(name) == "bbbb" for name in NAMES if ten.arm(name) == "bbbb")


def test_another_canary_has_other_conversations() -> None:
    one, other = with_canary(LIVE, "bbbb", 10), with_canary(LIVE, "cccc", 10)
    mine = {name for name in NAMES if one.arm(name) == "bbbb"}
    both = sum(other.arm(name) == "cccc" for name in mine)
    assert both / len(mine) == pytest.approx(0.1, abs=0.04)


def test_a_canary_is_spread_over_all_partitions() -> None:
    release = with_canary(LIVE, "bbbb", 10)
    shares = []
    for p in range(16):
        mine = [name for name in NAMES if partition(name, 16) == p]
        shares.append(sum(release.arm(name) == "bbbb" for name in mine) / len(mine))
    assert max(shares) - min(shares) < 0.06


def test_states() -> None:
    release = with_shadow(with_canary(LIVE, "bbbb", 10), "cccc")
    found = {
        name: state_of(release, name, lived=name in "aaaadddd", refused=name == "ffff")
        for name in ("aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff")
    }
    assert list(found.values()) == list(map(State, ("live", "canary", "shadow", "retired", "candidate", "refused")))


def test_each_act_makes_the_next_release_and_keeps_the_rest() -> None:
    release = with_shadow(with_canary(LIVE, "bbbb", 10), "cccc")
    assert (release.version, release.live, release.canary, release.percent, release.shadow) == (
        3,
        "aaaa",
        "bbbb",
        10,
        "cccc",
    )
    after = promoted(release, "bbbb")
    assert (after.version, after.act, after.live, after.canary, after.percent, after.shadow) == (
        4,
        Act.PROMOTE,
        "bbbb",
        "",
        0,
        "cccc",
    )
    assert stopped(release, "cccc").canary == "bbbb"
    assert stopped(release, "bbbb").shadow == "cccc"
    assert release.named == {"aaaa", "bbbb", "cccc"}


def test_a_comparison_begins_anew_with_each_share() -> None:
    ten = with_canary(LIVE, "bbbb", 10)
    assert with_shadow(ten, "cccc").trial == ten.trial == ten.version
    assert with_canary(ten, "bbbb", 50).trial == ten.version + 1
    assert stopped(ten, "bbbb").trial == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda: promoted(LIVE, "aaaa"),
        lambda: with_canary(LIVE, "aaaa", 10),
        lambda: with_canary(Release(), "aaaa", 10),
        lambda: with_canary(LIVE, "bbbb", 0),
        lambda: with_canary(LIVE, "bbbb", 101),
        lambda: with_canary(with_canary(LIVE, "bbbb", 10), "bbbb", 10),
        lambda: with_shadow(LIVE, "aaaa"),
        lambda: with_shadow(with_shadow(LIVE, "bbbb"), "bbbb"),
        lambda: stopped(LIVE, "aaaa"),
        lambda: stopped(LIVE, ""),
        lambda: rolled_back(LIVE, [LIVE], ["aaaa"]),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(act: Callable[[], Release]) -> None:
    with pytest.raises(RefusedRelease, match=r"[.]$"):
        act()


def grown(*acts: str) -> list[Release]:
    """`+a` promotes a, `-` rolls back."""
    history = [Release()]
    there = {each[1] for each in acts if each.startswith("+")}
    for each in acts:
        now = history[-1]
        history.append(promoted(now, each[1]) if each[0] == "+" else rolled_back(now, history[1:], there))
    return history[1:]


@pytest.mark.parametrize(
    ("acts", "line"),
    [
        (["+a", "+b", "-"], "a"),
        (["+a", "+b", "+c", "-", "-"], "a"),
        (["+a", "+b", "+c", "-", "+d", "-"], "ab"),
        (["+a", "+b", "+a", "-"], "ab"),
        (["+a", "+b", "+a", "-", "-"], "a"),
    ],
)
def test_going_back_goes_step_by_step(acts: list[str], line: str) -> None:
    history = grown(*acts)
    assert "".join(lineage(history)) == line
    assert history[-1].live == line[-1]


def test_going_back_passes_over_what_was_removed() -> None:
    history = grown("+a", "+b", "+c")
    assert rolled_back(history[-1], history, ["a", "c"]).live == "a"
    for there in itertools.chain([[]], [["c"]]):
        with pytest.raises(RefusedRelease):
            rolled_back(history[-1], history, there)


def arm(conversations: int, handed: int = 0, missed: int = 0, rated: int = 0, satisfied: int = 0) -> Arm:
    return Arm("", conversations, conversations * 3, missed, handed, rated, satisfied, satisfied * 5)


@pytest.mark.parametrize(
    ("live", "canary", "why"),
    [
        (arm(900, handed=90), arm(100, handed=10), ""),
        (arm(900, handed=90), arm(100, handed=18), ""),
        (arm(900, handed=90), arm(100, handed=22), "went to a person: 22.0% of 100 with it, 10.0% of 900"),
        (arm(900, handed=90), arm(99, handed=99), ""),
        (arm(99, handed=0), arm(900, handed=900), ""),
        (arm(900, handed=90), arm(500, handed=2), ""),
        (arm(900, missed=45), arm(300, missed=45), "not understood: 15.0% of 300"),
        (arm(900, handed=1), arm(100, handed=5), ""),
        (arm(900, rated=200, satisfied=180), arm(100, rated=40, satisfied=26), "below four stars: 35.0% of 40"),
        (arm(900, rated=200, satisfied=180), arm(100, rated=29, satisfied=0), ""),
        (arm(0), arm(0), ""),
        (arm(0), arm(500, handed=400), ""),
        (arm(500, handed=500), arm(500, handed=500), ""),
    ],
)
def test_a_canary_is_stopped_only_where_it_is_worse_beyond_noise(live: Arm, canary: Arm, why: str) -> None:
    found = worse(live, canary)
    assert why in found
    assert bool(found) == bool(why)


def test_a_canary_that_is_no_worse_is_hardly_ever_stopped() -> None:
    """Asked after each of its conversations, as the archive does."""
    chance, stopped_ones = random.Random(4), 0
    for _ in range(100):
        live, canary = [0, 0], [0, 0]
        for _ in range(4_000):
            mine = canary if chance.random() < 0.1 else live
            mine[0] += 1
            mine[1] += chance.random() < 0.1
            if mine is canary and worse(arm(live[0], handed=live[1]), arm(canary[0], handed=canary[1])):
                stopped_ones += 1
                break
    assert stopped_ones <= 5
