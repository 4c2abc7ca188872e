"""Whether a candidate is worse than the live model beyond noise, on texts that both have read. Pure.

Two tests have to say so, each with 95 % on one side. The paired bootstrap (Efron 1979; resampling the texts, both models on each) holds
for any number of texts but is too sure of few: three texts lost of twelve and none gained come out at 3 % by it, though a fair coin
falls so one time in eight. McNemar's exact test (1947) counts only the texts of which one model alone is right, and is right for few.
Beyond some dozen of these the two agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import betainc

from models.model_report import ReportDifference

LEVEL = 0.05
COST_LEVEL = 0.01
RESAMPLES = 4_000
_SEED = 20_170_531


def difference(live: Sequence[bool], candidate: Sequence[bool]) -> ReportDifference | None:
    """Of accuracy: which texts each has right, in the same order; None for no texts. The same answer each time."""
    gains = [float(now) - float(was) for was, now in zip(live, candidate, strict=True)]
    return _difference(gains, LEVEL)


def together(found: Mapping[str, ReportDifference]) -> dict[str, ReportDifference]:
    """The same, of several intents: `worse` so that all of them together are as sure as one alone. Each is asked to be surer, by as many
    as could come out at all (Tarone 1990, "A modified Bonferroni method for discrete data"): where one intent has lost five texts and
    the others none, as if it were alone. Of nine protected intents of 100 texts one in four candidates that were no worse was refused
    for one of them without it, 3 to 4 % are with it."""
    least = sorted(0.5 ** (each.lost + each.gained) for each in found.values())
    share = next(
        (count for count in range(1, len(found) + 1) if sum(each <= LEVEL / count for each in least) <= count), 1
    )
    return {name: each.model_copy(update={"worse": _is_worse(each, LEVEL / share)}) for name, each in found.items()}


def _is_worse(found: ReportDifference, level: float) -> bool:
    return found.by_resampling <= level and found.by_counting <= level


def saving(live: Sequence[float], candidate: Sequence[float]) -> ReportDifference | None:
    """Of what each text costs. It is a second look at the same texts, so it has to be surer."""
    return _difference([was - now for was, now in zip(live, candidate, strict=True)], COST_LEVEL)


def _difference(gains: Sequence[float], level: float) -> ReportDifference | None:
    """`gains`: by how much the candidate is better, of each text."""
    texts = len(gains)
    if not texts:
        return None
    values, counts = np.unique(np.round(gains, 9), return_counts=True)
    # Drawing texts with replacement is drawing how often each gain comes.
    drawn = np.random.default_rng(_SEED).multinomial(texts, counts / texts, size=RESAMPLES)
    means = drawn @ values / texts
    lost, gained = int(counts[values < 0].sum()), int(counts[values > 0].sum())
    by_resampling = float((means >= 0).mean())
    by_counting = float(betainc(lost, gained + 1, 0.5)) if lost else 1.0
    low, high = np.quantile(means, [LEVEL, 1 - LEVEL]).tolist()
    made = ReportDifference(
        texts=texts,
        lost=lost,
        gained=gained,
        difference=float(np.mean(gains)),
        low=low,
        high=high,
        by_resampling=by_resampling,
        by_counting=by_counting,
        worse=False,
    )
    return made.model_copy(update={"worse": _is_worse(made, level)})
