"""Hooks: who holds the secret has the source looked at, once a minute; nobody else learns anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from core.hooks import secret_of
from core.model import Company, Source
from storage import events, pushed, sources, watchlist
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.leases import request_by_id
from storage.migrate import prepare
from web.app import create_app

KEY = b"c" * 32
NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
FEED = Source("halden/feed", "halden", "feed", "https://haldenbio.example/news.xml")
ITEM = "https://haldenbio.example/news/1"


class Archive:
    """One feed with one item, both asked a while ago, and a clock that tests move."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.database: Database = open_database(folder / "onrecord.db")
        prepare(self.database)
        later = NOW + timedelta(hours=5)
        with self.database.write() as conn:
            watchlist.sync(conn, [Company("halden", "Halden Biosystems")], [FEED], later)
            self.item = sources.ask(
                conn, ITEM, source_id=FEED.id, part=sources.ITEM, every=timedelta(days=1), due_at=later
            )
            self.own = sources.start_requests(conn, [FEED.id])[FEED.id]
            self.hook = pushed.make(conn, FEED.id, NOW)
        self.secret = secret_of(KEY, self.hook.name)
        app = create_app(
            self.database,
            BlobStore(folder),
            now=lambda: self.now,
            base_url=None,
            allowed_hosts=frozenset({"testserver"}),
            caller_key=KEY,
        )
        self.client = TestClient(app, raise_server_exceptions=False)

    def call(self, *, bearer: str = "", name: str = "", body: bytes = b"", **headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"authorization": f"Bearer {bearer}"} if bearer else {}
        return self.client.post(f"/hooks/{name or self.hook.name}", content=body, headers=sent).status_code

    def signed(self, secret: str, at: datetime, body: str = "{}") -> dict[str, str]:
        signature = Webhook(secret).sign("msg_1", at, body)
        return {"webhook_id": "msg_1", "webhook_timestamp": str(int(at.timestamp())), "webhook_signature": signature}

    def due(self, request_id: int) -> datetime | None:
        with self.database.read() as conn:
            return request_by_id(conn, request_id).next_due_at


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path)
    yield made
    made.database.close()


def test_who_shows_the_secret_has_the_source_looked_at_and_not_all_it_listed(archive: Archive) -> None:
    answer = archive.client.post(
        f"/hooks/{archive.hook.name}", content=b"<x/>", headers={"authorization": f"Bearer {archive.secret}"}
    )
    assert (answer.status_code, answer.json()) == (202, {"source": "halden/feed", "due": True})
    assert archive.due(archive.own) == NOW
    assert archive.due(archive.item) == NOW + timedelta(hours=5)
    with archive.database.read() as conn:
        [told] = [one for one in events.since(conn, 0) if one.type == "check.asked"]
    assert (told.source_id, told.data) == ("halden/feed", {"by": "a hook"})


def test_a_signature_of_the_standard_is_taken_for_five_minutes_either_way(archive: Archive) -> None:
    assert archive.call(body=b"{}", **archive.signed(archive.secret, NOW - timedelta(minutes=5))) == 202
    for at in (NOW - timedelta(minutes=5, seconds=1), NOW + timedelta(minutes=5, seconds=1)):
        assert archive.call(body=b"{}", **archive.signed(archive.secret, at)) == 401
    assert archive.call(body=b"{ }", **archive.signed(archive.secret, NOW)) == 401  # another body
    several = archive.signed(archive.secret, NOW)
    several["webhook_signature"] = f"v1,AAAA v1a,x {several['webhook_signature']}"
    archive.now += timedelta(minutes=1)
    assert archive.call(body=b"{}", **several) == 202


def test_nobody_else_learns_whether_there_is_such_a_hook_or_source(archive: Archive) -> None:
    wrong = secret_of(b"d" * 32, archive.hook.name)
    answers = [
        archive.client.post(f"/hooks/{name}", headers=headers, content=body)
        for name, headers, body in (
            (archive.hook.name, {}, b""),
            (archive.hook.name, {"authorization": f"Bearer {wrong}"}, b""),
            (archive.hook.name, {"authorization": "Bearer "}, b""),
            (archive.hook.name, {"authorization": f"Basic {archive.secret}"}, b""),
            (archive.hook.name, {"webhook-id": "1", "webhook-timestamp": "1e9", "webhook-signature": "v1"}, b"\xff"),
            ("no-such-hook", {"authorization": f"Bearer {archive.secret}"}, b""),
            ("halden", {"authorization": f"Bearer {archive.secret}"}, b""),
        )
    ]
    assert {(one.status_code, one.text) for one in answers} == {
        (401, '{"type":"about:blank","title":"No such hook, or not its secret","status":401}')
    }
    assert archive.due(archive.own) == NOW + timedelta(hours=5)
    assert archive.client.get(f"/hooks/{archive.hook.name}").status_code == 405
    assert archive.call(bearer=archive.secret, body=b"x" * 100_001) == 403


def test_a_hook_counts_once_a_minute(archive: Archive) -> None:
    assert archive.call(bearer=archive.secret) == 202
    archive.now += timedelta(seconds=59)
    answer = archive.client.post(f"/hooks/{archive.hook.name}", headers={"authorization": f"Bearer {archive.secret}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert archive.due(archive.own) == NOW
    archive.now += timedelta(seconds=1)
    assert archive.call(bearer=archive.secret) == 202
    assert archive.due(archive.own) == NOW + timedelta(minutes=1)


def test_a_new_hook_ends_the_one_before_and_a_revoked_one_answers_no_more(archive: Archive) -> None:
    with archive.database.write() as conn:
        newer = pushed.make(conn, FEED.id, NOW)
    assert archive.call(bearer=archive.secret) == 401
    assert archive.call(name=newer.name, bearer=secret_of(KEY, newer.name)) == 202
    with archive.database.write() as conn:
        assert pushed.end(conn, FEED.id, NOW)
        assert not pushed.end(conn, FEED.id, NOW)
    assert archive.call(name=newer.name, bearer=secret_of(KEY, newer.name)) == 401


def test_a_source_that_is_no_longer_watched_is_not_asked(archive: Archive) -> None:
    with archive.database.write() as conn:
        watchlist.sync(conn, [], [], NOW)
    assert archive.call(bearer=archive.secret) == 410
    assert archive.due(archive.own) is None


def test_no_secret_stands_in_the_database(archive: Archive, tmp_path: Path) -> None:
    archive.call(bearer=archive.secret)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("onrecord.db*"))
    assert archive.hook.name.encode() in kept
    assert archive.secret.removeprefix("whsec_").encode() not in kept
