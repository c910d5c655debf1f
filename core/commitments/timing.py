"""Until when, by when, from when, for how long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from core.commitments.acts import ABSOLUTE
from core.commitments.delta import TURNED, Delta, Sign, quotes, span, unless_restraint
from core.commitments.frame import Frame, Mark
from core.commitments.vocabulary import Vocabulary

_OPEN_ENDED = 3
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "hour": 0, "天": 1, "日": 1, "个月": 30, "jours": 1, "mois": 30,
         "tagen": 1, "wochen": 7, "monaten": 30, "dias": 1, "meses": 30}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_PAUSES = frozenset({"pause", "paused", "pauses", "pausing", "moratorium", "moratoire", "moratoria", "暂停"})
_PAST_KINDS = ("completed", "has_not")


def duration_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """How long the promise lasts."""
    one, two = before.of("duration"), after.of("duration")
    if Counter(mark.text for mark in one) == Counter(mark.text for mark in two):
        return
    length_before, length_after = _length(one), _length(two)
    if length_before == length_after:
        length_before, length_after = (length_before[0], _ends(one)), (length_after[0], _ends(two))
    sign: Sign = "?" if length_before == length_after else "+" if length_after > length_before else "-"
    if not before.stance == after.stance == "permits":  # data kept longer is a permission that lasts
        sign = unless_restraint(sign, before, after)
    reason = f"duration: {quotes(before, one)} → {quotes(after, two)}"
    yield Delta("duration", sign, reason.replace("nothing", "open-ended"), span(one), span(two))


def _length(marks: Sequence[Mark]) -> tuple[int, int]:
    """The shortest rank named and, for fixed times, its days."""
    if not marks:
        return _OPEN_ENDED, 0
    told = [mark for mark in marks if mark.text not in _PAUSES] or marks  # "paused indefinitely", "paused for 1 year"
    shortest = min(mark.tier for mark in told)
    days = [
        int(mark.numbers[0][1]) * _DAYS.get(mark.numbers[1][1], 0)
        for mark in marks
        if len(mark.numbers) == 2 and mark.numbers[0][1].isdigit()
    ]
    return shortest, max(days, default=0) if shortest == 1 else 0


_UNTIL_YEAR = re.compile(r"(?:until|till) (?:the )?(?:(?:end|close) of )?(?:\w+ )?(20\d\d)")


def _ends(marks: Sequence[Mark]) -> int:
    """The year until which it lasts, where all it says is a year."""
    found = [_UNTIL_YEAR.fullmatch(mark.text) for mark in marks]
    return int(found[0][1]) if len(found) == 1 and found[0] else 0


def deadline_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """By when a duty is due, and from when a promise holds."""
    for kinds in (("by", "within", "now", "soon"), ("from",)):
        one = [mark for mark in before.of("deadline", main_only=False) if mark.value in kinds]
        two = [mark for mark in after.of("deadline", main_only=False) if mark.value in kinds]
        if sorted(_due(mark) for mark in one) == sorted(_due(mark) for mark in two):
            continue
        reason = f"deadline: {quotes(before, one)} → {quotes(after, two)}".replace("nothing", "none")
        sign = _deadline_sign(one, two)
        if any(_is_amount(frame, mark) for frame, marks in ((before, one), (after, two)) for mark in marks):
            sign = "?"
        if kinds == ("from",):
            reason = reason.replace("deadline:", "start:")
            if not one or not two:
                sign = TURNED[sign]  # a promise that starts later than now is the weaker one
        was_done, is_done = _is_past(before), _is_past(after)
        if kinds != ("from",) and one and not two and is_done and not was_done:
            sign, reason = "+", f"deadline: {quotes(before, one)} → done"
        elif was_done or is_done:
            sign = "?"
        elif kinds == ("from",) and any("future" in mark.text for mark in one):
            sign = (
                "-" if any(before.words[mark.first - 1] in ("or", "and") for mark in one) else "?"
            )  # "now or in the future"
        elif kinds != ("from",) and two and not one:
            sign = _deadline_added(before, after, two)
        yield Delta("deadline", sign, reason, span(one), span(two))


def _is_amount(frame: Frame, mark: Mark) -> bool:
    """ "At most 12 months of fees": how much, and not by when."""
    return mark.text.startswith("at most") and frame.words[mark.last : mark.last + 1] == ("of",)


def _is_past(frame: Frame) -> bool:
    return any(mark.value in _PAST_KINDS for mark in frame.of("modality"))


def _deadline_added(before: Frame, after: Frame, marks: Sequence[Mark]) -> Sign:
    """A date may bind a duty or put it off. It binds where it is short, or comes with an act that is new itself."""
    if any(act.level >= ABSOLUTE and act.is_harm for act in after.acts):
        return "-"
    if not after.acts or not after.of("modality"):
        return "?"
    if before.firmness is not None and before.firmness <= _WISH < (after.firmness or 0):
        return "+"  # a plan without a date cannot be put off by one
    known = {act.lemma for act in before.acts}
    new_acts = [act.at for act in after.acts if act.lemma not in known]
    for mark in marks:
        is_short = mark.value == "now" or (mark.value == "within" and _due(mark)[1] <= _SHORT)
        if not is_short and not any(at < mark.first for at in new_acts):
            return "?"
    return "+"


_SHORT = 100  # days
_WISH = 3  # the tier of a plan


def _deadline_sign(one: Sequence[Mark], two: Sequence[Mark]) -> Sign:
    if not one:
        return "+"
    if not two:
        return "-"
    if len(one) > 1 or len(two) > 1:
        return "?"
    due_before, due_after = _due(one[0]), _due(two[0])
    if due_before[0] != due_after[0] and {due_before[0], due_after[0]} != {"now", "soon"}:
        urgent = {"now": 0, "within": 1, "soon": 2}
        if due_before[0] == "now" or due_after[0] == "now":
            return "+" if urgent.get(due_after[0], 3) < urgent.get(due_before[0], 3) else "-"
        if due_after[0] == "soon":  # a date can be missed, "as soon as possible" cannot
            return "-"
        return "?"
    if due_before[0] != due_after[0]:
        return "+" if due_after[0] == "now" else "-"
    if due_before[1:] == due_after[1:]:
        return "?"
    return "-" if due_after[1:] > due_before[1:] else "+"


def _time(count: int, unit: str, text: str) -> tuple[int, int, int]:
    """Days and hours; a week has five working days of eight hours."""
    is_working = "working" in text or "business" in text
    hours = count * (_DAYS.get(unit, 0) * 24 or (1 if unit == "hour" else 0))
    if is_working:
        hours = hours * 7 // 5 if unit != "hour" else hours * 24 * 7 // 40
    return hours // 24, 0, hours % 24


def _due(mark: Mark) -> tuple[str, int, int, int]:
    """A deadline as something to sort by: its kind, then year, month, day, or days."""
    values = dict(mark.numbers)
    if "y" in values:
        month = _MONTHS.index(values["m"]) + 1 if values.get("m") in _MONTHS else 12
        return mark.value, int(values["y"]), month, int(values.get("d", 31))
    if "n" in values:
        count = int(values["n"]) if values["n"].isdigit() else 1
        return mark.value, *_time(count, values.get("u", ""), mark.text)
    return mark.value, 0, 0, 0
