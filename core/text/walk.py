"""The walk over a page's tree: every visible word goes into one passage, each passage into one row.

This is the part of reading whose cost counts, so it is written for speed: elements come in document order from one C
iterator, white space between blocks is never gathered, and attributes are asked for only where they can matter.
``core/text/html.py`` makes a Reading of the rows.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from core.model import PlaceKind
from core.text.elements import lies_over_the_page, stands_alone, unfolds
from core.text.listed import introduced_by, is_marked
from core.text.normalise import tidy_and_count, word_count
from core.text.zones import HOLDS, Zone, ZoneKind, heading_rank, hinted_kind

# What an element does to the text around it. Those from _BLOCK on end the passage before them, and their own.
_INLINE, _SKIP, _BREAK, _LINK, _STRONG, _CELL, _DRAWING = range(7)
_BLOCK, _ITEM, _HEADING, _LIST, _ROW, _TERM, _DEFINITION, _SUMMARY, _TABLE, _TEMPLATE = range(7, 17)

_ACTION: Final[dict[Any, int]] = {
    **dict.fromkeys(("script", "style", "object", "embed", "audio", "video"), _SKIP),
    **dict.fromkeys(("desc", "metadata", "defs", "symbol", "annotation", "annotation-xml"), _SKIP),  # in svg and math
    "ix:header": _SKIP,  # of a filing in inline XBRL: facts for machines
    **dict.fromkeys(("iframe", "canvas", "map", "datalist", "meter", "progress", "title", "link", "meta"), _SKIP),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _HEADING),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _LIST),
    **dict.fromkeys(
        ("p", "div", "section", "article", "main", "body", "blockquote", "pre", "fieldset", "center"), _BLOCK
    ),
    **dict.fromkeys(("figure", "figcaption", "address", "details", "thead", "tbody", "tfoot"), _BLOCK),
    **dict.fromkeys(("dl", "form", "legend", "hr", "button", "hgroup", "optgroup", "option"), _BLOCK),
    **dict.fromkeys(("nav", "footer", "header", "aside", "dialog", "noscript", "select", "textarea"), _BLOCK),
    **dict.fromkeys(("label", "text"), _BLOCK),  # the latter in drawings
    **dict.fromkeys(("b", "strong"), _STRONG),
    "head": _BLOCK,  # where <body> is left out, as HTML allows, the parser keeps <main> and its like in here
    "li": _ITEM,
    "tr": _ROW,
    "td": _CELL,
    "th": _CELL,
    "dt": _TERM,
    "dd": _DEFINITION,
    "summary": _SUMMARY,
    "caption": _SUMMARY,
    "table": _TABLE,
    "template": _TEMPLATE,
    "svg": _DRAWING,
    "br": _BREAK,
    "a": _LINK,
}
# Blocks that may be a zone: by their tag alone, by their tag and names, by their names.
_ZONE_OF_TAG: Final = {
    "select": ZoneKind.CONTROL,
    "textarea": ZoneKind.CONTROL,
    "dialog": ZoneKind.STRUCTURE,
    "noscript": ZoneKind.STRUCTURE,
}
_ZONE_BY_TAG: Final = frozenset(
    (*_ZONE_OF_TAG, "article", "main", "nav", "header", "footer", "aside", "form", "button")
)
_ASKS_FOR_ZONE: Final = _ZONE_BY_TAG | {"div", "section", "ul", "ol", "p", "table", *_ZONE_OF_TAG}
_NAMING: Final = (
    "data-testid",
    "data-component",
    "data-module",
    "data-widget",
)  # what else an element may be called by
_SENTENCE_END: Final = re.compile(r"[.!?:;。！？；：…]['\")\]”’»]?\s*$")
_NUMBERED: Final = re.compile(r"^\s*(?:[•·▪‣–-]\s|\(?[0-9ivxa-z]{1,3}[.)]\s)")
_FULL_STOP: Final = re.compile(r"[.!?。！？]['\")\]”’»]?$")
_FOLLOWING: Final = re.compile(
    r"\bfollowing\b|\bbelow\b|\bsuivant|\bci-dessous\b|\bfolgend|\bsiguiente|以下|如下|下列", re.IGNORECASE
)
_HEADING_CHARS: Final = 120
_BOLD: Final = -1  # the level of a paragraph that a style sets bold, until it is known whether it is a heading
_WEIGHT: Final = re.compile(r"font-weight:\s*(\w+)", re.IGNORECASE)
_BOLD_WEIGHTS: Final = frozenset(("bold", "bolder", "600", "700", "800", "900"))
_LOOK_BACK: Final = 40  # places before an item among which what introduces it is looked for
_MAY_STAND_FOR: Final = frozenset(("div", "p"))
_RANKS: Final = frozenset("123456")
_HOLDS_THE_TEXT: Final = frozenset((ZoneKind.MAIN, ZoneKind.CONTENT))  # ids in there are targets of links

# A place before its stream and its heading are known: text, kind, level, lead-in, zone, words, characters inside links.
Row = tuple[str, PlaceKind, int, int, int, int, int]
# Where the walk stands, what a passage gathered here would be: zone, kind, level, lead-in.
_Setting = tuple[int, PlaceKind, int, int]


class Walk:
    """What a walk has found so far, and the passage being gathered; one instance a page.

    ``rows`` are the places, ``zones`` the containers they stand in, ``links`` what they point to: (place, address as
    written).
    """

    def __init__(self, *, asks_styles: bool = True) -> None:
        """``asks_styles``: the page sets text bold by style attributes, as filings and word processors do."""
        self._asks_styles = asks_styles
        self.rows: list[Row] = []
        self.zones: list[Zone] = [Zone(-1, ZoneKind.PAGE)]
        self.links: list[tuple[int, str]] = []
        self._pieces: list[str] = []  # of the passage being gathered; the first holds more than white space
        self._hrefs: list[str] = []  # links met since the last place
        self._bold = _Run(self._pieces)
        self._linked = _Run(self._pieces)

    def fill(self, root: etree._Element) -> int:  # noqa: C901, PLR0915 (the hot loop: a call an element costs a tenth)
        """Walk the tree below ``root`` without recursion; returns the greatest depth seen."""
        action_of, pieces, hrefs, bold, linked = _ACTION.get, self._pieces, self._hrefs, self._bold, self._linked
        setting: _Setting = (0, "paragraph", 0, -1)
        blank = ""  # the last white space before the first word of a passage: no piece, but a break may follow it
        above: list[tuple[int, etree._Element, _Setting | _Run | None]] = []  # open elements and what they put back
        left = len(root)  # children of the innermost open element that are still to come
        unseen = deepest = 0  # elements still to come inside one that shows nothing
        asks_styles = self._asks_styles
        elements = root.iter()
        next(elements)
        for element in elements:
            if unseen:
                unseen += len(element) - 1
                continue
            tag = element.tag
            action = action_of(tag, _INLINE)
            before: _Setting | _Run | None = None
            if action >= _BLOCK or (
                action == _INLINE and "-" in tag and (element.attrib or (not pieces and stands_alone(element)))
            ):  # a block, or a custom element that is like one
                if pieces:
                    self._end_passage(setting)
                elif blank and hrefs:
                    hrefs.clear()
                blank = ""
                before = setting
                if action > _BLOCK:
                    setting = self._inside(setting, tag, action)
                    if action == _TEMPLATE and element.get("shadowrootmode") is None:
                        action = _SKIP  # of all templates a browser shows declarative shadow roots alone
                if tag in _ASKS_FOR_ZONE or action == _INLINE:
                    setting = self._in_zone(setting, element, tag)
                if asks_styles and action == _BLOCK and setting[1] == "paragraph":
                    is_bold = _sets_bold(element.get("style"))
                    if is_bold is not None:
                        setting = setting[0], "paragraph", _BOLD if is_bold else 0, setting[3]
            elif action == _LINK:
                before = linked
                linked.begin()
                href = element.get("href")
                if href:
                    hrefs.append(href)
            elif action == _STRONG or (asks_styles and action == _INLINE and _sets_bold(element.get("style"))):
                before = bold
                bold.begin()
            elif action == _CELL and pieces and setting[1] == "row":
                pieces.append(" | ")
            elif action == _DRAWING and element.find(".//text") is None:
                action = _SKIP

            if action == _SKIP:
                unseen = len(element)
                tail = element.tail
            elif action == _BREAK:
                tail = element.tail or ""
                if self._breaks(blank, tail):
                    self._end_passage(setting)
                    blank = ""
                elif pieces:
                    pieces.append("\n")
                else:
                    blank = "\n"
                if tail.isspace():
                    tail = None
            else:
                text = element.text
                if text:
                    if pieces or not text.isspace():
                        pieces.append(text)
                    else:
                        blank = text
                count = len(element)
                if count:
                    above.append((left, element, before))
                    left = count
                    if len(above) > deepest:
                        deepest = len(above)
                    continue
                tail = element.tail

            while True:  # this element ends here, and so do those whose last child it is
                if isinstance(before, _Run):
                    before.end()
                elif before is not None:
                    if pieces:
                        self._end_passage(setting)
                    elif blank and hrefs:
                        hrefs.clear()
                    blank = ""
                    setting = before
                if tail:
                    if pieces or not tail.isspace():
                        pieces.append(tail)
                    else:
                        blank = tail
                left -= 1
                if left or not above:
                    break
                left, element, before = above.pop()
                tail = element.tail
        if pieces:
            self._end_passage(setting)
        return deepest

    def put(self, text: str, words: int) -> None:
        """One more paragraph, after all that the walk has found."""
        self.rows.append((text, "paragraph", 0, -1, 0, words, 0))

    def _end_passage(self, setting: _Setting) -> None:
        """The passage being gathered becomes a row, if it holds a word."""
        pieces = self._pieces
        text, words = tidy_and_count("".join(pieces))
        bold = self._bold.take() if self._bold.has_begun else 0
        linked = self._linked.take() if self._linked.has_begun else 0
        pieces.clear()
        zone, kind, level, lead_in = setting
        if kind == "row":
            text = text.strip("| ")
            words = word_count(text)
        if not text:
            self._hrefs.clear()
            return
        if (
            kind == "paragraph"
            and (level == _BOLD or (bold and bold >= len(text) * 0.9))
            and _reads_as_heading(text)
            and linked < len(text) * 0.5
        ):
            kind, level = "heading", 6
        elif level == _BOLD:
            level = 0
        at = len(self.rows)
        if kind == "paragraph" and lead_in < 0 and is_marked(text) and self.rows:
            lead_in = self._introduced(text, zone)
            if lead_in >= 0:
                kind, level = "item", 1
        if kind != "item" and kind != "paragraph":
            lead_in = -1
        self.rows.append((text, kind, level, lead_in, zone, words, linked))
        if self._hrefs:
            self.links.extend([(at, href) for href in self._hrefs])
            self._hrefs.clear()

    def _introduced(self, text: str, zone: int) -> int:
        """The place that introduces a paragraph written as an item of a list, -1 where it is none."""
        start = len(self.rows)
        while start and start > len(self.rows) - _LOOK_BACK and self.rows[start - 1][4] == zone:
            start -= 1
        near = self.rows[start:]
        lead_ins = [row[3] - start if row[1] == "item" else -1 for row in near]
        found = introduced_by(text, [row[0] for row in near], lead_ins)
        return found + start if found >= 0 else -1

    def _breaks(self, blank: str, tail: str) -> bool:
        """A ``<br>`` ends a passage after a sentence, before a marker, or when it is doubled; else it is a space."""
        pieces = self._pieces
        last = pieces[-1] if pieces else blank
        return bool(last) and (
            last == "\n"
            or _SENTENCE_END.search("".join(pieces[-8:])[-8:]) is not None
            or _NUMBERED.match(tail) is not None
        )

    def _inside(self, setting: _Setting, tag: str, action: int) -> _Setting:
        """What kind of place stands in this block."""
        zone, kind, level, lead_in = setting
        if action == _ITEM:
            return zone, "item", max(level, 1), lead_in
        if action == _HEADING:
            return zone, "heading", int(tag[1]), lead_in
        if action == _LIST:
            return zone, kind, level + 1 if kind == "item" else 0, self._introduction(setting)
        if action == _ROW:
            return zone, "row", 0, lead_in
        if action == _TERM:
            return zone, "term", 0, lead_in
        if action == _DEFINITION:
            return zone, "paragraph", level, len(self.rows) - 1 if self.rows and self.rows[-1][1] == "term" else lead_in
        if action == _SUMMARY:
            return zone, "heading", 5, lead_in
        if action == _TABLE:
            return zone, "paragraph", 0, lead_in
        return setting

    def _introduction(self, setting: _Setting) -> int:
        """The place that introduces a list: the one just before it in the same container, prose or a heading."""
        if not self.rows:
            return -1
        text, kind, _, _, zone, _, _ = self.rows[-1]
        if zone != setting[0] or (kind == "item" and setting[1] != "item"):
            return -1
        if kind == "row" and (setting[1] != "row" or not text.endswith((":", "："))):  # in a cell of layout, a colon
            return -1
        introduces = kind == "heading" or not _FULL_STOP.search(text) or _FOLLOWING.search(text)
        return len(self.rows) - 1 if introduces else -1

    def _in_zone(self, setting: _Setting, element: etree._Element, tag: str) -> _Setting:
        """The setting in a zone of its own where the element's tag, role or names propose one."""
        attributes = element.items()
        if not attributes and tag not in _ZONE_BY_TAG and "-" not in tag:
            return setting
        kind, may_be_named = proposed(tag, self.zones[setting[0]].kind in _HOLDS_THE_TEXT, tuple(attributes))
        if may_be_named:
            setting = self._as_named(setting, element, dict(attributes))
        if kind is None:
            return setting
        if kind is ZoneKind.BUTTON:
            if setting[1] == "heading":
                return setting
            if unfolds(element, dict(attributes)):
                return setting[0], "heading", 5, -1
        self.zones.append(Zone(setting[0], kind))
        return len(self.zones) - 1, *setting[1:]

    def _as_named(self, setting: _Setting, element: etree._Element, named: dict[Any, Any]) -> _Setting:
        """The setting where a role or a class makes a ``div`` what another tag would have said."""
        role, classes = named.get("role"), named.get("class")
        zone, kind, level, lead_in = setting
        if role == "heading":
            rank = named.get("aria-level", "")
            return zone, "heading", int(rank) if rank in _RANKS else 2, lead_in
        if role == "list":
            return zone, kind, level + 1 if kind == "item" else 0, self._introduction(setting)
        if role == "listitem":
            return zone, "item", max(level, 1), lead_in
        rank = heading_rank(classes) if classes else 0
        return (zone, "heading", rank, lead_in) if rank and _is_one_line(element) else setting


@lru_cache(maxsize=20_000)
def proposed(tag: str, is_in_the_text: bool, attributes: tuple[tuple[Any, Any], ...]) -> tuple[ZoneKind | None, bool]:
    """The zone that a tag and its attributes propose, and whether they make a ``div`` what another tag would say.

    Within the text an ``id`` names nothing (it is what links lead to), and a ``header`` is that of an article.
    """
    named = dict(attributes)
    role, classes = named.get("role"), named.get("class")
    may_be_named = bool(role or (classes and heading_rank(classes))) and tag in _MAY_STAND_FOR
    kind = ZoneKind.MAIN if HOLDS[0] in named else _ZONE_OF_TAG.get(tag)
    if kind is None:
        names = " ".join(filter(None, (classes, tag if "-" in tag else "", *map(named.get, _NAMING))))
        kind = hinted_kind(tag, role, names, "" if is_in_the_text else named.get("id", ""))
        if tag == "header" and kind is ZoneKind.STRUCTURE and is_in_the_text:
            kind = None
    if kind is None and lies_over_the_page(named):
        kind = ZoneKind.STRUCTURE
    return kind, may_be_named


class _Run:
    """Characters of the passage being gathered that stand inside some element (a link, bold), white space aside."""

    __slots__ = ("_chars", "_depth", "_pieces", "_start", "has_begun")

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._depth = self._start = self._chars = 0
        self.has_begun = False  # in this passage, or before it and not ended yet

    def begin(self) -> None:
        self.has_begun = True
        if not self._depth:
            self._start = len(self._pieces)
        self._depth += 1

    def end(self) -> None:
        self._depth -= 1
        if not self._depth:
            self._chars += self._open()

    def take(self) -> int:
        """How many since the passage began; the next passage starts at nothing."""
        chars = self._chars
        if self._depth:
            chars += self._open()
            self._start = 0
        self._chars = 0
        self.has_begun = self._depth > 0
        return chars

    def _open(self) -> int:
        return sum([len(piece) for piece in self._pieces[self._start :] if not piece.isspace()])


@lru_cache(maxsize=5_000)
def _sets_bold(style: str | None) -> bool | None:
    """Whether a style attribute makes its text bold; None where it says nothing of it."""
    weight = _WEIGHT.search(style) if style else None
    return weight[1].lower() in _BOLD_WEIGHTS if weight else None


def _reads_as_heading(text: str) -> bool:
    return len(text) <= _HEADING_CHARS and not text.endswith((".", ",", ";", ":", "。"))


def _is_one_line(element: etree._Element) -> bool:
    """A short text without blocks inside: what a heading looks like."""
    if any(_ACTION.get(child.tag, _INLINE) >= _BLOCK for child in element):
        return False
    return len("".join(map(str, element.itertext()))) <= _HEADING_CHARS
