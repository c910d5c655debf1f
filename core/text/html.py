"""HTML bytes to a Reading: every visible word in one place, each place in one of two streams.

One walk over the lxml tree fills columns; which containers are surroundings is decided afterwards, when their share
of the page's words is known (``core/text/zones.py``). Nothing is dropped because it looks like a menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from core.errors import ReadError
from core.model import Place, PlaceKind, Reading
from core.text.normalise import tidy, word_count
from core.text.pagedate import page_date
from core.text.shell import shell_texts
from core.text.zones import Zone, ZoneKind, decide_streams, hinted_kind, set_apart_labels

VERSION: Final = "html-1"
MAX_DEPTH: Final = 1_900  # below about 2,000 levels lxml drops text even with huge_tree

# What an element does to the text around it.
_INLINE, _BLOCK, _SKIP, _HEADING, _LIST, _ITEM, _ROW, _CELL, _TERM, _BREAK, _STRONG, _LINK, _ZONE, _CONTROL = range(14)

_ACTION: Final[dict[Any, int]] = {
    **dict.fromkeys(("script", "style", "template", "svg", "math", "object", "embed", "audio", "video"), _SKIP),
    **dict.fromkeys(("iframe", "canvas", "map", "datalist", "meter", "progress", "title", "link", "meta"), _SKIP),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _HEADING),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _LIST),
    **dict.fromkeys(
        ("p", "div", "section", "article", "main", "body", "blockquote", "pre", "fieldset", "center"), _BLOCK
    ),
    **dict.fromkeys(("figure", "figcaption", "address", "details", "summary", "table", "thead", "tbody"), _BLOCK),
    "head": _BLOCK,  # where <body> is left out, as HTML allows, the parser keeps <main> and its like in here
    **dict.fromkeys(("tfoot", "caption", "dl", "form", "legend", "hr", "button", "hgroup", "dd", "optgroup"), _BLOCK),
    **dict.fromkeys(("nav", "footer", "header", "aside", "dialog", "noscript"), _ZONE),
    **dict.fromkeys(("select", "textarea"), _CONTROL),
    **dict.fromkeys(("b", "strong"), _STRONG),
    "option": _BLOCK,
    "li": _ITEM,
    "tr": _ROW,
    "td": _CELL,
    "th": _CELL,
    "dt": _TERM,
    "br": _BREAK,
    "a": _LINK,
}
_ASKS_FOR_ZONE: Final = frozenset(
    ("div", "section", "ul", "ol", "form", "p", "table", "article", "main", "nav", "header", "footer", "aside", "span")
)
_SPECIAL_BLOCKS: Final = frozenset(("dd", "summary", "table"))
_SENTENCE_END: Final = re.compile(r"[.!?:;。！？；：…]['\")\]”’»]?\s*$")
_NUMBERED: Final = re.compile(r"^\s*(?:[•·▪‣–-]\s|\(?[0-9ivxa-z]{1,3}[.)]\s)")
_FULL_STOP: Final = re.compile(r"[.!?。！？]['\")\]”’»]?$")
_FOLLOWING: Final = re.compile(
    r"\bfollowing\b|\bbelow\b|\bsuivant|\bci-dessous\b|\bfolgend|\bsiguiente|以下|如下|下列", re.IGNORECASE
)
_HEADING_CHARS: Final = 120


class _Walk:
    """The columns being filled and the text being gathered; one instance a page."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kinds: list[PlaceKind] = []
        self.levels: list[int] = []
        self.headings: list[int] = []
        self.lead_ins: list[int] = []
        self.zone_of: list[int] = []
        self.word_counts: list[int] = []
        self.linked: list[bool] = []  # all of the place's text is one link or several
        self.zones: list[Zone] = [Zone(-1, ZoneKind.PAGE)]
        self.links: list[tuple[int, str]] = []
        self.buffer: list[str] = []
        self.pending_links: list[str] = []
        self.zone = 0
        self.kind: PlaceKind = "paragraph"
        self.level = 0
        self.lead_in = -1
        self.strong_depth = 0
        self.link_depth = 0
        self.strong_chars = 0
        self.link_chars = 0
        self.open_headings: list[tuple[int, int]] = []  # (level, place) of the headings now in force

    def add(self, text: str) -> None:
        self.buffer.append(text)
        if self.strong_depth:
            self.strong_chars += len(text) if not text.isspace() else 0
        if self.link_depth:
            self.link_chars += len(text) if not text.isspace() else 0

    def flush(self) -> None:
        """End the passage being gathered, if it holds a word."""
        if not self.buffer:
            return
        text = tidy("".join(self.buffer)).strip("| ") if self.kind == "row" else tidy("".join(self.buffer))
        self.buffer.clear()
        strong, link = self.strong_chars, self.link_chars
        self.strong_chars = self.link_chars = 0
        if not text:
            self.pending_links.clear()
            return
        kind, level = self.kind, self.level
        if kind == "paragraph" and strong >= len(text) * 0.9 and _reads_as_heading(text) and link < len(text) * 0.5:
            kind, level = "heading", 6
        self._emit(text, kind, level, link)

    def _emit(self, text: str, kind: PlaceKind, level: int, link_chars: int) -> None:
        at = len(self.texts)
        if kind == "heading":
            while self.open_headings and self.open_headings[-1][0] >= level:
                self.open_headings.pop()
        self.texts.append(text)
        self.kinds.append(kind)
        self.levels.append(level)
        self.headings.append(self.open_headings[-1][1] if self.open_headings else -1)
        self.lead_ins.append(self.lead_in if kind in ("item", "paragraph") else -1)
        self.zone_of.append(self.zone)
        if kind == "heading":
            self.open_headings.append((level, at))
        zone = self.zones[self.zone]
        words = word_count(text)
        self.word_counts.append(words)
        self.linked.append(link_chars >= len(text) * 0.85)
        zone.words += words
        zone.places += 1
        zone.link_words += words * min(link_chars / len(text), 1.0)
        if words >= 12:
            zone.prose_words += words
        if self.pending_links:
            self.links.extend((at, href) for href in self.pending_links)
            self.pending_links.clear()

    def open_zone(self, kind: ZoneKind) -> None:
        self.zones.append(Zone(self.zone, kind))
        self.zone = len(self.zones) - 1


def _reads_as_heading(text: str) -> bool:
    return len(text) <= _HEADING_CHARS and not text.endswith((".", ",", ";", ":", "。"))


def read_html(
    body: bytes, *, charset: str | None, url: str, select: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> Reading:
    """Places of an HTML page. ``select`` and ``remove`` are CSS selectors of the source (BeautifulSoup applies them).

    Raises ReadError when the bytes hold no element at all. What could not be read whole is told in ``incomplete``.
    """
    if select or remove:
        body, charset = _selected(body, charset, select, remove), "utf-8"
    root = _parse(body, charset)
    walk = _Walk()
    depth = _fill(walk, root)
    hidden = shell_texts(root, sum(zone.words for zone in walk.zones))
    incomplete = (
        f"elements nested {depth} deep: text below {MAX_DEPTH} levels may be missing" if depth > MAX_DEPTH else ""
    )
    facts = _facts(walk, root, len(body), len(hidden))
    for text in hidden:
        walk._emit(text, "paragraph", 0, 0)
    streams = decide_streams(walk.zones, walk.zone_of)
    set_apart_labels(streams, walk.texts, walk.kinds, walk.word_counts, walk.linked)
    places = tuple(
        Place(text, kind, stream, level, heading, lead_in)
        for text, kind, stream, level, heading, lead_in in zip(
            walk.texts, walk.kinds, streams, walk.levels, walk.headings, walk.lead_ins, strict=True
        )
    )
    title = root.findtext(".//title") or ""
    return Reading(
        places=places,
        title=tidy(title),
        lang=_language(root),
        page_date=page_date(root, places),
        links=tuple(walk.links),
        facts=facts,
        incomplete=incomplete,
    )


def _parse(body: bytes, charset: str | None) -> etree._Element:
    parser = etree.HTMLParser(
        encoding=charset or "utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        root: etree._Element | None = etree.fromstring(body.replace(b"\0", b""), parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise ReadError("html", f"not readable as HTML: {error}") from error
    if root is None:
        raise ReadError("html", "the body holds no element")
    return root


def _selected(body: bytes, charset: str | None, select: tuple[str, ...], remove: tuple[str, ...]) -> bytes:
    from bs4 import BeautifulSoup  # 90 ms a page and only for sources that ask for it

    soup = BeautifulSoup(body, "lxml", from_encoding=charset)
    for selector in remove:
        for element in soup.select(selector):
            element.decompose()
    if not select:
        return soup.encode("utf-8")
    title = soup.title.decode() if soup.title else ""
    lang = f' lang="{soup.html["lang"]}"' if soup.html and soup.html.get("lang") else ""
    chosen = [element for selector in select for element in soup.select(selector)]
    inside = "".join(element.decode() for element in chosen if not any(other in element.parents for other in chosen))
    return f"<html{lang}><head>{title}</head><body>{inside}</body></html>".encode()


def _fill(walk: _Walk, root: etree._Element) -> int:  # noqa: C901 (the hot loop: a call an element costs a third more)
    """Walk the tree without recursion; returns the greatest depth seen."""
    action_of = _ACTION.get
    stack: list[tuple[Iterator[etree._Element], etree._Element, tuple[Any, ...] | None]] = []
    children: Iterator[etree._Element] = iter(root)
    deepest = 0
    while True:
        for element in children:
            tag = element.tag
            action = action_of(tag, _INLINE)
            if action == _SKIP:
                if element.tail:
                    walk.add(element.tail)
                continue
            if action == _BREAK:
                _line_break(walk, element)
                continue
            saved = _enter(walk, element, tag, action)
            text = element.text
            if text:
                walk.add(text)
            if len(element):
                stack.append((children, element, saved))
                children = iter(element)
                if len(stack) > deepest:
                    deepest = len(stack)
                break
            if saved is not None:
                _leave(walk, saved)
            text = element.tail
            if text:
                walk.add(text)
        else:
            if not stack:
                walk.flush()
                return deepest
            children, element, saved = stack.pop()
            if saved is not None:
                _leave(walk, saved)
            text = element.tail
            if text:
                walk.add(text)


def _line_break(walk: _Walk, element: etree._Element) -> None:
    """A ``<br>`` ends a passage after a sentence, before a marker, or when it is doubled; else it is a space."""
    gathered = "".join(walk.buffer)
    tail = element.tail or ""
    if walk.buffer and (walk.buffer[-1] == "\n" or _SENTENCE_END.search(gathered[-8:]) or _NUMBERED.match(tail)):
        walk.flush()
    else:
        walk.add("\n")
    if tail.strip():
        walk.add(tail)


def _enter(walk: _Walk, element: etree._Element, tag: str, action: int) -> tuple[Any, ...] | None:
    """Apply what an element does on entry; returns what :func:`_leave` must put back, None for plain inline text."""
    if action == _INLINE:
        if tag == "span" or not element.attrib:
            return None
        return _enter_zone(walk, element, tag, block=False)
    if action == _STRONG:
        walk.strong_depth += 1
        return (_STRONG,)
    if action == _LINK:
        return _enter_link(walk, element)
    if action == _CELL:
        if walk.kind == "row" and walk.buffer:
            walk.add(" | ")
        return None
    if walk.buffer:
        walk.flush()
    saved = (_BLOCK, walk.zone, walk.kind, walk.level, walk.lead_in)
    if action != _BLOCK or tag in _SPECIAL_BLOCKS:
        _open_block(walk, tag, action)
    if tag in _ASKS_FOR_ZONE:
        kind = hinted_kind(tag, element.get("role"), element.get("class"), element.get("id"))
        if kind is not None:
            walk.open_zone(kind)
    elif action in (_ZONE, _CONTROL):
        walk.open_zone(ZoneKind.CONTROL if action == _CONTROL else ZoneKind.STRUCTURE)
    return saved


def _enter_link(walk: _Walk, element: etree._Element) -> tuple[Any, ...]:
    href = element.get("href")
    if href:
        walk.pending_links.append(href)
    walk.link_depth += 1
    return (_LINK,)


def _enter_zone(walk: _Walk, element: etree._Element, tag: str, *, block: bool) -> tuple[Any, ...] | None:
    """Unknown elements with attributes (custom elements) may be containers of chrome too."""
    if "-" not in str(tag):
        return None
    walk.flush()
    saved = (_BLOCK, walk.zone, walk.kind, walk.level, walk.lead_in)
    kind = hinted_kind(str(tag), element.get("role"), element.get("class"), element.get("id"))
    if kind is not None:
        walk.open_zone(kind)
    return saved


def _open_block(walk: _Walk, tag: str, action: int) -> None:
    if action == _HEADING:
        walk.kind, walk.level = "heading", int(tag[1])
    elif action == _LIST:
        walk.lead_in = _lead_in(walk)
        walk.level = walk.level + 1 if walk.kind == "item" else 0
    elif action == _ITEM:
        walk.kind, walk.level = "item", max(walk.level, 1)
    elif action == _ROW:
        walk.kind, walk.level = "row", 0
    elif action == _TERM:
        walk.kind, walk.level = "term", 0
    elif tag == "dd":
        walk.kind = "paragraph"
        walk.lead_in = len(walk.texts) - 1 if walk.kinds and walk.kinds[-1] == "term" else walk.lead_in
    elif tag == "summary":
        walk.kind, walk.level = "heading", 5
    elif tag == "table":
        walk.kind, walk.level = "paragraph", 0


def _lead_in(walk: _Walk) -> int:
    """The place that introduces a list: the one just before it in the same container, prose or a heading."""
    if not walk.kinds or walk.kinds[-1] == "row" or walk.zone_of[-1] != walk.zone:
        return -1
    if walk.kinds[-1] == "item" and walk.kind != "item":
        return -1
    introduces = (
        walk.kinds[-1] == "heading" or not _FULL_STOP.search(walk.texts[-1]) or _FOLLOWING.search(walk.texts[-1])
    )
    return len(walk.kinds) - 1 if introduces else -1


def _leave(walk: _Walk, saved: tuple[Any, ...]) -> None:
    if saved[0] == _STRONG:
        walk.strong_depth -= 1
    elif saved[0] == _LINK:
        walk.link_depth -= 1
    else:
        if walk.buffer:
            walk.flush()
        _, walk.zone, walk.kind, walk.level, walk.lead_in = saved


def _language(root: etree._Element) -> str | None:
    lang = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return lang.strip().lower()[:35] or None if lang else None


def _facts(walk: _Walk, root: etree._Element, size: int, hidden: int) -> dict[str, int | str]:
    """Counts the grade needs: see ``core/grade.py``."""
    words = sum(zone.words for zone in walk.zones)
    return {
        "bytes": size,
        "words": words,
        "prose_words": sum(zone.prose_words for zone in walk.zones),
        "link_words": int(sum(zone.link_words for zone in walk.zones)),
        "scripts": len(root.findall(".//script")),
        "passwords": len(root.findall(".//input[@type='password']")),
        "shell_texts": hidden,
    }
