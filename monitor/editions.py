"""Editions of one document beside each other, and what a change of one of them no longer shares with the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from core.commitments.editions import Divergence, Edition, divergences, family_of
from core.commitments.promises import Promise, sentences_of
from core.model import Change, Reading
from core.promising import Promising
from monitor.tools import Tools
from storage import documents, versions
from storage.documents import DocumentRow

TOLD: Final = ("place", "stance")  # what an alert says; the command tells topics and old age too
MOST: Final = 3  # lines of an alert

Topics = Callable[[str, str], Sequence[str]]


def families(conn: Connection, company_id: str) -> list[list[DocumentRow]]:
    """Documents of a company that are one document in several languages."""
    by_family: dict[str, list[DocumentRow]] = defaultdict(list)
    for row in documents.list_documents(conn, company_id=company_id):
        if row.version_count and row.state == "live":
            by_family[family_of(row.url)].append(row)
    return [rows for rows in by_family.values() if len(rows) > 1]


def edition_of(
    conn: Connection, row: DocumentRow, lexicon: Promising, names: tuple[str, ...], topics_of: Topics | None = None
) -> Edition:
    """A document as it stands, as one of its editions."""
    newest = versions.numbers(conn, row.id)[-1]
    reading = versions.load(conn, newest.id).reading
    return _edition(lexicon, row.slug, row.lang, reading, newest.seen_at, (names, topics_of))


def parted(conn: Connection, tools: Tools, change: Change) -> tuple[str, ...]:
    """What another edition says and this one no longer does, or the other way round: in words, since this change only."""
    if change.before is None or change.after is None or not change.findings:
        return ()
    here = change.document
    family = family_of(here.url)
    others = [
        row
        for row in documents.live_addresses(conn, here.company_id)
        if row.id != here.id and family_of(row.url) == family
    ]
    if not others:
        return ()
    company = tools.companies.get(here.company_id)
    names = (company.name, *company.aliases) if company else ()
    now = tools.now()
    was, is_ = (
        _edition(tools.commitments, here.slug, here.lang, reading, now, (names, None))
        for reading in (change.before, change.after)
    )
    told: list[str] = []
    for row in others[:MOST]:
        reading = versions.load(conn, row.version_id).reading
        other = _edition(tools.commitments, row.slug, row.lang, reading, now, (names, None))
        known = {_name(each) for each in divergences(tools.commitments, (was, other), names)}
        found = divergences(tools.commitments, (is_, other), names)
        told += [f"Editions part: {each.reason}" for each in found if each.kind in TOLD and _name(each) not in known]
    return tuple(dict.fromkeys(told))[:MOST]


def _name(divergence: Divergence) -> tuple[str, str, str]:
    return divergence.kind, divergence.what, divergence.there


def _edition(
    lexicon: Promising,
    slug: str,
    lang: str | None,
    reading: Reading,
    changed_at: datetime,
    about: tuple[tuple[str, ...], Topics | None],
) -> Edition:
    names, topics_of = about
    sentences = tuple(
        each for each in sentences_of(lexicon, reading, names) if reading.places[each.place].stream == "main"
    )
    topics = (
        frozenset(topic for each in sentences for topic in topics_of(each.text, each.lead_in))
        if topics_of
        else frozenset()
    )
    return Edition(slug, reading.lang or lang or _tongue(lexicon, sentences, names), sentences, topics, changed_at)


def _tongue(lexicon: Promising, sentences: Sequence[Promise], names: tuple[str, ...]) -> str:
    """The language most sentences are in, where neither the page nor its source says it."""
    langs = Counter(lexicon.frame(each.text, company_names=names).lang for each in sentences[:20])
    return langs.most_common(1)[0][0] if langs else "?"
