"""A number that changed, and whether more of it is more: that lies in what is measured.

"Cut by 40 per cent", "at least six months' notice", "deleted after 90 days", "overtime below 12 hours": the words around the
number say which way is the firmer one. Where they do not, no direction is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.commitments.delta import Delta, Sign
from core.commitments.frame import Frame
from core.commitments.guard import Element
from core.commitments.inflection import roots_of
from core.commitments.slot import Slot
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_HOURS = {"hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}
_BESIDE = word_set("for at least most no longer than fewer less more of a the working business calendar within after")
"""What may stand in the place besides the number and its unit, as long as it stands there before and after."""
_NEAR = 4  # words before a number that say what it bounds


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number in its unit (hours where it is a time), the other words of its place, and where it stands."""

    amount: float
    unit: str
    beside: tuple[str, ...]
    at: int


def measured(_: Vocabulary, slot: Slot) -> Delta | None:
    """What follows where a number, and nothing but its unit, is another one."""
    was, now = _measure(slot.before, slot.gone), _measure(slot.after, slot.came)
    if was is None or now is None or (was.unit, was.beside) != (now.unit, now.beside) or was.amount == now.amount:
        return None
    better = _more_is(slot.after, now)
    if better is None or slot.after.negations or len(slot.before.acts) != len(slot.after.acts):
        return None
    sign: Sign = "+" if (now.amount > was.amount) == better else "-"
    dimension = "duration" if now.unit == "hours" else "numbers"
    return Delta(dimension, sign, f"number: {slot.told()}", slot.went, slot.new)


def _measure(frame: Frame, elements: Sequence[Element]) -> _Measure | None:
    words = [(at, frame.words[at]) for each in elements for at in range(each.at, each.last)]
    numbers = [(at, word) for at, word in words if word.replace(".", "", 1).isdecimal()]
    if not numbers and len(words) == 1 and words[0][1] in _HOURS and frame.words[words[0][0] - 1] in ("a", "an"):
        return _Measure(_HOURS[words[0][1]], "hours", (), words[0][0])  # "for a year"
    if len(numbers) != 1:
        return None
    at, number = numbers[0]
    unit = frame.words[at + 1].removesuffix("s") if at + 1 < len(frame.words) else ""
    others = tuple(word for _, word in words if word != number and word.removesuffix("s") not in _HOURS)
    if not _BESIDE.issuperset(others):
        return None
    if unit in _HOURS:
        return _Measure(float(number) * _HOURS[unit], "hours", others, at)
    return _Measure(float(number), unit, others, at)


_LESS = frozenset(root for word in ("cut", "reduce", "lower", "decrease", "shrink", "halve") for root in roots_of(word))
_GIVING = frozenset(
    root
    for word in ("give", "provide", "grant", "offer", "receive", "pay", "get", "entitle", "allow", "guarantee", "train", "earn")
    for root in roots_of(word)
)  # fmt: skip
_GOODS = word_set(
    "notice leave rest pay wage wages training break breaks compensation severance holiday holidays consultation support"
)
_TAKEN = word_set(
    "without unpaid deposit deposits fine fines fee fees deduction deductions penalty penalties suspension probation"
)
_DROPPING = frozenset(root for word in ("delete", "erase", "anonymise", "destroy", "purge") for root in roots_of(word))
_KEEPING = frozenset(root for word in ("keep", "store", "retain", "hold") for root in roots_of(word))
_PERSONAL = word_set(
    "data recording recordings log logs location locations footage image images message messages photo photos video videos call calls "
    "fingerprints history histories biometric browsing"
)
_PROOF = word_set(
    "abuse abuses labour labor force violence account accounts activists audit audits training evidence wage wages payroll safety complaint complaints grievance grievances inspection inspections"
)
_WHOSE = word_set("users customers your you visitors guests passengers subscribers members patients callers browsing")
_IMPACTS = word_set(
    "emissions water freshwater waste pollution injuries accidents incidents footprint overtime exposure plastic pesticides pesticide "
    "deforestation energy fatalities spills discharge discharges methane carbon hazards"
)
_BURDENS = word_set("overtime hours shift shifts working workday workweek")
_OF_PAY = word_set(
    "pay paid pays cover covers compensate compensates count counts rate wage wages reimburse refund repay audit audits check checks inspect break breaks rest leave training site sites "
    "dollars euros percent per cent"
)  # what is capped may be what people get, or what is looked at
_TOPS = (("below",), ("under",), ("exceed",), ("at", "most"), ("up", "to"), ("maximum",))
_THRESHOLDS = word_set("who whom with if where when after employed worked for than")
_BOTTOMS = (("at", "least"), ("minimum",), ("less", "than"), ("fewer", "than"))


def _more_is(frame: Frame, number: _Measure) -> bool | None:
    """True where more is firmer for the people a promise protects, False where less is; None where nothing says so."""
    before = frame.words[max(number.at - _NEAR, 0) : number.at]
    said = {root for word in frame.words if word.isalpha() for root in roots_of(word)}
    words = set(frame.words)
    if said & _LESS:
        lowering = any(set(roots_of(word)) & _LESS for word in frame.words[: number.at])
        if not lowering or not lowers_an_impact(frame.words[: number.at]):
            return None
        return {"by": True, "to": False}.get("".join(before[-1:]))
    if number.unit == "hours":
        is_personal = (
            bool(words & _PERSONAL) and not words & _PROOF and _is_of_users(frame.words[: number.at])
        )  # proof that is gone early protects nobody
        is_dropped = said & _DROPPING and {"after", "within"} & set(before)
        if is_personal and (is_dropped or (said & _KEEPING and not said & _DROPPING)):
            return False
    if words & _BURDENS and not words & _OF_PAY and any(_ends_with(before, top) for top in _TOPS):
        return False
    is_told_first = "before" in frame.words[number.at : number.at + 3] and not words & _TAKEN
    if number.unit == "hours" and is_told_first and any(act.group == "disclose" for act in frame.acts):
        return True  # "we tell the village a week before we blast"
    near = {*frame.words[number.at + 1 : number.at + 6]}
    asked = {*frame.words[max(number.at - 8, 0) : number.at]} & _THRESHOLDS  # "for those employed at least 12 months"
    is_given = said & _GIVING and near & _GOODS and not words & _TAKEN and not asked
    is_owed = any(set(roots_of(word)) & _GIVING for word in before[-2:])  # "workers receive 16 weeks of leave"
    return True if is_given and (is_owed or any(_ends_with(before, bottom) for bottom in _BOTTOMS)) else None


def _is_of_users(words: Sequence[str]) -> bool:
    """Whether what is kept is of users, if it says of whom: "data of users", not "requests for data", "data of the missing"."""
    at = next((at for at, word in enumerate(words) if word in ("of", "about", "on", "from", "for")), len(words))
    whose = words[at + 1 : at + 5]
    is_for = words[at : at + 1] == ("for",) or not whose  # "kept for 90 days"
    return _PERSONAL.isdisjoint(words[at + 1 :]) and (is_for or not _WHOSE.isdisjoint(whose))


_OF_IT = word_set("use consumption intensity withdrawal withdrawals")
_ENDS = word_set("by to in across from at of per for on")


def lowers_an_impact(words: Sequence[str]) -> bool:
    """Whether what is lowered is a harm itself, and not what is spent or allowed against it: the last noun tells."""
    verb = next((at for at, word in enumerate(words) if set(roots_of(word)) & _LESS), len(words))
    named = list(words[verb + 1 :])
    phrase = named[: next((at for at, word in enumerate(named) if word in _ENDS), len(named))]
    if phrase and phrase[-1] in _OF_IT:
        phrase.pop()
    return bool(phrase) and phrase[-1] in _IMPACTS


def _ends_with(words: Sequence[str], said: tuple[str, ...]) -> bool:
    """Whether these words stand last, a small word behind them aside ("a minimum of")."""
    rest = [word for word in words if word not in ("of", "a", "the")]
    return tuple(rest[-len(said) :]) == said
