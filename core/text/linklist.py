"""A page that lists other pages (a newsroom without a feed) to entries: by selector, or by the block that repeats.

Found by itself, the list is the group of links that stand alike in the page, lead somewhere each, and say most: many of
them, titles of several words, dates beside them; menus, footers and page numbers are left aside. Runs in a reader
process.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from core.errors import ReadError
from core.text.dates import date_in
from core.text.feed import Feed, FeedEntry
from core.text.html import parse_tree
from core.text.normalise import word_count
from core.text.offered import EMPTY_TITLE, said_by, words_in
from core.text.read import as_utf8, sniff
from core.text.selecting import soup_of

VERSION: Final = "list-1"
MAX_LINKS: Final = 20_000  # looked at
FEWEST: Final = 3  # links that stand alike make a list
SAMPLE: Final = 60  # links of a group that are looked at to judge it
BLOCK_CHARS: Final = 4_000  # a block with more text is not one entry
MOST_UP: Final = 8  # levels from a link to its block
_CHOSEN: Final = "data-onrecord"
_ASIDE: Final = frozenset(("nav", "footer", "aside", "form", "select"))
_ASIDE_ROLES: Final = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar"))
_ASIDE_NAMES: Final = re.compile(
    r"((site|main|global|primary|page|top)[-_]?)?(nav|navbar|navigation|menu|breadcrumbs?|footer|pagination|pager|social|share|sharing|"
    r"sidebar|languages?|lang-switch\w*|cookies?)([-_]\w*)?",
    re.IGNORECASE,
)
_PAGER: Final = re.compile(r"pagination|pager|paging|page-numbers|nav-links", re.IGNORECASE)
_NEXT: Final = re.compile(
    r"(next( page)?|older( (posts|news|entries|releases))?|more news|load more|weiter|nächste( seite)?|suivante?|page suivante|"
    r"siguiente|próxima|下一页|下一頁|次へ|›|»|>|→)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Link:
    """One link: where it leads, what it says, how it stands in the page, whether around the content or in it."""

    element: etree._Element
    url: str
    text: str
    place: tuple[str, ...]
    is_aside: bool


def read_links(
    body: bytes, *, content_type: str | None, url: str, select: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> Feed:
    """The entries a page lists, in its order, and the address of its next page in ``more``.

    ``select`` are CSS selectors of the links, or of the blocks that hold one each. Raises ReadError("listing") where the
    bytes are no page, a selector matches nothing, or nothing in the page repeats.
    """
    kind = sniff(body, content_type)
    if kind != "html":
        raise ReadError("listing", f"not a page that lists others, but {kind}")
    body = as_utf8(body, content_type)
    if select or remove:
        body = _marked(body, select, remove)
    root = parse_tree(body, "utf-8")
    base = _base(root, url)
    titles = [words_in(title) for title in root.iter("title")]
    if select:
        blocks = [element for element in root.iter("*") if element.get(_CHOSEN)]
        entries = [entry for block in blocks if (entry := _entry_of_block(block, base)) is not None]
        found_by = f"{len(blocks)} matched by {', '.join(select)}"
        if not entries:
            raise ReadError("listing", f"what the selector {', '.join(select)} matches holds no link to a page")
    else:
        group = _best_group(_links(root, base), url)
        if not group:
            raise ReadError("listing", "no list of links was found in the page: name the links with select:")
        said = Counter(link.text for link in group)
        entries = [_entry(link, said) for link in group]
        found_by = f"the block that repeats {len(group)} times"
    entries = list({entry.url: entry for entry in reversed(entries)}.values())[::-1]
    more = _next_page(root, base, url)
    return Feed(titles[0] if titles else "", tuple(entries), more=(more,) if more else (), found_by=found_by)


def _marked(body: bytes, select: tuple[str, ...], remove: tuple[str, ...]) -> bytes:
    """The page with what the selectors mean marked or gone (BeautifulSoup applies them)."""
    soup = soup_of(body, "utf-8", remove)
    chosen = [element for selector in select for element in soup.select(selector)]
    if select and not chosen:
        raise ReadError("listing", f"the selector {', '.join(select)} matches nothing in the page")
    for element in chosen:
        element[_CHOSEN] = "1"
    return soup.encode("utf-8")


def _base(root: etree._Element, url: str) -> str:
    found = [href for base in root.iter("base") if (href := base.get("href"))]
    return urljoin(url, found[0].strip()) if found else url


def absolute(base: str, href: str) -> str:
    """A link as an absolute web address without its fragment; empty for anything else."""
    try:
        joined = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(joined)
        return joined if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


def _links(root: etree._Element, base: str) -> list[_Link]:
    """Every link of the page that leads to another page."""
    found: list[_Link] = []
    own = urldefrag(base).url
    for element in root.iter("a"):
        href = element.get("href")
        url = absolute(base, href) if href and not href.startswith("#") else ""
        if not url or url == own:
            continue
        above = list(element.iterancestors())
        place = tuple(_name(each) for each in reversed(above))
        is_aside = any(_is_aside(each) for each in above)
        found.append(_Link(element, url, said_by(element), place, is_aside))
        if len(found) == MAX_LINKS:
            break
    return found


def _name(element: etree._Element) -> str:
    """How an element stands in the page: its tag and first class, numbers taken out (item-17 is like item-18)."""
    classes = (element.get("class") or "").split()
    return f"{element.tag}.{re.sub(r'[0-9]+', '', classes[0])}" if classes else str(element.tag)


def _is_aside(element: etree._Element) -> bool:
    if element.tag in _ASIDE or element.get("role") in _ASIDE_ROLES:
        return True
    if element.tag == "header":
        parent = element.getparent()
        return parent is None or parent.tag == "body"
    if element.tag in ("html", "body", "main", "article"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(_ASIDE_NAMES.fullmatch(name) for name in names)


def _best_group(links: list[_Link], url: str) -> list[_Link]:
    """The links of the list: those that stand alike and say most; menus only where there is nothing else."""
    best: list[_Link] = []
    most = 0.0
    host = urlsplit(url).hostname
    for is_exact in (True, False):
        groups: dict[tuple[str, ...], list[_Link]] = {}
        for link in links:
            place = link.place if is_exact else tuple(name.partition(".")[0] for name in link.place)
            groups.setdefault(place, []).append(link)
        for group in groups.values():
            distinct = list({link.url: link for link in reversed(group)}.values())[::-1]
            score = _score(distinct, host) if len(distinct) >= FEWEST else 0.0
            if score > most * (1.0 if is_exact else 1.3):
                best, most = distinct, score
    return best


def _score(group: list[_Link], host: str | None) -> float:
    size: float = min(len(group), 40) ** 0.5
    group = group[:SAMPLE]
    titles = [_title(link) for link in group]
    said = sum(min(word_count(title), 12) for title in titles) / len(group)
    distinct = len(set(titles)) / len(group)
    if said < 2 and distinct < 0.9:
        return 0.0
    dated = sum(_date_of(link) is not None for link in group) / len(group)
    at_home = sum(_is_of(urlsplit(link.url).hostname, host) for link in group) / len(group)
    aside = sum(link.is_aside for link in group) / len(group)
    deep = sum(len([part for part in urlsplit(link.url).path.split("/") if part]) >= 2 for link in group) / len(group)
    return size * said * distinct * (1 + 2 * dated) * (0.3 + at_home) * (0.6 + deep) * (1.02 - aside)


def _is_of(host: str | None, other: str | None) -> bool:
    one, two = ((name or "").removeprefix("www.") for name in (host, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def _block(link: _Link) -> etree._Element:
    """The element around a link that holds no link elsewhere: what the page shows of one entry."""
    block = link.element
    for above in list(link.element.iterancestors())[:MOST_UP]:
        if above.tag in ("body", "html", "main"):
            break
        own = link.element.get("href")
        others = (href for other in above.iter("a") if (href := other.get("href")) != own)
        if any(not _is_minor(href) for href in others) or len(words_in(above)) > BLOCK_CHARS:
            break
        block = above
    return block


def _is_minor(href: str | None) -> bool:
    """A link that does not make an entry of its own: a tag, a share button, a fragment."""
    return not href or href.startswith(("#", "mailto:", "tel:", "javascript:")) or "/tag/" in href or "/share" in href


def _title(link: _Link) -> str:
    """The headline: the link's own words, or the heading of its block where those say nothing ("Read more")."""
    if link.text and not EMPTY_TITLE.fullmatch(link.text) and word_count(link.text) >= 2:
        heading = list(link.element.iter("h1", "h2", "h3", "h4", "h5"))
        return words_in(heading[0])[:300] or link.text if heading else link.text
    for above in _block(link).iter("h1", "h2", "h3", "h4", "h5", "h6", "strong"):
        words = words_in(above)
        if words:
            return words[:300]
    return link.text


def _date_of(link: _Link) -> datetime | None:
    return _date_in_block(_block(link))


def _date_in_block(block: etree._Element) -> datetime | None:
    for stamp in block.iter("time"):
        found = date_in(stamp.get("datetime") or "") or date_in(words_in(stamp))
        if found is not None:
            return found
    text = words_in(block)
    found = date_in(text[:BLOCK_CHARS])
    if found is None and block.tag in ("td", "dd", "dt"):  # a table row holds the date in another cell
        row = block.getparent()
        found = date_in(words_in(row)[:BLOCK_CHARS]) if row is not None else None
    return found


def _entry(link: _Link, said: Counter[str]) -> FeedEntry:
    title = _title(link)
    if said[title] > said.total() / 2:  # each says the same: the block says more
        title = words_in(_block(link))[:300]
    return FeedEntry(link.url, link.url, title, _date_of(link), "")


def _entry_of_block(block: etree._Element, base: str) -> FeedEntry | None:
    anchors: Iterator[etree._Element] = iter([block]) if block.tag == "a" else block.iter("a")
    links = [_Link(anchor, absolute(base, anchor.get("href") or ""), said_by(anchor), (), False) for anchor in anchors]
    links = [link for link in links if link.url]
    if not links:
        return None
    best = max(links, key=lambda link: 0 if EMPTY_TITLE.fullmatch(link.text) else word_count(link.text))
    around = block if block.tag != "a" else _block(best)
    return FeedEntry(best.url, best.url, _title(best), _date_in_block(around), "")


def _next_page(root: etree._Element, base: str, url: str) -> str:
    """The address of the next page of the list, empty where there is none."""
    own = urldefrag(url).url
    for element in root.iter("link", "a"):
        is_next = "next" in (element.get("rel") or "").lower().split()
        found = absolute(base, element.get("href") or "") if is_next else ""
        if found and found != own:
            return found
    for element in root.iter("a"):
        label = element.get("aria-label") or element.get("title") or ""
        text = words_in(element)
        if not (_NEXT.fullmatch(text) or _NEXT.fullmatch(label)):
            continue
        around = " ".join(
            f"{each.get('class') or ''} {each.get('id') or ''}"
            for each in (element, *list(element.iterancestors())[:4])
        )
        found = absolute(base, element.get("href") or "")
        is_pager = _PAGER.search(around) or re.search(r"[?&/](page|p|seite|start|offset)[=/-]?\d", found)
        if found and found != own and is_pager and _is_of(urlsplit(found).hostname, urlsplit(url).hostname):
            return found
    return ""
