"""HTML bytes to a Reading: every visible word in one place, each place in one of two streams.

One walk over the lxml tree fills columns (``core/text/walk.py``); which containers are surroundings is decided
afterwards, when their share of the page's words is known (``core/text/zones.py``). Nothing is dropped because it looks
like a menu.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Final

from lxml import etree

from core.errors import ReadError
from core.model import Place, Reading, Stream
from core.text.headings import headings_of
from core.text.holder import mark_holder
from core.text.kept import keep_amid_the_text, keep_sections_beside
from core.text.normalise import tidy, word_count
from core.text.offered import offers
from core.text.pagedate import page_date
from core.text.selecting import selected
from core.text.shell import shell_texts
from core.text.struck import STYLE as STRUCK_STYLE
from core.text.struck import TAGS as STRUCK
from core.text.struck import mark_struck, struck_by_style
from core.text.walk import Walk
from core.text.windows import leads_nowhere, mark_windows
from core.text.zones import PROSE, decide_streams, set_apart_labels

VERSION: Final = "html-7"
MAX_DEPTH: Final = 1_900  # below about 2,000 levels lxml drops text even with huge_tree
_WINDOWS_BELOW: Final = 3_000_000  # bytes; looking round the buttons of a larger page is not worth its time
_WEIGHT: Final = b"font-weight"
_LONGEST_STYLE: Final = 500  # bytes of an attribute before its weight
_LINKED: Final = 0.85  # a place with this share of its characters in links is a link


def read_html(
    body: bytes, *, charset: str | None, url: str, select: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> Reading:
    """Places of an HTML page. ``select`` and ``remove`` are selectors of the source (``core/selectors.py``).

    Raises ReadError when the bytes hold no element at all. What could not be read whole is told in ``incomplete``.
    """
    if select or remove:
        body, charset = selected(body, charset, select, remove), "utf-8"
    root = parse_tree(body, charset)
    scripts, fields, metas, titles, buttons, links, *struck = _gathered(
        root, "script", "input", "meta", "title", "button", "a", *STRUCK
    )
    mark_struck([*chain.from_iterable(struck), *(struck_by_style(root) if STRUCK_STYLE in body else ())])
    if len(body) <= _WINDOWS_BELOW:
        mark_windows(root, buttons, fields, links)
        mark_holder(root)
    walk = Walk(asks_styles=_styles_weights(body))
    depth = walk.fill(root)
    facts = _facts(walk, len(body)) | {"scripts": len(scripts), "passwords": sum(map(_is_password, fields))}
    hidden = shell_texts(scripts, int(facts["words"]))
    facts["shell_texts"] = len(hidden)
    for text in hidden:  # what scripts would show is the page's text, and counts as such
        words = word_count(text)
        walk.put(text, words)
        facts["words"] = int(facts["words"]) + words
        facts["prose_words"] = int(facts["prose_words"]) + (words if words >= PROSE else 0)
    streams = _container_streams(walk)
    places = _places(walk, streams)
    return Reading(
        places=places,
        title=tidy(titles[0].text or "") if titles else "",
        lang=_language(root),
        page_date=page_date(places, metas),
        links=tuple(walk.links),
        facts=facts,
        incomplete=(
            f"elements nested {depth} deep: text below {MAX_DEPTH} levels may be missing" if depth > MAX_DEPTH else ""
        ),
        offers=offers(links, walk.links, places, streams) if walk.links else (),
    )


def parse_tree(body: bytes, charset: str | None) -> etree._Element:
    """The element tree of a page. Raises ReadError("html") where the bytes hold no element."""
    parser = etree.HTMLParser(
        encoding=charset or "utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        collect_ids=False,
    )
    try:
        root: etree._Element | None = etree.fromstring(body.replace(b"\0", b""), parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise ReadError("html", f"not readable as HTML: {error}") from error
    if root is None:
        raise ReadError("html", "the body holds no element")
    for behind in list(root.itersiblings("html")):  # behind </html>: browsers show it, libxml2 sets it apart
        root.append(behind)
    return root


def _container_streams(walk: Walk) -> list[Stream]:
    """The stream of each row as its containers have it."""
    titled = [row[4] for row in walk.rows if row[2] == 1 and row[1] == "heading"]
    return decide_streams(walk.zones, [row[4] for row in walk.rows], [row[5] for row in walk.rows], titled)


def _places(walk: Walk, containers: Sequence[Stream]) -> tuple[Place, ...]:
    """The rows as places, each in its stream: that of its container, or apart where it reads like a label."""
    if not walk.rows:
        return ()
    texts, kinds, levels, lead_ins, zone_of, words, link_chars = zip(*walk.rows, strict=True)
    streams = list(containers)
    linked = [chars > 0 and chars >= len(text) * _LINKED for chars, text in zip(link_chars, texts, strict=True)]
    leads = {at for at, href in walk.links if not leads_nowhere(href)}
    for at, count in enumerate(words):
        if linked[at] and at - 1 in leads and linked[at - 1]:
            leads.add(at)  # one link round several passages
        if count >= PROSE and linked[at] and at not in leads:
            linked[at] = False  # a name for a section, or what unfolds it
    linking = {at for at, _ in walk.links}
    keep_amid_the_text(streams, walk.zones, zone_of, texts, words, linking)
    keep_sections_beside(streams, walk.zones, zone_of, list(zip(kinds, levels, texts, strict=True)), linking)
    set_apart_labels(streams, texts, kinds, words, linked)
    headings = headings_of(list(zip(kinds, levels, zone_of, strict=True)), walk.zones, containers, streams)
    return tuple(map(Place._make, zip(texts, kinds, streams, levels, headings, lead_ins, repeat(0))))


def _language(root: etree._Element) -> str | None:
    lang = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return lang.strip().lower()[:35] or None if lang else None


def _gathered(root: etree._Element, *tags: str) -> Iterator[list[etree._Element]]:
    """All elements of each of these tags, in document order, in one pass over the tree."""
    found: dict[str, list[etree._Element]] = {tag: [] for tag in tags}
    for element in root.iter(*tags):
        found[str(element.tag)].append(element)
    return iter(found.values())


def _is_password(field: etree._Element) -> bool:
    return field.get("type") == "password"


def _styles_weights(body: bytes) -> bool:
    """Whether any style attribute, and not a style sheet alone, sets the weight of its text."""
    at = body.find(_WEIGHT)
    while at >= 0:
        start = body.rfind(b"style=", max(0, at - _LONGEST_STYLE), at)
        if start >= 0 and b">" not in body[start:at]:
            return True
        at = body.find(_WEIGHT, at + len(_WEIGHT))
    return False


def _facts(walk: Walk, size: int) -> dict[str, int | str]:
    """Counts the grade needs: see ``core/grade.py``."""
    words = prose = 0
    link_words = [0.0] * len(walk.zones)
    for text, _, _, _, zone, count, linked in walk.rows:
        words += count
        if count >= PROSE:
            prose += count
        if linked:
            link_words[zone] += count * min(linked / len(text), 1.0)
    return {
        "bytes": size,
        "words": words,
        "prose_words": prose,
        "link_words": int(sum(link_words)),
    }
