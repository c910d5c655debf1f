"""Parts of a sentence that went, and words that came: what follows from where they stand, whatever they mean.

A further promise cut from the end of a sentence is a loss. Under a negation every added restriction forbids less:
"no forced labour" and "no forced labour in audited sites" are not the same promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta
from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element, difference, inserted
from core.commitments.wording import word_set

_STANDING = 3  # the tier from which a modality promises
_EXPLAINS = word_set(
    "as because since under pursuant according consistent line given per via including even nor ever at"
)
_RULES = word_set(
    "law laws act acts regulation regulations policy policies code codes convention conventions article section standard standards "
    "framework principles rules circumstances circumstance order orders contract agreement licence license"
)
_WIDENS = word_set(
    "any all every each ever whatsoever whatever anywhere anyone including even also "
    "indirectly directly indirect knowingly permanently strictly expressly categorically again whether"
)
_TURNS = word_set("all every each always necessarily only fully entirely completely just merely yet")
_DOES = word_set("do does did is are was were be")
_GOES_ON = word_set("continue continues continued to again still freely")
_MODALS = word_set("will shall may might can could would must should")


def parts_moved(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """A coordinated part that went, and words that came under a negation."""
    yield from _part_gone(before, one, two)
    yield from _narrowed(before, after, one, two)
    yield from _either_will_do(before, after, one, two)
    yield from part_added(before, after, one, two)


def _part_gone(before: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "… and will publish the result": a promise of its own, joined to the rest, that nothing replaced."""
    gap = len(one) - len(two)
    if gap <= 0:
        return
    head = 0
    while head < len(two) and one[head].id == two[head].id:
        head += 1
    for start in range(head, max(head - gap, -1), -1):
        block = one[start : start + gap]
        if [each.id for each in (*one[:start], *one[start + gap :])] != [each.id for each in two]:
            return
        if _is_joined_promise(before, block):
            words = range(block[0].at, block[-1].last)
            told = " ".join(before.words[at] for at in words)
            yield Delta("parts", "-", f"part gone: {told}", frozenset(words))
            return


def part_added(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "… and publish their findings": a further promise joined to the rest, that takes nothing back."""
    if after.lang != "en" or before.stance != "restrains" or after.stance != "restrains":
        return
    added = inserted(one, two)
    if not added or len(added[1]) < _LEAST_ADDED or added[1][0].id != "and":
        return
    block = added[1]
    first, last = block[0].at, block[-1].last
    if any(clause.first < last and clause.last > first for clause in after.clauses):
        return
    acts = [act for act in after.acts if first < act.at < last]
    if (
        not acts
        or acts[0].at > first + 3
        or any(act.group not in _PLAINLY_GOOD or act.level < _STANDING for act in acts)
    ):
        return
    if any(mark.first in range(first, last) and mark.dimension in _TAKES_BACK for mark in after.marks):
        return
    if acts[0].group == "disclose" and _FOUND.isdisjoint(after.words[first:last]):
        return  # "protect complainants and publish complaints"
    if after.words[last - 1] in _PEOPLE and {"disclose", "publish", "share", "name"} & {*after.words[first:last]}:
        return  # "and disclose victims"
    people = any(
        mark.first in range(first, last) and mark.value in ("affected", "users") for mark in after.of("actors")
    )
    if people and not _EXPOSING.isdisjoint(after.words[first:last]):
        return  # "and publish the names of complainants"
    words = range(first, last)
    yield Delta("parts", "+", f"part added: {' '.join(after.words[first + 1 : last])}", frozenset(), frozenset(words))


_LEAST_ADDED = 2
_FOUND = word_set(
    "result results finding findings outcome outcomes summary assessment assessments progress conclusions"
)
_PEOPLE = word_set(
    "victims victim claimants claimant witnesses complainants complainant sources informants whistleblowers survivors workers users"
)
_EXPOSING = word_set("name names identity identities details address addresses whereabouts photos pictures")
_PLAINLY_GOOD = ("disclose", "verify", "remediate")
_TAKES_BACK = ("hedges", "negation", "modality", "conditions", "customers", "person_data", "duration")


def _is_joined_promise(frame: Frame, block: Sequence[Element]) -> bool:
    inside = range(block[0].at, block[-1].last)
    joined = {block[0].id, block[-1].id} & (LIST_WORDS - {","})
    if not joined or any(clause.first <= inside.start < clause.last for clause in frame.clauses):
        return False
    modal = [mark for mark in frame.of("modality") if mark.first in inside]
    acts = [act for act in frame.acts if act.at in inside]
    if any(act.stance == "permits" for act in acts) or any(mark.tier < _STANDING for mark in modal):
        return False
    if acts or modal or not frame.negations:
        denied = False
    else:  # "accept no donations, and form no partnerships"
        denied = any(at in inside for at in frame.negations) and any(at not in inside for at in frame.negations)
    told = denied or any(
        clause.kind == "how" and clause.first in inside for clause in frame.clauses
    )  # "and how many we refused"
    return bool(modal or acts or told) and (frame.tier is not None or bool(frame.negations))


def _narrowed(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """Nothing went, and words came after the negation that restrict what is denied."""
    if after.lang != "en" or not before.negations or len(before.negations) != len(after.negations):
        return
    if "permits" in (before.stance, after.stance) or "both" in (before.stance, after.stance):
        return
    apart = difference(one, two)
    came = sorted(apart.only_after, key=lambda each: each.at)
    if any(not each.id.startswith("modality:") for each in apart.only_before):
        return
    came = [each for each in came if not each.id.startswith("modality:")] if apart.only_before else came
    if not came or came[0].at < after.negations[0]:
        return
    first, last = came[0].at, came[-1].last
    inside = [each for each in two if first <= each.at < last]
    if len(inside) != len(came) or any(clause.first <= first < clause.last for clause in after.clauses):
        return
    words = after.words[first:last]
    if not (LIST_WORDS | _WIDENS).isdisjoint(words) or _leads_elsewhere(after, first, last):
        return
    yield Delta("objects", "-", f"narrowed: {' '.join(words)}", frozenset(), frozenset(range(first, last)))


def _either_will_do(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "A contract and a payslip", "a contract or a payslip": what was owed together is owed in part."""
    if before.negations or after.negations or not before.stance == after.stance == "restrains":
        return
    apart = [at for at in range(min(len(one), len(two))) if one[at].id != two[at].id]
    if len(one) != len(two) or len(apart) != 1 or (one[apart[0]].id, two[apart[0]].id) != ("and", "or"):
        return
    at, there = one[apart[0]].at, two[apart[0]].at
    acts = [act for act in before.acts if act.at < at]
    if not acts or any(act.is_harm or act.group == "sever" for act in before.acts):
        return
    if any(clause.first <= at < clause.last for clause in before.clauses):
        return
    yield Delta("list", "-", "list: and → or", frozenset({at}), frozenset({there}))


def _leads_elsewhere(frame: Frame, first: int, last: int) -> bool:
    """A list, an aside after a comma or an explanation: no restriction of what is denied."""
    at = first - 1
    while at >= 0 and frame.words[at] in ("the", "a", "an", "our", "of", "in", "on", "with", "for", "by", "to"):
        at -= 1
    around = {*frame.words[at : at + 1], *frame.words[last : last + 1]}
    lead = {*frame.words[max(at, 0) : first], *frame.words[first : first + 1]}
    if frame.words[first] == "under" and _RULES.isdisjoint(frame.words[first + 1 : last]):
        lead.discard("under")  # "to governments under sanctions"
    return "(" in around or not LIST_WORDS.isdisjoint(around) or not _EXPLAINS.isdisjoint(lead)


def is_turned_by_negation(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Both sides say the same but for one negation: what was denied is said, or the other way round."""
    if _denials(before) % 2 == _denials(after) % 2:
        return False
    if all(each.at in before.negations for each in one):
        return False  # nothing but negations: nothing is turned
    apart = difference(one, two)
    gone, came = (_bare(before, apart.only_before), _bare(after, apart.only_after))
    if gone is None or came is None or sorted(gone) != sorted(came):
        return False
    negated = before if len(before.negations) > len(after.negations) else after
    return not any(negated.words[at + 1 : at + 2] and negated.words[at + 1] in _TURNS for at in negated.negations)


def _denials(frame: Frame) -> int:
    """Negations, and words that deny without one: "are prohibited from", "refuse to"."""
    without = [
        mark
        for mark in frame.of("modality")
        if mark.value in ("rule", "never_to", "does_not")
        and not any(mark.first <= at < mark.last for at in frame.negations)
    ]
    return len(frame.negations) + len(without)


def _bare(frame: Frame, elements: Sequence[Element]) -> list[str] | None:
    """The changed words of one side without negation and "do"; None where anything but a modal is left."""
    kept: list[str] = []
    negations = {
        at
        for mark in frame.marks
        if mark.dimension == "negation" and mark.value == "not"
        for at in range(mark.first, mark.last)
    }
    for each in elements:
        is_modal = each.id.startswith("modality:")
        for at in range(each.at, each.last):
            word = frame.words[at]
            if at in negations and word != "cannot":
                continue
            if word in ("pas", "plus", "any", "a", "an", "now") or (is_modal and word in _DOES):
                continue
            if is_modal and word in _MODALS | _GOES_ON:
                continue
            if not is_modal and any(clause.first <= at < clause.last for clause in frame.clauses) and not negations:
                continue  # "may be used where a human approves": a permission, whatever its conditions
            if not is_modal:
                return None
            kept.append("can" if word == "cannot" else word)
    return kept
