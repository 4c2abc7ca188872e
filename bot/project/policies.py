"""Reads `policies` of `config.yml`: the parameters of Rasa's policies that mean something here."""

from __future__ import annotations

from dataclasses import dataclass

from bot.project.domain import DEFAULT_FALLBACK
from models.rasa.document import Document, List, Map

# Policies that remember or learn from stories; the longest look back counts.
_LOOKING_BACK = ("MemoizationPolicy", "AugmentedMemoizationPolicy", "TEDPolicy")


@dataclass(frozen=True, slots=True)
class Policies:
    """Rasa's defaults. `fallback_threshold`: below it the fallback action runs; `max_history` counts states;
    `contradictions_refused` is Rasa's `check_for_contradictions`; policies without RulePolicy check none. `rules_restricted`:
    a rule is about one message of the customer, as in Rasa unless `restrict_rules` is false."""

    max_history: int = 5
    fallback_threshold: float = 0.3
    fallback_action: str = DEFAULT_FALLBACK
    contradictions_refused: bool = True
    rules_restricted: bool = True


def read_policies(document: Document) -> Policies:
    given = document.top.get("policies")
    named = (
        {str(each.get("name", "")).rpartition(".")[2]: each for each in given if isinstance(each, Map)}
        if isinstance(given, List)
        else {}
    )
    default = Policies()
    looks = [found for name in _LOOKING_BACK if name in named and (found := _history(document, named[name]))]
    rule = named.get("RulePolicy", Map(1))
    threshold = rule.get("core_fallback_threshold", default.fallback_threshold)
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not 0 <= threshold <= 1:
        document.error(
            rule.line_of("core_fallback_threshold"), "expected a number from 0 to 1 as `core_fallback_threshold`"
        )
        threshold = default.fallback_threshold
    if rule.get("enable_fallback_prediction") is False:
        threshold = 0.0
    action = rule.get("core_fallback_action_name")
    return Policies(
        max(looks, default=default.max_history),
        float(threshold),
        str(action) if action else default.fallback_action,
        (not named or "RulePolicy" in named) and rule.get("check_for_contradictions") is not False,
        rule.get("restrict_rules") is not False,
    )


def _history(document: Document, policy: Map) -> int | None:
    value = policy.get("max_history")
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return min(value, 20)
    document.error(policy.line_of("max_history"), "expected a whole number above 0 as `max_history`")
    return None
