"""The past of a page from a pretend web archive: listed, replayed, refused for a while; every capture accounted for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from core.model import Ask, Company, Fetch, FetchReason, Source
from monitor.backfilling import Account, Interrupted, Plan, backfill
from monitor.tools import Clock
from storage import changes, documents
from storage.search import search
from tests.site import Got, World, page, world

ARCHIVE = "https://archive.example"
PAGE = "https://acme.example/ethics"
ACME = Company("acme", "Acme")
SOURCE = Source("acme/ethics", "acme", "page", PAGE, role="ethics")
FIRM = page("Acme will not sell human identification products to the police in Xinjiang.", title="Ethics")
SOFT = page("Acme will not knowingly sell human identification products to the police in Xinjiang.", title="Ethics")


@dataclass
class Archive:
    """Lists and replays; ``busy`` answers 429 so many times first; ``elsewhere`` gives another capture instead."""

    held: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    busy: int = 0
    fails_after: int = 10_000
    elsewhere: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def line(self, stamp: str) -> str:
        body, status = self.held[stamp]
        digest = hashlib.sha1(body).hexdigest().upper()[:12]
        return f"com,acme)/ethics {stamp} {PAGE} text/html {status} {digest} {len(body)}"

    def fetch(self, ask: Ask, now: Clock) -> Got:
        self.asked.append(ask.url)
        at = now()
        if self.busy or len(self.asked) > self.fails_after:
            self.busy = max(0, self.busy - 1)
            late = timedelta(seconds=7)
            return Got(Fetch(ask.url, ask.purpose, at, at, 429, retry_after=late), b"")
        if "/cdx/" in ask.url:
            return self._answer(ask, at, "\n".join([*map(self.line, sorted(self.held)), *self.extra]).encode(), "")
        stamp = ask.url.split("/web/")[1][:14]
        stamp = self.elsewhere.get(stamp, stamp)
        if stamp not in self.held:
            return Got(Fetch(ask.url, ask.purpose, at, at, None, FetchReason.TIMEOUT, "no answer"), b"")
        body, _ = self.held[stamp]
        return self._answer(ask, at, body, stamp)

    def _answer(self, ask: Ask, at: datetime, body: bytes, stamp: str) -> Got:
        made = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if stamp else None
        told = (("memento-datetime", format_datetime(made, usegmt=True)),) if made else ()
        headers = (("x-archive-orig-content-type", "text/html; charset=utf-8"), *told)
        digest = hashlib.sha256(body).hexdigest()
        return Got(Fetch(ask.url, ask.purpose, at, at, 200, headers=headers, digest=digest), body)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.watch(SOURCE)
        yield made


def run(acme: World, archive: Archive, **about: str) -> list[Account]:
    plan = Plan(SOURCE, ACME, ARCHIVE, gap=timedelta(), **about)
    return list(backfill(acme.tools, archive, plan, sleep=lambda _seconds: None))


def outcomes(accounts: list[Account]) -> dict[str, int]:
    return dict(Counter(account.outcome for account in accounts))


PAST = {
    "20190220131415": (FIRM, 200),
    "20190301000000": (FIRM, 200),
    "20190401000000": (FIRM, 200),
    "20200101000000": (b"moved", 301),
    "20210101000000": (SOFT, 200),
}


def test_the_past_is_a_document_of_its_own_with_the_archives_times(acme: World) -> None:
    archive = Archive(dict(PAST))
    accounts = run(acme, archive)
    assert outcomes(accounts) == {"taken": 2, "unchanged": 1, "left": 1, "error": 1}
    with acme.database.read() as conn:
        (past,) = [row for row in documents.list_documents(conn) if row.kind == "wayback"]
        (stored,) = changes.of_document(conn, past.id)
        (found,) = [answer for answer in search(conn, "knowingly", 10) if answer.document == past.slug]
    assert past.title.endswith("(captures of archive.example, a third party)")
    assert stored.change.window.last_seen_at == datetime(2019, 4, 1, tzinfo=UTC)
    assert stored.change.window.first_changed_at == datetime(2021, 1, 1, tzinfo=UTC)
    assert stored.change.verdict == "WEAKENED"
    assert found.first_seen_at == datetime(2021, 1, 1, tzinfo=UTC)


def test_our_own_captures_are_never_mixed_with_it(acme: World) -> None:
    acme.site.shows(PAGE, SOFT)
    acme.check()
    run(acme, Archive(dict(PAST)))
    with acme.database.read() as conn:
        ours = [row for row in documents.list_documents(conn) if row.kind == "page"]
        assert [(row.version_count, row.slug) for row in ours] == [(1, "acme/ethics")]
        assert changes.of_document(conn, ours[0].id) == []


def test_a_run_that_was_cut_short_goes_on_where_it_was(acme: World) -> None:
    cut = Archive(dict(PAST), fails_after=2)
    with pytest.raises(Interrupted, match=r"archive.example asks to be left alone \(429\); run this again later"):
        run(acme, cut)
    again = Archive(dict(PAST))
    accounts = run(acme, again)
    assert outcomes(accounts) == {"taken": 1, "unchanged": 2, "left": 1, "error": 1}
    assert sum("20190220131415id_" in url for url in again.asked) == 0
    third = Archive(dict(PAST))
    assert outcomes(run(acme, third)) == {"unchanged": 3, "left": 1, "error": 1}
    assert len(third.asked) == 1  # the list, and nothing more


def test_malformed_lines_a_429_and_a_redirect_end_with_every_capture_accounted_for(acme: World) -> None:
    archive = Archive(
        dict(PAST) | {"20220101000000": (SOFT + b"<!-- 2 -->", 200), "20230101000000": (FIRM + b"<!-- 3 -->", 200)},
        extra=[
            f"com,acme)/ethics 20190012170449 {PAGE} text/html 200 AAAA 12",
            "com,acme)/ethics 20190201000000 http://mailto:x@acme.example/ unk 301 BBBB 12",
            f"com,acme)/ethics 20240101000000 {PAGE} text/html 200 CCCC -",
        ],
        busy=2,
        elsewhere={"20220101000000": "20210101000000"},
    )
    accounts = run(acme, archive)
    assert outcomes(accounts) == {
        "defect": 2,
        "taken": 3,
        "unchanged": 1,
        "left": 1,
        "elsewhere": 1,
        "error": 2,  # a redirect that was captured, and a capture that is never replayed
    }
    assert len(accounts) == len(PAST) + 2 + 3
    (moved,) = [account for account in accounts if account.outcome == "elsewhere"]
    assert moved.reason == "the archive gave the capture of 2021-01-01T00:00:00Z instead"


def test_a_list_that_is_refused_says_why(acme: World) -> None:
    class Blocked(Archive):
        def fetch(self, ask: Ask, now: Clock) -> Got:
            headers = (("x-archive-wayback-runtime-error", "AdministrativeAccessControlException: Blocked Site Error"),)
            return Got(Fetch(ask.url, ask.purpose, now(), now(), 403, headers=headers), b"")

    with pytest.raises(Interrupted, match="Blocked Site Error"):
        run(acme, Blocked())
