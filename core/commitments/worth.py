"""Whom a firmer wording serves: what is done, and to what, must both be known before it may be called stronger.

"Publish our audits" and "publish the names of debtors" are built alike. A verb is good news only with an object of a
kind that the lexicon knows and that goes with it; anything unknown is no answer, and then a reader is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.commitments.acts import Act
from core.commitments.delta import is_duty_of_affected
from core.commitments.frame import Frame
from core.commitments.lists import covers_at
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_PREPOSITIONS = word_set(
    "in to from at for with by on under within across through into against about between during towards over before after until via as "
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
_OF_WORK = word_set(
    "wage wages pay payment payments hours overtime conditions safety complaint complaints grievance grievances allegation allegations "
    "abuse abuses rights impact impacts harm harms risk risks violation violations discrimination recruitment contracts health housing "
    "privacy reports"
)
"""What may be looked into and told although it is people's."""
_SKIPPED = word_set(
    "the a an our its their his her your this that these those such any all every each no not never and or nor , at least most more than "
    "fewer less up annual annually public independent external own direct indirect new existing high quality full regular further"
)
_REASONS = ("harm", "product")


@dataclass(frozen=True, slots=True)
class _Object:
    """What an act is done to: its phrase with what "of" adds, the other phrases behind it, and the clauses."""

    head: frozenset[str]  # kinds of what the phrase is about
    kinds: frozenset[str]  # kinds of all its words
    words: frozenset[str]
    beside: frozenset[str]  # kinds of the words in other phrases
    aside: frozenset[str]  # kinds of the words in clauses
    is_wrong_aside: bool  # whether a clause tells of a wrong that is done
    cues: frozenset[str]  # dimensions named behind the verb: places, customers, standards
    is_asked: bool  # whether anything is named at all


def is_known_good(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Whether everything the sentence does, more firmly, serves those a promise protects."""
    if is_duty_of_affected(frame):
        return False
    if frame.lang != "en":
        return _is_good_abroad(vocabulary, frame)
    if not frame.acts:
        return _is_good_without_acts(vocabulary, frame)
    return all(_is_good(vocabulary, frame, act) for act in frame.acts if act.is_head or act.is_harm)


def _is_good(vocabulary: Vocabulary, frame: Frame, act: Act) -> bool:
    found = _object_of(vocabulary, frame, act)
    if act.is_harm:
        return _is_good_to_withhold(frame, act, found)
    if act.stance != "restrains":
        return False
    return _BY_GROUP.get(act.group, _is_good_to_grant)(act, found)


# --- what is held back -------------------------------------------------------------------------------------------

_INTRINSIC = ("discriminate", "retaliate")
_HELD = word_set("passport passports document documents wage wages deposit deposits identity papers pay")


def _is_good_to_withhold(frame: Frame, act: Act, found: _Object) -> bool:
    """Whether less of it protects: a harm, a dealing in goods that do harm or with those who do it, data of people."""
    if act.lemma in _INTRINSIC:
        return True
    if "private" in found.kinds or ("benefit" in found.kinds and not found.words & _HELD and "harm" not in found.head):
        return False
    if act.lemma in ("withhold", "retain", "confiscate", "charge"):
        return bool(found.words & _HELD) or "harm" in found.kinds or "personal" in found.kinds
    if act.lemma in ("tolerate", "allow", "permit", "enable", "condone", "accept", "engage in", "pursue"):
        return "harm" in found.head or (act.stance == "restrains" and "cash" in found.words)
    if act.lemma in ("collect", "share", "transfer", "give", "disclose", "hand over", "turn over", "surrender"):
        return "personal" in found.kinds or bool(found.kinds & {"product", "harm"})
    if act.lemma == "employ":
        return bool(found.words & _YOUNG) or "harm" in found.kinds
    if "harm" in found.aside | found.beside or found.is_wrong_aside:
        return True
    if {"people", "benefit"} & (found.head | found.beside) and "personal" not in found.kinds:
        return False
    return bool(found.kinds & {*_REASONS, "personal"} or found.cues & {"customers", "places"} or "power" in found.beside)


_YOUNG = word_set("child children minor minors 14 15 16 17 18")

# --- what is done ------------------------------------------------------------------------------------------------


def _is_good_to_grant(_: Act, found: _Object) -> bool:
    """Verbs that mostly do harm, with what people are owed: "provide compensation", "allow unions"."""
    return bool(found.kinds & {"benefit", "people"} or found.words & _LOOKS) and not found.kinds & {"power", "private", "product"}


_LOOKS = word_set("audit audits inspection inspections inspectors auditors visits")


def _is_good_to_watch(act: Act, found: _Object) -> bool:
    """Suppliers, sites, risks, goods; and of people only what is done to them."""
    if act.lemma == "consult":
        return "people" in found.kinds and not found.kinds & {"power"}
    if act.lemma in ("prevent", "mitigate"):
        return "harm" in found.head and "private" not in found.kinds
    if "private" in found.kinds or ("people" in found.kinds and not found.words & _OF_WORK):
        return False
    return bool(found.head & {"checked", "harm"})


def _is_good_to_tell(act: Act, found: _Object) -> bool:
    if act.lemma in ("notify", "inform", "tell"):
        return "people" in found.head | ({"people"} & found.kinds) and "power" not in found.kinds
    if "private" in found.kinds or "power" in found.beside or ("people" in found.kinds and not found.words & _OF_WORK):
        return False
    return bool(found.head & {"checked"}) or (not found.is_asked and "checked" in found.kinds)


def _is_good_to_repay(_: Act, found: _Object) -> bool:
    return not found.kinds & {"power"} and (
        not found.is_asked or bool(found.kinds & {"people", "harm", "benefit"}) or "people" in found.beside | found.aside
    )


def _is_good_to_uphold(act: Act, found: _Object) -> bool:
    if act.lemma in ("eradicate", "eliminate"):
        return "harm" in found.head and "private" not in found.kinds
    if act.lemma in ("delete", "erase", "anonymise", "anonymize", "encrypt"):
        return "personal" in found.kinds and "proof" not in found.kinds | found.beside | found.aside
    if act.lemma in ("comply", "adhere", "implement"):
        return "standards" in found.cues or "rule" in found.kinds | found.beside
    if "power" in found.kinds or "customers" in found.cues:
        return False
    return bool((found.kinds | found.aside) & {"people", "benefit"})


def _is_good_to_talk(act: Act, found: _Object) -> bool:
    if act.lemma == "monitor":
        return _is_good_to_watch(act, found)
    return bool((found.kinds | found.beside) & {"people", "checked", "benefit"}) and "private" not in found.kinds


def _is_good_to_resist(_: Act, found: _Object) -> bool:
    return bool(found.words & _ORDERED) or "harm" in found.head


_ORDERED = word_set("request requests order orders demand demands law laws shutdown shutdowns subpoena subpoenas takedowns")


def _is_good_to_end(act: Act, found: _Object) -> bool:
    """Ties with those who do harm, goods that do it; and harm itself."""
    if act.lemma in ("refuse", "reject", "decline") and found.words & _ORDERED:
        return "customers" in found.cues or "power" in found.kinds
    if found.kinds & {"benefit", "private"} and not found.kinds & {"harm"} and not found.words & {"contract", "contracts"}:
        return False
    if "harm" in found.head or found.cues & {"places", "customers"}:
        return True
    return bool(found.kinds & {"checked", "product"}) and ("harm" in found.aside or found.is_wrong_aside)


_BY_GROUP: dict[str, Callable[[Act, _Object], bool]] = {
    "verify": _is_good_to_watch,
    "assess": _is_good_to_watch,
    "disclose": _is_good_to_tell,
    "remediate": _is_good_to_repay,
    "uphold": _is_good_to_uphold,
    "engage": _is_good_to_talk,
    "resist": _is_good_to_resist,
    "sever": _is_good_to_end,
    "suspend": _is_good_to_end,
    "restrict": lambda act, found: "harm" in found.head and "benefit" not in found.kinds and "private" not in found.kinds,
    "discourage": lambda act, found: "harm" in found.head,
}

# --- without an act of the lexicon -------------------------------------------------------------------------------

_GIVING = word_set(
    "pay pays paid respond responds answer answers answered reply replies obtain obtains secure secures commission commissions "
    "establish establishes maintain maintains cover covers include includes contain contains bear bears receive receives earn earns "
    "entitled set resolve resolves decide recognise recognize handle handled resolved keep keeps grant grants negotiate negotiates "
    "bargain traceable certified offered get gets"
)
_DEALING = word_set("work works deal deals finance finances fund funds invest invests available host hosts cooperate trade insure lend partner made")


def _is_good_without_acts(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Known words of giving with what people are owed; under a negation, dealings with those who do harm."""
    if covers_at(frame):
        return True  # what was added is known by the rule that found it
    kinds = kinds_of(vocabulary, [word for at, word in enumerate(frame.words) if not _in_clause(frame, at)])
    met = {mark.dimension for mark in frame.marks}
    if frame.negations:
        is_dealing = not _DEALING.isdisjoint(frame.words)
        return is_dealing and bool(met & {"customers", "places"} or kinds & {"harm", "product", "personal"}) and not kinds & {"benefit", "private"}
    if "private" in kinds or not _ON_BANS.isdisjoint(frame.words):
        return not _ON_BANS.isdisjoint(frame.words) and "harm" in kinds | {"harm"} and not kinds & {"benefit", "private"}
    if _GIVING.isdisjoint(frame.words):
        return False
    return bool(kinds & {"benefit", "checked"}) and "power" not in kinds


_ON_BANS = word_set("ban bans moratorium prohibition embargo boycott")


# --- reading the object ------------------------------------------------------------------------------------------


def _object_of(vocabulary: Vocabulary, frame: Frame, act: Act) -> _Object:
    words = frame.words
    acts = {each.at for each in frame.acts}
    cut = {at for mark in frame.marks if mark.dimension in _NO_OBJECT for at in range(mark.first, mark.last)}
    is_noun = words[act.at] in vocabulary.actions and vocabulary.actions[words[act.at]][1].is_noun
    begin = act.at if is_noun else act.at + len(act.lemma.split())
    phrases: list[list[int]] = [[]]
    is_object = [True]
    for at in range(begin, len(words)):
        word = words[at]
        if word in _STOPS or _in_clause(frame, at):
            if word in _STOPS and word != "•":
                break
            continue
        if at in cut or word in _AMOUNT or (word in ("at", "up", "to") and words[at + 1 : at + 2] in _AMOUNTS):
            continue
        if word in _SUBJECTS and at > begin:
            break
        if word in _PREPOSITIONS or (at in acts and phrases[-1] and words[at - 1] in ("and", "or", ",", "to")):
            phrases.append([])
            is_object.append(False)
        elif word == "of":
            phrases[-1].append(at)
        else:
            phrases[-1].append(at)
    direct = phrases[0]
    is_bare = act.lemma in _TELLING or not any(_is_named(words[at]) for at in direct)
    if is_bare and _is_passive(frame, act.at):
        direct = _subject(frame, act.at)
    aside = [words[at] for clause in frame.clauses for at in range(clause.first, clause.last)]
    beside = [words[at] for phrase in phrases[1:] for at in phrase]
    named = [words[at] for at in direct]
    if not any(map(_is_named, named)):
        named = beside if act.lemma in _WITH_PREPOSITION else [*aside] if aside and act.group in ("verify", "assess", "disclose") else named
    cues = {mark.dimension for mark in frame.marks}
    return _Object(
        head=kinds_of(vocabulary, _about(named)),
        kinds=kinds_of(vocabulary, named),
        words=frozenset(named),
        beside=kinds_of(vocabulary, beside),
        aside=kinds_of(vocabulary, aside),
        is_wrong_aside=not _WRONGS.isdisjoint(aside),
        cues=frozenset(cues),
        is_asked=any(map(_is_named, named)),
    )


_WRONGS = word_set(
    "retain retains withhold withholds confiscate confiscates misuse misuses misused track charge charges violate violates break breaks "
    "breach breaches fail fails abuse abuses exploit exploits harm harms silence repress retaliate discriminate"
)
_NO_OBJECT = ("deadline", "frequency", "duration", "modality", "hedges", "negation")
_AMOUNT = word_set("least most fewer less more than")
_AMOUNTS = (("least",), ("most",), ("to",))
_SUBJECTS = word_set("we they it")
_TELLING = ("notify", "inform", "tell")
_WITH_PREPOSITION = word_set("retaliate discriminate comply adhere engage withdraw divest exit report refrain pull cooperate negotiate collaborate train oppose consult")


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


def _is_passive(frame: Frame, at: int) -> bool:
    return any(word in _BE for word in frame.words[max(at - 4, 0) : at])


def _subject(frame: Frame, verb: int) -> list[int]:
    first = max((at + 1 for at in range(verb) if frame.words[at] in _STOPS), default=0)
    return [at for at in range(first, verb) if not _in_clause(frame, at) and frame.words[at] not in _BE]


def _in_clause(frame: Frame, at: int) -> bool:
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


# --- other languages ---------------------------------------------------------------------------------------------


def _is_good_abroad(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Where there is no grammar of acts: nobody who should not be watched, and no state that is served."""
    bound = {mark.value for mark in frame.marks if mark.dimension == "actors"}
    for act in frame.acts:
        if act.lemma in ("verify", "assess") or act.group in ("verify", "assess"):
            is_thing = not vocabulary.watch_objects.isdisjoint(frame.words[act.at : act.at + 7])
            if bound & {"users", "affected"} or not ("third" in bound or is_thing):
                continue
    return True
