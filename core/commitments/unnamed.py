"""Whom a firmer wording serves where its verb is none of the lexicon's acts: a few plain verbs, each with what it must be of.

"We answer every complaint", "workers receive ten weeks of leave", "inspectors must be independent"; under a negation,
dealings with those who do harm.
"""

from __future__ import annotations

from itertools import pairwise

from core.commitments.acts import Act
from core.commitments.frame import Frame
from core.commitments.lists import covers_at
from core.commitments.measures import lowers_an_impact
from core.commitments.objects import in_clause, kinds_of, object_of
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

YOUNG = word_set("child children minor minors 14 15 16 17 18")
_WORKING = word_set("work works employed employ hired hire recruited")
_RECEIVING = word_set("paid pay pays wage wages receive receives heard")
_DEALING = word_set(
    "work works deal deals finance finances fund funds invest invests available host hosts cooperate trade insure lend partner made"
)
_ANSWERING = word_set(
    "respond responds answer answers answered reply replies resolve resolves resolved decide decides handle handled heard hear"
)
_COMPLAINTS = word_set("complaint complaints grievance grievances appeal appeals concern concerns")
_OWING = word_set(
    "pay pays paid receive receives earn earns entitled bear bears cover covers grant grants repaid offered get gets"
)
_PAYING = word_set("pay pays bear bears cover covers")
_ASKING = word_set("obtain obtains secure secures get gets seek seeks")
_CONSENT = word_set("consent agreement permission")
_SETTING_UP = word_set("establish establishes set maintain maintains commission commissions conduct conducts run runs")
_SET_UP = word_set(
    "mechanism mechanisms channel channels hotline hotlines helpline fund assessment assessments programme programmes clinic clinics school "
    "schools shelter shelters committee procedure procedures"
)
_CONTAINING = word_set("include includes contain contains")
_CONTRACTS = word_set("contract contracts agreement agreements code codes")
_STATES = word_set("independent voluntary anonymous confidential unarmed unannounced")
"""What it is good to be: "inspectors must be independent"."""
_TRACED = word_set("traceable certified recycle recycles recycled")
_HELPING = word_set("rehouse rehouses rehabilitate rehabilitates treat reunite")
_BANS = word_set("ban bans moratorium prohibition embargo boycott")
_LESS_OF = word_set(
    "unpaid deductions warning warnings fine fines penalty penalties shareholders managers vouchers ministry regime"
)


def is_good_without_acts(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Whether what the sentence tells, more firmly, is known to serve people."""
    if covers_at(frame):
        return True  # what was added is known by the rule that found it
    words = frozenset(frame.words)
    kinds = kinds_of(vocabulary, [word for at, word in enumerate(frame.words) if not in_clause(frame, at)])
    if words & _BANS:
        return not kinds & {"benefit", "private"}
    if "private" in kinds or words & _LESS_OF or ("without", "pay") in pairwise(frame.words):
        return False
    if frame.negations:
        return _is_good_to_deny(frame, words, kinds)
    if lowers_an_impact(frame.words):
        return True
    if words & _STATES and not kinds & {"people", "power", "harm"}:
        return True
    if words & _TRACED:
        return bool(kinds & {"product", "checked", "harm"}) and "people" not in kinds
    if words & _HELPING and "people" in kinds:
        return True
    return any(_is_owed(vocabulary, frame, at) for at in range(len(frame.words)))


def _is_good_to_deny(frame: Frame, words: frozenset[str], kinds: frozenset[str]) -> bool:
    if kinds & {"benefit"}:
        return False
    if words & YOUNG and words & _WORKING:
        return not words & _RECEIVING  # "no child under 18 works for us"
    is_known = bool(kinds & {"harm", "product", "personal"}) or any(
        mark.dimension in ("customers", "places") for mark in frame.marks
    )
    return bool(words & _DEALING) and is_known


_NEAR = 8  # words


def _is_owed(vocabulary: Vocabulary, frame: Frame, at: int) -> bool:
    """Whether a plain verb stands here with what goes with it."""
    word = frame.words[at]
    if word not in _VERBS or in_clause(frame, at):
        return False
    found = object_of(vocabulary, frame, Act(at, word, "", 0, "restrains", frozenset({at})))
    near = frozenset(frame.words[at + 1 : at + _NEAR])
    if "power" in found.kinds | found.beside:
        return False
    if word in _ANSWERING:
        return bool((found.words | near) & _COMPLAINTS)
    if word in _SETTING_UP and (found.words | near) & _SET_UP:
        return True
    if word in _ASKING and found.words & _CONSENT:
        return "people" in found.kinds | found.beside
    if word in _CONTAINING:
        return bool(_CONTRACTS & {*frame.words[:at]}) and "rights" in found.words
    if word in _PAYING and "people" in kinds_of(vocabulary, frame.words[:at]):
        return False  # "miners must pay for their lamps"
    kinds = (found.head if found.words != {word} else frozenset()) | found.beside
    return word in _OWING and bool(kinds & {"benefit", "gift"})


_VERBS = _ANSWERING | _OWING | _ASKING | _SETTING_UP | _CONTAINING
