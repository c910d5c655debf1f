"""What became of each commitment between two versions, or what two documents have in common, with the reasons. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from core.model import Change, Finding, Verdict
from core.quotes import in_words
from core.text.visible import cut
from core.text.words import Segment, word_diff
from core.wording import GRAVITY, OF_VERDICT, counted, number
from web.comparing import Sides, spot
from web.speech import Sign, Tone, lang_code, sign_of

LONGEST_FATE: Final = 320  # the whole passage stands in the texts below
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was found, with the sign of its direction where it has one."""

    sign: str
    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one commitment: the verdict, its words, where it stood, what was found."""

    sign: Sign
    text: tuple[Segment, ...]
    lang: str
    scope: str
    reasons: tuple[Reason, ...]


IN_ONE: Final = {
    Verdict.REVERSED: "reversed",
    Verdict.REMOVED: "gone",
    Verdict.WEAKENED: "weaker",
    Verdict.MIXED: "weaker in one way and firmer in another",
    Verdict.UNCLASSIFIED: "changed and to be read by a person",
    Verdict.NEW: "new",
    Verdict.STRENGTHENED: "firmer",
    Verdict.REWORDED: "the same in other words",
}


# Two documents side by side changed nothing of each other: signs say where words stand, not what became of them.
OF_TWO: Final = {
    Verdict.REVERSED: "the reverse in the other",
    Verdict.REMOVED: "only in the first",
    Verdict.WEAKENED: "weaker in the other",
    Verdict.MIXED: "weaker in one way and firmer in another",
    Verdict.UNCLASSIFIED: "different and to be read by a person",
    Verdict.NEW: "only in the other",
    Verdict.STRENGTHENED: "firmer in the other",
    Verdict.REWORDED: "the same in other words",
}
ELSEWHERE: Final = Sign("→", "Elsewhere", "same")
_BESIDE: Final = {
    "Removed": Sign("◁", "Only in the first", "same"),
    "New": Sign("▷", "Only in the other", "same"),
    "Restored": Sign("▷", "Only in the other", "same"),
    "Moved": ELSEWHERE,
    "Reversed": Sign("⇄", "The reverse in the other", "unsure"),
    "Weakened": Sign("−", "Weaker in the other", "loss"),
    "Strengthened": Sign("+", "Firmer in the other", "gain"),
    "Mixed": Sign("±", "Weaker and firmer", "unsure"),
    "Changed, please read": Sign("?", "Differs, please read", "unsure"),
}


def beside(sign: Sign) -> Sign:
    """What a sign becomes between two documents."""
    return _BESIDE.get(sign.word, sign)


def deck(change: Change, total: int, around: int, *, is_pair: bool) -> str:
    """One or two sentences: what became of commitments, how much differs."""
    verdicts = Counter(finding.verdict for finding in change.findings)
    words, verb = (OF_TWO, "differ") if is_pair else (IN_ONE, "changed")
    parts = [f"{number(verdicts[one])} {words[one]}" for one in GRAVITY if verdicts[one]]
    said = ""
    if parts:
        touched = sum(verdicts.values())
        told = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        said = f"Of {counted(touched, 'passage')} that hold a commitment and {verb}: {told}. "
    differ = counted(total, "difference")
    text = f"{differ[:1].upper()}{differ[1:]} in the text" if total else "No difference in the text"
    return f"{said}{text}{f', {number(around)} in menus, banners and footers' if around else ''}."


def fates(sides: Sides, *, is_pair: bool) -> tuple[Fate, ...]:
    """What became of each commitment, the gravest first; between two documents, where it stands."""
    ordered = sorted(sides.findings, key=lambda finding: GRAVITY.index(finding.verdict))
    found = tuple(_fate(sides, finding) for finding in ordered[:MOST])
    return tuple(_of_two(one) for one in found) if is_pair else found


def _of_two(fate: Fate) -> Fate:
    sign = beside(fate.sign)
    return replace(fate, sign=sign, reasons=() if sign.sign in "◁▷" else fate.reasons)


_DIRECTIONS: Final[dict[str, tuple[str, Tone]]] = {
    "-": ("−", "loss"),
    "+": ("+", "gain"),
    "?": ("?", "unsure"),
    "=": ("=", "same"),
}


def _reasons(finding: Finding) -> tuple[Reason, ...]:
    """The reasons with their signs, where each speaks of one dimension (then they come in the same order)."""
    told = in_words(finding)
    signs = [_DIRECTIONS.get(how, ("·", "same")) for _, how in finding.dimensions]
    if len(signs) != len(told):
        signs = [("·", "same")] * len(told)
    return tuple(Reason(sign, tone, text) for (sign, tone), text in zip(signs, told, strict=True))


def _fate(sides: Sides, finding: Finding) -> Fate:
    edit = sides.edits[finding.edit]
    reading, places = (sides.before, edit.before) if edit.before else (sides.after, edit.after)
    text = " ".join(reading.places[at].text for at in places)
    segments: tuple[Segment, ...] = (("same", cut(text, LONGEST_FATE)),)
    if edit.before and edit.after:
        now = " ".join(sides.after.places[at].text for at in edit.after)
        segments = tuple(part for part in word_diff(cut(text, LONGEST_FATE), cut(now, LONGEST_FATE)) if part[0] != "in")
    lead = reading.lead_in(places[0])
    return Fate(
        sign=sign_of(OF_VERDICT[finding.verdict]),
        text=(("same", f"{cut(lead, 200)} "), *segments) if lead else segments,
        lang=lang_code(reading.lang),
        scope=spot(reading, places[0]),
        reasons=_reasons(finding),
    )
