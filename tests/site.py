"""A pretend site behind the fetcher's seam, a clock one can move, and the tools of a check over a real archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.config.routes import console_routes
from core.model import Ask, Company, Fetch, FetchReason, Purpose, Redirect, Source
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from monitor.app import lexicon
from monitor.pipeline import Checked, check_lease
from monitor.readers import InlineReader
from monitor.tools import Clock, Tools
from storage import leases, watchlist
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare

RULES = Path(__file__).resolve().parents[1] / "rules"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
STANDING = "".join(
    f"<p>Passage {at} says what the company does about audits in plant number {at} and who may read the reports.</p>"
    for at in range(15)
)


@cache
def rules() -> RuleSet:
    """The shipped packs."""
    return parse_packs({path.name: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yaml"))})


def page(*paragraphs: str, title: str = "Policy", standing: str = STANDING) -> bytes:
    """A whole page: title, a body of standing text, and what the test is about."""
    said = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>{standing}{said}</body></html>".encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gives. ``reason`` set: no whole response. ``to``: it redirects there."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    reason: FetchReason | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Got:
    fetch: Fetch
    body: bytes


@dataclass
class Site:
    """Answers by address; anything else is 404. Validators are ETags of the bytes, honoured as real servers do."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def shows(self, url: str, body: bytes, **about: object) -> None:
        self.answers[url] = Answer(body, **about)  # type: ignore[arg-type]  # shorthand of the tests

    def fetch(self, ask: Ask, now: Clock) -> Got:
        self.asked.append(ask)
        at = now()
        answer = self.answers.get(ask.url, Answer(b"<h1>Not found</h1>", 404))
        if answer.reason is not None:
            return Got(Fetch(ask.url, ask.purpose, at, at, None, answer.reason, "it broke", transient=True), b"")
        redirects: tuple[Redirect, ...] = ()
        landed = ask.url
        if answer.to is not None:
            redirects, landed = (Redirect(ask.url, 302, answer.to),), answer.to
            answer = self.answers[answer.to]
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:12]}"'
        if answer.status == 200 and ask.etag == tag:
            return Got(Fetch(ask.url, ask.purpose, at, at, 304, final_url=landed), b"")
        digest = hashlib.sha256(answer.body).hexdigest() if answer.body else None
        headers = (("content-type", answer.content_type), ("etag", tag))
        fetch = Fetch(
            ask.url,
            ask.purpose,
            at,
            at,
            answer.status,
            final_url=landed,
            headers=headers,
            redirects=redirects,
            digest=digest,
        )
        return Got(fetch, answer.body)


@dataclass
class World:
    """One archive, one site, one clock."""

    database: Database
    tools: Tools
    site: Site
    now: datetime = START

    def watch(self, *watched: Source) -> None:
        with self.database.write() as conn:
            watchlist.sync(conn, [Company("acme", "Acme")], watched, self.now)

    def check(self, after: timedelta = timedelta(), *, purpose: Purpose = Purpose.WATCH) -> list[Checked]:
        """Let time pass, then check everything that is due, until nothing is."""
        self.now += after
        lines: list[Checked] = []
        for _ in range(20):
            with self.database.write() as conn:
                held = leases.claim_due(conn, self.now, lease=timedelta(minutes=15), limit_hosts=10)
            if not held:
                return lines
            for lease in held:
                lines += check_lease(self.tools, self.site, lease, purpose=purpose)
                with self.database.write() as conn:
                    leases.release(conn, lease, None)
            if purpose is Purpose.REHEARSAL:
                return lines
        raise AssertionError("something stays due for ever")

    def statuses(self, after: timedelta = timedelta()) -> list[str]:
        return [line.taken.status for line in self.check(after)]


@cache
def _fresh_archive() -> bytes:
    """An archive with every table and nothing in it, made once: the steps of the schema take longer than most stories."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "onrecord.db")
        database = open_database(path)
        prepare(database)
        with database.write() as conn:
            conn.exec_driver_sql("SELECT 1")
        database.close()
        return path.read_bytes()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world whose archive lies in ``folder``."""
    (folder / "onrecord.db").write_bytes(_fresh_archive())
    database = open_database(folder / "onrecord.db")
    made: World

    def now() -> datetime:
        return made.now

    tools = Tools(
        database=database,
        blobs=BlobStore(folder / "blobs"),
        reader=InlineReader(),
        rules=rules(),
        commitments=lexicon(),
        routes=console_routes(),
        now=now,
        share=lambda: 0.5,
    )
    made = World(database, tools, Site())
    try:
        yield made
    finally:
        database.close()
