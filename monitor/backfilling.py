"""The past of a page, from a web archive that listed it (CDX) and replays it: captures of a third party, marked so.

They become a document of their own beside ours, oldest first, with the archive's times; nothing of it is ever mixed into
what we captured ourselves. What was fetched is not fetched again, so an interrupted run goes on where it was. Nobody is
told: the past is for reading.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from core.cdx import Captures, Defect, Listed, parse, query, replay, wanted
from core.errors import Busy, StorageError
from core.model import Ask, Company, Fetch, Purpose, Source
from core.text.visible import one_line
from core.wording import stamp
from monitor.capture import Capture
from monitor.intake import take_in
from monitor.tools import Fetches, Tools
from storage import documents, fetches, leases, record
from storage.importing import adopt_request
from storage.sources import START, Asked

WAYBACK: Final = "https://web.archive.org"
KIND: Final = "wayback"
LEASE: Final = timedelta(minutes=5)
TRIES: Final = 4
LONGEST_WAIT: Final = timedelta(minutes=5)
MOST_PAGES: Final = 200  # of a list, a thousand captures each
Outcome = Literal["taken", "unchanged", "refused", "elsewhere", "error", "left", "defect"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose past, from which archive, between which moments (1 to 14 digits: ``2019``); the pause between two asks."""

    source: Source
    company: Company
    archive: str = WAYBACK
    since: str | None = None
    until: str | None = None
    gap: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one listed capture; every one of them has such a line."""

    timestamp: str
    url: str
    outcome: Outcome
    reason: str = ""


class Interrupted(StorageError):
    """The archive asks to be left alone; what was taken stays, and another run goes on from there."""


def backfill(
    tools: Tools, fetcher: Fetches, plan: Plan, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Account]:
    """Take the past of a source's address in. Yields an account of every listed line. Raises Interrupted."""
    past = _Past(tools, fetcher, plan, sleep)
    listed, defects = past.listing()
    yield from (Account("", defect.line, "defect", defect.reason) for defect in defects)
    chosen = {capture.timestamp: capture for capture in wanted(listed)}
    for capture in sorted(listed, key=lambda each: (each.timestamp, each.url)):
        if capture.timestamp in chosen and chosen[capture.timestamp].url == capture.url:
            yield past.take(capture)
        elif capture.status not in (200, None):
            yield Account(capture.timestamp, capture.url, "error", f"the archive captured an answer {capture.status}")
        else:
            yield Account(capture.timestamp, capture.url, "left", "the same bytes as before and after it")


class _Past:
    """One run: the document the past is kept in, and the archive's politeness."""

    def __init__(self, tools: Tools, fetcher: Fetches, plan: Plan, sleep: Callable[[float], None]) -> None:
        self.tools, self.fetcher, self.plan, self.sleep = tools, fetcher, plan, sleep
        self.host = urlsplit(plan.archive).hostname or plan.archive
        ours = plan.source
        self.source = replace(
            ours, id=f"{ours.id}@{KIND}", kind=KIND, url=f"{plan.archive}/*/{ours.url}", enabled=False
        )
        with tools.database.write() as conn:
            self.request = adopt_request(conn, self.source.url, plan.company, self.source, tools.now())
            found = documents.list_documents(conn, source_id=ours.id)
            name = found[0].slug.partition("/")[2] if found else ours.role or ours.kind
            title = found[0].title if found else ours.id
            document = documents.find_or_create(
                conn,
                company_id=plan.company.id,
                url=ours.url,
                kind=KIND,
                request_id=self.request.id,
                source_id=self.source.id,
                title=f"{title} (captures of {self.host}, a third party)",
                name=f"{name} {KIND}",
                lang=ours.lang,
                role=ours.role,
                now=tools.now(),
            )
            self.document_id, self.title = document.id, document.title
            self.done = fetches.urls_of(conn, self.request.id)
            self.newest = fetches.newest_import(conn, self.request.id)

    def listing(self) -> tuple[list[Listed], list[Defect]]:
        """Every capture the archive lists, page after page."""
        listed: list[Listed] = []
        defects: list[Defect] = []
        key: str | None = None
        for _ in range(MOST_PAGES):
            plan = self.plan
            asked = query(
                f"{plan.archive}/cdx/search/cdx", plan.source.url, since=plan.since, until=plan.until, key=key
            )
            fetch, body = self.ask(asked)
            if fetch.status != 200:
                why = fetch.header("x-archive-wayback-runtime-error") or fetch.detail or f"an answer {fetch.status}"
                raise Interrupted(f"{self.host} does not list captures of {plan.source.url}: {one_line(why, 300)}")
            page: Captures = parse(body.decode("utf-8", "replace"))
            listed += page.listed
            defects += page.defects
            if page.resume_key is None or page.resume_key == key:
                break
            key = page.resume_key
        return listed, defects

    def take(self, capture: Listed) -> Account:
        """One capture: fetched in its raw form, checked for its moment, taken in as of that moment."""
        address = replay(f"{self.plan.archive}/web", capture)
        if address in self.done:
            return Account(capture.timestamp, capture.url, "unchanged", "taken in before")
        if self.newest is not None and capture.at < self.newest:
            return Account(
                capture.timestamp, capture.url, "left", f"older than what was taken in ({stamp(self.newest)})"
            )
        fetch, body = self.ask(address)
        memento = _moment(fetch)
        if memento is None:
            why = fetch.detail or f"the archive answered {fetch.status} and replayed nothing"
            return Account(capture.timestamp, capture.url, "error", one_line(why, 300))
        if abs((memento - capture.at).total_seconds()) > 1:
            why = f"the archive gave the capture of {stamp(memento)} instead"
            return Account(capture.timestamp, capture.url, "elsewhere", why)
        return self._accept(capture, fetch, body)

    def _accept(self, capture: Listed, fetch: Fetch, body: bytes) -> Account:
        at = capture.at
        prefix = "x-archive-orig-"
        headers = tuple((name.removeprefix(prefix), value) for name, value in fetch.headers if name.startswith(prefix))
        kind = (("content-type", fetch.header("content-type") or "text/html"),)
        has_type = any(name == "content-type" for name, _ in headers)
        archived = Fetch(
            url=fetch.url,
            purpose=Purpose.IMPORT,
            started_at=at,
            finished_at=at,
            status=fetch.status,
            detail=f"third-party archive: {self.host}, taken {stamp(self.tools.now())}",
            final_url=capture.url,
            headers=headers if has_type else (*kind, *headers),
            remote_address=fetch.remote_address,
            digest=hashlib.sha256(body).hexdigest() if body else None,
        )
        with self.tools.database.write() as conn:
            request = leases.request_by_id(conn, self.request.id)
            size = len(body)
            fetch_id = record.record_fetch(
                conn, request.id, archived, size=size, media_type=archived.header("content-type")
            )
        tools = replace(self.tools, now=lambda: at, tells=False)
        asked = (Asked(self.source, START, at),)
        taken = take_in(tools, Capture(request, asked, replace(archived, id=fetch_id), body, is_first_look=True))
        with self.tools.database.write() as conn:
            documents.retitle(
                conn, self.document_id, self.title
            )  # whose captures they are, not what the page is called
        self.newest = at
        outcome: Outcome = (
            "refused" if taken.status == "failed" else "unchanged" if taken.status == "unchanged" else "taken"
        )
        return Account(capture.timestamp, capture.url, outcome, "; ".join(taken.reasons))

    def ask(self, url: str) -> tuple[Fetch, bytes]:
        """One address of the archive, at its pace; what it refuses for a while is asked again, a few times."""
        for attempt in range(TRIES):
            lease = self._lease()
            try:
                response = self.fetcher.fetch(Ask(url, Purpose.DISCOVERY), self.tools.now)
                fetch, body = response.fetch, response.body
                if fetch.digest is not None:
                    self.tools.blobs.put(fetch.digest, body)
                with self.tools.database.write() as conn:
                    leases.require(conn, lease)
                    fetches.insert_fetch(
                        conn, self.request.id, fetch, size=len(body), media_type=fetch.header("content-type")
                    )
            finally:
                pause = self.plan.gap * 2**attempt if attempt else self.plan.gap
                with self.tools.database.write() as conn:
                    leases.release(conn, lease, self.tools.now() + pause)
            is_busy = fetch.status in (429, 503) and _moment(fetch) is None
            if not is_busy and (fetch.status is not None or attempt + 1 == TRIES):
                return fetch, body
            if attempt + 1 < TRIES:
                self.sleep(min(fetch.retry_after or self.plan.gap * 2**attempt, LONGEST_WAIT).total_seconds())
        raise Interrupted(f"{self.host} asks to be left alone ({fetch.detail or fetch.status}); run this again later")

    def _lease(self) -> leases.Lease:
        """The archive's host, waited for."""
        for _ in range(600):
            with self.tools.database.write() as conn:
                held = leases.claim_due(conn, self.tools.now(), lease=LEASE, limit_hosts=1, only=[self.request.id])
            if held:
                return held[0]
            self.sleep(max(0.5, self.plan.gap.total_seconds()))
        raise Busy(f"{self.host} is held by another process")


def _moment(fetch: Fetch) -> datetime | None:
    """When the replayed capture was made, as the archive says (RFC 7089); None where it replays nothing."""
    told = fetch.header("memento-datetime")
    try:
        return parsedate_to_datetime(told).astimezone(UTC) if told else None
    except ValueError:
        return None
