"""Conditions, exceptions and clauses that limit: which came, which went, and which are met more seldom than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.commitments.delta import TURNED, Delta, Sign, is_restraint, quotes, span, unless_restraint
from core.commitments.frame import Clause, Frame
from core.commitments.inflection import word_id, word_name
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set


def conditions_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Conditions, exceptions, relative clauses that came, went or changed inside."""
    yield from _set_off(before, after)
    one, two = _apart(before, after)
    if one and two:
        yield _changed(before, after, one, two)
        return
    for clause in one:
        sign = _gone(before, after, clause)
        yield Delta("conditions", sign, f"{_NAMES[clause.kind]} gone: {before.quote(clause)}", span([clause]))
    for clause in two:
        sign = _added(before, after, clause)
        reason = f"{_NAMES[clause.kind]} added: {after.quote(clause)}"
        yield Delta("conditions", sign, reason, frozenset(), span([clause]))


def _set_off(before: Frame, after: Frame) -> Iterator[Delta]:
    """ "Suppliers, who must pay overtime, …", "suppliers who must pay overtime …": between commas it tells of all of
    them, without it says which."""
    one, two = ([each for each in frame.clauses if each.text.startswith(_TELLING)] for frame in (before, after))
    if len(one) != len(two):
        return
    for was, now in zip(one, two, strict=True):
        aside = before.words[was.first - 1] == ",", after.words[now.first - 1] == ","
        if aside[0] != aside[1]:
            told = "said of all of them, and now which" if aside[0] else "says which, and now told of all of them"
            yield Delta(
                "conditions",
                "-" if aside[0] else "?",
                f"limit: {after.quote(now)}: {told}",
                forces_reading=not aside[0],
            )


_TELLING = ("who ", "whose ", "which ")


def is_set_off_otherwise(before: Frame, after: Frame) -> bool:
    """Whether a clause stands between commas on one side alone: then both are no two ways to say one thing."""
    return any(True for _ in _set_off(before, after))


def _apart(before: Frame, after: Frame) -> tuple[list[Clause], list[Clause]]:
    """The clauses that stand on one side only."""
    one, two = list(before.clauses), list(after.clauses)
    for clause in before.clauses:
        twin = next((other for other in two if other.text == clause.text), None) or next(
            (other for other in two if _is_same_clause(before, after, clause, other)), None
        )
        if twin:
            one.remove(clause)
            two.remove(twin)
    if before.stance != "restrains" and not before.negations:  # without a restraint, "without …" is no condition of one
        one = [clause for clause in one if clause.kind != "unmet"]
    if after.stance != "restrains" and not after.negations:
        two = [clause for clause in two if clause.kind != "unmet"]
    return one, two


def _needed_first(before: Frame, after: Frame, one: Sequence[Clause], two: Sequence[Clause]) -> Sign | None:
    """ "Not without written consent", "not without consent": what has to be there first is less; or, turned, more."""
    was, now = ([each for each in side if each.kind == "unmet"] for side in (one, two))
    if len(was) != 1 or len(now) != 1 or before.lang != "en" or not before.stance == after.stance == "restrains":
        return None
    old, new = before.words[was[0].first : was[0].last], after.words[now[0].first : now[0].last]
    gone, came = (
        Counter(map(_stem, old)) - Counter(map(_stem, new)),
        Counter(map(_stem, new)) - Counter(map(_stem, old)),
    )
    if gone and not came and _LOOSENS.isdisjoint(gone):
        return "-"
    is_more = came and not gone and len(one) == len(two) == 1 and _LOOSENS.isdisjoint(came)
    return "+" if is_more and _MORE_NEEDED.issuperset(set(new) - set(old)) else None


_MORE_NEEDED = word_set(
    "written express explicit prior informed free documented valid judicial independent full public separate"
)


def _is_same_clause(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """ "Accounts that publish", "every account that publishes"."""
    if one.kind != two.kind or before.lang != "en":
        return False
    left, right = before.words[one.first : one.last], after.words[two.first : two.last]
    return len(left) == len(right) and [*map(word_name, left)] == [*map(word_name, right)]


def _changed(before: Frame, after: Frame, one: Sequence[Clause], two: Sequence[Clause]) -> Delta:
    reason = f"condition: {quotes(before, one)} → {quotes(after, two)}"
    eased = _needed_first(before, after, one, two)
    if eased:
        return Delta("conditions", eased, reason, span(one), span(two))
    if len(one) > 1 or len(two) > 1:
        return Delta("conditions", "?", reason)
    was, now = one[0], two[0]
    if _is_one_more_way_out(before, after, was, now):
        return Delta(
            "conditions", "-", reason, frozenset(), frozenset(range(now.first + was.last - was.first, now.last))
        )
    eased = _own_say(before, after, was, now)
    if eased:
        return Delta("conditions", eased, reason, span(one), span(two))
    if any(is_weaker(before, after, was, now) for is_weaker in (_is_shorter, _is_harder, _comes_later, _waits_longer)):
        return Delta("conditions", "-", reason, span(one), span(two))
    return Delta("conditions", "?", reason)


def _own_say(before: Frame, after: Frame, one: Clause, two: Clause) -> Sign | None:
    """ "Requests that are broad", "requests that are broad where we think fit": the rest of it is the company's own opinion."""
    old, new = before.words[one.first : one.last], after.words[two.first : two.last]
    if before.stance != "restrains" or after.stance != "restrains":
        return None
    resists = bool(after.acts) and all(
        act.group == "resist" for act in after.acts
    )  # "we disclose what we think is lawful"
    if resists and old[: len(new)] == new and old[len(new) :][:1] in _CASES and _is_own_opinion(before, one):
        return "+"
    if new[: len(old)] == old and new[len(old) :][:1] in _CASES and _is_own_opinion(after, two):
        return "-"
    return None


_CASES = (("where",), ("when",), ("if",), ("unless",))


def _gone(before: Frame, after: Frame, clause: Clause) -> Sign:
    if clause.leaves_nothing_out or (clause.kind == "unmet" and _is_right(before)):
        return "-"  # "workers can refuse unsafe work without loss of pay"
    if clause.kind == "time" and clause.text.startswith(_FIRST) and _is_duty(before):
        return "-"  # "trained before deployment": a moment by which it has to be done
    sign = _when_gone(clause)  # "we notify users when a government asks" says more than "we notify users"
    return sign if clause.kind == "exception" else unless_restraint(sign, before, after)


def _added(before: Frame, after: Frame, clause: Clause) -> Sign:
    if clause.leaves_nothing_out and before.stance == after.stance == "restrains" and after.acts:
        return "+"
    if clause.kind == "time" and clause.text.startswith(_FIRST) and _is_duty(before) and _is_duty(after):
        return "+"  # "tested before release"
    if clause.text.startswith(_LASTING) and is_restraint(after):
        return "-"  # "while sanctions are in force": forbidden so long and no longer
    if clause.kind == "unmet" and _is_right(after):
        return "?"
    return TURNED[_when_gone(clause)]


def _is_right(frame: Frame) -> bool:
    """What people may do: there "without" names what will not be done to them."""
    return frame.actor in ("users", "affected") and not frame.negations


_LASTING = ("while ", "as long as ", "so long as ")
_FIRST = ("before ", "prior to ")
_THEN = ("after ", "once ", "upon ", "following ", "when ", "as soon as ", "within ")


def _comes_later(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """ "Before signing", "upon signing": what had to be done first may be done when it is too late."""
    if not one.text.startswith(_FIRST) or not two.text.startswith(_THEN):
        return False
    return _is_duty(before) and _is_duty(after) and not two.text.startswith("after ")


_UNITS = {"hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}
_DUE_AT_ONCE = word_set(
    "delete erase destroy anonymise anonymize remove repay reimburse refund compensate notify inform"
)


def _waits_longer(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """ "Deleted after 30 days", "deleted after 12 months"."""
    was, now = _waits(before, one), _waits(after, two)
    return 0 < was < now and any(act.lemma in _DUE_AT_ONCE and act.stance == "restrains" for act in after.acts)


def _waits(frame: Frame, clause: Clause) -> int:
    """The hours of "after 30 days"; 0 where it is another clause."""
    words = frame.words[clause.first : clause.last]
    if len(words) != 3 or words[0] != "after" or not words[1].isdigit():
        return 0
    return int(words[1]) * _UNITS.get(words[2].removesuffix("s"), 0)


def _is_duty(frame: Frame) -> bool:
    is_told = bool(frame.of("modality")) or (bool(frame.acts) and frame.stance == "restrains")
    return not frame.negations and is_told and not any(act.is_harm for act in frame.acts)


_NAMES = {"condition": "condition", "exception": "exception", "unmet": "condition", "relative": "limit",
          "time": "moment", "how": "clause"}  # fmt: skip


def _when_gone(clause: Clause) -> Sign:
    return "+" if clause.kind in ("condition", "exception", "unmet", "relative") else "?"


_HARDER_KINDS = ("condition", "unmet", "relative", "time")
_PROOF = {
    1: word_set("alleged suspected reported believed accused rumoured claimed"),
    3: word_set("confirmed verified substantiated established identified found shown documented credible"),
    4: word_set("proven proved convicted adjudicated ruled court tribunal sentenced conclusively"),
}
"""What it takes for a condition to be met: a suspicion, (2: the thing itself,) a finding, a judgement."""
_COMES_IN = frozenset(word_id(word)[0] for word in ("receive", "make", "raise", "get", "arise", "file", "have"))
_LOOSENS = word_set("or any all may might could can also including even not no never nor both either possibly")


def _is_harder(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """One condition each, of one kind, and the later one says more or asks for more proof: it is met more seldom."""
    if one.leaves_nothing_out and two.kind in ("condition", "unmet"):
        return True  # "regardless of whether we caused it", "if we caused it"
    if (
        one.kind in _HARDER_KINDS
        and two.kind in _HARDER_KINDS
        and _is_own_opinion(after, two) > _is_own_opinion(before, one)
    ):
        return True  # "where there is a risk", "where we believe that there is one"
    if one.kind != two.kind or one.kind not in _HARDER_KINDS:
        return False
    old, new = before.words[one.first : one.last], after.words[two.first : two.last]
    if new[: len(old)] == old and new[len(old) : len(old) + 1] == ("and",):
        return True
    out, came = Counter(map(_stem, old)) - Counter(map(_stem, new)), Counter(map(_stem, new)) - Counter(map(_stem, old))
    proof_before, proof_after = _proof(old), _proof(new)
    known = {_stem(word) for words in _PROOF.values() for word in words}
    if proof_after > proof_before and set(out) <= known | _SMALL | _COMES_IN:
        return True
    return one.kind == "relative" and not out and bool(came) and _LOOSENS.isdisjoint(came)


def _is_one_more_way_out(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """ "Not without a warrant", "not without a warrant or a request": what was forbidden is free in one more case."""
    if one.kind != two.kind or one.kind not in ("unmet", "exception"):
        return False
    if not before.stance == after.stance == "restrains" or not (after.negations or is_restraint(after)):
        return False
    old, new = before.words[one.first : one.last], after.words[two.first : two.last]
    return new[: len(old)] == old and _EITHER.issuperset(new[len(old) : len(old) + 1]) and len(new) > len(old)


_EITHER = word_set("or ou oder o 或")


def _is_shorter(before: Frame, after: Frame, one: Clause, two: Clause) -> bool:
    """ "Harm that we cause or contribute to", "harm that we cause": what is promised is promised in fewer cases."""
    if one.kind != two.kind or one.kind not in ("condition", "relative") or before.stance != after.stance:
        return False
    old, new = before.words[one.first : one.last], after.words[two.first : two.last]
    gap = len(old) - len(new)
    if before.stance != "restrains" or gap < 2 or not new:
        return False
    head = next((at for at, word in enumerate(new) if old[at] != word), len(new))
    if old[head + gap :] != new[head:]:
        return False
    return old[head] == "or" or old[head + gap - 1] == "or" or (old[head] == "," and "or" in old[head:])


_OPINIONS = word_set(
    "believe consider deem determine judge think conclude satisfied opinion view judgement judgment discretion"
)


def _is_own_opinion(frame: Frame, clause: Clause) -> bool:
    """Whether a condition is met where the company thinks it is."""
    words = frame.words[clause.first : clause.last]
    if ("find", "that") in pairwise(words) and "we" in words:  # "if we find that our presence does harm"
        return True
    return any(
        word in _OPINIONS and not _OURSELVES.isdisjoint(words[max(at - 3, 0) : at]) for at, word in enumerate(words)
    )


_OURSELVES = word_set("we our us company")
_SMALL = word_set("is are was were be been have has had of to in by a an the")


def _stem(word: str) -> str:
    return word_id(word)[0] if word.isascii() and word.isalpha() and word not in _SMALL | _LOOSENS else word


def _proof(words: Sequence[str]) -> int:
    return max((level for level, known in _PROOF.items() if not known.isdisjoint(words)), default=2)
