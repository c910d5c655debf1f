"""How two frames differ, dimension by dimension, each with its sign and its reason in words.

``+`` is firmer for the people a promise protects, ``-`` weaker, ``?`` moved in a way that rules cannot direct. A
sentence that permits harm reads the other way round: there a wider scope is weaker and a limit is firmer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.commitments.acts import ABSOLUTE, Act
from core.commitments.frame import Clause, Frame, Mark
from core.commitments.guard import LIST_WORDS, Element
from core.commitments.vocabulary import Vocabulary

Sign = Literal["+", "-", "?"]

_TURNED: dict[Sign, Sign] = {"+": "-", "-": "+", "?": "?"}
_LINKS = frozenset(
    "and or nor , in the to of also including within any against 、 和 或 及 ni en el la y e o ou et und oder".split()
)
_UNSTATED = {"channel": 2, "duration": 3, "frequency": 0}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "hour": 0, "天": 1, "日": 1, "个月": 30, "jours": 1, "mois": 30,
         "tagen": 1, "wochen": 7, "monaten": 30, "dias": 1, "meses": 30}  # fmt: skip
_MONTHS = ("january february march april may june july august september october november december").split()
_LOWER_IS_BETTER = frozenset("reduce reduced below under less fewer most maximum limit than up lower cut cap".split())
_PERCENT = frozenset({"%", "percent"})
_PAST_KINDS = ("completed", "has_not")


@dataclass(frozen=True, slots=True)
class Delta:
    """One dimension that moved. The word positions it accounts for are claimed on either side."""

    dimension: str
    sign: Sign
    reason: str
    before: frozenset[int] = frozenset()
    after: frozenset[int] = frozenset()
    forces_reading: bool = False  # no direction may be named at all
    is_reversal: bool = False


Content = Sequence[Element]


def deltas(vocabulary: Vocabulary, before: Frame, after: Frame, contents: tuple[Content, Content]) -> list[Delta]:
    """Everything that moved between two frames with their contents, in no particular order."""
    found = [delta for compare in _COMPARISONS for delta in compare(vocabulary, before, after)]
    found += _list(before, *contents)
    if is_duty_of_affected(before) or is_duty_of_affected(after):
        return [replace(delta, sign="?") for delta in found]
    if before.stance == after.stance == "permits":
        return [_turned(delta) for delta in found]
    if before.firmness is not None and before.firmness <= 0 and after.firmness is not None and after.firmness <= 0:
        return [replace(delta, sign="?") for delta in found]  # nothing was promised, so nothing can be softened
    return found


def is_duty_of_affected(frame: Frame) -> bool:
    """A duty laid on the people a promise should protect; a firmer one is no stronger promise."""
    if frame.actor not in ("users", "affected") or frame.tier is None:
        return False
    if frame.negations or frame.is_passive:
        return False
    return not {"receive", "entitled", "right", "rights", "protected", "free", "access"}.intersection(frame.words)


def is_restraint(frame: Frame) -> bool:
    """Everything the sentence does is to hold back, stop or forbid: there less condition and more scope are firmer."""
    return bool(frame.acts) and all(
        act.stance == "restrains" and (act.is_harm or act.group in ("sever", "suspend")) for act in frame.acts
    )


def _unless_restraint(sign: Sign, *frames: Frame) -> Sign:
    """A "+" that holds for restraints only; elsewhere the same words may have been the substance of the promise."""
    return sign if sign != "+" or all(is_restraint(frame) for frame in frames) else "?"


def _turned(delta: Delta) -> Delta:
    """A delta of a permission: more of it is weaker. Less of it is for a reader, for the same words may be a duty
    told as practice ("we use only independent auditors")."""
    if delta.dimension in ("stance", "actions"):
        return delta
    return replace(delta, sign="-" if delta.sign == "+" else "?")


def _span(marks: Sequence[Mark | Clause]) -> frozenset[int]:
    return frozenset(at for mark in marks for at in range(mark.first, mark.last))


def _quotes(frame: Frame, marks: Sequence[Mark | Clause]) -> str:
    return (
        ", ".join(dict.fromkeys(frame.quote(mark) for mark in sorted(marks, key=lambda mark: mark.first))) or "nothing"
    )


# --- stance, acts, modality --------------------------------------------------------------------------------------


def _stance(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """One act restrained on one side and permitted on the other; or a negation that nothing accounts for."""
    stances_before, stances_after = _by_lemma(before.acts), _by_lemma(after.acts)
    flipped = [
        lemma for lemma in stances_before if lemma in stances_after and not stances_before[lemma] & stances_after[lemma]
    ]
    groups_before = {act.group: act.stance for act in before.acts if act.is_harm}
    groups_after = {act.group: act.stance for act in after.acts if act.is_harm}
    if flipped or (
        before.stance in ("restrains", "permits")
        and after.stance in ("restrains", "permits")
        and before.stance != after.stance
        and any(group in groups_after and groups_after[group] != groups_before[group] for group in groups_before)
    ):
        act = flipped[0] if flipped else before.acts[0].lemma
        how = "restrained → permitted" if before.stance != "permits" else "permitted → restrained"
        yield Delta("stance", "-" if before.stance != "permits" else "+", f"stance: {act} {how}", is_reversal=True)
        return
    if bool(before.negations) != bool(after.negations) and not _accounted(before, after):
        side = before if before.negations else after
        word = side.words[side.negations[0]]
        gone = "gone" if before.negations else "added"
        yield Delta(
            "stance",
            "?",
            f"negation {gone}: {word}",
            _negation_words(before),
            _negation_words(after),
            forces_reading=True,
        )


def _negation_words(frame: Frame) -> frozenset[int]:
    return frozenset(frame.negations)


def _by_lemma(acts: Sequence[Act]) -> dict[str, set[tuple[str, bool]]]:
    """How each verb is held: a duty to use and a ban on using are opposites, though both restrain."""
    found: dict[str, set[tuple[str, bool]]] = {}
    for act in acts:
        found.setdefault(act.lemma, set()).add((act.stance, act.is_harm))
    return found


def _accounted(before: Frame, after: Frame) -> bool:
    """Both sides restrain, so the negation of one side is the ban (or the mild restraint) of the other."""
    if before.stance != "restrains" or after.stance != "restrains" or not before.acts or not after.acts:
        return False
    shared = {act.lemma for act in before.acts} & {act.lemma for act in after.acts}
    negated = before if before.negations else after
    return bool(shared) or any(set(negated.negations) & act.claims for act in negated.acts)


def _modality(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    if before.stance != after.stance and "none" not in (before.stance, after.stance):
        return
    one, two = before.of("modality"), after.of("modality")
    if before.tier is None or after.tier is None:
        if one or two:
            yield Delta("modality", "?", f"modality: {_lead(before)} → {_lead(after)}", _span(one), _span(two))
        return
    kinds_before, kinds_after = [(mark.tier, mark.value) for mark in one], [(mark.tier, mark.value) for mark in two]
    if kinds_before == kinds_after:
        return
    claims_before, claims_after = _modal_words(before, one), _modal_words(after, two)
    pairs = (
        list(zip(kinds_before, kinds_after, strict=True))
        if len(one) == len(two)
        else [((before.tier, _kind(one)), (after.tier, _kind(two)))]
    )
    signs: set[Sign] = {sign for pair in pairs if (sign := _modal_sign(*pair))}
    if not after.acts and after.actor != "third":  # a firmer promise of we know not what
        signs = {"?" if sign == "+" else sign for sign in signs}
    if len(one) != len(two) and not (len(one) <= 1 and len(two) <= 1):
        signs |= _extra_modals(kinds_before, kinds_after)
    told = f"modality: {_lead(before)} → {_lead(after)}"
    if len(one) > 1 or len(two) > 1:
        told = f"modality: {', '.join(mark.text for mark in one)} → {', '.join(mark.text for mark in two)}"
    for sign in sorted(signs):
        yield Delta("modality", sign, told, claims_before, claims_after)


def _extra_modals(before: list[tuple[int, str]], after: list[tuple[int, str]]) -> set[Sign]:
    """Further modal words: repeating what stands already is nothing, anything else is for a reader."""
    extra = [*(Counter(after) - Counter(before)), *(Counter(before) - Counter(after))]
    firm = {(5, "obligation"), (6, "never_to")}
    return {"?"} if any(kind not in firm for kind in extra) else set()


def _kind(marks: Sequence[Mark]) -> str:
    return marks[0].value if marks else "plain"


def _lead(frame: Frame) -> str:
    return frame.modality if frame.tier is not None else "nothing promised"


def _modal_sign(before: tuple[int, str], after: tuple[int, str]) -> Sign | None:
    if before == after:
        return None
    if {before[1], after[1]} <= {"plain", "obligation", "commit"} and "plain" in (before[1], after[1]):
        return "?"  # "we publish" and "we will publish": neither is plainly the firmer
    if before[0] == after[0]:
        return "?"
    if {before[1], after[1]} == {"obligation", "never_to"} or {before[1], after[1]} == {"obligation", "does_not"}:
        return None  # "will stop selling" and "will not sell": told by the act
    return "+" if after[0] > before[0] else "-"


def _modal_words(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of modality, with the negations and verbs of restraint that make it up, without the acts themselves."""
    words = set(_span(marks)) | set(frame.negations)
    for act in frame.acts:
        words |= act.claims - {act.at}
        if act.is_harm:
            words.discard(act.at)
    return frozenset(words)


def _actions(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Acts that came, went, or are restrained more or less than before."""
    left, right = list(before.acts), list(after.acts)
    for act in before.acts:
        twin = next((other for other in right if other.lemma == act.lemma and other.stance == act.stance), None)
        if twin is None:
            continue
        left.remove(act)
        right.remove(twin)
        if twin.level != act.level:
            sign: Sign = "+" if twin.level > act.level else "-"
            yield Delta(
                "actions", sign, f"action: {_told(before, act)} → {_told(after, twin)}", act.claims, twin.claims
            )
    left = [act for act in left if act.stance == "restrains"]
    permitted = [act for act in right if act.stance == "permits"]
    right = [act for act in right if act.stance == "restrains"]
    if permitted and before.stance == "restrains":
        yield Delta("actions", "-", f"action permitted: {permitted[0].lemma}", frozenset(), permitted[0].claims)
    claims_left = frozenset(at for act in left for at in act.claims)
    claims_right = frozenset(at for act in right for at in act.claims)
    if left and right:
        reason = f"action: {_all_told(before, left)} → {_all_told(after, right)}"
        strongest_left, strongest_right = max(act.level for act in left), max(act.level for act in right)
        if strongest_left == strongest_right:
            yield Delta("actions", "?", reason)
        else:
            # The ranks are coarse: a lower verb is a warning, a higher one (consult → inform) no proof of more.
            sign = "-" if strongest_left - strongest_right >= (1 if strongest_left >= 4 else 2) else "?"
            yield Delta("actions", sign, reason, claims_left, claims_right)
    elif left:
        yield Delta("actions", "-", f"action gone: {_all_told(before, left)}", claims_left)
    elif right:
        promised_nothing = not before.acts and before.firmness is not None and before.firmness <= 0
        sign = "+" if promised_nothing or any(act.level >= 3 for act in right) else "?"
        yield Delta("actions", sign, f"action added: {_all_told(after, right)}", frozenset(), claims_right)


def _told(frame: Frame, act: Act) -> str:
    return " ".join(frame.words[at] for at in sorted(act.claims))


def _all_told(frame: Frame, acts: Sequence[Act]) -> str:
    return ", ".join(_told(frame, act) for act in acts)


# --- scope -------------------------------------------------------------------------------------------------------


def _lattice(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Places and customers: wider is firmer, and naming any narrows a promise that named none."""

    def compare(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        parents = vocabulary.parents[dimension]
        one, two = before.of(dimension), after.of(dimension)
        names_before, names_after = {mark.value for mark in one}, {mark.value for mark in two}
        if names_before == names_after:
            return
        reason = f"{word}: {_quotes(before, one)} → {_quotes(after, two)}"
        wider_after = _covers(parents, names_after, names_before)
        wider_before = _covers(parents, names_before, names_after)
        sign: Sign = "?"
        if wider_after and wider_before:
            sign = "?"
        elif wider_after:
            added = [mark for mark in two if mark.value not in names_before]
            sign = "+" if not one or not added or _is_listed(after, added, two, len(one)) else "?"
            if dimension == "customers":  # told to more of them, or withheld from more of them
                sign = _unless_restraint(sign, before, after)
        elif wider_before:
            sign = "-"
        claims_after = _with_links(after, two)
        yield Delta(dimension, sign, reason, _with_links(before, one), claims_after)

    return compare


def _covers(parents: dict[str, str | None], wide: set[str], narrow: set[str]) -> bool:
    """Whether every name of ``narrow`` lies within one of ``wide``; no name at all is everywhere."""
    if not wide:
        return True
    if not narrow:
        return any(parents.get(name) is None for name in wide)
    return all(any(name == other or other in _above(parents, name) for other in wide) for name in narrow)


def _above(parents: dict[str, str | None], name: str) -> list[str]:
    found: list[str] = []
    at = parents.get(name)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _is_listed(frame: Frame, added: Sequence[Mark], marks: Sequence[Mark], count_before: int) -> bool:
    """What was added stands in a list with the others, or took the place of one: it limits nothing by itself."""
    if len(marks) <= count_before:
        return True
    return all(any(_is_linked(_between(frame, mark, other)) for other in marks if other is not mark) for mark in added)


def _is_linked(words: Sequence[str]) -> bool:
    return all(word in _LINKS for word in words) and any(word in LIST_WORDS for word in words)


def _between(frame: Frame, one: Mark, two: Mark) -> Sequence[str]:
    first, second = sorted((one, two), key=lambda mark: mark.first)
    return frame.words[first.last : second.first]


def _with_links(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of the marks, with the "or" and "and" between two of them or before the last."""
    words = set(_span(marks))
    ordered = sorted(marks, key=lambda mark: mark.first)
    for left, right in zip(ordered, ordered[1:], strict=False):
        if _is_linked(frame.words[left.last : right.first]):
            words.update(range(left.last, right.first))
    return frozenset(words)


def _breadth(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Quantifiers, and words that narrow a noun."""
    one, two = _surplus(before.of("breadth"), after.of("breadth"))
    if not one and not two:
        return
    reason = f"object: {_quotes(before, one)} → {_quotes(after, two)}"
    signs = {_breadth_gone(before, mark) for mark in one} | {_breadth_added(after, mark) for mark in two}
    sign: Sign = "?" if "+" in signs and len(signs) > 1 else "-" if "-" in signs else signs.pop()
    yield Delta("objects", sign, reason, _span(one), _span(two))


def _breadth_added(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole":  # "not every agency" may spare some
        return "?" if (frame.negations or is_restraint(frame)) and mark.text != "any" else "+"
    return "-" if mark.value == "part" or is_restraint(frame) else "?"


def _breadth_gone(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole":
        return "?" if frame.negations and mark.text not in ("any", "all") else "-"
    return "+" if mark.value == "part" else "?"


def _surplus(one: Sequence[Mark], two: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The marks whose words stand on one side only."""
    counts_one, counts_two = Counter(mark.text for mark in one), Counter(mark.text for mark in two)
    return _pick(one, counts_one - counts_two), _pick(two, counts_two - counts_one)


def _pick(marks: Sequence[Mark], counts: Counter[str]) -> list[Mark]:
    left, found = dict(counts), []
    for mark in reversed(marks):
        if left.get(mark.text, 0):
            left[mark.text] -= 1
            found.append(mark)
    return found


def _ranked(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Dimensions with a rank and a value for silence: channel, frequency."""

    def compare(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        one, two = before.of(dimension, main_only=False), after.of(dimension, main_only=False)
        texts_before, texts_after = Counter(m.text for m in one), Counter(m.text for m in two)
        if texts_before == texts_after:
            return
        rank_before, rank_after = _rank(dimension, one), _rank(dimension, two)
        reason = f"{word}: {_quotes(before, one)} → {_quotes(after, two)}"
        sign: Sign = "?" if rank_before == rank_after else "+" if rank_after > rank_before else "-"
        if dimension == "frequency" and not one:  # "we audit" and "we audit regularly": the first may have meant always
            sign = "-" if rank_after == 1 else "?"
        if dimension == "channel" and any(mark.text == "directly" for mark in one):  # a manner, or a limit
            sign = _unless_restraint(sign, before, after)
        yield Delta(dimension, sign, reason, _span(one), _span(two))

    return compare


def _rank(dimension: str, marks: Sequence[Mark]) -> int:
    tiers = [mark.tier for mark in marks]
    if dimension == "channel" and 1 in tiers and 3 not in tiers:
        return 1
    return max(tiers, default=_UNSTATED[dimension])


def _only(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """ "Only" narrows a duty and limits a permission."""
    out = [at for at, word in enumerate(before.words) if word == "only"]
    came = [at for at, word in enumerate(after.words) if word == "only"]
    if len(out) == len(came):
        return
    sign: Sign = "-" if len(came) > len(out) else "+"
    if "permits" not in (before.stance, after.stance) and (sign == "+" or is_restraint(after) or not after.acts):
        sign = "?"  # "only independent auditors" demands more, "only direct suppliers" less
    told = "limit added: only" if len(came) > len(out) else "limit gone: only"
    yield Delta("conditions", sign, told, frozenset(out), frozenset(came))


# --- time --------------------------------------------------------------------------------------------------------


def _duration(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.of("duration"), after.of("duration")
    if Counter(mark.text for mark in one) == Counter(mark.text for mark in two):
        return
    length_before, length_after = _length(one), _length(two)
    sign: Sign = "?" if length_before == length_after else "+" if length_after > length_before else "-"
    sign = _unless_restraint(sign, before, after)
    reason = f"duration: {_quotes(before, one)} → {_quotes(after, two)}"
    yield Delta("duration", sign, reason.replace("nothing", "open-ended"), _span(one), _span(two))


def _length(marks: Sequence[Mark]) -> tuple[int, int]:
    """The shortest rank named and, for fixed times, its days."""
    if not marks:
        return _UNSTATED["duration"], 0
    shortest = min(mark.tier for mark in marks)
    days = [
        int(mark.numbers[0][1]) * _DAYS.get(mark.numbers[1][1], 0)
        for mark in marks
        if len(mark.numbers) == 2 and mark.numbers[0][1].isdigit()
    ]
    return shortest, max(days, default=0) if shortest == 1 else 0


def _deadline(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    for kinds in (("by", "within", "now", "soon"), ("from",)):
        one = [mark for mark in before.of("deadline", main_only=False) if mark.value in kinds]
        two = [mark for mark in after.of("deadline", main_only=False) if mark.value in kinds]
        if sorted(_due(mark) for mark in one) == sorted(_due(mark) for mark in two):
            continue
        reason = f"deadline: {_quotes(before, one)} → {_quotes(after, two)}".replace("nothing", "none")
        sign = _deadline_sign(one, two)
        if kinds == ("from",):
            reason = reason.replace("deadline:", "start:")
            if not one or not two:
                sign = _TURNED[sign]  # a promise that starts later than now is the weaker one
        was_done, is_done = _is_past(before), _is_past(after)
        if kinds != ("from",) and one and not two and is_done and not was_done:
            sign, reason = "+", f"deadline: {_quotes(before, one)} → done"
        elif was_done or is_done:
            sign = "?"
        elif kinds != ("from",) and two and not one:
            sign = _deadline_added(before, after, two)
        yield Delta("deadline", sign, reason, _span(one), _span(two))


def _is_past(frame: Frame) -> bool:
    return any(mark.value in _PAST_KINDS for mark in frame.of("modality"))


def _deadline_added(before: Frame, after: Frame, marks: Sequence[Mark]) -> Sign:
    """A date may bind a duty or put it off. It binds where it is short, or comes with an act that is new itself."""
    if any(act.level >= ABSOLUTE and act.is_harm for act in after.acts):
        return "-"
    if not after.acts or not after.of("modality"):
        return "?"
    known = {act.lemma for act in before.acts}
    new_acts = [act.at for act in after.acts if act.lemma not in known]
    for mark in marks:
        is_short = mark.value == "now" or (mark.value == "within" and _due(mark)[1] <= _SHORT)
        if not is_short and not any(at < mark.first for at in new_acts):
            return "?"
    return "+"


_SHORT = 100  # days


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
        return "?"
    if due_before[0] != due_after[0]:
        return "+" if due_after[0] == "now" else "-"
    if due_before[1:] == due_after[1:]:
        return "?"
    return "-" if due_after[1:] > due_before[1:] else "+"


def _due(mark: Mark) -> tuple[str, int, int, int]:
    """A deadline as something to sort by: its kind, then year, month, day, or days."""
    values = dict(mark.numbers)
    if "y" in values:
        month = _MONTHS.index(values["m"]) + 1 if values.get("m") in _MONTHS else 12
        return mark.value, int(values["y"]), month, int(values.get("d", 31))
    if "n" in values:
        count = int(values["n"]) if values["n"].isdigit() else 1
        return mark.value, count * _DAYS.get(values.get("u", ""), 0), 0, count if values.get("u") == "hour" else 0
    return mark.value, 0, 0, 0


# --- what qualifies ----------------------------------------------------------------------------------------------


def _hedges(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.of("hedges", main_only=False), after.of("hedges", main_only=False)
    classes_before, classes_after = Counter(m.value for m in one), Counter(m.value for m in two)
    gone, added = classes_before - classes_after, classes_after - classes_before
    marks_gone = _of_classes(_surplus(one, two)[0], gone)
    marks_added = _of_classes(_surplus(one, two)[1], added)
    if before.stance == after.stance == "permits":
        if marks_gone or marks_added:  # "in accordance with law" on a freedom protects nobody for certain
            words = f"{_quotes(before, marks_gone)} → {_quotes(after, marks_added)}"
            yield Delta("hedges", "?", f"qualification of a permission: {words}", _span(marks_gone), _span(marks_added))
        return
    if gone:
        sign_gone: Sign = "?" if set(gone) & {"law_standard", "case_by_case", "standard_soft"} else "+"
        yield Delta("hedges", sign_gone, f"hedge gone: {_quotes(before, marks_gone)}", _span(marks_gone))
    if added:
        sign: Sign = "-" if before.firmness is not None and before.firmness >= 1 else "?"
        yield Delta("hedges", sign, f"hedge added: {_quotes(after, marks_added)}", frozenset(), _span(marks_added))
    if not gone and not added and Counter(m.text for m in one) != Counter(m.text for m in two):
        left, right = _surplus(one, two)
        reason = f"hedge: {_quotes(before, left)} → {_quotes(after, right)}"
        yield Delta("hedges", "?", reason, _span(left), _span(right))


def _of_classes(marks: Sequence[Mark], classes: Counter[str]) -> list[Mark]:
    return [mark for mark in marks if mark.value in classes]


def _conditions(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Conditions, exceptions, relative clauses that came, went or changed inside."""
    one, two = list(before.clauses), list(after.clauses)
    for clause in before.clauses:
        twin = next((other for other in two if other.text == clause.text), None)
        if twin:
            one.remove(clause)
            two.remove(twin)
    if before.stance != "restrains":  # without a restraint, "without ..." is no condition of one
        one = [clause for clause in one if clause.kind != "unmet"]
    if after.stance != "restrains":
        two = [clause for clause in two if clause.kind != "unmet"]
    if one and two:
        reason = f"condition: {_quotes(before, one)} → {_quotes(after, two)}"
        sign: Sign = "-" if _only_grew(before, after, one, two) else "?"
        yield Delta("conditions", sign, reason)
        return
    for clause in one:
        sign = _when_gone(clause)
        if clause.kind != "exception":  # "we notify users when a government asks" says more than "we notify users"
            sign = _unless_restraint(sign, before, after)
        yield Delta("conditions", sign, f"{_NAMES[clause.kind]} gone: {before.quote(clause)}", _span([clause]))
    for clause in two:
        sign = _TURNED[_when_gone(clause)]
        yield Delta(
            "conditions", sign, f"{_NAMES[clause.kind]} added: {after.quote(clause)}", frozenset(), _span([clause])
        )


_NAMES = {"condition": "condition", "exception": "exception", "unmet": "condition", "relative": "limit",
          "time": "moment", "how": "clause"}  # fmt: skip


def _when_gone(clause: Clause) -> Sign:
    return "+" if clause.kind in ("condition", "exception", "unmet", "relative") else "?"


def _only_grew(before: Frame, after: Frame, one: Sequence[Clause], two: Sequence[Clause]) -> bool:
    """One condition each, of one kind, the later one with "and" and more words: harder to meet."""
    if len(one) != 1 or len(two) != 1 or one[0].kind != two[0].kind or one[0].kind not in ("condition", "unmet"):
        return False
    old, new = before.words[one[0].first : one[0].last], after.words[two[0].first : two[0].last]
    return new[: len(old)] == old and new[len(old) : len(old) + 1] == ("and",)


def _actors(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.actor, after.actor
    if one == two or before.lang != "en" or before.tier is None or after.tier is None:
        return
    rank = {"nobody": 0, "third": 1, "named": 2, "we": 2, "we and the group": 3}
    if one not in rank or two not in rank:
        yield Delta("actors", "?", f"who is bound: {one} → {two}")
        return
    if rank[one] == rank[two]:
        return
    marks_before = (
        [m for m in before.of("actors") if m.value == "group_and_partners"] if one == "we and the group" else []
    )
    marks_after = (
        [m for m in after.of("actors") if m.value == "group_and_partners"] if two == "we and the group" else []
    )
    sign: Sign = "+" if rank[two] > rank[one] else "-"
    if sign == "+" and "third" in (one, two):
        sign = "?"
    yield Delta(
        "actors", sign, f"who is bound: {one} → {two}", _with_and(before, marks_before), _with_and(after, marks_after)
    )


def _with_and(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    words = set(_span(marks))
    for mark in marks:
        words.update(at for at in range(max(mark.first - 2, 0), mark.first) if frame.words[at] in ("and", "our"))
    return frozenset(words)


def _list(before: Frame, one: Content, two: Content) -> Iterator[Delta]:
    """A list that lost an item and nothing else: shorter is weaker, whatever the item was."""
    bare_one = [each for each in one if each.id not in LIST_WORDS]
    bare_two = [each.id for each in two if each.id not in LIST_WORDS]
    gap = len(bare_one) - len(bare_two)
    if not 0 < gap <= 6:
        return
    head = 0
    while head < len(bare_two) and bare_one[head].id == bare_two[head]:
        head += 1
    if [each.id for each in bare_one[head + gap :]] != bare_two[head:]:
        return
    for start in range(head, max(head - gap, -1), -1):  # "A and A's B": the same gap may be read in several places
        part = bare_one[start : start + gap]
        if [each.id for each in bare_one[:start] + bare_one[start + gap :]] != bare_two:
            break
        if _is_item(before, part):
            claims = frozenset(range(part[0].at, part[-1].last))
            links = frozenset(each.at for each in one if each.id in LIST_WORDS)
            links_after = frozenset(each.at for each in two if each.id in LIST_WORDS)
            words = " ".join(before.words[part[0].at : part[-1].last])
            yield Delta("list", "-", f"list shorter: {words}", claims | links, links_after)
            return


def _is_item(frame: Frame, part: Sequence[Element]) -> bool:
    """Whether words stand as one item of a list: beside an "and" or "or", or before a comma with one to follow."""
    first, last = part[0].at, part[-1].last
    inside = range(first, last)
    cues = ("modality", "hedges", "breadth", "deadline", "duration", "channel", "places", "customers", "negation")
    if any(mark.first in inside for mark in frame.marks if mark.dimension in cues):
        return False
    if any(act.at in inside for act in frame.acts) or any(clause.first in inside for clause in frame.clauses):
        return False
    before = [word for word in frame.words[max(first - 3, 0) : first]]
    while before and before[-1] in ("the", "a", "an", "of", "to", "in", "our", "their", "any"):
        before.pop()
    following = frame.words[last : last + 1]
    if (before and before[-1] in LIST_WORDS - {","}) or following in (("and",), ("or",), ("nor",)):
        return True
    return following == (",",) and any(word in ("and", "or", "nor") for word in frame.words[last : last + 10])


def _evidence(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.of("evidence", main_only=False), after.of("evidence", main_only=False)
    rank_before, rank_after = ({mark.value: mark.tier for mark in marks} for marks in (one, two))
    if rank_before == rank_after:
        return
    total_before, total_after = sum(rank_before.values()), sum(rank_after.values())
    reason = f"evidence: {_quotes(before, one)} → {_quotes(after, two)}"
    sign: Sign = "?" if total_before == total_after else "+" if total_after > total_before else "-"
    yield Delta("evidence", sign, reason, _checked(before, one), _checked(after, two))


def _checked(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of who checks, with the noun for the check itself."""
    words = set(_span(marks))
    nouns = {"assessment", "assessments", "audit", "audits", "review", "verification", "report", "results"}
    for mark in marks:
        words.update(at for at in range(mark.last, min(mark.last + 2, len(frame.words))) if frame.words[at] in nouns)
    return frozenset(words)


def _standards(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.of("standards"), after.of("standards")
    names_before, names_after = {mark.value for mark in one}, {mark.value for mark in two}
    gone, added = names_before - names_after, names_after - names_before
    reason = f"standard: {_quotes(before, one)} → {_quotes(after, two)}"
    if gone:
        yield Delta("standards", "-", reason, _span(one), _span(two))
    if added:
        yield Delta("standards", "+" if not gone else "?", reason, _span(one), _span(two))


def _numbers(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Shares of a whole: lower is weaker; any other number is for a reader."""
    one, two = _figures(before), _figures(after)
    if [figure for _, figure in one] == [figure for _, figure in two]:
        return
    reason = f"number: {', '.join(f for _, f in one) or 'none'} → {', '.join(f for _, f in two) or 'none'}"
    sign: Sign = "?"
    claims = frozenset(at for at, _ in one), frozenset(at for at, _ in two)
    if len(one) == len(two) == 1 and _is_share(before, one[0][0]) and _is_share(after, two[0][0]):
        if not _LOWER_IS_BETTER.intersection((*before.words, *after.words)):
            sign = "+" if float(two[0][1]) > float(one[0][1]) else "-"
            if not after.acts or is_restraint(after):
                sign = "?" if sign == "+" else sign
    yield Delta("numbers", sign, reason, *(claims if sign != "?" else (frozenset(), frozenset())))


def _figures(frame: Frame) -> list[tuple[int, str]]:
    taken = {
        at
        for mark in frame.marks
        if mark.dimension in ("deadline", "duration", "frequency", "channel")
        for at in range(mark.first, mark.last)
    }
    return [(at, word) for at, word in enumerate(frame.words) if word[0].isdigit() and word.isascii() and at not in taken
            and word.replace(".", "", 1).isdigit()]  # fmt: skip


def _is_share(frame: Frame, at: int) -> bool:
    return at + 1 < len(frame.words) and frame.words[at + 1] in _PERCENT


def _anaphora(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    one, two = before.of("anaphora", main_only=False), after.of("anaphora", main_only=False)
    left, right = _surplus(one, two)
    if left or right:
        side, marks = (after, right) if right else (before, left)
        yield Delta("anaphora", "?", f"points elsewhere: {_quotes(side, marks)}", forces_reading=bool(right))


_COMPARISONS: tuple[Callable[[Vocabulary, Frame, Frame], Iterator[Delta]], ...] = (
    _stance, _modality, _actions, _lattice("places", "place"), _lattice("customers", "customer"), _breadth,
    _ranked("channel", "channel"), _ranked("frequency", "how often"), _only, _duration, _deadline, _hedges, _conditions,
    _actors, _evidence, _standards, _numbers, _anaphora,
)  # fmt: skip
