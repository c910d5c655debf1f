"""What people's verdicts say of a rule: how often it was right, and an exception that would have spared the false alarms.

Nothing here changes a rule. A suggestion is shown with every past alert it would have silenced, and is blocked where one
of them was marked important.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.rules.ruleset import RuleSet
from core.text.fold import fold, is_han
from core.text.pattern import Pattern

MOST: Final = 3  # suggestions for one rule
FEWEST: Final = 2  # alerts called not relevant before anything is suggested
_WORD: Final = re.compile(r"[^\W\d_]{3,}(?:['-][^\W\d_]+)*")
_HAN_RUNS: Final = (4, 3, 2)

IMPORTANT: Final = "important"
NOT_RELEVANT: Final = "not relevant"


@dataclass(frozen=True, slots=True)
class Told:
    """One alert a rule was a reason of: the passages it hit, and what people said of it ("" where nobody did)."""

    alert_id: int
    source: str
    texts: tuple[tuple[str, str], ...]  # passage, lead-in
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a rule was right, in all and on one source. ``share`` is None where nobody has judged."""

    rule: str
    source: str
    alerts: int
    important: int
    not_relevant: int

    @property
    def share(self) -> float | None:
        judged = self.important + self.not_relevant
        return self.important / judged if judged else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An exception for a rule, with the past alerts in which the rule would have stayed silent.

    ``blocked`` are those of them that were marked important: where there is one, the exception must not be taken.
    """

    rule: str
    unless: str
    spared: tuple[int, ...]
    unjudged: tuple[int, ...]
    blocked: tuple[int, ...]


def precision(rule: str, told: Sequence[Told]) -> tuple[Precision, ...]:
    """Of all sources together (source ""), then of each, the noisiest first."""
    by_source: dict[str, list[Told]] = {}
    for each in told:
        by_source.setdefault(each.source, []).append(each)
    found = [_counted(rule, source, of) for source, of in by_source.items()]
    found.sort(key=lambda each: (-each.not_relevant, each.source))
    return (_counted(rule, "", told), *found)


def _counted(rule: str, source: str, told: Sequence[Told]) -> Precision:
    verdicts = Counter(each.verdict for each in told)
    return Precision(rule, source, len(told), verdicts[IMPORTANT], verdicts[NOT_RELEVANT])


def weigh(rules: RuleSet, rule: str, unless: Pattern, told: Sequence[Told]) -> Suggestion:
    """What an exception would have done to the past alerts of a rule."""
    changed, rules = rules.only(rule, unless), rules.only(rule)
    silent = [each for each in told if each.texts and not any(_fires(changed, rule, *text) for text in each.texts)]
    was_heard = [each for each in silent if any(_fires(rules, rule, *text) for text in each.texts)]
    return Suggestion(
        rule,
        unless.source,
        tuple(each.alert_id for each in was_heard if each.verdict == NOT_RELEVANT),
        tuple(each.alert_id for each in was_heard if not each.verdict),
        tuple(each.alert_id for each in was_heard if each.verdict == IMPORTANT),
    )


def suggest(rules: RuleSet, rule: str, told: Sequence[Told]) -> tuple[Suggestion, ...]:
    """Exceptions that would have spared false alarms of a rule, the best first; blocked ones last."""
    from core.text.pattern import translate  # here: a start that learns nothing does not pay for it

    rules = rules.only(rule)
    false = [each for each in told if each.verdict == NOT_RELEVANT]
    if len(false) < FEWEST:
        return ()
    weighed = [weigh(rules, rule, translate(source), told) for source in _candidates(rules, rule, false, told)]
    useful = [each for each in weighed if len(each.spared) >= FEWEST]
    useful.sort(key=lambda each: (bool(each.blocked), len(each.unjudged) - 2 * len(each.spared), each.unless))
    chosen: list[Suggestion] = []
    for each in useful:
        if not any(set(each.spared) <= set(other.spared) for other in chosen):
            chosen.append(each)
    return tuple(chosen[:MOST])


def _candidates(rules: RuleSet, rule: str, false: Sequence[Told], told: Sequence[Told]) -> Iterator[str]:
    """Words that false alarms share and others rarely hold, as patterns, the most telling first."""
    elsewhere = Counter(word for each in told if each.verdict != NOT_RELEVANT for word in _words(rules, rule, each))
    shared = Counter(word for each in false for word in _words(rules, rule, each))
    ranked = sorted(shared, key=lambda word: (elsewhere[word] - shared[word], -len(word), word))
    for word in ranked[:24]:
        if shared[word] >= FEWEST:
            yield word if is_han(word[0]) else rf"\b{re.escape(word)}\b"


def _words(rules: RuleSet, rule: str, told: Told) -> set[str]:
    """The words of the sentences a rule hit, without those it looks for."""
    found: set[str] = set()
    for text, lead_in in told.texts:
        hits = [hit for hit in rules.match(text, lead_in=lead_in, at=None) if hit.rule == rule]
        kept = text
        for start, end in sorted((span for hit in hits for span in hit.spans), reverse=True):
            kept = f"{kept[:start]} {kept[end:]}"
        plain = fold(kept).text
        found |= {word for word in _WORD.findall(plain) if word.isascii() and len(word) > 3}
        runs = re.findall("[\u3400-\u9fff]{2,}", plain)
        found |= {run[at : at + size] for run in runs for size in _HAN_RUNS for at in range(len(run) - size + 1)}
    return found


def _fires(rules: RuleSet, rule: str, text: str, lead_in: str) -> bool:
    return any(hit.rule == rule for hit in rules.match(text, lead_in=lead_in, at=None))
