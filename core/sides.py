"""The two sides of a comparison: what is asked of a page for every edit, and which edits belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from core.model import Edit, Reading
from core.site_lines import site_line
from core.text.listed import number_of
from core.text.normalise import word_count
from core.text.zones import PROSE
from core.wording import quoted

_LINE_WORDS: Final = 20  # of a banner or a teaser; what is longer is a paragraph
_FIGURES: Final = re.compile(r"\d+(?:[.,:]\d+)*")


class Page:
    """A reading with what is asked of it for every edit, found once."""

    def __init__(self, reading: Reading) -> None:
        self.places = reading.places
        self.lead_in = reading.lead_in
        self._targets: dict[int, set[str]] = {}
        for at, url in reading.links:  # without query and fragment: those carry trace ids and positions
            self._targets.setdefault(at, set()).add(url.partition("#")[0].partition("?")[0].rstrip("/"))
        self.headings = {place.text for place in reading.places if place.kind == "heading" and place.stream == "main"}

    def targets(self, places: Sequence[int]) -> set[str]:
        """Where these places lead."""
        return set().union(*(self._targets.get(at, ()) for at in places))

    def introduces(self, at: int) -> bool:
        """Whether this place, with a colon at its end, stands over a list."""
        is_over = at + 1 < len(self.places) and self.places[at + 1].lead_in == at
        return is_over and self.places[at].text.endswith((":", "："))

    def over(self, at: int) -> list[str]:
        """What stands over a place: its headings below the page's title, its introduction, and the line before it."""
        above = self.places[at - 1].text if at else ""
        found = [self.lead_in(at), above if word_count(above) < PROSE else ""]
        heading = self.places[at].heading
        while heading >= 0 and self.places[heading].level > 1:
            found.append(self.places[heading].text)
            heading = self.places[heading].heading
        return found

    def right_over(self, at: int) -> list[str]:
        """What stands right over a line and may name it: its introduction, and a short line or heading just above it.

        The page's title names the page, and what stands between it and the first prose is the head of the page.
        """
        is_of_the_head = at and self.places[at - 1].kind != "heading" and not self.is_behind_prose(at)
        label = self.label_over(at)
        return [self.lead_in(at), "" if is_of_the_head and label[-1:] not in ":：?？" else label]

    def label_over(self, at: int) -> str:
        """The short line or heading just above a place; the page's title is none."""
        above = self.places[at - 1] if at else None
        if above is None or word_count(above.text) >= PROSE or (above.kind == "heading" and above.level <= 1):
            return ""
        return above.text

    def is_behind_prose(self, at: int) -> bool:
        """Whether the text has begun before this place."""
        return self._prose[0] < at

    def is_amid_prose(self, at: int) -> bool:
        """Whether the text goes on behind this place: a contact there is one that the text names."""
        return self._prose[1] > at

    @property
    def has_prose(self) -> bool:
        return self._prose[1] >= 0

    @cached_property
    def _prose(self) -> tuple[int, int]:
        """The first and the last passage of prose; of a page without any, what is behind all and before all."""
        found = [at for at, each in enumerate(self.places) if each.stream == "main" and word_count(each.text) >= PROSE]
        return (found[0], found[-1]) if found else (len(self.places), -1)

    @cached_property
    def _first_heading(self) -> int:
        return next((at for at, each in enumerate(self.places) if each.kind == "heading" and each.stream == "main"), -1)

    def stands_for_the_page(self, at: int) -> bool:
        """Whether a line of its own belongs to no section: under the title alone, before all prose or behind all of it."""
        place = self.places[at]
        if place.kind not in ("paragraph", "heading") or place.lead_in >= 0:
            return False
        above = self.places[at - 1] if at else None
        if place.heading >= 0 and place.heading != self._first_heading:
            return False
        if self.is_behind_prose(at):
            return not self.is_amid_prose(at) and above is not None and word_count(above.text) >= PROSE
        return above is None or above.kind == "heading" or above.stream != place.stream or bool(site_line(above.text))

    def is_counted(self, at: int) -> bool:
        """Whether the number at the head of a place counts it: another place of the page has the one before or after it.

        "2.5 days of leave" begins with a figure that nothing goes on to count. A bullet counts nothing and is no figure.
        """
        numbers = number_of(self.places[at].text)
        return not numbers or any(
            (sort, (*count[:-1], count[-1] + step)) in self._numbers for sort, count in numbers for step in (-1, 1)
        )

    @cached_property
    def _numbers(self) -> set[tuple[str, tuple[int, ...]]]:
        return {number for place in self.places for number in number_of(place.text)}

    def texts(self, places: Sequence[int]) -> str:
        return " ".join(self.places[at].text for at in places)


def stands_under(reading: Reading, at: int) -> str:
    """What stands over a place: the sentence that introduces it, or else its heading."""
    heading = reading.places[at].heading
    return reading.lead_in(at) or (reading.places[heading].text if heading >= 0 else "")


def under_in_words(before: Reading, after: Reading, edit: Edit) -> str:
    """Of words that stand as they did: what they stood under, and what they stand under now."""
    was, now = stands_under(before, edit.before[0]), stands_under(after, edit.after[0])
    if not was or was == now:
        return f"what stood over it is gone; it stands under {quoted(now)}" if now else "what stood over it is gone"
    return (
        f"it stood under {quoted(was)}, and stands under {quoted(now)} now" if now else f"{quoted(was)} over it is gone"
    )


def sides_of(before: Page, after: Page, edit: Edit) -> list[tuple[Page, int]]:
    return [(before, at) for at in edit.before] + [(after, at) for at in edit.after]


def in_one_place(before: Page, after: Page, edits: Sequence[Edit], some: Sequence[int]) -> list[tuple[int, int]]:
    """Of these edits, by index, the one place that went and the one that came in its stead, under the same line."""
    slots: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    for index in some:
        found = sides_of(before, after, edits[index])
        if len(found) == 1:
            page, at = found[0]
            slots.setdefault(tuple(page.over(at)), ([], []))[0 if edits[index].before else 1].append(index)
    return [(went[0], came[0]) for went, came in slots.values() if len(went) == 1 and len(came) == 1]


def whole_lines(before: Reading, after: Reading, edits: Sequence[Edit]) -> tuple[list[str], list[str]]:
    """The lines that came and those that went, one that was worded anew on both sides.

    No paragraphs, and no entries of the text's own lists and tables.
    """
    came, went = [], []
    for edit in edits:
        if len(edit.before) <= 1 and len(edit.after) <= 1:
            came += [after.places[at].text for at in edit.after if _is_loose_line(after, at)]
            went += [before.places[at].text for at in edit.before if _is_loose_line(before, at)]
    return came, went


def _is_loose_line(reading: Reading, at: int) -> bool:
    place = reading.places[at]
    is_loose = place.kind in ("paragraph", "heading") or (place.kind == "row" and " | " not in place.text)
    return word_count(place.text) <= _LINE_WORDS and (is_loose or any(linked == at for linked, _ in reading.links))


def other_figures(before: Reading, after: Reading, edits: Sequence[Edit]) -> list[str]:
    """The passages, as they were, whose figures alone differ."""
    pairs = [(edit.before[0], edit.after[0]) for edit in edits if len(edit.before) == len(edit.after) == 1]
    texts = [(before.places[at].text, after.places[now].text) for at, now in pairs]
    return [was for was, now in texts if was != now and differ_in_figures(was, now)]


def differ_in_figures(was: str, now: str) -> bool:
    """Whether nothing but figures tells two texts apart: the same words, and as many figures between them."""
    return _FIGURES.sub("0", was) == _FIGURES.sub("0", now)


def keeps_to_its_past(now: str, past: Sequence[str]) -> bool:
    """Whether every figure of a text lies where its earlier wordings had it, or beyond by no more than half of that range."""
    columns = list(zip(*(map(_value, _FIGURES.findall(text)) for text in past), strict=False))
    figures = [_value(figure) for figure in _FIGURES.findall(now)]
    return len(columns) == len(figures) > 0 and all(
        min(column) - (max(column) - min(column)) / 2 <= figure <= max(column) + (max(column) - min(column)) / 2
        for figure, column in zip(figures, columns, strict=True)
    )


def _value(figure: str) -> float:
    """ "1,204" and "1.204" are a thousand and more, "4.6" and "4,6" less than five, "7:30" half past seven."""
    hours, colon, minutes = figure.partition(":")
    if colon:
        return _value(hours) * 60 + _value(minutes.replace(":", ""))
    *whole, last = re.split(r"[.,]", figure)
    return float("".join((*whole, last))) if not whole or len(last) == 3 else float(f"{''.join(whole)}.{last}")
