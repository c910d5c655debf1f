"""What an act is done to: its object with what "of" adds, the other phrases, the clauses, and what kinds of things they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.commitments.acts import Act
from core.commitments.frame import Frame
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_PREPOSITIONS = word_set(
    "in to from at for with by on under within across through into against about between during towards over before after until via as above below used made "
    "using upon without throughout"
)
_STOPS = frozenset(".;:()•")
_BE = word_set("is are was were be been being")
_RELATING = word_set(
    "list lists name names number numbers result results finding findings summary details use uses source sources origin origins "
    "cost costs risk risks instance instances case cases form forms kind part all half percent majority sale sales export exports "
    "share copy copies severity extent causes cause purchase purchases shipment shipments supply supplies delivery deliveries "
    "provision rights right privacy safety consent any each every one most"
)
"""Words of which what follows their "of" tells what they are of."""
_SKIPPED = word_set(
    "the a an our its their his her your this that these those such any all every each no not never and or nor , at least most more than "
    "fewer less year years month months week weeks day days hour hours up annual annually public independent external own direct indirect new existing high quality full regular further"
)


@dataclass(frozen=True, slots=True)
class Object:
    """What an act is done to: its phrase with what "of" adds, the other phrases behind it, and the clauses."""

    head: frozenset[str]  # kinds of what the phrase is about
    kinds: frozenset[str]  # kinds of all its words
    words: frozenset[str]
    beside: frozenset[str]  # kinds of the words in other phrases
    aside: frozenset[str]  # kinds of the words in clauses
    is_wrong_aside: bool  # whether a clause tells of a wrong that is done
    cues: frozenset[str]  # dimensions named behind the verb: places, customers, standards
    is_asked: bool  # whether anything is named at all
    is_unknown_beside: bool  # whether another phrase names something that the lexicon does not know


def object_of(vocabulary: Vocabulary, frame: Frame, act: Act) -> Object:
    """What an act is done to: what follows it, or the subject of a passive, or the act itself ("conduct audits")."""
    words = frame.words
    direct, *others = _phrases(vocabulary, frame, act)
    is_bare = act.lemma in TELLING or not any(_is_named(words[at]) for at in direct)
    if is_bare and _is_passive(frame, act.at):
        direct = _subject(frame, act.at)
    aside = [words[at] for clause in frame.clauses for at in range(clause.first, clause.last)]
    if "our" in aside and not _HARMING.isdisjoint(aside):
        aside = []  # "suppliers that harm our image"
    beside = [words[at] for phrase in others for at in phrase]
    named = [words[at] for at in direct]
    if not any(map(_is_named, named)):
        if act.lemma in _WITH_PREPOSITION:
            named = beside
        else:
            named = aside if aside and act.group in LOOKING else [words[act.at]]
    in_marks = {at for mark in frame.marks for at in range(mark.first, mark.last)}
    places = {word for mark in frame.of("places") for word in words[mark.first : mark.last]}
    unknown = (at for phrase in others for at in phrase if at not in in_marks and words[at] not in vocabulary.kinds)
    return Object(
        head=kinds_of(vocabulary, _last(vocabulary, _about(named))),
        kinds=kinds_of(vocabulary, named),
        words=frozenset(named),
        beside=kinds_of(vocabulary, beside),
        aside=kinds_of(vocabulary, aside),
        is_wrong_aside=not _WRONGS.isdisjoint(aside),
        cues=frozenset(mark.dimension for mark in frame.marks),
        is_asked=any(_is_named(word) and word not in places for word in named),
        is_unknown_beside=any(_is_named(words[at]) for at in unknown),
    )


def _phrases(vocabulary: Vocabulary, frame: Frame, act: Act) -> list[list[int]]:
    """The words behind an act, cut at prepositions and further acts; the first stretch is its object."""
    words = frame.words
    acts = {each.at for each in frame.acts}
    cut = {at for mark in frame.marks if mark.dimension in _NO_OBJECT for at in range(mark.first, mark.last)}
    is_noun = words[act.at] in vocabulary.actions and vocabulary.actions[words[act.at]][1].is_noun
    begin = act.at if is_noun else act.at + len(act.lemma.split())
    phrases: list[list[int]] = [[]]
    for at in range(begin, len(words)):
        word = words[at]
        if word in _STOPS or (word in _SUBJECTS and at > begin):
            if word == "•":
                continue
            break
        if (
            in_clause(frame, at)
            or at in cut
            or word in _AMOUNT
            or (word in _UP_TO and words[at + 1 : at + 2] in _AMOUNTS)
        ):
            continue
        if word in _PREPOSITIONS or (at in acts and phrases[-1] and words[at - 1] in ("and", "or", ",", "to")):
            phrases.append([])
        else:
            phrases[-1].append(at)
    return phrases


_UP_TO = ("at", "up", "to")
_HARMING = word_set("harm harms damage damages abuse abuses")
_WRONGS = word_set(
    "retain retains withhold withholds confiscate confiscates misuse misuses misused track charge charges violate "
    "breach breaches abuse abuses exploit exploits harm harms silence repress retaliate discriminate"
)
_NO_OBJECT = ("deadline", "frequency", "duration", "modality", "hedges", "negation")
_AMOUNT = word_set("least most fewer less more than")
_AMOUNTS = (("least",), ("most",), ("to",))
_SUBJECTS = word_set("we they it")
LOOKING = ("verify", "assess", "disclose")
TELLING = ("notify", "inform", "tell")
_WITH_PREPOSITION = word_set(
    "retaliate discriminate comply adhere engage withdraw divest exit report refrain pull cooperate negotiate collaborate train oppose consult"
)


def _is_named(word: str) -> bool:
    return word.isalnum() and word not in _SKIPPED and word != "of"


def _about(words: Sequence[str]) -> list[str]:
    """What a phrase is about: its last words before an "of", or behind it where they only relate."""
    said = list(words)
    while "of" in said:
        at = said.index("of")
        named = [word for word in said[:at] if _is_named(word)]
        if named and named[-1] not in _RELATING and not named[-1].isdecimal():
            return said[:at]
        said = said[at + 1 :]
    return said


def _last(vocabulary: Vocabulary, words: Sequence[str]) -> list[str]:
    """The noun that a phrase ends with, with the word before where both are one name; of a list, the last of each item."""
    found: list[str] = []
    items: list[list[str]] = [[]]
    for word in words:
        if word in ("and", "or", "nor", ","):
            items.append([])
        elif _is_named(word):
            items[-1].append(word)
    for item in items:
        both = " ".join(item[-2:])
        found += item[-2:] if both in vocabulary.kinds else item[-1:]
    return found


def _is_passive(frame: Frame, at: int) -> bool:
    return any(word in _BE for word in frame.words[max(at - 4, 0) : at])


def _subject(frame: Frame, verb: int) -> list[int]:
    first = max((at + 1 for at in range(verb) if frame.words[at] in _STOPS), default=0)
    last = next((at for at in range(first + 1, verb) if frame.words[at] in _PREPOSITIONS), verb)
    return [at for at in range(first, last) if not in_clause(frame, at) and frame.words[at] not in _BE]


def in_clause(frame: Frame, at: int) -> bool:
    return any(clause.first <= at < clause.last for clause in frame.clauses)


def kinds_of(vocabulary: Vocabulary, words: Sequence[str]) -> frozenset[str]:
    """The kinds of all nouns among some words; two that go together are one noun."""
    found: set[str] = set()
    at = 0
    while at < len(words):
        both = " ".join(words[at : at + 2])
        if both in vocabulary.kinds:
            found |= vocabulary.kinds[both]
            at += 2
            continue
        found |= vocabulary.kinds.get(words[at].removesuffix("'s"), frozenset())
        at += 1
    return frozenset(found)
