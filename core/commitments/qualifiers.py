"""What qualifies a promise: hedges, conditions, who is bound, who checks, standards, shares, words that point away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta, Sign, is_restraint, quotes, span, surplus
from core.commitments.frame import Frame, Mark
from core.commitments.guard import LIST_WORDS
from core.commitments.lists import covers_at
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_LOWER_IS_BETTER = word_set("reduce reduced below under less fewer most maximum limit than up lower cut cap")
_PERCENT = frozenset({"%", "percent"})


def only_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """ "Only" narrows a duty and limits a permission."""
    out = [at for at, word in enumerate(before.words) if word == "only"]
    came = [at for at, word in enumerate(after.words) if word == "only"]
    if len(out) == len(came):
        return
    sign: Sign = "-" if len(came) > len(out) else "+"
    is_covered = covers_at(before) > 0 and covers_at(after) > 0
    if (
        not is_covered
        and "permits" not in (before.stance, after.stance)
        and (sign == "+" or is_restraint(after) or not after.acts)
    ):
        sign = "?"  # "only independent auditors" demands more, "only direct suppliers" less
    told = "limit added: only" if len(came) > len(out) else "limit gone: only"
    yield Delta("conditions", sign, told, frozenset(out), frozenset(came))


def hedges_moved(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Classes of qualification that came or went; where in the sentence they stand is no matter."""
    one, two = before.of("hedges", main_only=False), after.of("hedges", main_only=False)
    classes_before, classes_after = Counter(m.value for m in one), Counter(m.value for m in two)
    gone, added = classes_before - classes_after, classes_after - classes_before
    marks_gone = _of_classes(surplus(one, two)[0], gone)
    marks_added = _of_classes(surplus(one, two)[1], added)
    if before.stance == after.stance == "permits":
        if marks_gone or marks_added:  # "in accordance with law" on a freedom protects nobody for certain
            words = f"{quotes(before, marks_gone)} → {quotes(after, marks_added)}"
            yield Delta("hedges", "?", f"qualification of a permission: {words}", span(marks_gone), span(marks_added))
        return
    if gone:
        is_plain = _NO_LOSS.isdisjoint(gone) and all(
            mark.clause < 0 and _stands_alone(vocabulary, before, mark) for mark in marks_gone
        )
        sign_gone: Sign = "+" if is_plain else "?"
        yield Delta("hedges", sign_gone, f"hedge gone: {quotes(before, marks_gone)}", span(marks_gone))
    if added:
        is_told = bool(before.negations) or (before.actor in ("we", "third") and "standard_soft" in added)
        is_told = is_told or (before.stance != "permits" and not _PLAINLY_LESS.isdisjoint(added))
        is_said = is_told if before.firmness is None else before.firmness >= 1
        sign: Sign = "-" if is_said else "?"
        yield Delta("hedges", sign, f"hedge added: {quotes(after, marks_added)}", frozenset(), span(marks_added))
    if not gone and not added and Counter(m.text for m in one) != Counter(m.text for m in two):
        left, right = surplus(one, two)
        reason = f"hedge: {quotes(before, left)} → {quotes(after, right)}"
        yield Delta("hedges", "?", reason, span(left), span(right))


_PLAINLY_LESS = frozenset({"feasibility", "discretion", "case_by_case", "law_limit", "law_standard", "vague_degree"})
"""Classes that make less of whatever is said, also of what is told without a word of promise."""


def _stands_alone(vocabulary: Vocabulary, frame: Frame, mark: Mark) -> bool:
    """Whether a hedge is one, and not the words of something else ("where appropriate remedies can be found")."""
    if mark.last >= len(frame.words):
        return True
    following = frame.words[mark.last]
    return (
        not following[0].isalnum()
        or following in vocabulary.stop_words.get(frame.lang, frozenset())
        or following in LIST_WORDS
        or (following in vocabulary.actions and _is_before_verb(vocabulary, frame, mark))
        or any(other.first == mark.last and other.dimension in _BESIDE for other in frame.marks)
        or frame.lang != "en"
    )


def _is_before_verb(vocabulary: Vocabulary, frame: Frame, mark: Mark) -> bool:
    """ "Will knowingly source", "we currently audit": the word before the hedge leads to the verb after it."""
    before = frame.words[mark.first - 1] if mark.first else ""
    at_cue = any(other.last == mark.first and other.dimension in ("modality", "negation") for other in frame.marks)
    return at_cue or not before or before in vocabulary.stop_words[frame.lang]


_BESIDE = ("modality", "negation", "group", "deadline", "hedges", "places")
_NO_LOSS = frozenset({"law_standard", "case_by_case", "standard_soft", "effort"})
"""Classes whose words may also be the substance of a promise ("harm we contribute to"): gone they prove nothing."""


def _of_classes(marks: Sequence[Mark], classes: Counter[str]) -> list[Mark]:
    return [mark for mark in marks if mark.value in classes]


def actors_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Who is bound."""
    one, two = before.actor, after.actor
    if (
        not _who_is_bound(before).isdisjoint(_who_is_bound(after))
        or before.lang != "en"
        or before.tier is None
        or after.tier is None
    ):
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


def _who_is_bound(frame: Frame) -> set[str]:
    """The actor, and those who are held to something: "we expect suppliers to pay" binds suppliers."""
    if frame.actor != "we":
        return {frame.actor}
    lead = next((mark for mark in frame.of("modality") if mark.text.startswith(_HOLDING)), None)
    if lead and any(mark.value == "third" and lead.last <= mark.first <= lead.last + 3 for mark in frame.of("actors")):
        return {"we", "third"}
    return {"we"}


_HOLDING = ("expect", "require", "encourage", "ask", "urge", "invite", "oblige")


def _with_and(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    words = set(span(marks))
    for mark in marks:
        words.update(at for at in range(max(mark.first - 2, 0), mark.first) if frame.words[at] in ("and", "our"))
    return frozenset(words)


def evidence_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Who checks, and who may see it."""
    one, two = before.of("evidence", main_only=False), after.of("evidence", main_only=False)
    rank_before, rank_after = ({mark.value: mark.tier for mark in marks} for marks in (one, two))
    if rank_before == rank_after:
        return
    total_before, total_after = sum(rank_before.values()), sum(rank_after.values())
    reason = f"evidence: {quotes(before, one)} → {quotes(after, two)}"
    sign: Sign = "?" if total_before == total_after else "+" if total_after > total_before else "-"
    if before.negations and after.negations:  # "not shared publicly" forbids less than "not shared"
        sign = "-" if sign == "+" else "?"
    if sign == "+" and any(mark.value == "independent" and _is_shown(before, after, mark) for mark in two):
        sign = "?"  # "publish audits", "publish independent audits": fewer of them
    yield Delta("evidence", sign, reason, _checked(before, one), _checked(after, two))


def _is_shown(before: Frame, frame: Frame, mark: Mark) -> bool:
    """Whether what is called independent is some of what was published before, and not who looks."""
    last = next((act for act in reversed(frame.acts) if act.at < mark.first), None)
    if last is None or last.group != "disclose" or all(act.lemma != last.lemma for act in before.acts):
        return False
    return frame.words[mark.first - 1] not in ("a", "an") and "by" not in frame.words[last.at : mark.first]


def _checked(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of who checks, with the noun for the check itself."""
    words = set(span(marks))
    nouns = {"assessment", "assessments", "audit", "audits", "review", "verification", "report", "results"}
    for mark in marks:
        words.update(at for at in range(mark.last, min(mark.last + 2, len(frame.words))) if frame.words[at] in nouns)
    return frozenset(words)


def standards_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Norms called by name."""
    one, two = before.of("standards"), after.of("standards")
    names_before, names_after = {mark.value for mark in one}, {mark.value for mark in two}
    gone, added = names_before - names_after, names_after - names_before
    reason = f"standard: {quotes(before, one)} → {quotes(after, two)}"
    if gone:
        yield Delta("standards", "-", reason, span(one), span(two))
    if added:
        yield Delta("standards", "+" if not gone else "?", reason, span(one), span(two))


def numbers_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Shares of a whole: lower is weaker; any other number is for a reader."""
    one, two = _figures(before), _figures(after)
    if [figure for _, figure in one] == [figure for _, figure in two]:
        yield from _bound_gone(before, after, one, two)
        return
    if len(one) + len(two) == 1 and _is_part_and_all(before, after, one, two):
        sign_of_all: Sign = "+" if one else "-"
        told = "number: " + (f"{one[0][1]} percent → all" if one else f"all → {two[0][1]} percent")
        yield Delta("numbers", sign_of_all, told, _with_percent(one), _with_percent(two))
        return
    if len(one) == 1 and not two and before.words[one[0][0] + 1 : one[0][0] + 3] in _ABOVE and not before.negations:
        yield Delta("numbers", "-", f"number: {one[0][1]} percent → none", _with_percent(one), frozenset())
        return
    reason = f"number: {', '.join(f for _, f in one) or 'none'} → {', '.join(f for _, f in two) or 'none'}"
    sign: Sign = "?"
    claims = frozenset(at for at, _ in one), frozenset(at for at, _ in two)
    is_share = len(one) == len(two) == 1 and _is_share(before, one[0][0]) and _is_share(after, two[0][0])
    if is_share and _LOWER_IS_BETTER.isdisjoint((*before.words, *after.words)):
        sign = "+" if float(two[0][1]) > float(one[0][1]) else "-"
        if sign == "+" and (not after.acts or is_restraint(after)):
            sign = "?"
    elif len(one) == len(two) == 1:
        is_fewer = float(two[0][1]) < float(one[0][1])
        if _LOWER_IS_BETTER.isdisjoint((*before.words, *after.words)):
            sign = "-" if is_fewer and _is_dose(before, one[0][0]) and _is_dose(after, two[0][0]) else "?"
        bound = _bound(before, one[0][0])
        if bound == _bound(after, two[0][0]) and bound == ("floor" if is_fewer else "cap"):
            sign = "-"
        elif bound == _bound(after, two[0][0]) == "floor" and not is_fewer:
            asked = after.words[max(two[0][0] - _ASKED_WITHIN, 0) : two[0][0]]
            is_good = _is_dose(after, two[0][0]) or bool(_CHILDREN & {*after.words}) or "percent" in after.words
            sign = "+" if is_good and _ASKED_OF.isdisjoint(asked) else "?"  # "suppliers with at least 100 workers"
    yield Delta("numbers", sign, reason, *(claims if sign != "?" else (frozenset(), frozenset())))


_ABOVE = (("percent", "above"), ("percent", "more"), ("percent", "over"))
_ASKED_WITHIN = 6  # words
_ASKED_OF = word_set("aged age with who whom if employed having")


def _is_part_and_all(
    before: Frame, after: Frame, one: Sequence[tuple[int, str]], two: Sequence[tuple[int, str]]
) -> bool:
    """ "Half of the fees", "all of the fees": a share on one side, and nothing left out on the other."""
    parted, whole = (before, after) if one else (after, before)
    at = (one or two)[0][0]
    if not _is_share(parted, at) or parted.negations or whole.negations or is_restraint(whole):
        return False
    return "all" in whole.words and "all" not in parted.words and _LOWER_IS_BETTER.isdisjoint(parted.words)


def _with_percent(figures: Sequence[tuple[int, str]]) -> frozenset[int]:
    return frozenset(each for at, _ in figures for each in (at, at + 1))


_LEAST = (("at", "least"), ("minimum", "of"))
_MOST = (("up", "to"), ("at", "most"), ("maximum", "of"))


def _bound_gone(
    before: Frame, after: Frame, one: Sequence[tuple[int, str]], two: Sequence[tuple[int, str]]
) -> Iterator[Delta]:
    """ "At least 90 percent", "up to 90 percent": the same figure, and no longer a floor."""
    if len(one) != 1 or before.negations or after.negations or is_restraint(before):
        return
    at, there = one[0][0], two[0][0]
    was, now = tuple(before.words[max(at - 2, 0) : at]), tuple(after.words[max(there - 2, 0) : there])
    if was in _LEAST and now in _MOST:
        words = f"{' '.join(was)} → {' '.join(now)}"
        yield Delta("numbers", "-", f"number: {words}", frozenset({at - 2, at - 1}), frozenset({there - 2, there - 1}))


_CHILDREN = word_set("children child minors minor persons people anyone youths girls boys workers nobody one")


def _bound(frame: Frame, at: int) -> str:
    """What a number is to the people protected: "floor" (fewer is weaker), "cap" (more is weaker), or unknown.

    "At least four audits"; "children under 18": the age below which they are protected; "no more than 48 hours".
    """
    before = frame.words[max(at - 3, 0) : at]
    if before[-2:] == ("at", "least") or before[-3:] == ("a", "minimum", "of"):
        return "floor" if frame.stance != "permits" and not frame.negations and not is_restraint(frame) else ""
    if before[-1:] in (("under",), ("below",)) or before[-2:] == ("younger", "than"):
        return "floor" if not _CHILDREN.isdisjoint(frame.words[max(at - 6, 0) : at]) else ""
    if before[-2:] == ("more", "than") and (frame.negations or before[:1] == ("no",)):
        return "cap"
    return "cap" if before[-2:] == ("at", "most") or before[-1:] == ("exceed",) else ""


_MONEY = {(word,) for word in ("million", "billion", "dollars", "euros", "pounds", "usd", "eur")}


def _is_dose(frame: Frame, at: int) -> bool:
    """How much of a good act is promised: "audit 50 suppliers", "repay two months of wages"."""
    if frame.words[at + 1 : at + 2] in _MONEY and frame.stance != "permits" and not frame.negations:
        return True
    return any(
        not act.is_harm and act.stance == "restrains" and act.group in ("verify", "remediate", "disclose", "engage")
        and 0 < at - act.at <= 3 for act in frame.acts)  # fmt: skip


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


def anaphora_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Words that point out of the sentence, newly come: it alone cannot be judged."""
    one, two = before.of("anaphora", main_only=False), after.of("anaphora", main_only=False)
    left, right = surplus(one, two)
    if left or right:
        side, marks = (after, right) if right else (before, left)
        yield Delta("anaphora", "?", f"points elsewhere: {quotes(side, marks)}", forces_reading=bool(right))
