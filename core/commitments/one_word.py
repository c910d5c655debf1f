"""One word that came, went or gave way, where its place tells what follows whatever the word is."""

from __future__ import annotations

from core.commitments.delta import Delta, Sign
from core.commitments.guard import LIST_WORDS
from core.commitments.measures import measured
from core.commitments.slot import Slot, links_of
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set


def word_moved(vocabulary: Vocabulary, slot: Slot) -> Delta | None:
    """What follows, if anything does."""
    for found in (
        measured,
        _manner_denied,
        _no_longer_anyone_may,
        _consent,
        _one_more_paper,
        _more_protected,
        _more_repaid,
        _living,
        _less_charged,
        _any_time,
    ):
        delta = found(vocabulary, slot)
        if delta:
            return delta
    return None


_SURE = word_set(
    "only early family supply reply apply comply rely imply strictly absolutely expressly explicitly certainly simply truly really"
)


def _manner_denied(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Will not oppose", "will not unlawfully oppose": a manner is denied, and the rest is free."""
    words = slot.went_words() or slot.new_words()
    if (slot.gone and slot.came) or len(words) != 1 or not words[0].endswith("ly") or words[0] in _SURE:
        return None
    frame, at = (slot.after, min(slot.new)) if slot.came else (slot.before, min(slot.went))
    if (
        not any(each == at - 1 for each in frame.negations)
        or not frame.words[at + 1 : at + 2]
        or frame.firmness is None
    ):
        return None
    if any(mark.first == at for mark in frame.of("hedges", main_only=False)):
        return None  # "knowingly": a hedge is one wherever it stands
    known = any(act.at == at + 1 for act in frame.acts)
    if any(act.stance != "restrains" or not act.is_harm for each in (slot.before, slot.after) for act in each.acts):
        return None  # "we do not actively promote unions"
    sign: Sign = "-" if slot.came else "+" if known else "?"
    return Delta("objects", sign, f"manner: {slot.told()}", slot.went, slot.new)


_ANYONE = word_set("anyone anybody everyone everybody")
_MAY = word_set("may can")


def _no_longer_anyone_may(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Anyone may complain", "employees may complain": what was open to all is open to some."""
    gone, came = slot.went_words(), slot.new_words()
    if _is_some_of_any(slot):
        return Delta("actors", "-", f"open to: {slot.told()}", slot.went, slot.new)
    is_open = not _ANYONE.isdisjoint(gone) and slot.tail in _MAY and not slot.after.negations
    if (
        not is_open
        or min(slot.new, default=1) != 0
        or not came
        or not _ANYONE.isdisjoint(came)
        or {"any", "all"} & {*came}
    ):
        return None
    return Delta("actors", "-", f"open to: {slot.told()}", slot.went, slot.new)


def _is_some_of_any(slot: Slot) -> bool:
    """ "Any user may appeal", "verified users may appeal"."""
    gone, came = slot.went_words(), slot.new_words()
    behind = slot.after.words[max(slot.new, default=-1) + 1 : max(slot.new, default=-1) + 4]
    return (
        len(gone) == 1
        and gone[0] in _ALL
        and 0 < len(came) <= _FEW
        and min(slot.new) == 0
        and _ALL.isdisjoint(came)
        and not _MAY.isdisjoint(behind)
        and not slot.after.negations
    )


_ALL = word_set("any all every each")
_FEW = 2


def _consent(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Consult communities", "obtain the consent of communities": who was heard is asked, and may say no."""
    gone, came = slot.went_words(), slot.new_words()
    if gone != ("consult",) or set(came) - _ASKED != {"consent"} or not {"obtain", "secure"} & {*came}:
        return None
    words = slot.after.words
    whose = {*words[max(slot.new) + 1 : max(slot.new) + 5]}
    if not whose & _MAY_REFUSE or not _TOLD_FIRST.isdisjoint(
        words
    ):  # nobody should ask the police before telling people
        return None
    if slot.after.negations or not any(act.at in slot.went and act.stance == "restrains" for act in slot.before.acts):
        return None
    return Delta("actions", "+", f"action: {slot.told()}", slot.went, slot.new)


_MAY_REFUSE = word_set(
    "communities community villages villagers peoples people tribes residents families landowners farmers workers employees users "
    "patients parents indigenous survivors victims unions union"
)
_TOLD_FIRST = word_set(
    "notify notifying publish publishing disclose disclosing report reporting tell telling inform informing log logging police "
    "government governments authorities suppliers lawyers army military"
)
_ASKED = word_set("obtain secure the free prior and informed of written")
_PAPERS = 4  # words


def _one_more_paper(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Only with a court order", "only with a court order or a letter": one more way to what was held back."""
    came = slot.new_words()
    start = min(slot.new, default=0)
    words = slot.after.words[start : max(slot.new, default=-1) + 1]
    if slot.gone or words[:1] != ("or",) or not 1 < len(words) <= _PAPERS + 1 or slot.after.negations:
        return None
    held = slot.after.words[max(start - 8, 0) : start]
    if "only" not in held or not _NEEDED & {*held[held.index("only") :]}:
        return None
    if not any(act.group == "hand_over" or act.is_harm for act in slot.after.acts):
        return None
    return Delta("conditions", "-", f"one more way: {' '.join(came)}", frozenset(), slot.new)


_NEEDED = word_set("with if when where upon on under after")
_LOW_PAY = word_set("minimum legal statutory prevailing")
_PAY = word_set("wage wages income incomes")


def _living(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "The minimum wage", "a living wage"."""
    gone, came = slot.went_words(), slot.new_words()
    if (
        len(gone) != 1
        or gone[0] not in _LOW_PAY
        or came != ("living",)
        or slot.tail not in _PAY
        or slot.after.negations
    ):
        return None
    return Delta("softer", "+", f"firmer word: {slot.told()}", slot.went, slot.new)


def _less_charged(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "We do not charge workers for training", "… training, uniforms or tools": one more thing they do not pay for."""
    words = slot.new_words()
    acts = slot.after.acts
    if slot.gone or not slot.after.negations or "or" not in words or slot.clause() or not acts:
        return None
    if any(act.lemma != "charge" or not act.is_harm for act in acts) or min(slot.new) <= acts[0].at:
        return None
    people = any(mark.value in ("affected", "users") for mark in slot.after.of("actors"))
    plain = [word for word in words if word not in LIST_WORDS]
    if not people or not all(word.isalpha() and word not in _NOT_CHARGED for word in plain) or len(plain) > _MOST_ADDED:
        return None
    return Delta("list", "+", f"list longer: {' '.join(plain)}", frozenset(), slot.new | links_of(slot.after))


def _any_time(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Workers may leave at any time", "… by giving notice": what was free at all times has a condition."""
    if (
        not {"any", "time"} <= {*slot.went_words()}
        or len(slot.gone) > _ANY_TIME
        or not slot.came
        or slot.after.negations
    ):
        return None
    if _MAY.isdisjoint(slot.before.words) or slot.before.actor in ("we", "we and the group"):
        return None
    return Delta("conditions", "-", f"at any time no more: {slot.told()}", slot.went, slot.new)


_ANY_TIME = 3
_NOT_CHARGED = word_set("only if when unless until except but without that who in at on by to with")
_RIGHTS = word_set("respect protect uphold safeguard support")
_HOLDERS = word_set(
    "workers employees staff contractors subcontractors users customers visitors children communities families villagers farmers miners "
    "migrants women suppliers applicants interns trainees apprentices volunteers people persons residents journalists defenders guests "
    "patients students"
)
_WHICH = word_set(
    "contract temporary migrant agency seasonal young other all local indigenous their our its the part time"
)
_MOST_ADDED = 3


def _more_protected(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "The rights of our employees", "… and contract workers": the same is promised to more people."""
    words = [word for word in slot.new_words() if word != "and"]
    if slot.gone or "and" not in slot.new_words() or not 1 <= len(words) <= _MOST_ADDED or words[-1] not in _HOLDERS:
        return None
    if slot.lead not in _HOLDERS or slot.after.negations or slot.clause() or not LIST_WORDS.isdisjoint(words):
        return None
    if not slot.after.acts or any(act.lemma not in _RIGHTS and act.at < min(slot.new) for act in slot.after.acts):
        return None
    if not (_HOLDERS | _WHICH).issuperset(words):
        return None  # "and their employers and suppliers"
    return Delta("list", "+", f"for more people: {' '.join(words)}", frozenset(), slot.new | links_of(slot.after))


_COSTS = word_set(
    "fee fees cost costs travel visa visas expense expenses wage wages lodging housing food transport medical legal training documents "
    "permit permits passport insurance accommodation treatment"
)


def _more_repaid(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Reimburse recruitment fees", "… recruitment fees and visa costs": more of what people paid is paid back."""
    words = [word for word in slot.new_words() if word not in LIST_WORDS]
    if "and" not in slot.new_words() or "or" in slot.new_words():  # "fees or travel": one of them
        return None
    if slot.gone or not words or not _COSTS.issuperset(words) or slot.after.negations or slot.clause():
        return None
    acts = [act for act in slot.after.acts if act.at < min(slot.new)]
    if not acts or any(act.group != "remediate" or act.stance != "restrains" for act in acts):
        return None
    return Delta("list", "+", f"list longer: {' '.join(words)}", frozenset(), slot.new | links_of(slot.after))
