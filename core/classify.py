"""What sort of change a comparison shows. Called after matching, so that promise P8 decides before anything quiets.

Each edit is judged alone: loud, or quiet for a reason. One loud edit makes the change substantive. A guarded passage
(one that holds a commitment or a watched term) is quiet only when its words are the same words in the same order, under
the same heading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from core.furniture import (
    is_label,
    is_of_a_policy,
    is_title,
    leads_to_a_channel,
    may_be_pressed,
    tells_of_more_than_the_site,
    without_site_talk,
)
from core.model import Act, ChangeClass, Edit, Place, Reading
from core.same_words import same_words, says_the_same
from core.sides import Page, differ_in_figures, in_one_place, keeps_to_its_past, sides_of
from core.site_lines import contact_line, goes_with, is_plain_figure, site_line, speaks_of_people
from core.text.diff import words_of
from core.text.listed import without_number
from core.text.normalise import word_count
from core.text.pagedate import BINDING, DATE, DAY, STAMP, says_nothing_but_its_stamp


class Guard(Protocol):
    """Does a passage hold a commitment or a watched term? (``core.matching.Guard``)"""

    def __call__(self, text: str, lead_in: str, /) -> bool: ...
    def watches(self, text: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class FormLife:
    """How often a form has come and gone in one document, up to the change being judged."""

    times_seen: int = 0
    times_gone: int = 0
    is_furniture: bool = False  # it stands on most pages of the host, or did until lately
    restless: tuple[str, ...] = ()  # its wordings of late, where nearly every visit brought another
    is_of_a_round: bool = False  # it came to, or left, other pages of the host at the same time, and was told there


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
_LONGEST_STAMP: Final = 14  # words
_PLAIN_AND_LOUD: Final = frozenset(("a passage was removed", "a passage was added", "a passage was restored"))
_LONE_LABEL: Final = "a label that stands alone: a button or a switch, no sentence"


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
    pages = Page(before), Page(after)
    judged = [_judge(*pages, edit, guard, lives or {}) for edit in edits]
    for at in _replaced_labels(*pages, edits, judged):
        judged[at] = ChangeClass.SUBSTANTIVE, "a label was replaced by another"
    for at, what in _replaced_contacts(*pages, edits, judged):
        judged[at] = ChangeClass.SURROUNDINGS, f"only {what}"
    is_loud = any(found is ChangeClass.SUBSTANTIVE for found, _ in judged)
    if is_loud and returned is not None and _is_flap_leg(*pages, edits, guard, returned):
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


def _is_flap_leg(before: Page, after: Page, edits: Sequence[Edit], guard: Guard, returned: Returned) -> bool:
    """A return soon after leaving is a leg of a flap, and so is one of many returns.

    Never with a promise in it (P8): the leg that takes it away may be the last one.
    """
    if returned.stayed_seconds > FLAP_SECONDS and returned.times_left_before < 2:
        return False
    return not any(_is_guarded(before, after, edit, guard) for edit in edits)


def _is_guarded(before: Page, after: Page, edit: Edit, guard: Guard) -> bool:
    return any(_holds(before, at, guard) for at in edit.before) or any(_holds(after, at, guard) for at in edit.after)


def _holds(page: Page, at: int, guard: Guard) -> bool:
    """Does this place hold a commitment or a watched term?

    What surroundings say of the site itself is no commitment. But they may hold a line of the policy that is no sentence
    of a promise ("Minimum wage: CHF 24"): what speaks of rights or of the policy there, and leads nowhere, counts.
    """
    place, lead_in = page.places[at], page.lead_in(at)
    if place.stream == "main":
        return guard(place.text, lead_in)
    if guard.watches(place.text):
        return True
    leads = bool(page.targets((at,)))
    if leads and (is_title(place.text) or place.text in page.headings):
        return False  # the label of a menu entry, or of a table of contents whose heading is compared where it stands
    if page.introduces(at) and guard(page.places[at + 1].text, place.text):
        return True
    heard = lead_in if lead_in[-1:] in (":", "：") else ""
    said = place.text if heard else without_site_talk(place.text)
    if leads_to_a_channel(place.text) if leads else is_of_a_policy(place.text):
        return True
    return bool(said) and guard(said, heard)


def _judge(
    before: Page, after: Page, edit: Edit, guard: Guard, lives: Mapping[str, FormLife]
) -> tuple[ChangeClass, str]:
    """The class one edit would give the change alone, with the reason."""
    was, now = before.texts(edit.before), after.texts(edit.after)
    guarded = _is_guarded(before, after, edit, guard)
    if edit.act is Act.MOVED:
        return _judge_move(before, after, edit, guarded)
    if edit.before and edit.after and not edit.lost_lead_in and not _stands_in_another_cell(before, after, edit):
        led, leads = before.targets(edit.before), after.targets(edit.after)
        alike = same_words(was, now, guarded, leads_elsewhere=led != leads)
        if alike is not None:
            return ChangeClass.FORMATTING, alike
        if _is_renumbered(before, after, edit, guarded):
            return ChangeClass.REORDERED, "the same words under another number"
    if not guarded and edit.lost_lead_in and _is_list_of_links(before, after, edit):
        return ChangeClass.REORDERED, "a link stands under another heading"
    if not guarded:
        quiet = _quiet(before, after, edit, was, now, lives)
        if quiet is not None:
            return quiet
    return ChangeClass.SUBSTANTIVE, _loud_reason(edit, guarded)


def _stands_in_another_cell(before: Page, after: Page, edit: Edit) -> bool:
    """Whether a row of a table says the same words under other columns: a mark that went from "banned" to "allowed"."""
    if len(edit.before) != 1 or len(edit.after) != 1:
        return False
    row, new_row = before.places[edit.before[0]], after.places[edit.after[0]]
    if row.kind != "row" or new_row.kind != "row":
        return False
    filled, new_filled = (
        [at for at, cell in enumerate(each.text.split("|")) if cell.strip()] for each in (row, new_row)
    )
    if len(filled) != len(new_filled):
        return False
    return len({at - now_at for at, now_at in zip(filled, new_filled, strict=True)}) > 1  # one step is a column more


def _loud_reason(edit: Edit, guarded: bool) -> str:
    what = "a passage with a promise or a watched term" if guarded else "a passage"
    if edit.lost_lead_in:
        return f"{what} stands under another heading or introduction, or has lost it"
    return f"{what} was {edit.act.value}"


def _judge_move(before: Page, after: Page, edit: Edit, guarded: bool) -> tuple[ChangeClass, str]:
    stood, stands = before.places[edit.before[0]].stream, after.places[edit.after[0]].stream
    text = after.places[edit.after[0]].text
    if guarded and stood == "main" and stands != "main":
        return (
            ChangeClass.SUBSTANTIVE,
            "a passage with a promise or a watched term was put among windows, menus or footers",
        )
    if "main" in (stood, stands) and (guarded or word_count(text) > _LABEL_WORDS):
        return ChangeClass.REORDERED, "the same words stand in another place"
    return ChangeClass.SURROUNDINGS, "a label or a part of the surroundings moved"


def _is_list_of_links(before: Page, after: Page, edit: Edit) -> bool:
    """Whether what stands under another heading leads elsewhere on both sides, and no sentence introduces it."""
    introduced = any(page.lead_in(at)[-1:] in (":", "：") for page, at in sides_of(before, after, edit))
    return not introduced and bool(before.targets(edit.before) and after.targets(edit.after))


def _is_renumbered(before: Page, after: Page, edit: Edit, guarded: bool) -> bool:
    """The item had a number of its list and has another; one that comes or goes, or counts nothing, is a word of the text."""
    was, now = before.texts(edit.before), after.texts(edit.after)
    bare_was, bare_now = without_number(was), without_number(now)
    if bare_was == was or bare_now == now or not says_the_same(bare_was, bare_now, guarded):
        return False
    return before.is_counted(edit.before[0]) and after.is_counted(edit.after[0])


def _quiet(
    before: Page, after: Page, edit: Edit, was: str, now: str, lives: Mapping[str, FormLife]
) -> tuple[ChangeClass, str] | None:
    """Why an unguarded edit is quiet, or None."""
    streams = {before.places[at].stream for at in edit.before} | {after.places[at].stream for at in edit.after}
    leads = before.targets(edit.before) | after.targets(edit.after)
    if streams == {"surroundings"} and (leads or not tells_of_more_than_the_site(was, now)):
        return ChangeClass.SURROUNDINGS, "menus, banners or footers differ"
    if was and now and _only_a_stamp(before, after, edit):
        return ChangeClass.DATES_ONLY, "only the date the page gives itself differs"
    if _has_flickered(edit, was, now, lives):
        return ChangeClass.VARIANT, "a passage that comes and goes"
    line = _of_many_pages(was, now, lives.get(was, FormLife()), lives.get(now, FormLife()))
    if line:
        return ChangeClass.SURROUNDINGS, line
    past = lives.get(was, FormLife()).restless
    if was and now and past and differ_in_figures(was, now) and keeps_to_its_past(now, past):
        return ChangeClass.VARIANT, "a figure that changes at nearly every visit"
    line = _line_of_the_site(before, after, edit, was, now)
    if line:
        return ChangeClass.SURROUNDINGS, f"only {line}"
    if _is_lone_label(before, after, edit):
        return ChangeClass.SURROUNDINGS, _LONE_LABEL
    return None


def _of_many_pages(was: str, now: str, life: FormLife, new_life: FormLife) -> str:
    """Why a line of many pages of a site is quiet on this one; empty where this page alone changed it, or first.

    What leaves a page is told until alerts on two others have spoken of its leaving there; what came in its stead has to be
    of the site as it was.
    """
    if not was or (now and life.is_furniture):
        if new_life.is_furniture:
            return "a passage that stands on most pages of the site"
        return (
            "the same line came to other pages of the site at once, and was told there"
            if new_life.is_of_a_round
            else ""
        )
    return (
        "the same line left other pages of the site at once, and was told there"
        if not now and life.is_of_a_round
        else ""
    )


def _line_of_the_site(before: Page, after: Page, edit: Edit, was: str, now: str) -> str:
    """What the line is that came, went or was replaced by one of its sort: a counter, a page number, opening hours."""
    sides = sides_of(before, after, edit)
    lines = {_site_line(page, at) for page, at in sides}
    if len(lines) == 1 and (line := lines.pop()):
        return line
    if len(edit.before) > 1 or len(edit.after) > 1 or any(page.is_amid_prose(at) for page, at in sides):
        return ""
    around, above = ([said for page, at in sides for said in over(page, at)] for over in (Page.over, Page.right_over))
    return contact_line(was, now, around, above)


def _site_line(page: Page, at: int) -> str:
    """What sort of line of the site a place is, empty where it may be what the heading or line right over it tells.

    A plain figure ("412 visits") is the site's only outside the prose, and where no section speaks of people.
    """
    text = page.places[at].text
    line = site_line(text)
    if not line or not all(goes_with(text, above) for above in page.right_over(at)):
        return ""
    is_of_the_text = not page.has_prose or (page.is_amid_prose(at) and page.is_behind_prose(at))
    is_named = is_of_the_text or speaks_of_people(page.over(at)) or not goes_with(text, page.label_over(at))
    if is_plain_figure(text) and is_named:
        return ""
    return line


def _replaced_labels(
    before: Page, after: Page, edits: Sequence[Edit], judged: Sequence[tuple[ChangeClass, str]]
) -> list[int]:
    """Lone labels of which one went and another came under the same line: "Banned", and then "Permitted"."""
    found = [index for index, (_, why) in enumerate(judged) if why == _LONE_LABEL]
    pairs = in_one_place(before, after, edits, found)
    return [at for went, came in pairs for at in (went, came) if _place(before, after, edits[at]).kind != "heading"]


def _replaced_contacts(
    before: Page, after: Page, edits: Sequence[Edit], judged: Sequence[tuple[ChangeClass, str]]
) -> list[tuple[int, str]]:
    """The address or the hours of an office that went, and those that came under the same line, with what they are."""
    found = [index for index, (_, why) in enumerate(judged) if why in _PLAIN_AND_LOUD]
    quiet = []
    for went, came in in_one_place(before, after, edits, found):
        (at,), (now_at,) = edits[went].before, edits[came].after
        if not before.is_amid_prose(at) and not after.is_amid_prose(now_at):
            what = contact_line(
                before.places[at].text, after.places[now_at].text, after.over(now_at), after.right_over(now_at)
            )
            quiet += [(went, what), (came, what)] if what else []
    return quiet


def _place(before: Page, after: Page, edit: Edit) -> Place:
    page, at = sides_of(before, after, edit)[0]
    return page.places[at]


def _is_lone_label(before: Page, after: Page, edit: Edit) -> bool:
    """One short label that came or went whole, and leads somewhere or is worded as a button: any other may be a name.

    One that was worded anew is a change.
    """
    if len(edit.before) + len(edit.after) != 1:
        return False
    page, at = sides_of(before, after, edit)[0]
    is_control = page.places[at].kind == "heading" or bool(page.targets((at,))) or may_be_pressed(page.places[at].text)
    return is_control and is_label(page.places, at)


def _only_a_stamp(before: Page, after: Page, edit: Edit) -> bool:
    """A short line that says when the page was updated or shown, whose date alone differs; never one that says from when it binds.

    In a table a date is what its row and column say.
    """
    was, now = before.texts(edit.before), after.texts(edit.after)
    if word_count(now) > _LONGEST_STAMP or not DATE.search(was) or not DATE.search(now):
        return False
    rest_was, rest_now = DAY.sub("<date>", was), DAY.sub("<date>", now)
    if words_of(rest_was) != words_of(rest_now) or BINDING.search(now):
        return False
    return all(_dates_the_page(page, at) for page, at in sides_of(before, after, edit))


def _dates_the_page(page: Page, at: int) -> bool:
    """Whether the date of a line is that of the page: the line says so, or what introduces it, or it stands for the page."""
    place = page.places[at]
    if STAMP.search(place.text):
        return says_nothing_but_its_stamp(place.text)
    if words_of(DAY.sub("", place.text)):
        return False
    heard = page.lead_in(at) or (page.places[at - 1].text if at and place.kind in ("paragraph", "item") else "")
    return says_nothing_but_its_stamp(heard) or page.stands_for_the_page(at)


def _has_flickered(edit: Edit, was: str, now: str, lives: Mapping[str, FormLife]) -> bool:
    """Every text of the edit has been here and away before, at least twice."""
    texts = [text for text in (was, now) if text]
    found = [lives.get(text, FormLife()) for text in texts]
    if edit.act is Act.ADDED:
        return found[0].times_gone >= 2
    if edit.act is Act.REMOVED:
        return found[0].times_seen >= 2 and found[0].times_gone >= 1
    return all(life.times_seen >= 2 for life in found[:1]) and all(life.times_gone >= 1 for life in found[1:])
