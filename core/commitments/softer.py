"""Words that gave way to softer ones: what was done is aimed at, given is supported, approved is noted.

Each finding is a loss and never a gain: a firmer word may be firmer in the wrong thing, so it stays for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta, is_restraint
from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element, difference, inserted
from core.commitments.inflection import roots_of
from core.commitments.slot import range_of, words_at
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_STRICTER = word_set("stricter strictest higher highest")
_DEMANDS = word_set("require requires required demand demands insist need needs basis upon")
_REACH = 5  # words between a demand and what it asks for
_Changed = tuple[Sequence[Element], Sequence[Element]]
_STATED = ("we", "we and the group", "third", "named", "nobody")


def softened(
    vocabulary: Vocabulary, before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]
) -> Iterator[Delta]:
    """Every softer word, and every demand that may be met in one more way."""
    if after.lang != "en" or before.negations or after.negations:
        return  # under a negation the same words turn round
    apart = difference(one, two)
    yield from _only_aimed_at(before, after, apart.only_before)
    yield from _no_longer_aimed_at(before, after)
    if is_restraint(before) or is_restraint(after) or "permits" in (before.stance, after.stance):
        return
    yield from _quality_gone(before, one, two)
    yield from _protection_gone(before, after, (apart.only_before, apart.only_after))
    yield from _whole_for_part(before, after, (apart.only_before, apart.only_after))
    yield from _on_the_way(before, after, one, two)
    yield from _lower_rung(vocabulary, before, after, (apart.only_before, apart.only_after))
    yield from _all_to_some(before, after, one, two)
    yield from _no_longer_stricter(before, after, (apart.only_before, apart.only_after))
    yield from _one_more_way(before, after, (apart.only_before, apart.only_after))


def _only_aimed_at(before: Frame, after: Frame, gone: Sequence[Element]) -> Iterator[Delta]:
    """ "We pay" and "we aim to pay", "audits cover" and "audits may cover": said as a fact, then as a wish."""
    marks = after.of("modality")
    if before.tier is not None or before.of("modality") or not marks or not all(1 <= mark.tier <= 2 for mark in marks):
        return
    if before.actor not in _STATED or any(each.id not in LIST_WORDS | {"default"} for each in gone):
        return
    words = ", ".join(mark.text for mark in marks)
    claims = frozenset(at for mark in marks for at in range(mark.first, mark.last))
    yield Delta("modality", "-", f"modality: plain statement → {words}", frozenset(), claims)


def _no_longer_aimed_at(before: Frame, after: Frame) -> Iterator[Delta]:
    """ "We aim to answer", "we answer": said as a wish, then as a fact."""
    marks = before.of("modality")
    if after.tier is not None or after.of("modality") or len(marks) != 1 or not 1 <= marks[0].tier <= _WISHES:
        return
    verb = before.words[marks[0].last : marks[0].last + 1]
    at = next((at for at, word in enumerate(after.words) if (word,) == verb), 0)
    if not verb or not at or before.actor != after.actor or verb[0] in _TAKING_AWAY:
        return
    is_ours = after.actor in _STATED[:3] and after.words[at - 1] in _WHO
    is_held = verb[0] in _HOLDING and not _INSTRUMENTS.isdisjoint(after.words[:_SUBJECT])
    if not is_ours and not is_held:
        return
    told = f"modality: {marks[0].text} → plain statement"
    yield Delta("modality", "+", told, frozenset(range(marks[0].first, marks[0].last)), frozenset())


_TAKING_AWAY = word_set(
    "close cut phase replace settle suspend reduce limit end stop terminate lower restrict remove withdraw drop discontinue"
)
_WISHES = 2
_WHO = word_set("we suppliers partners contractors company group always")
_INSTRUMENTS = word_set(
    "contract contracts agreement agreements audits audit training clauses licences policy policies code"
)
_HOLDING = word_set("include contain cover require provide specify")
"""What serves a promise ("contracts include clauses"): told as a fact it is firmer, whoever is the subject."""
_SUBJECT = 3  # words
_PROTECTING = word_set(
    "anonymous anonymously anonymity confidential confidentially confidentiality unannounced independently elected reviewer reviewers "
    "ombudsman ombudsperson tribunal arbitrator mediator regulator"
)


_CONSENTS = (("consent",), ("consultation",))  # "informed consent", "prior consultation"


def _protection_gone(before: Frame, after: Frame, changed: _Changed) -> Iterator[Delta]:
    """ "Complain anonymously", "complain to their manager": the word that protected those who do it went."""
    gone = [
        each
        for each in changed[0]
        if not _PROTECTING.isdisjoint(words_at(before, each)) or before.words[each.last : each.last + 1] in _CONSENTS
    ]
    if gone and _PROTECTING.isdisjoint(after.words):
        words = " ".join(word for each in gone for word in words_at(before, each))
        yield Delta("softer", "-", f"protection gone: {words}", frozenset().union(*map(range_of, gone)), frozenset())


_EXTRACTS = word_set("summary summaries sample samples selection overview extract extracts excerpt excerpts highlights")


def _whole_for_part(before: Frame, after: Frame, changed: _Changed) -> Iterator[Delta]:
    """ "Publish a summary of the results", "publish the full results"."""
    if not any(act.group in ("disclose", "verify") and act.stance == "restrains" for act in before.acts):
        return
    if not {"user", "users", "personal", "messages", "data"}.isdisjoint(before.words):
        return  # "a selection of user messages", "all user messages"
    gone = [each for each in changed[0] if not _EXTRACTS.isdisjoint(words_at(before, each))]
    came = [
        each
        for each in changed[1]
        if each.id in ("full", "all", "whole", "entire", "complete")
        or words_at(after, each)[0] in ("full", "all", "whole", "entire", "complete")
    ]
    if len(gone) == 1 and gone[0].last < len(before.words) and before.words[gone[0].last] == "of":
        told = f"object: {words_at(before, gone[0])[0]} of → {' '.join(words_at(after, came[0])) if came else 'the thing itself'}"
        yield Delta(
            "objects", "+", told, range_of(gone[0]), frozenset().union(*map(range_of, came)) if came else frozenset()
        )


_HOW_WELL = word_set("by including free at together alongside jointly")
_IN_WHICH = word_set(
    "writing full person advance public consultation cooperation partnership language languages confidence"
)
_MADE = word_set(
    "elected chosen appointed nominated signed verified certified approved led run issued authorised authorized accredited"
)


def _quality_gone(before: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "A committee elected by secret ballot", "a committee"; "in writing", "by a doctor": how well, and by whom, went."""
    gone = inserted(two, one)
    if not gone or len(gone[1]) > _LONGEST_QUALITY or (before.firmness is None and before.tier is None):
        return
    block = gone[1]
    first, last = block[0].at, block[-1].last
    lead = before.words[max(first - 3, 0) : first + 1]
    words = before.words[first:last]
    if any(clause.first <= first < clause.last for clause in before.clauses):
        return
    is_how = "in" in lead[:-1] and not _IN_WHICH.isdisjoint(words)
    if is_how or words[0] in _MADE | _HOW_WELL or "by" in lead[:-1]:
        yield Delta("softer", "-", f"how it is done gone: {' '.join(words)}", frozenset(range(first, last)))


_LONGEST_QUALITY = 6


def _on_the_way(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "Shall pay", "shall agree a schedule to pay"; "audit suppliers", "audit a sample of suppliers": nothing went, and
    words came between the promise and what was promised, so that less than that will do."""
    added = inserted(one, two)
    if not added or len(added[1]) > _MOST_BETWEEN or before.firmness is None or before.firmness < _STATED_TIER:
        return
    head, block = added
    if head == len(one):
        return
    first, last = block[0].at, two[head + len(block)].at
    words = after.words[first:last]
    verb = one[head].at
    lead = words[-1] if words else ""
    is_verb = any(act.at == verb for act in before.acts) or (head > 0 and one[head - 1].id.startswith("modality:"))
    is_before = is_verb and (
        lead == "to" or (after.words[last].endswith("ing") and not before.words[verb].endswith("ing"))
    )
    is_part = any(act.at == verb - 1 or act.at == one[head - 1].at for act in before.acts) and _names_part(words)
    if (
        not (is_before or is_part)
        or not _NO_STEP.isdisjoint(words)
        or any(clause.first <= first < clause.last for clause in after.clauses)
    ):
        return
    if any(mark.first in range(first, last) and mark.dimension == "negation" for mark in after.marks):
        return
    told = " ".join(after.words[each.at] for each in block)
    yield Delta("parts", "-", f"only on the way to it: {told}", frozenset(), frozenset(range(first, last)))


_MOST_BETWEEN = 4
_STATED_TIER = 3
_NO_STEP = word_set(
    "continue continues commit commits ensure ensures require requires obliged bound and or also , independently"
)
_PARTS = word_set(
    "sample samples selection summary summaries part parts portion share number majority overview information guidance "
    "access alternatives principles plan plans options support"
)


def _names_part(words: Sequence[str]) -> bool:
    """ "A sample of", "a summary of", "alternatives to": a part of the thing, or something beside it."""
    return (
        not _PARTS.isdisjoint(words)
        and words[-1:] not in ((), ("and",))
        and any(word in ("of", "to", "on", "about", "for") for word in words)
    )


def _lower_rung(vocabulary: Vocabulary, before: Frame, after: Frame, changed: _Changed) -> Iterator[Delta]:
    """A word of one of the lexicon's ladders for one that stands lower on it."""
    taken: set[int] = set()
    for each in changed[0]:
        for other in changed[1]:
            if other.at in taken:
                continue
            upper, lower = words_at(before, each), words_at(after, other)
            if steps_down(vocabulary, upper, lower):
                taken.add(other.at)
                reason = f"softer word: {' '.join(upper)} → {' '.join(lower)}"
                yield Delta("softer", "-", reason, range_of(each), range_of(other))
                break


def steps_down(vocabulary: Vocabulary, upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether one of the later words stands lower on a ladder of the lexicon than one of the earlier."""
    above = {rung for word in upper for root in roots_of(word) for rung in vocabulary.rungs.get(root, ())}
    below = {rung for word in lower for root in roots_of(word) for rung in vocabulary.rungs.get(root, ())}
    return any(ladder == other and high < low for ladder, high in above for other, low in below)


def _all_to_some(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Iterator[Delta]:
    """ "All contracts", "high-value contracts": an adjective stands where "all" stood, and the rest is the same."""
    at = next((at for at, each in enumerate(one) if each.id == "all"), -1)
    gap = len(two) - len(one) + 1  # words that came for the one that went
    if at < 0 or not 1 <= gap <= 2 or [each.id for each in one[:at]] != [each.id for each in two[:at]]:
        return
    if [each.id for each in one[at + 1 :]] != [each.id for each in two[at + gap :]]:
        return
    first, last = two[at].at, two[at + gap - 1].last
    words = after.words[first:last]
    if not _NO_ADJECTIVE.isdisjoint(words) or any(mark.first in range(first, last) for mark in after.marks):
        return
    yield Delta(
        "objects",
        "-",
        f"object: {before.words[one[at].at]} → {' '.join(words)}",
        range_of(one[at]),
        frozenset(range(first, last)),
    )


_NO_ADJECTIVE = word_set("any these those whole entire both and or the our other others of in")


def _no_longer_stricter(before: Frame, after: Frame, changed: _Changed) -> Iterator[Delta]:
    """ "The stricter of law and policy": without the word either will do."""
    if not _STRICTER.isdisjoint(after.words):
        return
    gone = [each for each in changed[0] if not _STRICTER.isdisjoint(words_at(before, each))]
    if gone:
        words = " ".join(word for each in gone for word in words_at(before, each))
        yield Delta("standards", "-", f"standard gone: {words}", frozenset().union(*map(range_of, gone)), frozenset())


def _one_more_way(before: Frame, after: Frame, changed: _Changed) -> Iterator[Delta]:
    """ "We require a warrant" and "a warrant or subpoena": what is demanded may be met in one more way."""
    gone, came = changed
    if any(each.id != "only" for each in gone) or not any(each.id == "or" for each in came):
        return
    first, last = min(each.at for each in came), max(each.last for each in came)
    if any(clause.first <= first < clause.last for clause in after.clauses) and not gone:
        return
    if _DEMANDS.isdisjoint(after.words[max(first - _REACH, 0) : first]):
        return
    words = " ".join(after.words[first:last])
    yield Delta(
        "conditions", "-", f"one more way: {words}", frozenset(each.at for each in gone), frozenset(range(first, last))
    )
