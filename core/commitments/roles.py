"""The small words that say who does what to whom: "by workers" and "to workers", "are paid" and "pay", "our workers".

They carry nothing by themselves, so the guard leaves them out; but one of them for another turns a promise round while
every other word stands. What both wordings say must be said in the same role: with the same preposition, in the same
voice, of the same people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from typing import NamedTuple

from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element
from core.commitments.inflection import irregular_pasts, word_name
from core.commitments.layout import NO_ADVERB
from core.commitments.wording import word_set

_ENGLISH = "of in at on for to by with as from into about concerning regarding"
_PREPOSITIONS: Mapping[str, Mapping[str, str]] = {
    "en": {word: word for word in _ENGLISH.split()} | {"at": "in", "into": "in", "concerning": "about", "regarding": "about"},
    "fr": {"de": "de", "des": "de", "du": "de", "d": "de", "a": "a", "à": "a", "au": "a", "aux": "a", "par": "par", "pour": "pour", "sur": "sur", "dans": "en", "en": "en"},
    "de": {"von": "von", "vom": "von", "zum": "zu", "zur": "zu", "in": "in", "im": "in", "an": "an", "am": "an", "auf": "auf", "fur": "fur", "für": "fur", "mit": "mit", "bei": "bei"},
    "es": {"de": "de", "del": "de", "a": "a", "al": "a", "por": "por", "para": "para", "con": "con", "en": "en"},
}  # fmt: skip
"""The prepositions among the stop words, each by the name under which its forms are one."""
_BE = word_set("is are was were be been being get gets getting got gotten")
_BESIDE = word_set("not never also always now still only then already no longer")
_OURS = word_set("our ours us its")
_OURS_ANYWAY = word_set(
    "supplier suppliers partner partners customer customers vendor vendors contractor contractors distributor distributors agent agents "
    "policy policies code codes commitment commitments standards statement operations operation supply value chain chains business "
    "company group subsidiaries board management site sites factory factories facilities workplaces products services reports report audit audits progress results performance"
)
"""What is called ours is ours also where it is not called so; anything else called ours is less than all of it."""
_OURSELVES = word_set("us company corporation firm group nous entreprise uns unternehmen empresa")
_PEOPLE = ("affected", "users")
_ARTICLES = word_set("a an the our its")
_NOT = word_set("not never cannot")
_BESIDE_MODAL = word_set("to be been do does will shall")
_ASIDE = ("condition", "exception", "unmet", "time")
_STOPS = frozenset(";:.()")
_STATES = word_set("opposed committed")  # participles that say no more than their verb


def roles_apart(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> str:
    """What stands in another role than before, in words; nothing where all that both say stands in the same."""
    kept = {each.id for each in one} & {each.id for each in two}
    left, right = _roles(before, one, kept), _roles(after, two, kept)
    if are_dates_exchanged(before, after):
        return "role: dates exchanged"
    if marks_that_turn(before) != marks_that_turn(after) or _first_half(before, one) != _first_half(after, two):
        return "role: a mark that turns what is said"
    if _denied_otherwise(_denied(before, one), _denied(after, two)):
        return "role: what is denied"
    if our_roles(before) != our_roles(after) or _is_owned_otherwise((before, one), (after, two)):
        return "role: what is ours, or done by us or to us"
    for name in left.keys() & right.keys():
        gone, came = left[name] - right[name], right[name] - left[name]
        for role in gone:
            now = next(iter(came), None)
            if now and not _is_one_role(role, now):
                return f"role: {_told(name, role)} → {_told(name, now)}"
    return ""


class _Role(NamedTuple):
    """What the small words before an element make of it."""

    preposition: str
    is_passive: bool
    is_ours: bool
    is_inherited: bool  # the preposition stands before the item or the word in front of it
    is_beside_change: bool  # another word than before stands in front of it
    is_gerund: bool


def _is_one_role(one: _Role, two: _Role) -> bool:
    if (one.is_passive, one.is_ours) != (two.is_passive, two.is_ours):
        return False
    pair = {one.preposition, two.preposition}
    if "" in pair and (one.is_inherited or two.is_inherited):
        return True  # "with known traffickers", "with known or suspected traffickers"
    if pair == {"", "of"}:  # "consult communities", "obtain the consent of communities"
        return one.is_beside_change or two.is_beside_change
    return len(pair) == 1 or (pair == {"for", "to"} and one.is_gerund != two.is_gerund)  # "for obtaining", "to get"


def _told(name: str, role: _Role) -> str:
    said = name.partition(":")[2] or name.partition("+")[0]
    parts = (role.preposition, "our" if role.is_ours else "", said, "(passive)" if role.is_passive else "")
    return " ".join(part for part in parts if part)


def _roles(frame: Frame, elements: Sequence[Element], kept: set[str]) -> dict[str, Counter[_Role]]:
    """Every element that both sides have, with the roles it stands in."""
    known = _PREPOSITIONS.get(frame.lang, {})
    people = {mark.first for mark in frame.marks if mark.dimension == "actors" and mark.value in _PEOPLE}
    found: dict[str, Counter[_Role]] = {}
    last, held, goes_on, is_new = 0, "", False, False
    for each in elements:
        if each.id in LIST_WORDS:
            last, goes_on = each.last, True
            continue
        links = _behind_a_stop(frame.words[last : each.at])
        preposition = next((known[word] for word in reversed(links) if word in known), "")
        if preposition == "to" and links[-1] in ("a", "an"):
            preposition = "to a"  # "the right to a break", "the right to break"
        if last and frame.words[last - 1] == "opposed":
            preposition = ""  # "are opposed to it" is "oppose it"
        is_inherited = not preposition and bool(held) and (goes_on or "," in links)
        if is_inherited:
            preposition = held  # "for workers and communities": both are those it is for; "to every complaint"
        if each.id.startswith("modality:"):
            held = ""
        elif preposition or not _ARTICLES.issuperset(links):
            held = preposition
        last, was_new = each.last, is_new
        is_new = goes_on = each.id not in kept
        if is_new or each.is_movable or each.id.startswith("modality:"):
            continue
        role = _Role(
            preposition,
            is_passive=frame.lang == "en" and _is_passive(frame, each.at),
            is_ours=not _OURS.isdisjoint(links) and (each.at in people or frame.words[each.at] not in _OURS_ANYWAY),
            is_inherited=is_inherited,
            is_beside_change=was_new,
            is_gerund=frame.words[each.at].endswith("ing"),
        )
        found.setdefault(each.id, Counter())[role] += 1
    return found


def our_roles(frame: Frame) -> Counter[str]:
    """In which roles we stand ourselves: "by us", "to the company"."""
    known = _PREPOSITIONS.get(frame.lang, {})
    return Counter(
        preposition
        for at, word in enumerate(frame.words)
        if word in _OURSELVES
        and (
            preposition := next(
                (known[each] for each in reversed(frame.words[max(at - 2, 0) : at]) if each in known), ""
            )
        )
    )


def marks_that_turn(frame: Frame) -> tuple[int, int]:
    """Marks that change what words between them say: a question asks, words in quotes are somebody else's."""
    return frame.words.count("?"), frame.words.count('"')


def are_dates_exchanged(before: Frame, after: Frame) -> bool:
    """ "Mines in 2025 and mills in 2026": of several dates each belongs to its own act, in their order."""
    one, two = (
        [value for mark in frame.of("deadline", main_only=False) for _, value in mark.numbers]
        for frame in (before, after)
    )
    return one != two and sorted(one) == sorted(two)


def _first_half(frame: Frame, elements: Sequence[Element]) -> int:
    """How much is said before a semicolon."""
    at = frame.words.index(";") if ";" in frame.words else 0
    return sum(each.at < at for each in elements if each.id not in LIST_WORDS)


def _denied(frame: Frame, elements: Sequence[Element]) -> Counter[frozenset[str]]:
    """What stands right behind each "not" and "never"; of a list, all of it."""
    aside = {at for clause in frame.clauses if clause.kind in _ASIDE for at in range(clause.first, clause.last)}
    said = [each for each in elements if not each.is_movable and not each.id.startswith("hedges:")]
    found: list[frozenset[str]] = []
    for at, word in enumerate(frame.words):
        if word not in _NOT:
            continue
        behind = [each for each in said if each.last > at + 1 and (each.at not in aside or at in aside)]
        names = [*dropwhile(lambda name: not name, (_own(frame, each, at) for each in behind))]
        last = 1
        while last + 1 < len(names) and names[last] in LIST_WORDS:
            last += 2
        found.append(frozenset(names[:last]) - LIST_WORDS)
    return Counter(found)


def _own(frame: Frame, each: Element, at: int) -> str:
    """The name of an element; of a modality around the negation, what it denies itself ("not required to"); none of a
    manner, which may stand anywhere."""
    if each.at > at and not each.id.startswith("modality:"):
        return "" if frame.words[each.at].endswith("ly") and frame.words[each.at] not in NO_ADVERB else each.id
    rest = [word for word in frame.words[max(each.at, at + 1) : each.last] if word not in _BESIDE_MODAL]
    return word_name(rest[0]) if rest else ""


def _denied_otherwise(one: Counter[frozenset[str]], two: Counter[frozenset[str]]) -> bool:
    """ "Required not to withhold", "not required to withhold": as often denied, and something else."""
    return one.total() == two.total() and one != two


def _owned(frame: Frame, elements: Sequence[Element]) -> Counter[str]:
    """What is called ours."""
    return Counter(each.id for each in elements if frame.words[each.at - 1] == "our" and each.at)


def _is_owned_otherwise(*sides: tuple[Frame, Sequence[Element]]) -> bool:
    """ "Our cameras to police", "cameras to our police": as often said, in the same order, and of something else."""
    one, two = (_owned(*side) for side in sides)
    if one.total() != two.total() or one == two:
        return False
    left, right = ([each.id for each in elements if each.id not in LIST_WORDS] for _, elements in sides)
    return left == right


def _behind_a_stop(words: Sequence[str]) -> Sequence[str]:
    """What stands behind the last mark that parts two phrases; a comma may stand in a list."""
    return words[max((at + 1 for at, word in enumerate(words) if word in _STOPS), default=0) :]


def _is_passive(frame: Frame, at: int) -> bool:
    """Whether a form of "be" leads to a participle."""
    word = frame.words[at]
    if word in _STATES or not (word.endswith("ed") or word in irregular_pasts()):
        return False
    before = at - 1
    while before >= 0 and (frame.words[before] in _BESIDE or frame.words[before].endswith("ly")):
        before -= 1
    return before >= 0 and frame.words[before] in _BE
