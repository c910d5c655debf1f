"""Promises beside each other: a document before and after, one topic at every company, editions, phrases that spread.

Commands and pages ask these, so that both tell the same. Which sentences are promises, and what became of them, is
decided in ``core/commitments``; what a sentence is about is told by the rules, handed in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from core.commitments.editions import Divergence, Edition, divergences, family_of
from core.commitments.fate import Became, Fate, fates
from core.commitments.promises import Promise, promises_of, sentences_of
from core.commitments.spread import Saying, Spread, spread
from core.errors import NotFound
from core.model import Finding, Reading, Verdict
from core.promising import Promising
from core.text.visible import one_line
from core.wording import counted
from storage import documents, promises, search, sources, versions
from storage.documents import DocumentRow
from storage.promises import Promised, Wanted

MOST_HITS: Final = 2_000

TopicsOf = Callable[[str, str], Iterable[str]]
"""What a sentence with its lead-in is about."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What one company promises about a topic, as it stands."""

    company_id: str
    name: str
    promises: tuple[Promised, ...]


def fate_between(conn: Connection, lexicon: Promising, document: DocumentRow, before: int, after: int) -> list[Fate]:
    """What became of each promise between two versions. Raises NotFound."""
    names = names_of(conn, document.company_id)
    old, new = (
        sentences_of(lexicon, versions.load(conn, versions.by_number(conn, document.id, one).id).reading, names)
        for one in (before, after)
    )
    elsewhere = promises.standing_elsewhere(conn, document.company_id, document.id)
    return [_moved_away(each, elsewhere) for each in fates(lexicon, promises_of(old), new, names)]


def _moved_away(each: Fate, elsewhere: dict[str, str]) -> Fate:
    """A promise that left this document and stands in another of the company's has moved."""
    slug = elsewhere.get(each.before.key) if each.before and each.became is Became.REMOVED else None
    if not slug:
        return each
    return Fate(
        each.before, each.before, Became.MOVED, Finding(Verdict.REWORDED, (), (f"stands in {slug}",)), each.alike
    )


def two_versions(conn: Connection, document: DocumentRow, pair: tuple[int | None, int | None]) -> tuple[int, int]:
    """The numbers meant: the current version, and the one before it, where none is named. Raises NotFound."""
    known = [version.number for version in versions.numbers(conn, document.id)]
    if len(known) < 2 and pair == (None, None):
        raise NotFound(f"{document.slug} has {counted(len(known), 'version')}: nothing to hold it against yet")
    after = pair[1] if pair[1] is not None else known[-1]
    before = pair[0] if pair[0] is not None else max((number for number in known if number < after), default=known[0])
    return before, after


def side_by_side(conn: Connection, topic: str, company: str | None = None) -> list[Beside]:
    """What each company (or one) promises about a topic; those that say nothing too. Raises NotFound."""
    known = promises.topics(conn)
    if topic not in known:
        raise NotFound(f"no promise is about {one_line(topic, 60)!r}; topics are {', '.join(known) or 'not known yet'}")
    ids = [promises.company_called(conn, company)] if company else promises.company_ids(conn)
    found = []
    for one in ids:
        named = sources.company_by_id(conn, one)
        standing = promises.listed(conn, Wanted(company_id=one, topic=topic, state="standing"))
        found.append(Beside(one, named.name if named else one, tuple(standing)))
    return found


def nowhere_said(found: Sequence[Promised]) -> list[str]:
    """What none of a company's promises about a topic says."""
    return [words for words in found[0].not_said if all(words in each.not_said for each in found)] if found else []


def editions_apart(
    conn: Connection, lexicon: Promising, topics_of: TopicsOf, company: str | None = None
) -> tuple[int, list[tuple[str, Divergence]]]:
    """How many documents stand in several languages, and what editions of them do not say alike, by company."""
    ids = [promises.company_called(conn, company)] if company else promises.company_ids(conn)
    several = [(one, rows) for one in ids for rows in families(conn, one)]
    found: list[tuple[str, Divergence]] = []
    for one, rows in several:
        names = names_of(conn, one)
        made = [edition_of(conn, row, lexicon, names, topics_of) for row in rows]
        found += [(one, each) for each in divergences(lexicon, made, names)]
    return len(several), found


def families(conn: Connection, company_id: str) -> list[list[DocumentRow]]:
    """Documents of a company that are one document in several languages: by their addresses, or because the list of
    sources says so."""
    configured = sources.editions(conn, company_id)
    rows = [
        row
        for row in documents.list_documents(conn, company_id=company_id)
        if row.version_count and row.state == "live"
    ]
    heads = {family_of(row.url): head for row in rows if (head := configured.get(row.request_id or 0))}
    by_family: dict[str, list[DocumentRow]] = defaultdict(list)
    for row in rows:
        family = family_of(row.url)
        by_family[heads.get(family, family)].append(row)
    return [rows for rows in by_family.values() if len(rows) > 1]


def edition_of(
    conn: Connection, row: DocumentRow, lexicon: Promising, names: tuple[str, ...], topics_of: TopicsOf | None = None
) -> Edition:
    """A document as it stands, as one of its editions."""
    newest = versions.numbers(conn, row.id)[-1]
    reading = versions.load(conn, newest.id).reading
    return edition(lexicon, (row.slug, row.lang), reading, newest.seen_at, (names, topics_of))


def edition(
    lexicon: Promising,
    called: tuple[str, str | None],
    reading: Reading,
    changed_at: datetime,
    about: tuple[tuple[str, ...], TopicsOf | None],
) -> Edition:
    """A reading of the document called so (its slug, its language where that is known) as an edition."""
    (slug, lang), (names, topics_of) = called, about
    sentences = tuple(
        each for each in sentences_of(lexicon, reading, names) if reading.places[each.place].stream == "main"
    )
    found = (topic for each in sentences for topic in topics_of(each.text, each.lead_in)) if topics_of else ()
    return Edition(
        slug, reading.lang or lang or _tongue(lexicon, sentences, names), sentences, frozenset(found), changed_at
    )


def _tongue(lexicon: Promising, sentences: Sequence[Promise], names: tuple[str, ...]) -> str:
    """The language most sentences are in, where neither the page nor its source says it."""
    langs = Counter(lexicon.frame(each.text, company_names=names).lang for each in sentences[:20])
    return langs.most_common(1)[0][0] if langs else "?"


def seen_first(conn: Connection, phrase: str) -> Spread | None:
    """Where a phrase was seen first, second, third, company by company. Raises QueryError."""
    asked = phrase.replace('"', " ")
    hits = islice(search.stream(conn, f'"{asked}"'), MOST_HITS)
    said = [Saying(hit.company_id, hit.document, hit.first_seen_at, hit.text) for hit in hits]
    first: dict[str, Saying] = {}
    for each in sorted(said, key=lambda one: one.at):
        first.setdefault(each.company, each)
    return Spread(phrase, tuple(first.values())) if first else None


def spread_by_itself(conn: Connection) -> tuple[Spread, ...]:
    """Every rare phrase of promises that stands at two companies or more."""
    return spread(_sayings(promises.listed(conn, Wanted())))


def _sayings(found: Sequence[Promised]) -> list[Saying]:
    """Every wording a promise ever had, with the moment it was first seen."""
    return [
        Saying(each.document.company_id, each.document.slug, event.sight.at, event.after)
        for each in found
        for event in each.entry.happenings
        if event.after
    ]


def names_of(conn: Connection, company_id: str) -> tuple[str, ...]:
    """The names a company speaks of itself by."""
    company = sources.company_by_id(conn, company_id)
    return (company.name, *company.aliases) if company else ()
