"""A small archive to test storage with: one company, one page, and captures of it a day apart.

Everything goes through storage's own functions, in the order a check calls them; texts are lists of passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from core.model import Act, Company, Edit, Fetch, FetchReason, Grade, GradeLevel, Place, Purpose, Reading, Source
from storage import documents, packing, record, sources, versions, watchlist
from storage.engine import Database

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
ACME = Company("acme", "Acme Instruments", aliases=("Acme",), topics=("dna",), country="US")
ETHICS = Source("acme-ethics", "acme", "page", "https://acme.example/ethics.html", role="ethics")


def reading(*texts: str, title: str = "Ethics", heading: str = "") -> Reading:
    """A page with these paragraphs, under one heading where there is one."""
    places = [Place(heading, "heading", "main", level=1)] if heading else []
    above = 0 if heading else -1
    places += [Place(text, "paragraph", "main", heading=above) for text in texts]
    return Reading(tuple(places), title=title, lang="en", facts={"words": 3})


def digest_of(read: Reading) -> str:
    return sha256("\n".join(place.text for place in read.places).encode()).hexdigest()


def fetched(read: Reading, at: datetime, *, url: str = ETHICS.url, purpose: Purpose = Purpose.WATCH) -> Fetch:
    """A whole answer whose bytes stand for this reading."""
    digest = digest_of(read)
    headers = (("etag", f'"{digest[:8]}"'), ("last-modified", "Fri, 01 Mar 2024 12:00:00 GMT"))
    return Fetch(url, purpose, at, at + timedelta(seconds=1), status=200, headers=headers, digest=digest)


def not_modified(at: datetime, *, url: str = ETHICS.url) -> Fetch:
    return Fetch(url, Purpose.WATCH, at, at + timedelta(seconds=1), status=304)


def timed_out(at: datetime, *, url: str = ETHICS.url) -> Fetch:
    return Fetch(
        url,
        Purpose.WATCH,
        at,
        at + timedelta(seconds=30),
        reason=FetchReason.TIMEOUT,
        detail="no answer",
        transient=True,
    )


GOOD = Grade(GradeLevel.GOOD)
BAD = Grade(GradeLevel.BAD, ("a page that asks for a captcha",), "captcha")


def plain(text: str) -> str:
    return text


@dataclass
class Page:
    """One watched page; each call is a check on the next day."""

    database: Database
    company: Company = ACME
    source: Source = ETHICS
    day: int = 0
    fetch_ids: list[int] = field(default_factory=list)
    request_id: int = 0
    document_id: int = 0

    def __post_init__(self) -> None:
        with self.database.write() as conn:
            known = [health.source for health in sources.list_sources(conn)]
            watchlist.sync(
                conn, [self.company], [*(one for one in known if one.id != self.source.id), self.source], START
            )
            self.request_id = sources.start_requests(conn, [self.source.id])[self.source.id]
            self.document_id = documents.find_or_create(
                conn,
                company_id=self.company.id,
                url=self.source.url,
                kind=self.source.kind,
                request_id=self.request_id,
                source_id=self.source.id,
                role=self.source.role,
                now=START,
            ).id

    @property
    def now(self) -> datetime:
        return START + timedelta(days=self.day)

    def shows(
        self, *texts: str, heading: str = "", edits: Sequence[Edit] = (), mask: packing.Mask = plain, variant: int = 0
    ) -> record.VersionRow | None:
        """A good capture with these passages; None where it agrees with what stood there."""
        return self.reads(reading(*texts, heading=heading), edits=edits, mask=mask, variant=variant)

    def reads(
        self,
        read: Reading,
        *,
        edits: Sequence[Edit] = (),
        mask: packing.Mask = plain,
        extractor: str = "x1",
        variant: int = 0,
    ) -> record.VersionRow | None:
        """The same with a whole reading."""
        fetch = fetched(read, self.now, url=self.source.url)
        with self.database.write() as conn:
            fetch_id = record.record_fetch(conn, self.request_id, fetch, size=1, media_type="text/html")
            self.fetch_ids.append(fetch_id)
            record.record_grade(conn, fetch_id, GOOD, "g1")
            document = documents.by_id(conn, self.document_id)
            forms = packing.forms_of(read, mask)
            before = document.current_version_id
            stood = versions.load(conn, before) if before else None
            self.day += 1
            agrees = stood is not None and list(stood.forms) == forms and stood.extractor == extractor
            if agrees and document.state == "live":
                record.record_unchanged(conn, self.request_id, self.document_id, fetch_id, fetch)
                return None
            return record.accept_version(
                conn,
                document_id=self.document_id,
                request_id=self.request_id,
                fetch_id=fetch_id,
                reading=read,
                forms=forms,
                digest=digest_of(read),
                extractor=extractor,
                edits=edits,
                before_version_id=before,
                variant=variant,
            )

    def answers_not_modified(self) -> int:
        """The far side says 304."""
        fetch = not_modified(self.now, url=self.source.url)
        with self.database.write() as conn:
            fetch_id = record.record_fetch(conn, self.request_id, fetch)
            record.record_unchanged(
                conn, self.request_id, self.document_id, fetch_id, fetch, next_due_at=self.now + timedelta(hours=6)
            )
        self.fetch_ids.append(fetch_id)
        self.day += 1
        return fetch_id

    def shows_block_page(self) -> int:
        """Bytes that are not the page."""
        fetch = fetched(reading("Please prove that you are human."), self.now, url=self.source.url)
        with self.database.write() as conn:
            fetch_id = record.record_fetch(conn, self.request_id, fetch, size=1)
            record.record_grade(conn, fetch_id, BAD, "g1")
            record.discard(conn, self.request_id, fetch_id)
        self.fetch_ids.append(fetch_id)
        self.day += 1
        return fetch_id

    def is_gone(self) -> int:
        """A capture that settles that the page is gone."""
        with self.database.write() as conn:
            fetch = Fetch(self.source.url, Purpose.CONFIRM, self.now, self.now, status=404)
            fetch_id = record.record_fetch(conn, self.request_id, fetch)
            assert record.mark_gone(conn, self.document_id, fetch_id)
        self.fetch_ids.append(fetch_id)
        self.day += 1
        return fetch_id


def reworded(before: int, after: int) -> Edit:
    return Edit(Act.REWORDED, (before,), (after,))
