"""Whom a firmer wording serves: what is done, and to what, must both be known before it may be called stronger.

"Publish our audits" and "publish the names of debtors" are built alike. A verb is good news only with an object of a
kind that the lexicon knows and that goes with it; anything unknown is no answer, and then a reader is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from core.commitments.acts import Act
from core.commitments.delta import is_duty_of_affected
from core.commitments.frame import Frame
from core.commitments.objects import LOOKING, TELLING, Object, kinds_of, object_of
from core.commitments.unnamed import YOUNG, is_good_without_acts
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_OF_WORK = word_set(
    "wage wages pay payment payments hours overtime conditions safety complaint complaints grievance grievances allegation allegations "
    "abuse abuses rights impact impacts harm harms risk risks violation violations discrimination recruitment contracts health housing "
    "privacy reports"
)
"""What may be looked into and told although it is people's."""
_REASONS = ("harm", "product")


def is_known_good(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Whether everything the sentence does, more firmly, serves those a promise protects."""
    if is_duty_of_affected(frame) or (not _WARNED.isdisjoint(frame.words) and not _LOOKS.isdisjoint(frame.words)):
        return False  # "audits are announced"
    if frame.lang != "en":
        return _is_good_abroad(vocabulary, frame)
    if not frame.acts:
        return is_good_without_acts(vocabulary, frame)
    return all(_is_good(vocabulary, frame, act) for act in frame.acts)


def _is_good(vocabulary: Vocabulary, frame: Frame, act: Act) -> bool:
    found = object_of(vocabulary, frame, act)
    if act.is_harm and act.stance == "permits" and act.lemma in _LENDING and _is_good_to_grant(act, found):
        return True  # "we give at least a week's notice"
    if act.is_harm:
        return _is_good_to_withhold(frame, act, found)
    if act.stance != "restrains" or (act.group not in LOOKING and _is_asked_of_people(vocabulary, frame)):
        return False
    if act.lemma in TELLING and "to" in frame.words[act.at + 1 : act.at + 5]:
        return False  # "we tell users to leave"
    return "private" not in found.beside and _BY_GROUP.get(act.group, _is_good_to_grant)(act, found)


def _is_asked_of_people(vocabulary: Vocabulary, frame: Frame) -> bool:
    """ "Debts must be repaid by workers": a duty of those it should protect, in the passive."""
    return any(
        word == "by" and "people" in kinds_of(vocabulary, frame.words[at + 1 : at + 4])
        for at, word in enumerate(frame.words)
    )


# --- what is held back -------------------------------------------------------------------------------------------

_INTRINSIC = ("discriminate", "retaliate")
_BOUND_BY = word_set("contract contracts agreement agreements")
_HELD = word_set("passport passports document documents wage wages deposit deposits identity papers pay")


def _is_good_to_withhold(frame: Frame, act: Act, found: Object) -> bool:
    """Whether less of it protects: a harm, a dealing in goods that do harm or with those who do it, data of people."""
    if act.lemma in _INTRINSIC or (act.group == "reopen" and found.words & _BOUND_BY and "power" in found.beside):
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
        return bool(found.words & YOUNG) or "harm" in found.kinds
    if "harm" in found.aside | found.beside or found.is_wrong_aside:
        return True
    if {"people", "benefit"} & (found.head | found.beside) and "personal" not in found.kinds:
        return False
    if found.kinds & {*_REASONS, "personal"} or "customers" in found.cues or "power" in found.beside:
        return True
    if found.is_asked and not found.head and found.words != {frame.words[act.at]}:
        return False  # "sales of insulin to Russia"
    return "places" in found.cues and not found.is_unknown_beside


# --- what is done ------------------------------------------------------------------------------------------------


def _is_good_to_grant(act: Act, found: Object) -> bool:
    """Verbs that mostly do harm, with what people are owed: "provide compensation", "allow unions"."""
    is_owed = "benefit" in found.head or found.words & _LOOKS or (act.lemma in _LETTING and "people" in found.head)
    if act.lemma not in _LENDING and act.lemma not in _LETTING:
        return False
    return bool(is_owed) and not found.kinds & {"power", "private", "product"}


_LETTING = ("allow", "permit", "enable", "accept")
_LENDING = ("provide", "give", "offer", "share", "supply", "deliver")


_WARNED = word_set("announced announce announces scheduled")
_LOOKS = word_set("audit audits inspection inspections inspectors auditors visit visits")


_GENERAL = word_set("risk risks impact impacts allegation allegations danger dangers exposure")


def _is_good_to_watch(act: Act, found: Object) -> bool:
    """Suppliers, sites, risks, goods; and of people only what is done to them."""
    if act.lemma == "consult":
        return "people" in found.kinds and not found.kinds & {"power"}
    if found.words & _GENERAL and ("people" in found.kinds or found.is_unknown_beside):
        return False  # "the impact of unions", "risks to our profits"
    if act.lemma in ("prevent", "mitigate"):
        return "harm" in found.head and not {"private", "benefit"} & found.kinds  # "abuse of sick leave"
    if "private" in found.kinds or ("people" in found.kinds and not found.words & _OF_WORK):
        return False
    return bool(found.head & {"checked", "harm"})


def _is_good_to_tell(act: Act, found: Object) -> bool:
    if act.lemma in _LENDING and _is_good_to_grant(act, found):
        return True
    if act.lemma in TELLING:
        return "people" in found.head | ({"people"} & found.kinds) and "power" not in found.kinds
    if "private" in found.kinds or "power" in found.beside or ("people" in found.kinds and not found.words & _OF_WORK):
        return False
    if found.words & _TOLD_IN_CONFIDENCE and not found.words & _COUNTED:
        return False
    return bool(found.head & {"checked"}) or (not found.is_asked and "checked" in found.kinds)


_TOLD_IN_CONFIDENCE = word_set("complaint complaints grievance grievances allegation allegations")
_COUNTED = word_set("number numbers outcome outcomes result results statistics")


def _is_good_to_repay(_: Act, found: Object) -> bool:
    if "checked" in found.beside and not {"people", "harm"} & (found.kinds | found.beside | found.aside):
        return False
    if found.beside == {"checked"} and "people" not in found.kinds | found.aside:
        return False  # "refund fees to recruiters"
    return not found.kinds & {"power"} and (
        not found.is_asked
        or bool(found.kinds & {"people", "harm", "benefit"})
        or "people" in found.beside | found.aside
    )


def _is_good_to_uphold(act: Act, found: Object) -> bool:
    if act.lemma in ("eradicate", "eliminate"):
        return "harm" in found.head and "private" not in found.kinds
    if act.lemma in ("delete", "erase", "anonymise", "anonymize", "encrypt"):
        return "personal" in found.kinds and "proof" not in found.kinds | found.beside | found.aside
    if act.lemma in ("comply", "adhere", "implement"):
        if {"harm", "product", "private", "power"} & found.kinds or (found.words & _HOLDING_BACK and found.beside):
            return False  # "our surveillance policy", "the ban on unions"
        return "standards" in found.cues or "rule" in found.kinds | found.beside
    if act.lemma in ("ensure", "guarantee"):
        said = found.kinds | found.aside
        is_owed = "benefit" in said or ("people" in said and "benefit" in found.beside)
        return is_owed and not {"private", "power"} & (said | found.beside)
    if "power" in found.kinds or "customers" in found.cues:
        return False
    return bool((found.kinds | found.aside) & {"people", "benefit"})


_HOLDING_BACK = word_set("ban bans moratorium prohibition")
_TRAINED = word_set(
    "worker workers staff employees guards managers suppliers auditors personnel drivers buyers teams contractors supervisors everyone all"
)


def _is_good_to_talk(act: Act, found: Object) -> bool:
    if act.lemma == "raise":
        return "checked" in found.kinds and "benefit" not in found.kinds
    if act.lemma == "train":
        return bool(found.words & _TRAINED)
    if act.lemma == "monitor":
        return _is_good_to_watch(act, found)
    return bool((found.kinds | found.beside) & {"people", "checked", "benefit"}) and "private" not in found.kinds


def _is_good_to_resist(_: Act, found: Object) -> bool:
    if {"people", "benefit"} & (found.kinds | found.beside):
        return False
    is_of_power = found.cues & {"customers"} or "power" in found.kinds | found.beside or found.words & _OF_STATES
    return bool(found.words & _ORDERED and is_of_power) or "harm" in found.head


_OF_STATES = word_set("government governments state shutdown shutdowns takedowns subpoena subpoenas")
_ORDERED = word_set(
    "request requests order orders demand demands law laws shutdown shutdowns subpoena subpoenas takedowns"
)


def _is_good_to_end(act: Act, found: Object) -> bool:
    """Ties with those who do harm, goods that do it; and harm itself."""
    if act.lemma in ("refuse", "reject", "decline") and found.words & _ORDERED:
        is_of_power = "customers" in found.cues or "power" in found.kinds
        return is_of_power and not {"benefit", "people"} & (found.kinds | found.beside | found.aside)
    if "people" in found.head and not found.words & _CUSTOMERS:
        return False  # "tenants who harm our property"
    if (
        found.kinds & {"benefit", "private"}
        and "harm" not in found.head
        and not found.words & {"contract", "contracts"}
    ):
        return False
    if "harm" in found.head or "customers" in found.cues:
        return True
    if "places" in found.cues and (not found.is_asked or found.kinds & {"product", "checked"}):
        return not found.is_unknown_beside
    return bool(found.kinds & {"checked", "product"}) and ("harm" in found.aside or found.is_wrong_aside)


_CUSTOMERS = word_set("user users customer customers client clients supplier suppliers partner partners")

_BY_GROUP: dict[str, Callable[[Act, Object], bool]] = {
    "verify": _is_good_to_watch,
    "assess": _is_good_to_watch,
    "disclose": _is_good_to_tell,
    "remediate": _is_good_to_repay,
    "uphold": _is_good_to_uphold,
    "engage": _is_good_to_talk,
    "resist": _is_good_to_resist,
    "sever": _is_good_to_end,
    "suspend": _is_good_to_end,
    "restrict": lambda act, found: "harm" in found.head and not {"benefit", "private", "power"} & found.kinds,
    "discourage": lambda act, found: "harm" in found.head,
}


# --- other languages ---------------------------------------------------------------------------------------------


def _is_good_abroad(vocabulary: Vocabulary, frame: Frame) -> bool:
    """Where there is no grammar of acts: one of the lexicon's acts, nobody watched who should not be, and nothing held
    back that people are owed."""
    people = {mark.value for mark in frame.marks if mark.dimension == "actors"} & {"users", "affected"}
    owed = any(word in frame.prepared for word in vocabulary.owed_abroad)
    for act in frame.acts:
        if act.group in ("verify", "assess"):
            is_thing = not vocabulary.watch_objects.isdisjoint(frame.words[act.at : act.at + 7])
            third = any(mark.dimension == "actors" and mark.value == "third" for mark in frame.marks)
            if people or owed or not (third or is_thing or frame.lang == "zh"):
                return False
        elif (act.is_harm or act.group in ("sever", "suspend", "supply", "source", "use", "make")) and (people or owed):
            return False
    return bool(frame.acts)
