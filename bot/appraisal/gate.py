"""The gate: whether a candidate may answer, and why not. Pure; every sentence comes with a code and numbers, so that it can be said in
other words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.model_report import NAMES_MOST, FindingCode, ReportDifference, ReportFinding, ReportVerdict
from models.tables import REASON_CHARACTERS

# Below this the accuracy says little; the report says so.
FEW_TEXTS = 50
_MORE = "More is in its report."


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`unlike` says why there is nothing to compare with. `whole`, `saving` and `intents` are on the fixed test set, the last of protected
    intents; `right`: how many the live model has right of each. `lost`: test conversations that went as written with the live model alone;
    `run` False: they were not run. `needed`, `known` and `live_known` are intents without keys.
    """

    unlike: ReportFinding | None = None
    texts: int = 0
    left_out: int = 0
    whole: ReportDifference | None = None
    live_right: int = 0
    saving: ReportDifference | None = None
    live_cost: float = 0.0
    intents: Mapping[str, ReportDifference] = field(default_factory=dict)
    intents_right: Mapping[str, int] = field(default_factory=dict)
    conversations: int = 0
    lost: Sequence[str] = ()
    ran: bool = True
    needed: Collection[str] = ()
    known: Collection[str] = ()
    live_known: Collection[str] = ()


def judged(facts: Facts) -> ReportVerdict:
    reasons = [] if facts.unlike else list(_reasons(facts))
    return ReportVerdict(passed=not reasons, compared=facts.unlike is None, reasons=reasons, notes=list(_notes(facts)))


def refusal(verdict: ReportVerdict) -> str:
    """The reasons as a version keeps them: whole sentences, as many as there is room for. Empty: it may answer."""
    kept = ""
    for each in verdict.reasons:
        if len(kept) + len(each.text) + len(_MORE) + 1 > REASON_CHARACTERS:
            return f"{kept or each.text[: REASON_CHARACTERS - len(_MORE) - 1]} {_MORE}"
        kept = f"{kept} {each.text}".strip()
    return kept


def no_live() -> ReportFinding:
    return ReportFinding(code=FindingCode.NO_LIVE, text="No model is live, so there was nothing to compare with.")


def is_live() -> ReportFinding:
    text = "This model is the live one itself, so there was nothing to compare with."
    return ReportFinding(code=FindingCode.IS_LIVE, text=text)


def other_project() -> ReportFinding:
    text = "The live model is of another project, so there was nothing to compare with."
    return ReportFinding(code=FindingCode.OTHER_PROJECT, text=text)


def unusable_live() -> ReportFinding:
    text = "The live model could not be loaded, so there was nothing to compare with."
    return ReportFinding(code=FindingCode.UNUSABLE_LIVE, text=text)


def _reasons(facts: Facts) -> Iterator[ReportFinding]:
    if missing := sorted((set(facts.needed) & set(facts.live_known)) - set(facts.known)):
        text = f"It does not know {_named(missing)}, which the live model knows and the project's rules, stories or forms need."
        yield ReportFinding(code=FindingCode.MISSING, text=text, count=len(missing), names=missing[:NAMES_MOST])
    if facts.lost:
        count = len(facts.lost)
        went = "1 test conversation that goes" if count == 1 else f"{count} test conversations that go"
        text = (
            f"{went} as written with the live model {'fails' if count == 1 else 'fail'} with it: {_named(facts.lost)}."
        )
        yield ReportFinding(code=FindingCode.CONVERSATIONS, text=text, count=count, names=list(facts.lost[:NAMES_MOST]))
    if facts.whole is not None and facts.whole.worse:
        yield _worse(FindingCode.ACCURACY, facts.whole, facts.live_right, "of the fixed test set")
    elif facts.saving is not None and facts.saving.worse:
        yield _dearer(facts.saving, facts.live_cost)
    for intent, found in sorted(facts.intents.items()):
        if found.worse:
            yield _worse(
                FindingCode.INTENT, found, facts.intents_right[intent], f"of the protected intent {intent}", intent
            )


def _worse(code: FindingCode, found: ReportDifference, right: int, what: str, intent: str = "") -> ReportFinding:
    now = right + found.gained - found.lost
    text = (
        f"It has {now} of {found.texts} texts {what} right, the live model {right}: "
        f"{found.lost} were lost and {found.gained} gained, which is beyond noise."
    )
    return ReportFinding(
        code=code, text=text, intent=intent, texts=found.texts, live=right / found.texts, candidate=now / found.texts,
        lost=found.lost, gained=found.gained,
    )  # fmt: skip


def _dearer(found: ReportDifference, before: float) -> ReportFinding:
    now = before - found.difference
    text = (
        f"A message costs {now:.2f} with it, {before:.2f} with the live model: wrong answers, questions and hand-offs together became "
        f"more, in {found.lost} of {found.texts} texts of the fixed test set, and less in {found.gained}, which is beyond noise."
    )
    return ReportFinding(
        code=FindingCode.COST, text=text, texts=found.texts, live=before, candidate=now, lost=found.lost, gained=found.gained
    )  # fmt: skip


def _notes(facts: Facts) -> Iterator[ReportFinding]:
    if facts.unlike:
        yield facts.unlike
    if not facts.texts:
        text = "There is no fixed test set: write tests/heldout.yml, or label more in the inbox."
        yield ReportFinding(code=FindingCode.NO_TEXTS, text=text)
    elif facts.texts < FEW_TEXTS:
        text = f"The fixed test set has {facts.texts} texts only: it shows no small differences."
        yield ReportFinding(code=FindingCode.FEW_TEXTS, text=text, texts=facts.texts)
    if facts.left_out:
        text = f"{facts.left_out} texts of the fixed test set were left out, since one of the models has learned them."
        yield ReportFinding(code=FindingCode.SEEN, text=text, count=facts.left_out)
    if facts.conversations and not facts.ran:
        text = "Actions are on a server of the project's own, so none was run: of test conversations only what would be done was compared."
        yield ReportFinding(code=FindingCode.NOT_RUN, text=text, count=facts.conversations)
    if unknown := sorted(set(facts.needed) - set(facts.known) - set(facts.live_known)):
        text = f"Rules, stories or forms wait for {_named(unknown)}, of which there are no examples."
        yield ReportFinding(
            code=FindingCode.WITHOUT_EXAMPLES, text=text, count=len(unknown), names=unknown[:NAMES_MOST]
        )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"“{each}”" for each in names[:3]) + more
