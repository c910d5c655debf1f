"""Stance, modality and acts: whether the promise is still one, how firmly it is said, what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from core.commitments.acts import Act
from core.commitments.delta import Delta, Sign, span
from core.commitments.frame import Frame, Mark
from core.commitments.guard import LIST_WORDS
from core.commitments.inflection import word_id
from core.commitments.softer import steps_down
from core.commitments.turned import attitude_turned, lifted, resumed
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set
from core.commitments.worth import is_known_good


def stance_moved(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """One act restrained on one side and permitted on the other; or a negation that nothing accounts for."""
    stances_before, stances_after = _by_lemma(vocabulary, before.acts), _by_lemma(vocabulary, after.acts)
    flipped = [
        lemma for lemma in stances_before if lemma in stances_after and not stances_before[lemma] & stances_after[lemma]
    ]
    groups_before = {act.group: act.stance for act in before.acts if act.is_harm}
    groups_after = {act.group: act.stance for act in after.acts if act.is_harm}
    if flipped and (
        _is_own_choice(before, flipped[0])
        or _is_twice_denied(before, after)
        or _is_other_recipient(before, after, flipped[0])
    ):
        yield Delta("stance", "?", f"stance: {flipped[0]} told the other way round", forces_reading=True)
        return
    if flipped or (
        before.stance in ("restrains", "permits")
        and after.stance in ("restrains", "permits")
        and before.stance != after.stance
        and any(group in groups_after and groups_after[group] != groups_before[group] for group in groups_before)
    ):
        act = flipped[0] if flipped else before.acts[0].lemma
        how = "restrained → permitted" if before.stance != "permits" else "permitted → restrained"
        yield Delta("stance", "-" if before.stance != "permits" else "+", f"stance: {act} {how}", is_reversal=True)
        return
    lifts = lifted(before, after), lifted(after, before)
    if any(lifts):
        yield Delta("stance", "-" if lifts[0] else "+", f"stance: {lifts[0] or lifts[1]}", is_reversal=True)
        return
    turned = attitude_turned(before, after)
    if turned:
        yield Delta("stance", "?", f"stance: {turned[0]} → {turned[1]}", is_reversal=True)
        return
    turn = resumed(before, after) or resumed(after, before)
    if turn:
        yield Delta("stance", "-" if resumed(before, after) else "+", f"stance: {turn}", is_reversal=True)
        return
    if bool(before.negations) != bool(after.negations) and not _accounted(before, after):
        side = before if before.negations else after
        word = side.words[side.negations[0]]
        gone = "gone" if before.negations else "added"
        yield Delta(
            "stance",
            "?",
            f"negation {gone}: {word}",
            _negation_words(before),
            _negation_words(after),
            forces_reading=True,
        )


def _is_own_choice(frame: Frame, lemma: str) -> bool:
    """ "Workers may refuse unsafe work": what those protected leave or do is no restraint of ours."""
    return frame.actor in ("users", "affected") and not any(act.is_harm for act in frame.acts if act.lemma == lemma)


def _is_other_recipient(before: Frame, after: Frame, lemma: str) -> bool:
    """ "Share it with workers", "share it with management": good or bad by who receives it, and no turn of the promise."""
    kinds = {(act.stance, act.is_harm) for frame in (before, after) for act in frame.acts if act.lemma == lemma}
    return (
        len(before.negations) == len(after.negations) and ("restrains", False) in kinds and ("permits", True) in kinds
    )


def _is_twice_denied(before: Frame, after: Frame) -> bool:
    """ "Not from those that are not certified", "from those that are": two denials went together, or came."""
    mains = len(before.negations) - len(after.negations)
    asides = _denied_aside(before) - _denied_aside(after)
    return mains * asides > 0 and bool(before.clauses) and bool(after.clauses)


def _denied_aside(frame: Frame) -> int:
    inside = [mark for mark in frame.marks if mark.dimension == "negation" and mark.value == "not" and mark.clause >= 0]
    return len(inside) + sum(clause.text.startswith("unless") for clause in frame.clauses)


def _negation_words(frame: Frame) -> frozenset[int]:
    return frozenset(frame.negations)


def _by_lemma(vocabulary: Vocabulary, acts: Sequence[Act]) -> dict[str, set[tuple[str, bool]]]:
    """How each verb is held: a duty to use and a ban on using are opposites, though both restrain."""
    found: dict[str, set[tuple[str, bool]]] = {}
    for act in acts:
        found.setdefault(_verb(vocabulary, act), set()).add((act.stance, act.is_harm))
    return found


def _verb(vocabulary: Vocabulary, act: Act) -> str:
    """The verb of an act, by one name for all that may stand for it."""
    return vocabulary.synonyms.get(act.lemma, act.lemma)


def _accounted(before: Frame, after: Frame) -> bool:
    """Both sides restrain, so the negation of one side is the ban (or the mild restraint) of the other."""
    if before.stance != "restrains" or after.stance != "restrains" or not before.acts or not after.acts:
        return False
    shared = {act.lemma for act in before.acts} & {act.lemma for act in after.acts}
    negated = before if before.negations else after
    if all(any(mark.value in _DENIALS for mark in frame.of("modality")) for frame in (before, after)):
        return True  # "refuse to work", "prefer not to work"
    return bool(shared) or any(set(negated.negations) & act.claims for act in negated.acts)


_DENIALS = frozenset({"plan_not", "aim_not", "open_not", "never_to", "does_not", "has_not"})


def _bans_harm(vocabulary: Vocabulary, frame: Frame, marks: Sequence[Mark]) -> bool:
    """ "Retaliation is prohibited"."""
    return _kind(marks) == "rule" and not vocabulary.harmful_objects.isdisjoint(frame.words)


def modality_moved(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """How firmly it is said, unless the promise itself turned round."""
    if before.stance != after.stance and "none" not in (before.stance, after.stance) and (before.acts or after.acts):
        return  # without acts the stance is that of the modal itself: "will close", "may close"
    one, two = before.of("modality"), after.of("modality")
    done = _fulfilled(before, after)
    if done:
        yield Delta("modality", "+", f"modality: {_lead(before)} → done", _modal_words(before, one) | done[0], done[1])
        return
    if before.tier is None or after.tier is None:
        if one or two:
            yield Delta("modality", "?", f"modality: {_lead(before)} → {_lead(after)}", span(one), span(two))
        return
    kinds_before, kinds_after = [(mark.tier, mark.value) for mark in one], [(mark.tier, mark.value) for mark in two]
    if kinds_before == kinds_after:
        return
    claims_before = _modal_words(before, one) | _same_acts(before, after)
    claims_after = _modal_words(after, two) | _same_acts(after, before)
    pairs = (
        list(zip(kinds_before, kinds_after, strict=True))
        if len(one) == len(two)
        else [((before.tier, _kind(one)), (after.tier, _kind(two)))]
    )
    signs: set[Sign] = {sign for pair in pairs if (sign := _modal_sign(*pair))}
    if (
        not after.acts
        and after.actor != "third"
        and not _bans_harm(vocabulary, after, two)
        and not (after.lang == "en" and is_known_good(vocabulary, after))
    ):  # a firmer promise of we know not what
        signs = {"?" if sign == "+" else sign for sign in signs}
    if len(one) != len(two) and not (len(one) <= 1 and len(two) <= 1):
        signs |= _extra_modals(kinds_before, kinds_after)
        if before.stance == after.stance == "permits":  # "we made this" and "we made this, as we are committed to"
            signs = {"?"}
    if "never" in before.modality and "never" not in after.words and _kind(two) == "does_not":
        signs = {"-" if sign == "?" else sign for sign in signs}  # for all time, and then of today
    told = f"modality: {_lead(before)} → {_lead(after)}"
    if len(one) > 1 or len(two) > 1:
        told = f"modality: {_all_words(before, one)} → {_all_words(after, two)}"
    for sign in sorted(signs):
        yield Delta("modality", sign, told, claims_before, claims_after)


def _fulfilled(before: Frame, after: Frame) -> tuple[frozenset[int], frozenset[int]] | None:
    """ "We aim to trace", "we have traced": the words of the act on either side, where what was promised is done."""
    if before.lang != "en" or before.tier is None or before.negations or after.negations or after.of("modality"):
        return None
    promised = [act for act in before.acts if not act.is_harm and act.stance == "restrains"]
    for at, word in enumerate(after.words[:-1]):
        if word not in ("has", "have"):
            continue
        verb = at + 1
        while verb < len(after.words) and (after.words[verb] in _ALREADY or after.words[verb].endswith("ly")):
            verb += 1
        name, is_past = word_id(after.words[verb]) if verb < len(after.words) else ("", False)
        twin = next((act for act in promised if word_id(before.words[act.at])[0] == name), None)
        if is_past and twin and before.of("modality"):
            return frozenset({twin.at}), frozenset(range(at, verb + 1))
    return None


_ALREADY = word_set("now already since also")


def _all_words(frame: Frame, marks: Sequence[Mark]) -> str:
    return ", ".join(mark.text for mark in marks) or _lead(frame)


def _extra_modals(before: list[tuple[int, str]], after: list[tuple[int, str]]) -> set[Sign]:
    """Further modal words: repeating what stands already is nothing, anything else is for a reader."""
    extra = [*(Counter(after) - Counter(before)), *(Counter(before) - Counter(after))]
    firm = {(5, "obligation"), (6, "never_to")}
    return {"?"} if any(kind not in firm for kind in extra) else set()


def _kind(marks: Sequence[Mark]) -> str:
    return marks[0].value if marks else "plain"


def _lead(frame: Frame) -> str:
    if frame.tier is None:
        return "nothing promised"
    if frame.lang == "fr" and frame.modality in ("ne", "n'"):
        at = frame.of("modality")[0].first
        particle = next((word for word in frame.words[at + 1 : at + _PARTICLE_BY] if word in _PARTICLES), "")
        return f"{frame.modality} … {particle}" if particle else frame.modality
    return frame.modality


_PARTICLES = word_set("pas plus jamais aucun aucune rien guere")
_PARTICLE_BY = 5  # words


def _modal_sign(before: tuple[int, str], after: tuple[int, str]) -> Sign | None:
    if before == after:
        return None
    if {before[1], after[1]} <= {"plain", "obligation", "commit"} and "plain" in (before[1], after[1]):
        return "?"  # "we publish" and "we will publish": neither is plainly the firmer
    if after[1] == "has_not" and before[1] in ("never_to", "does_not"):
        return "-"  # a promise for the time to come, and a report of the time that was
    if {before[1], after[1]} == {"does_not", "completed"}:
        return "?"  # "we do not sell", "we no longer sell": neither is the firmer
    if before[0] == after[0]:
        return "?"
    if {before[1], after[1]} == {"obligation", "never_to"} or {before[1], after[1]} == {"obligation", "does_not"}:
        return None  # "will stop selling" and "will not sell": told by the act
    return "+" if after[0] > before[0] else "-"


def _modal_words(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of modality, with the negations and verbs of restraint that make it up, without the acts themselves."""
    words = set(span(marks)) | set(frame.negations)
    for act in frame.acts:
        words |= act.claims - {act.at}
        if act.is_harm:
            words.discard(act.at)
    return frozenset(words)


def _same_acts(frame: Frame, other: Frame) -> frozenset[int]:
    """Words of acts that the other side says in another form: "to end" and "have ended", "publier" and "publierons"."""
    if frame.lang != "en":
        known = {(act.lemma, act.stance, other.words[act.at][:4]) for act in other.acts}
        return frozenset(act.at for act in frame.acts if (act.lemma, act.stance, frame.words[act.at][:4]) in known)
    over = span([mark for mark in other.of("modality") if mark.value == "completed"])
    done = {act.lemma for act in other.acts if act.at in over}
    return frozenset(act.at for act in frame.acts if act.lemma in done and act.stance == "restrains")


def actions_moved(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Acts that came, went, or are restrained more or less than before."""
    left, right = list(before.acts), list(after.acts)
    for act in before.acts:
        verb = _verb(vocabulary, act)
        twin = next((each for each in right if _verb(vocabulary, each) == verb and each.stance == act.stance), None)
        if twin is None:
            continue
        left.remove(act)
        right.remove(twin)
        if twin.level != act.level:
            sign: Sign = "+" if twin.level > act.level else "-"
            yield Delta(
                "actions", sign, f"action: {_told(before, act)} → {_told(after, twin)}", act.claims, twin.claims
            )
    left = [act for act in left if act.stance == "restrains"]
    permitted = [act for act in right if act.stance == "permits"]
    right = [act for act in right if act.stance == "restrains"]
    if permitted and before.stance == "restrains":
        yield Delta("actions", "-", f"action permitted: {permitted[0].lemma}", frozenset(), permitted[0].claims)
    claims_left = frozenset(at for act in left for at in act.claims)
    claims_right = frozenset(at for act in right for at in act.claims)
    if left and right:
        reason = f"action: {_all_told(before, left)} → {_all_told(after, right)}"
        strongest_left, strongest_right = max(act.level for act in left), max(act.level for act in right)
        if strongest_left == strongest_right:
            yield Delta("actions", "?", reason)
        else:
            # The ranks are coarse: a lower verb is a warning, a higher one (consult → inform) no proof of more.
            sign = "-" if strongest_left - strongest_right >= (1 if strongest_left >= 4 else 2) else "?"
            if steps_down(vocabulary, [act.lemma for act in right], [act.lemma for act in left]):
                sign = "?"  # "reduce", "eliminate": a lower rank, and a higher rung
            yield Delta("actions", sign, reason, claims_left, claims_right)
    elif left and _is_consent_sought(before, after, left):
        words = frozenset(at for at, word in enumerate(after.words) if word in _CONSENT | _OBTAINING)
        yield Delta("actions", "+", f"action: {_all_told(before, left)} → consent", claims_left, words)
    elif left:
        yield Delta("actions", "-", f"action gone: {_all_told(before, left)}", claims_left)
    elif right and all(act.claims <= span(after.of("modality")) for act in right):
        return  # "discourage" and "prohibit": told by the modality
    elif right:
        promised_nothing = not before.acts and before.firmness is not None and before.firmness <= 0
        is_listed = all(act.level >= 3 and _is_joined(after, act) for act in right)
        sign = "+" if promised_nothing or is_listed else "?"
        yield Delta("actions", sign, f"action added: {_all_told(after, right)}", frozenset(), claims_right)


_CONSENT = word_set("consent agreement approval permission")
_OBTAINING = word_set("obtain obtains secure secures get gets")


def _is_consent_sought(before: Frame, after: Frame, gone: Sequence[Act]) -> bool:
    """ "We consult communities", "we obtain the consent of communities"."""
    if (
        after.negations
        or after.clauses
        or not all(act.lemma in ("consult", "engage", "inform", "notify") for act in gone)
    ):
        return False
    return (
        not _CONSENT.isdisjoint(after.words)
        and not _OBTAINING.isdisjoint(after.words)
        and _CONSENT.isdisjoint(before.words)
    )


def _is_joined(frame: Frame, act: Act) -> bool:
    """Whether an act stands beside another ("and publish", "or supply") and not within or about it."""
    return not LIST_WORDS.isdisjoint(frame.words[max(act.at - 3, 0) : act.at])


def _told(frame: Frame, act: Act) -> str:
    return " ".join(frame.words[at] for at in sorted(act.claims))


def _all_told(frame: Frame, acts: Sequence[Act]) -> str:
    return ", ".join(_told(frame, act) for act in acts)
