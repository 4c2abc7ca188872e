"""The report of a model's version: how well it understands, what it does otherwise than the live model, and whether it may answer.

Written by the bot that appraised it, answered as it is by the API. Shares go from 0 to 1; texts are masked; every list is bounded.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

TEXT_CHARACTERS = 200
INTENTS_MOST = 500
MATRIX_MOST = 30
CHANGES_MOST = 300
NAMES_MOST = 20
CONVERSATIONS_MOST = 50
DIFFERENCES_MOST = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class FindingCode(StrEnum):
    """The first five refuse; the others only say what the comparison is worth."""

    ACCURACY = "accuracy"
    COST = "cost"
    INTENT = "intent"
    CONVERSATIONS = "conversations"
    MISSING = "missing"
    NO_LIVE = "no_live"
    IS_LIVE = "is_live"
    OTHER_PROJECT = "other_project"
    UNUSABLE_LIVE = "unusable_live"
    NO_TEXTS = "no_texts"
    FEW_TEXTS = "few_texts"
    SEEN = "seen"
    WITHOUT_EXAMPLES = "without_examples"
    NOT_RUN = "not_run"


class ReportFinding(_Part):
    """`text` says it in English; a page says it in its own language by `code` and what else is here. `count`: how many there are, of which
    `names` are the first (conversations, or intents); `texts`: how many were compared, `live` and `candidate` the shares that are right
    of them, of `cost` what a message comes to; `lost` are right (or cheaper) with the live model alone, `gained` with the candidate."""

    code: FindingCode
    text: str
    intent: str = ""
    count: int = 0
    names: list[str] = []
    texts: int = 0
    live: float = 0.0
    candidate: float = 0.0
    lost: int = 0
    gained: int = 0


class ReportVerdict(_Part):
    """`compared`: there was a live model of this project to compare with."""

    passed: bool
    compared: bool
    reasons: list[ReportFinding]
    notes: list[ReportFinding]


class ReportFigures(_Part):
    """Of one model on the fixed test set. `answered`, `asked_back` and `handed_off` are shares of all texts, `answered_right` is of those
    that are answered; `surest`: right among the surest nine tenths; `cost`: what a message comes to."""

    texts: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    surest: float
    answered: float
    answered_right: float
    asked_back: float
    handed_off: float
    fallback: float
    cost: float
    languages: dict[str, float]


class ReportDifference(_Part):
    """By how much the candidate is better, in accuracy or in the cost of a message, with the interval in which nine of ten resamples lie.
    `lost` texts are right, or cheaper, with the live model alone, `gained` with the candidate alone; `by_resampling` and `by_counting`:
    how likely that is where the candidate is no worse."""

    texts: int
    lost: int
    gained: int
    difference: float
    low: float
    high: float
    by_resampling: float
    by_counting: float
    worse: bool


class ReportTestSet(_Part):
    """The texts that training never sees. `hash` is of all of them, and changes with any; `files`: from the project's own test set;
    `inbox`: kept back of what was labelled there. `left_out`: of those that one of the models has learned. `difference` is of accuracy,
    `saving` of cost."""

    hash: str
    texts: int
    files: int
    inbox: int
    left_out: int
    candidate: ReportFigures | None
    live: ReportFigures | None
    difference: ReportDifference | None
    saving: ReportDifference | None = None


class ReportIntent(_Part):
    """On the fixed test set; `texts` mean it. `live_f1` is nothing where there is no live model to compare with, `difference` where too
    it is not protected."""

    name: str
    texts: int
    protected: bool
    precision: float
    recall: float
    f1: float
    threshold: float | None
    live_f1: float | None
    difference: ReportDifference | None


class ReportConfused(_Part):
    """`count` texts that mean the one were read as the other."""

    meant: str
    read: str
    count: int
    texts: list[str]


class ReportMatrix(_Part):
    """Of the intents that are confused most. Rows are what was meant, columns what was read."""

    names: list[str]
    counts: list[list[int]]


class ReportBin(_Part):
    """Texts whose confidence lies from `low` to `high`, and its mean."""

    low: float
    high: float
    confidence: float
    right: int
    wrong: int


class ReportPrice(_Part):
    """Were every intent answered from the confidence `limit` on: shares of all texts, and what a message costs."""

    limit: float
    wrong: float
    unanswered: float
    cost: float


class ReportOutside(_Part):
    """Were what is out of scope from `limit` on passed on: the share of texts that no intent means that is `caught`, and the share of the
    others that is `lost` with it."""

    limit: float
    caught: float
    lost: float


class ReportCurves(_Part):
    """`outside` is empty where nothing is known to be out of scope."""

    reliability: list[ReportBin]
    cost: list[ReportPrice]
    outside: list[ReportOutside]


class ReportCrossing(_Part):
    """Cross-validation over the training examples, as training has made it."""

    examples: int
    accuracy: float | None
    calibration_error: float | None


class ReportRead(_Part):
    """`intent` is the best one, also where it was not answered; `zone`: answer, ask_back or hand_off."""

    intent: str
    confidence: float
    zone: str


class ChangeKind(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"


class ReportChange(_Part):
    """A message that the two models read, or would treat, otherwise. `meant` is empty for what the bot should not know. `source`: the fixed
    test set, or the inbox. `learned`: the candidate was trained on it."""

    text: str
    meant: str
    source: str
    learned: bool
    kind: ChangeKind
    live: ReportRead
    candidate: ReportRead


class ReportChanges(_Part):
    """Over the fixed test set and the replay; `messages` are the first of them, what became worse before all else."""

    compared: int
    better: int
    worse: int
    other: int
    messages: list[ReportChange]


class ReportReplay(_Part):
    """The last turns of which somebody has said in the inbox what they meant. `right`: read as they said, or not answered where the bot
    should know nothing of it; `unseen` are those that neither model has learned."""

    turns: int
    right: int
    live_right: int | None
    unseen: int
    unseen_right: int
    unseen_live_right: int | None


class ReportConversation(_Part):
    """A test conversation of the project. `differences` say what went otherwise with the candidate, as `bellhop test` does."""

    name: str
    file: str
    line: int
    differences: list[str]


class ReportConversations(_Part):
    """`ran`: actions were run, as `bellhop test` does it; else only what would be done next was compared. `lost` went as written with the
    live model, `failed` with neither; `gained` is how many go so with the candidate alone."""

    total: int
    passed: int
    live_passed: int | None
    gained: int
    ran: bool
    lost: list[ReportConversation]
    failed: list[ReportConversation]


class ModelReport(_Part):
    """`live` is the version it was compared with; empty: none. `made` is RFC 3339. Of a version that is appraised again it is the last."""

    version: str
    live: str
    project: str
    made: str
    seconds: float
    verdict: ReportVerdict
    test_set: ReportTestSet
    intents: list[ReportIntent]
    confused: list[ReportConfused]
    matrix: ReportMatrix
    curves: ReportCurves
    live_curves: ReportCurves | None
    cross_validation: ReportCrossing
    changes: ReportChanges
    replay: ReportReplay
    conversations: ReportConversations
