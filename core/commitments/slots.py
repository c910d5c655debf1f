"""One place of a sentence where something else stands, and what follows from what surrounds it.

Most changes touch one place: the rest stands as it stood. There the words around it tell the direction, also of words
the lexicon does not know: an adjective behind "all" leaves some out, a name where "anyone" stood leaves out the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta, Sign, is_restraint, span
from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element
from core.commitments.inflection import roots_of
from core.commitments.lists import DEALINGS
from core.commitments.slot import Slot, all_words, links_of, slot_of, words_at
from core.commitments.softer import steps_down
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set


def slot_moved(vocabulary: Vocabulary, slot: Slot) -> Iterator[Delta]:
    """What follows where all that changed stands in one place."""
    for found in (_opposite, _proof, _independent, _also_suspected, _some_of_all, _no_longer_anyone, _other_people, _before_or_after, _closed_list, _lasting,
                  _more_denied, _more_told):  # fmt: skip
        delta = found(vocabulary, slot)
        if delta:
            yield delta
            return


def item_came(
    vocabulary: Vocabulary, before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]
) -> Iterator[Delta]:
    """An item that came to a list, looked for in what other changes leave of a sentence."""
    slot = slot_of(before, after, one, two) if before.lang == after.lang == "en" else None
    delta = slot and (_more_denied(vocabulary, slot) or _more_told(vocabulary, slot))
    if delta:
        yield delta


_PHRASE = 3  # elements


def _proof(vocabulary: Vocabulary, slot: Slot) -> Delta | None:
    """ "Not without consent", "not without consultation"; "only with a warrant", "only with a request": what has to be
    there first is less, or more."""
    if not 1 <= len(slot.gone) <= _PHRASE or not 1 <= len(slot.came) <= _PHRASE or not _is_first_needed(slot):
        return None
    upper, lower = (
        [word for each in side for word in words_at(frame, each)]
        for frame, side in ((slot.before, slot.gone), (slot.after, slot.came))
    )
    sign: Sign | None = (
        "-" if steps_down(vocabulary, upper, lower) else "+" if steps_down(vocabulary, lower, upper) else None
    )
    return Delta("conditions", sign, f"needed first: {slot.told()}", slot.went, slot.new) if sign else None


def _is_first_needed(slot: Slot) -> bool:
    """Whether the place lies in what must be there before something harmful is done."""
    clause, at = slot.clause(), slot.came[0].at
    if not clause and "until" in slot.after.words[max(at - 10, 0) : at] and slot.after.negations:
        return True
    if clause and clause.kind in ("unmet", "exception"):
        return bool(slot.after.negations) or is_restraint(slot.after)
    return "only" in slot.after.words[max(at - 8, 0) : at] and "permits" in (slot.before.stance, slot.after.stance)


_TURNING = word_set(
    "open close enter leave exit join included excluded accept reject start stop begin end return allow prevent permit resume "
    "support oppose back"
)
_INCLUDING = word_set("include includes including exclude excludes excluding")
_TURNING_ROOTS = frozenset(root for word in _TURNING for root in roots_of(word))


def _opposite(vocabulary: Vocabulary, slot: Slot) -> Delta | None:
    """ "We have closed our office there", "we have opened an office there": the one verb that changed is its opposite."""
    if len(slot.gone) != 1 or len(slot.came) != 1:
        return None
    one, two = (words_at(slot.before, slot.gone[0])[0], words_at(slot.after, slot.came[0])[0])
    if one in _INCLUDING or two in _INCLUDING:  # "this includes", "this excludes": less of it, and no turn
        return None
    if _is_redone(vocabulary, one, two) or _is_redone(vocabulary, two, one):
        return Delta("stance", "?", f"stance: {one} → {two}", slot.went, slot.new, is_reversal=True)
    roots = {root for word in (one, two) for root in roots_of(word)}
    if len(roots & _TURNING_ROOTS) < 2 or not any(
        other in roots_of(two) for root in roots_of(one) for other in vocabulary.opposites.get(root, ())
    ):
        return None
    return Delta("stance", "?", f"stance: {one} → {two}", slot.went, slot.new, is_reversal=True)


def _is_redone(vocabulary: Vocabulary, one: str, two: str) -> bool:
    """ "Closed", "reopened", "armed", "unarmed": the opposite, done again or undone."""
    if two == f"un{one}" and not any(root in vocabulary.rungs for root in roots_of(two)):
        return True
    if not two.startswith("re") or len(two) < _LEAST_REDONE:
        return False
    others = {other for root in roots_of(one) for other in vocabulary.opposites.get(root, ())}
    return bool(others & {*roots_of(two.removeprefix("re"))})


_LEAST_REDONE = 5
_SUPPORTING = word_set(
    "body bodies expert experts auditor auditors panel party firm third assessor ombudsperson by an a"
)


_OF_OUR_OWN = word_set(
    "staff team teams manager managers management board department officer officers legal hr human resources local internal own the our "
    "company employees us itself auditors experts compliance line site head office supplier suppliers customer customers"
)


def _independent(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Handled by the local manager", "by an independent body": who checks is nobody of the company's own any more."""
    came = [mark for mark in slot.after.of("evidence") if mark.value == "independent" and mark.first in slot.new]
    was = any(mark.value == "independent" for mark in slot.before.of("evidence", main_only=False))
    if not _OF_OUR_OWN.issuperset(slot.went_words()):
        return None  # "by worker representatives"
    if was or not came or not slot.gone or "by" not in slot.after.words[max(min(slot.new) - 3, 0) : min(slot.new)]:
        return None
    inside = {at for mark in came for at in range(mark.first, mark.last)}
    if any(slot.after.words[at] not in _SUPPORTING for at in slot.new - inside) or slot.after.negations:
        return None
    return Delta("evidence", "+", f"evidence: {slot.told()}", slot.went, slot.new)


_FIRST_OF_TWO = word_set("known confirmed proven direct current existing convicted listed state public")
_SECOND_OF_TWO = word_set("suspected alleged indirect future potential accused unlisted private likely")


def _also_suspected(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Not with known traffickers", "not with known or suspected traffickers"."""
    words = [word for each in slot.came for word in words_at(slot.after, each)]
    if slot.gone or len(words) != 2 or words[0] not in ("or", "and") or words[1] not in _SECOND_OF_TWO:
        return None
    if slot.lead not in _FIRST_OF_TWO or not (slot.after.negations or is_restraint(slot.after)) or slot.clause():
        return None
    if slot.after.stance == "permits" or "without" in slot.after.words:
        return None
    return Delta("objects", "+", f"widened: {slot.lead} {' '.join(words)}", frozenset(), slot.new)


_QUANTIFIERS = word_set("all any every each no")
_TAKES_NOTHING = word_set(
    "other others further additional remaining single possible potential future last one more of our the its their these those "
    "such kind type sort form forms possible whatsoever more times time year month quarter day case cases circumstances other"
)


def _some_of_all(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "All recruitment fees", "all documented recruitment fees": a word between "all" and its noun leaves some out."""
    if slot.gone or not 1 <= len(slot.came) <= 2 or slot.lead not in _QUANTIFIERS or slot.after.stance == "permits":
        return None
    words = [word for each in slot.came for word in words_at(slot.after, each)]
    if not slot.tail.isalpha() or slot.tail in LIST_WORDS or not _TAKES_NOTHING.isdisjoint((*words, slot.tail)):
        return None
    if not LIST_WORDS.isdisjoint(slot.after.words[min(slot.new) : max(slot.new) + 1]):
        return None
    clause = slot.clause()
    if (clause and clause.kind in ("unmet", "exception")) or any(act.at in slot.new for act in slot.after.acts):
        return None
    return Delta("objects", "-", f"narrowed: {slot.lead} {' '.join(words)}", frozenset(), slot.new)


_ANYONE = word_set("anyone anybody no one")


def _no_longer_anyone(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Not to anyone", "not to data brokers": what was denied to all is denied to some."""
    if not slot.gone or not slot.came or not _all_in(slot.before, slot.gone, _ANYONE | {"any", "third", "party"}):
        return None
    if not (slot.after.negations or is_restraint(slot.after)) or len(slot.gone) > 1:
        return None
    words = {word for each in slot.came for word in words_at(slot.after, each)}
    if not words.isdisjoint({"any", "all", "every", "whoever", "whomever", "person", "party", "outside"}):
        return None
    return Delta("customers", "-", f"customer: {slot.told()}", slot.went, slot.new)


_PEOPLE = ("affected", "users")


def _other_people(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Compensate workers", "compensate suppliers": what was promised to people is promised to somebody else."""
    if (
        len(slot.gone) != 1
        or not 1 <= len(slot.came) <= 2
        or slot.after.negations
        or slot.before.actor != slot.after.actor
    ):
        return None
    people = [m.first for m in slot.before.marks if m.dimension == "actors" and m.value in _PEOPLE]
    theirs = [m.first for m in slot.after.marks if m.dimension == "actors" and m.value in _PEOPLE]
    known = {act.at for act in slot.before.acts if act.stance == "restrains" and not act.is_harm}
    if slot.gone[0].at not in people or not known or any(at in slot.new for at in theirs):
        return None
    if not any(m.first in slot.new and m.value == "third" for m in slot.after.marks if m.dimension == "actors"):
        return None
    if not any(at < slot.gone[0].at <= at + 4 for at in known):
        return None
    return Delta("actors", "-", f"for whom: {slot.told()}", slot.went, slot.new)


def _before_or_after(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "Before handing it over", "before or after": what had to come first may come too late."""
    words = [word for each in slot.came for word in words_at(slot.after, each)]
    if slot.gone or words[:1] != ["or"] or slot.lead not in ("before", "prior") or slot.after.negations:
        return None
    return Delta("conditions", "-", f"moment: before → before {' '.join(words)}", frozenset(), slot.new)


_OPEN = word_set("including include includes")
_CLOSED = word_set("namely specifically comprising comprises exclusively meaning")


def _closed_list(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "All rights, including …", "namely …": what stood for more stands for itself alone."""
    if not slot.gone or not slot.came or slot.after.stance == "permits":
        return None
    if not _all_in(slot.before, slot.gone, _OPEN) or not _all_in(slot.after, slot.came, _CLOSED):
        return None
    return Delta("list", "-", f"list closed: {slot.told()}", slot.went, slot.new)


_BANS = word_set("ban bans moratorium prohibition suspension embargo pause restriction restrictions freeze boycott")
_PROTECTING = word_set(
    "compensation investigation investigations policy policies checks check report reports audits audit aid payments wages remedy "
    "protection protections inspections training support"
)
_RUNS = word_set("run runs last lasts apply applies remain remains force effect place stand stands be is in until")


def _lasting(_: Vocabulary, slot: Slot) -> Delta | None:
    """ "The moratorium runs until June", "the moratorium is permanent"."""
    ends = [m for m in slot.before.of("duration") if m.first in slot.went]
    stays = [m for m in slot.after.of("duration") if m.first in slot.new]
    if (bool(ends) == bool(stays) and not (ends and stays)) or _BANS.isdisjoint(slot.after.words):
        return None
    if len(_BANS.intersection(slot.after.words)) > 1 or not _PROTECTING.isdisjoint(slot.after.words):
        return None  # a suspension of the ban, or of the compensation
    told = {m.tier for m in (*ends, *stays)}
    words = [slot.before.words[at] for at in slot.went - span(ends)] + [
        slot.after.words[at] for at in slot.new - span(stays)
    ]
    if not ends or not stays or len(told) < 2 or not set(words) <= _RUNS:
        return None
    sign: Sign = "+" if max(m.tier for m in stays) > max(m.tier for m in ends) else "-"
    return Delta("duration", sign, f"duration: {slot.told()}", slot.went, slot.new)


_MOST_ADDED = 6
_TRADING = word_set(
    "lease rent repair service maintain license licence donate lend install insure finance fund operate ship deliver market "
    "advertise resell upgrade refurbish rent broker transfer hire manufacture assemble"
)


def _more_denied(vocabulary: Vocabulary, slot: Slot) -> Delta | None:
    """ "Will not sell drones", "will not sell, lease or repair drones": one more thing is not done."""
    if slot.gone or not 1 < len(slot.came) <= _MOST_ADDED or len(slot.before.negations) != len(slot.after.negations):
        return None
    if not slot.after.negations or not is_restraint(slot.after) or slot.clause():
        return None
    if any(act.group not in DEALINGS for act in slot.after.acts) or "actors" in _kinds_inside(slot):
        return None  # "we do not tolerate criticism or dissent": not all that is denied is harm
    at = slot.came[0].at
    held = any(act.at == at - 1 or act.at == at - 2 for act in slot.before.acts)
    held = held or any(act.at in (at - 1, at - 2) for act in slot.after.acts if act.at not in slot.new)
    inside = slot.after.words[min(slot.new) : max(slot.new) + 1]
    if not held or not {"or", "nor"} & set(inside) or _kinds_inside(slot):
        return None
    plain = [word for word in inside if word not in LIST_WORDS]
    if any(not word.isalpha() for word in plain) or len(plain) > 3:
        return None
    if any(vocabulary.actions[word][1].role != "harm" for word in plain if word in vocabulary.actions):
        return None
    is_verb = any(act.at == at - 1 for act in slot.after.acts if act.at not in slot.new)
    if is_verb and any(word not in vocabulary.actions and word not in _TRADING for word in plain):
        return None  # "sell or recall": not every verb beside "sell" is harm
    things = [word for word in plain if word not in vocabulary.actions and word not in _TRADING]
    if not is_verb and not all(vocabulary.kinds.get(word, frozenset()) & {"harm", "product"} for word in things[-1:]):
        return None  # "weapons or bandages"
    return Delta(
        "list", "+", f"list longer: {all_words(slot.after, slot.came)}", frozenset(), slot.new | links_of(slot.after)
    )


_SHOWN = word_set(
    "subcontractors subcontractor findings results hours safety volumes farms farm mills mill factories locations "
    "dates audits remedies outcomes buyers prices fees overtime training refiners smelters vessels interest"
)
_DETERMINERS = word_set("the their its our all any other")
_TOLD = ("disclose", "verify", "assess", "remediate")


def _more_told(vocabulary: Vocabulary, slot: Slot) -> Delta | None:
    """ "Disclose their factories", "… and their subcontractors": one more thing is shown, looked into, made good."""
    if slot.gone or not 1 < len(slot.came) <= _MOST_ADDED or slot.after.negations or slot.clause():
        return None
    words = slot.after.words[min(slot.new) : max(slot.new) + 1]
    if words[0] != "and" or slot.tail not in ("", ".", ",", "in", "at", "by", "every", "each", "on") or "," in words:
        return None
    acts = [act for act in slot.after.acts if act.at not in slot.new]
    if not acts or any(act.stance != "restrains" or act.is_harm or act.group not in _TOLD for act in acts):
        return None
    if _kinds_inside(slot) or len(acts) != len(slot.after.acts):
        return None
    shown = vocabulary.watch_objects | _SHOWN | _DETERMINERS
    if not shown.issuperset(words[1:]):  # "the names of suppliers and informants": not everything shown is good to show
        return None
    return Delta("list", "+", f"list longer: {' '.join(words[1:])}", frozenset(), slot.new)


def _kinds_inside(slot: Slot) -> set[str]:
    return {mark.dimension for mark in slot.after.marks if mark.first in slot.new}


def _all_in(frame: Frame, elements: Sequence[Element], words: frozenset[str]) -> bool:
    return all(word in words for each in elements for word in words_at(frame, each))
