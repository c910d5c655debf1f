"""What sort of change a comparison shows. Called after matching, so that promise P8 decides before anything quiets.

Each edit is judged alone: loud, or quiet for a reason. One loud edit makes the change substantive. A guarded passage
(one that holds a commitment or a watched term) is quiet only when its words are the same words in the same order, or
when exactly this text has come and gone before and been told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.model import Act, ChangeClass, Edit, Reading
from core.text.diff import words_of
from core.text.normalise import word_count
from core.text.pagedate import BINDING, DATE, STAMP

Guard = Callable[[str, str], bool]  # (text, lead-in) -> does it hold a commitment or a watched term?


@dataclass(frozen=True, slots=True)
class FormLife:
    """How often a form has come and gone in one document, up to the change being judged."""

    times_seen: int = 0
    times_gone: int = 0
    is_furniture: bool = False  # it stands on most pages of the host


@dataclass(frozen=True, slots=True)
class Returned:
    """The new text equals that of an earlier version. ``stayed_seconds``: how long the text now left had stood."""

    number: int
    times_left_before: int
    stayed_seconds: float


@dataclass(frozen=True, slots=True)
class Classified:
    """The class, why in words, and the edits (by index) that carry it."""

    change_class: ChangeClass
    reasons: tuple[str, ...]
    carriers: tuple[int, ...]


FLAP_SECONDS: Final = 7 * 86_400  # a text that stood for less before the old one came back is one leg of a flap
_LABEL_WORDS: Final = 6
_EMAIL: Final = re.compile(
    r"\[\s*e-?mail\s*(?:protected|geschützt|protégé|protegido)\s*\]|[\w.+-]+(?:@|\s?(?:\[at\]|\(at\))\s?)[\w-]+(?:(?:\.|\s?(?:\[dot\]|\(dot\))\s?)[\w-]+)+",
    re.IGNORECASE,
)
_SCRAMBLED: Final = re.compile(
    r"\[\s*e-?mail\s*(?:protected|geschützt|protégé|protegido)\s*\]|\[at\]|\(at\)", re.IGNORECASE
)
_LINK_HINT: Final = re.compile(
    r"\(?\s*(?:opens?|opening) in (?:a )?new (?:window|tab)\s*\)?|\(?\s*(?:s'ouvre|ouvre) dans (?:une nouvelle fenêtre|un nouvel onglet)\s*\)?"
    r"|\(?\s*(?:öffnet|wird) in (?:einem )?neuen (?:fenster|tab)(?: geöffnet)?\s*\)?|\(?\s*se abre en (?:una )?(?:ventana nueva|nueva ventana|pestaña nueva|nueva pestaña)\s*\)?"
    r"|\(?\s*在新(?:窗口|标签页)中?打开\s*\)?|\(?\s*external link\s*\)?",
    re.IGNORECASE,
)
_OF_A_FIGURE: Final = re.compile(
    r"(?<=\d)[.,](?=\d)|[$€£¥₹₽](?=\s?\d)|(?<=\d)\s?[$€£¥₹₽%‰°]|(?<![\w)])[-−+±<>≤≥](?=\d)"
)
_PARTING: Final = re.compile(r'[;•·|"]|\.(?=\s*\.)')  # once quotation marks are of one kind
_RAW_LINK: Final = re.compile(
    r"\]\((?:mailto:|https?://)[^)\s]*\)?|\((?=[\w.+-]+@[\w.-]+\]\()|[\[*#]{2,}"
)  # markup shown by mistake
_SAME_SIGNS: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-"}
)


def classify(
    before: Reading,
    after: Reading,
    edits: Sequence[Edit],
    guard: Guard,
    *,
    lives: Mapping[str, FormLife] | None = None,
    returned: Returned | None = None,
) -> Classified:
    """The class of a change. ``lives`` maps a passage's text to its past in this document, where it has one."""
    judged = [_judge(before, after, edit, guard, lives or {}) for edit in edits]
    is_loud = any(found is ChangeClass.SUBSTANTIVE for found, _ in judged)
    if is_loud and returned is not None and _is_flap_leg(before, after, edits, guard, returned):
        why = f"back to version {returned.number}, which this one had replaced for {_span(returned.stayed_seconds)}"
        return Classified(ChangeClass.VARIANT, (why,), tuple(range(len(edits))))
    for wanted in _ORDER:
        carriers = tuple(at for at, (found, _) in enumerate(judged) if found is wanted)
        if carriers:
            reasons = tuple(dict.fromkeys(judged[at][1] for at in carriers))[:6]
            if wanted is ChangeClass.SUBSTANTIVE and returned is not None:
                reasons = (f"the text of version {returned.number} is back", *reasons)
            return Classified(wanted, reasons, carriers)
    return Classified(ChangeClass.FORMATTING, ("no word differs",), ())


_ORDER: Final = (
    ChangeClass.SUBSTANTIVE,
    ChangeClass.VARIANT,
    ChangeClass.REORDERED,
    ChangeClass.DATES_ONLY,
    ChangeClass.FORMATTING,
    ChangeClass.SURROUNDINGS,
)


def _span(seconds: float) -> str:
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:.0f} days"
    return f"{max(seconds / 3600, 1):.0f} h"


def _is_flap_leg(before: Reading, after: Reading, edits: Sequence[Edit], guard: Guard, returned: Returned) -> bool:
    """A return soon after leaving is a leg of a flap; with a promise in it, only once both directions were told."""
    if returned.stayed_seconds > FLAP_SECONDS and returned.times_left_before < 2:
        return False
    if returned.times_left_before >= 1:
        return True
    return not any(_is_guarded(before, after, edit, guard) for edit in edits)


def _is_guarded(before: Reading, after: Reading, edit: Edit, guard: Guard) -> bool:
    return any(guard(before.places[at].text, before.lead_in(at)) for at in edit.before) or any(
        guard(after.places[at].text, after.lead_in(at)) for at in edit.after
    )


def _judge(
    before: Reading, after: Reading, edit: Edit, guard: Guard, lives: Mapping[str, FormLife]
) -> tuple[ChangeClass, str]:
    """The class one edit would give the change alone, with the reason."""
    was = " ".join(before.places[at].text for at in edit.before)
    now = " ".join(after.places[at].text for at in edit.after)
    guarded = _is_guarded(before, after, edit, guard)
    if edit.act is Act.MOVED:
        return _judge_move(before, after, edit, guarded)
    if edit.before and edit.after and not edit.lost_lead_in:
        alike = _same_words(was, now, guarded, leads_elsewhere=_links(before, edit.before) != _links(after, edit.after))
        if alike is not None:
            return ChangeClass.FORMATTING, alike
    if not guarded:
        quiet = _quiet(before, after, edit, was, now, lives)
        if quiet is not None:
            return quiet
    if guarded and _has_flickered(edit, was, now, lives):
        return ChangeClass.VARIANT, "a passage that has come and gone before, told each way"
    return ChangeClass.SUBSTANTIVE, _loud_reason(edit, guarded)


def _loud_reason(edit: Edit, guarded: bool) -> str:
    what = "a passage with a promise or a watched term" if guarded else "a passage"
    if edit.lost_lead_in:
        return f"{what} lost the sentence that introduced it"
    return f"{what} was {edit.act.value}"


def _judge_move(before: Reading, after: Reading, edit: Edit, guarded: bool) -> tuple[ChangeClass, str]:
    streams = {before.places[at].stream for at in edit.before} | {after.places[at].stream for at in edit.after}
    text = after.places[edit.after[0]].text
    if "main" in streams and (guarded or word_count(text) > _LABEL_WORDS):
        return ChangeClass.REORDERED, "the same words stand in another place"
    return ChangeClass.SURROUNDINGS, "a label or a part of the surroundings moved"


def _links(reading: Reading, places: Sequence[int]) -> set[str]:
    """Where the places lead, without query and fragment: those carry trace ids and positions."""
    return {url.partition("#")[0].partition("?")[0].rstrip("/") for at, url in reading.links if at in places}


def _same_words(was: str, now: str, guarded: bool, *, leads_elsewhere: bool) -> str | None:
    """Why two texts say the same word for word, or None. In a guarded passage every sign counts, white space does not.

    A hint such as "opens in a new window" is no word of the text, unless it came or went with the link's target.
    """
    plain_was, plain_now = (was, now) if leads_elsewhere else (_LINK_HINT.sub("", was), _LINK_HINT.sub("", now))
    plain_was, plain_now = _RAW_LINK.sub("", plain_was), _RAW_LINK.sub("", plain_now)
    if guarded:
        if _signs_kept(plain_was) == _signs_kept(plain_now):
            return "only spacing, quotation marks or hints of links differ"
        return _scrambled_mail(was, now)
    if _letters(plain_was) == _letters(plain_now):
        return "the same words: spacing, signs, capitals or the cut of passages differ"
    return _scrambled_mail(was, now)


def _letters(text: str) -> str:
    """The words alone, and of the signs those that are part of a figure: "1.5" is not "15", nor is $5 the same as €5."""
    return "".join(words_of(_OF_A_FIGURE.sub(lambda sign: f" sign{ord(sign.group().strip())} ", text)))


def _signs_kept(text: str) -> str:
    """The text without white space, capitals, quotation marks, doubled full stops, and the signs that part a list."""
    return "".join(_PARTING.sub("", text.translate(_SAME_SIGNS)).split()).strip(".").casefold()


def _scrambled_mail(was: str, now: str) -> str | None:
    if bool(_SCRAMBLED.search(was)) == bool(_SCRAMBLED.search(now)):
        return None
    same = _letters(_EMAIL.sub(" ", was)) == _letters(_EMAIL.sub(" ", now))
    return "only the scrambling of an e-mail address differs" if same else None


def _quiet(
    before: Reading, after: Reading, edit: Edit, was: str, now: str, lives: Mapping[str, FormLife]
) -> tuple[ChangeClass, str] | None:
    """Why an unguarded edit is quiet, or None."""
    streams = {before.places[at].stream for at in edit.before} | {after.places[at].stream for at in edit.after}
    if streams == {"surroundings"}:
        return ChangeClass.SURROUNDINGS, "menus, banners or footers differ"
    if was and now and _only_a_stamp(was, now):
        return ChangeClass.DATES_ONLY, "only the date the page gives itself differs"
    if _has_flickered(edit, was, now, lives):
        return ChangeClass.VARIANT, "a passage that comes and goes"
    if any(lives.get(text, FormLife()).is_furniture for text in (was, now)):
        return ChangeClass.SURROUNDINGS, "a passage that stands on most pages of the site"
    return None


def _only_a_stamp(was: str, now: str) -> bool:
    """A short line that says when the page was updated, whose date alone differs; never one that says from when it binds."""
    if word_count(now) > 14 or not DATE.search(was) or not DATE.search(now):
        return False
    rest_was, rest_now = DATE.sub("<date>", was), DATE.sub("<date>", now)
    if words_of(rest_was) != words_of(rest_now):
        return False
    if BINDING.search(now):
        return False
    return bool(STAMP.search(now)) or not words_of(rest_now.replace("<date>", ""))


def _has_flickered(edit: Edit, was: str, now: str, lives: Mapping[str, FormLife]) -> bool:
    """Every text of the edit has been here and away before, at least twice."""
    texts = [text for text in (was, now) if text]
    found = [lives.get(text, FormLife()) for text in texts]
    if edit.act is Act.ADDED:
        return found[0].times_gone >= 2
    if edit.act is Act.REMOVED:
        return found[0].times_seen >= 2 and found[0].times_gone >= 1
    return all(life.times_seen >= 2 for life in found[:1]) and all(life.times_gone >= 1 for life in found[1:])
