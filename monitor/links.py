"""Links of a policy page to PDFs and to pages below it: a new one, a swapped one, a dropped one.

They are a list like any other, without an order: what it names is watched with the page, a link with the same words and
another address carries its document along, and what is dropped is unlinked or gone.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import Connection

from core.config.addresses import same_address
from core.items import Settled, settle
from core.model import Change, ChangeClass, DocumentEvent, Purpose, Reading, Source, Window
from core.parts import parts_of
from core.text.feed import FeedEntry
from core.text.linklist import absolute
from core.text.normalise import word_count
from core.wording import counted
from monitor.capture import Capture, tell
from monitor.missing import listing_of, tell_events, tell_missing
from monitor.tools import Tools
from storage import documents, listings, versions
from storage.listings import Moved
from storage.sources import START, Asked

MOST_LINKS: Final = 30  # of a policy page
_LABEL_WORDS: Final = 14
POLICY: Final = "policy"  # follow: PDFs and pages below the page's own address; the default of pages with a role


def has_links(asked: Asked) -> bool:
    """Is the list of this page's links watched with it?"""
    return follows(asked.source, asked.part)


def follows(source: Source, part: str) -> bool:
    """Are the PDFs and sub-pages this page links to watched with it? Yes where it has a role, or says so."""
    if source.kind != "page" or part != START:
        return False
    return (source.option("follow") or (POLICY if source.role else "none")) != "none"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What became of a page's links in one capture."""

    alerts: int = 0
    reasons: tuple[str, ...] = ()


def notice_links(tools: Tools, capture: Capture, reading: Reading, stood: Reading | None = None) -> Noticed:
    """Hold the links of a policy page against those it had: new, swapped and dropped ones.

    ``stood`` is the text that stands: what it linked to already is no news, though an earlier reader did not notice.
    """
    asked = next((each for each in capture.asked if follows(each.source, each.part)), None)
    if asked is None or capture.fetch.purpose not in (Purpose.WATCH, Purpose.CONFIRM):
        return Noticed()
    own = replace(capture, asked=(asked,))
    url = capture.fetch.final_url or capture.fetch.url
    parts = {
        same_address(part.url) for part in parts_of(asked.source)
    }  # read with the page, and no documents of their own
    found = links_of(reading, url, asked.source.option("follow") or POLICY)
    entries = [entry for entry in found if same_address(entry.url) not in parts]
    with tools.database.read() as conn:
        known = listings.known(conn, asked.source.id)
    if not entries and not known:
        return Noticed()
    settled = settle(known, entries, list_id=capture.request.id, is_ordered=False, title_words=2)
    there = {absolute(url, href) for _, href in stood.links} if stood is not None else set()
    overlooked = tuple(each for each in settled.fresh if each[1].url in there)
    settled = replace(settled, fresh=tuple(each for each in settled.fresh if each not in overlooked))
    with tools.database.write() as conn:
        moved = listings.record(conn, listing_of(tools, own), settled)
        if overlooked:
            first = listings.first_capture(conn, asked.source.id, capture.request.id) or capture.fetch.id
            listings.record(conn, replace(listing_of(tools, own), fetch_id=first), Settled(fresh=overlooked))
        told = tell_missing(conn, tools, own)
        tell_events(conn, tools, own, settled, moved)
        told += sum(_swapped(conn, tools, own, each) for each in moved if each.document_id is not None)
    fresh = len(settled.fresh)
    said = [f"{counted(fresh, 'new link')} to a PDF or sub-page"] if fresh and (known or stood) else []
    said += [f"{counted(len(moved), 'link')} to a PDF or sub-page swapped"] if moved else []
    dropped = sum(item.is_listed for item in settled.withdrawn)
    said += [f"{counted(dropped, 'link')} to a PDF or sub-page dropped"] if dropped else []
    return Noticed(told, tuple(said))


def links_of(reading: Reading, url: str, follow: str) -> list[FeedEntry]:
    """PDFs and pages below the page's own address that its text (not its menus) offers, each once, in order."""
    own = urlsplit(url)
    below = own.path.removesuffix("/").rpartition(".")[0] or own.path.removesuffix("/")
    found: dict[str, FeedEntry] = {}
    for at, href, words in reading.offers:
        address = absolute(url, href)
        if not address or address == urljoin(url, own.path):
            continue
        parts = urlsplit(address)
        is_ours = parts.hostname == own.hostname
        is_pdf = parts.path.lower().endswith(".pdf") or (is_ours and _is_called_pdf(reading.places[at].text))
        is_below = is_ours and bool(below) and parts.path.startswith(f"{below}/")
        if (is_pdf or (is_below and follow != "pdf")) and len(found) < MOST_LINKS:
            found.setdefault(address, FeedEntry(address, address, words[:300], None, ""))
    shared = Counter(entry.title for entry in found.values())
    return [entry if shared[entry.title] == 1 else replace(entry, title=_named(entry)) for entry in found.values()]


def _is_called_pdf(text: str) -> bool:
    """ "Download PDF", "Code of conduct (PDF, 1 MB)": said of addresses that do not show what they give."""
    return word_count(text) <= _LABEL_WORDS and re.search(r"\bPDF\b", text) is not None


def _named(entry: FeedEntry) -> str:
    """Several links that say the same are told apart by their files' names, without the years in them."""
    name = unquote(urlsplit(entry.url).path).rstrip("/").rpartition("/")[2].rpartition(".")[0]
    words = " ".join(re.findall(r"[^\W\d_]+", name))
    return f"{entry.title[:200]} ({words or name})"


def _swapped(conn: Connection, tools: Tools, capture: Capture, moved: Moved) -> int:
    """The same link leads to another file now: told at once; what the file says is compared when it was captured."""
    assert moved.document_id is not None
    document = documents.by_id(conn, moved.document_id)
    if document.current_version_id is None:
        return 0
    stood = versions.load(conn, document.current_version_id)
    change = Change(
        document=documents.ref(conn, document.id),
        before=stood.reading,
        after=stood.reading,
        before_version=stood.ref,
        after_version=replace(stood.ref, fetch_id=capture.fetch.id),
        window=Window(document.last_good_at, capture.fetch.started_at),
        edits=(),
        change_class=ChangeClass.SUBSTANTIVE,
        event=DocumentEvent.SWAPPED,
        reasons=(f"the link “{moved.item.title}” led to {moved.item.url} and leads to {moved.to} now",),
    )
    return tell(conn, tools, change, capture, document.last_good_fetch_id)
