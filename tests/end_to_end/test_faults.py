"""What the far side, the disk and a wrong password do to a check: a reason for the operator, and nothing lost."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from storage.blobs import BlobStore
from tests.command import Ran, onrecord, write_home
from tests.far_side import Answer, Site, page
from tests.hostile_server import HostileServer
from tests.postgres import NoPostgres, postgres
from tests.repository import ROOT
from tests.slack_standin import SlackStandIn

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."
FRENCH = "Nous ne vendrons jamais d’appareils à la police, même à l’étranger, et nous en répondons."


def body(text: str | bytes, media_type: str = "text/html; charset=utf-8") -> str:
    """The path under which the hostile server answers exactly this."""
    raw = text if isinstance(text, bytes) else text.encode()
    return f"/body?hex={raw.hex()}&type={urllib.parse.quote(media_type)}"


def shell(text: str) -> str:
    """A page that shows a few words, and leaves the rest to a script which takes it from JSON."""
    state = f'{{"props": {{"text": "{text}", "more": "{"Every one of our offices is bound by this. " * 3}"}}}}'
    shown = "<p>Halden makes instruments for laboratories, and this page says what we stand for.</p>"
    return f"{shown}<div id=app></div><script type=application/json>{state}</script>"


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn:
        return conn.execute(sql).fetchall()


# --- the far side --------------------------------------------------------------------------------------------------

REFUSED = {  # source: how its reason begins
    "unreachable": "could not connect: connection refused",
    "nameless": "no address found for the name nowhere.invalid",
    "timeout": "not finished within 1 s",
    "drip": "not finished within 1 s",
    "reset": "the connection was closed before a whole answer came",
    "truncated": "the body is broken or ends too early",
    "cut-chunks": "the body is broken or ends too early",
    "thirty-megabytes": "page too large (over 25 MB)",
    "bomb": "page too large (over 25 MB)",
    "ring": "redirects in a circle",
    "private": "10.1.2.3 is a private network",
    "certificate": "bad certificate: unable to get local issuer certificate",
    "no-http": "the answer is not proper HTTP",
    "server-error": "the server reports its own error (500)",
    "block": "a short page that says",
    "empty": "the answer was empty",
    "picture": "not a page but",
    "feed-cut": "not well formed",
    "feed-path": "neither RSS, Atom nor JSON Feed: '/etc/passwd'",
    "feed-address": "neither RSS, Atom nor JSON Feed: 'http://",
    "feed-bytes": "neither RSS, Atom nor JSON Feed",
    "feed-bomb": "",
}
READ = {  # source: a passage that is read all the same
    "wrong-charset": FRENCH,
    "unknown-charset": FRENCH,
    "soup": FRENCH,
    "nul": FRENCH,
    "half-a-pair": "We will never sell \ufffd any of this to the police, whatever they pay us.",
    "well": FRENCH,
    "feed-well-item": FRENCH,
}
LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><rss version='2.0'><channel><title>&j;</title></channel></rss>"
)


def hostile_sources(server: HostileServer, tls: HostileServer, closed: int) -> dict[str, str]:
    """Every misbehaviour under the id of a source, and between them pages that can be read."""
    text = f"<h1>Ethics</h1><p>{FRENCH}</p><p>{'Cela vaut pour tous nos bureaux. ' * 3}</p>"
    item = server.url(body(text))
    feed = f"<rss version='2.0'><channel><item><title>A</title><link>{item.replace('&', '&amp;')}</link></item></channel></rss>"
    rss = "application/rss+xml"
    return {
        "unreachable": f"http://127.0.0.1:{closed}/policy",
        "nameless": "http://nowhere.invalid/policy",
        "timeout": server.url("/silent"),
        "drip": server.url("/drip"),
        "reset": server.url("/reset"),
        "wrong-charset": server.url(body(text.encode("cp1252"))),
        "truncated": server.url("/short"),
        "cut-chunks": server.url("/cut-chunks"),
        "thirty-megabytes": server.url("/huge?n=30000000"),
        "bomb": server.url("/bomb?as=gzip"),
        "unknown-charset": server.url(body(text, "text/html; charset=klingon")),
        "ring": server.url("/ring/a"),
        "private": server.url("/to?url=http://10.1.2.3/policy"),
        "certificate": tls.url("/page"),
        "no-http": server.url("/garbage"),
        "soup": server.url(body(f"<p><b>{text}</i></div><table><tr><td>{text}")),
        "server-error": server.url("/status?code=500"),
        "block": server.url(body("<h1>Access denied</h1><p>You do not have permission to access this page here.</p>")),
        "empty": server.url(body("")),
        "picture": server.url(body(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64), "image/png")),
        "nul": server.url(body(text.replace("vendrons", "ven\0drons"))),
        "half-a-pair": server.url(
            body(shell("We will never sell \\ud83d any of this to the police, whatever they pay us."))
        ),
        "feed-cut": server.url(body("<rss><channel><item><title>A</title><link>http", rss)),
        "feed-path": server.url(body("/etc/passwd", rss)),
        "feed-address": server.url(body(server.url("/echo"), rss)),
        "feed-bytes": server.url(body(bytes(range(256)), rss)),
        "feed-bomb": server.url(body(LAUGHS, rss)),
        "feed-well": server.url(body(feed, rss)),
        "well": server.url(body(text + "<p>Et voilà.</p>")),
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of every hostile source, and a second one."""

    home: Path
    first: Ran
    second: Ran
    asked: list[str]

    def line(self, source: str) -> dict[str, Any]:
        return next(line for line in self.first.lines if line["source"] == source)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    home = tmp_path_factory.mktemp("hostile")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with HostileServer() as server, HostileServer(tls=context) as tls:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            closed = probe.getsockname()[1]
        lines = [
            f'{{id: {name}, kind: {"feed" if name.startswith("feed-") else "page"}, url: "{url}"}}'
            for name, url in hostile_sources(server, tls, closed).items()
        ]
        write_home(home, server.authority, *lines)
        allowed = f'["{server.authority}", "{tls.authority}", "127.0.0.1:{closed}"]'
        (home / "settings.yaml").write_text(
            f"fetch: {{allow_private: {allowed}, host_gap_seconds: 0, timeout_seconds: 1}}\nreaders: {{seconds: 2}}\n"
        )
        first = onrecord("--home", home, "check", "--json")
        asked = [request.path for request in server.received]
        yield Checked(home, first, onrecord("--home", home, "check", "--json"), asked)


@pytest.mark.parametrize(("source", "reason"), REFUSED.items())
def test_a_fault_of_the_far_side_is_a_failed_line_with_its_reason(checked: Checked, source: str, reason: str) -> None:
    line = checked.line(source)
    assert (line["status"], line["grade"], line["alerts"], line["document"]) == ("failed", "bad", 0, None)
    told = line["reasons"][0].removeprefix("robots.txt could not be read, so nothing is asked: ")
    assert told.startswith(reason)
    assert line["reasons"][0]


def test_every_fault_is_an_incident_with_a_fetch_behind_it(checked: Checked) -> None:
    found = rows(
        checked.home,
        "SELECT i.source_id, i.count, f.id IS NOT NULL FROM incidents i LEFT JOIN fetches f ON f.id = i.opened_fetch_id "
        "WHERE i.closed_at IS NULL",
    )
    assert {source: count for source, count, has_fetch in found if has_fetch} == dict.fromkeys(REFUSED, 2)


@pytest.mark.parametrize(("source", "passage"), READ.items())
def test_what_can_be_read_is_read_among_what_cannot(checked: Checked, source: str, passage: str) -> None:
    found = [line for line in checked.first.lines if line["source"] == source.removesuffix("-item")]
    line = found[-1]
    assert (line["status"], line["grade"]) == ("new", "good")
    texts = rows(
        checked.home,
        "SELECT p.text FROM passages p JOIN spans s ON s.passage_id = p.id JOIN documents d ON d.id = s.document_id "
        f"WHERE d.slug = '{line['document']}'",
    )
    assert passage in {text for (text,) in texts}


def test_each_source_is_asked_twice_and_each_attempt_leaves_a_row(checked: Checked) -> None:
    every = set(REFUSED) | {source.removesuffix("-item") for source in READ}
    assert (checked.first.status, checked.second.status) == (0, 0)
    assert {line["source"] for line in checked.first.lines} == every
    assert len(checked.first.lines) == len(every) + 1  # the feed and its item
    assert {line["status"] for line in checked.second.lines} == {"failed", "unchanged"}
    (fetched,) = rows(checked.home, "SELECT count(*) FROM fetches WHERE url NOT LIKE '%/robots.txt'")
    assert fetched[0] == len(checked.first.lines) + len(checked.second.lines)


def test_no_body_is_ever_taken_for_a_place_to_read_from(checked: Checked) -> None:
    assert "/echo" not in checked.asked
    (kept,) = rows(checked.home, "SELECT count(*) FROM passages WHERE text LIKE '%root:%'")
    assert kept == (0,)


# --- text no database takes ----------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_nul_and_half_pairs_are_kept_on_postgresql_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = '[{"id": "a\\u0000\\ud800", "url": "URL", "title": "A \\u0000 note"}]'
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "N\\u0000", "items": {items}}}'
    try:
        server = postgres()
        with server as running, Site() as site:
            site.pages["/nul"] = page(PROMISE.replace("sell", "se\0ll"))
            site.pages["/half"] = shell(
                "We will never sell \\ud83d any \\u0000 of this to the police, whatever they pay us."
            )
            site.pages["/note"] = page("A note.")
            text = feed.replace("URL", site.url("/note"))
            site.pages["/feed"] = Answer(body=text.encode(), media_type="application/feed+json")
            write_home(
                home,
                site.authority,
                f'{{id: nul, url: "{site.url("/nul")}"}}',
                f'{{id: half, url: "{site.url("/half")}"}}',
                f'{{id: feed, kind: feed, url: "{site.url("/feed")}"}}',
            )
            monkeypatch.setenv("ONRECORD_DATABASE_URL", running.create())
            ran = onrecord("check", "--json")
            assert ran.status == 0
            assert sorted((line["source"], line["status"]) for line in ran.lines) == [
                ("feed", "new"),
                ("feed", "new"),
                ("half", "new"),
                ("nul", "new"),
            ]
            assert "We will never sell \ufffd »any of this« to the police" in onrecord("search", '"any of this"').out
    except NoPostgres as error:
        pytest.skip(f"NOT RUN on PostgreSQL: {error}")


# --- the disk ------------------------------------------------------------------------------------------------------

CHECK = "import sys; sys.argv = ['onrecord', *sys.argv[1:]]; from monitor.cli import main; main()"


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    """A home that watches three pages which the first check has seen; the disk is still large."""
    with Site() as site:
        names = ("one", "two", "three")
        for name in names:
            site.pages[f"/{name}"] = page(PROMISE, f"This is page {name} of three that we show to everybody.")
        write_home(home, site.authority, *(f'{{id: {name}, url: "{site.url(f"/{name}")}"}}' for name in names))
        assert onrecord("check").status == 0
        yield site


def grow(site: Site) -> None:
    """Every page changes, and is larger than the disk will be."""
    for name in ("one", "two", "three"):
        noise = "".join(f"<p>{os.urandom(60).hex()} is number {n} of the list.</p>" for n in range(2_500))
        site.pages[f"/{name}"] = page(HEDGED, f"This is page {name} of three that we show to everybody.") + noise


def shrink(site: Site) -> None:
    for name in ("one", "two", "three"):
        site.pages[f"/{name}"] = page(HEDGED, f"This is page {name} of three that we show to everybody.")


def on_a_small_disk(home: Path, megabytes: int, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a mount namespace of its own in which the home's data lies on a disk of that size."""
    disk = home.parent / "disk"
    disk.mkdir(exist_ok=True)
    script = (
        'mount -t tmpfs -o size="$1"m tmpfs "$2" && cp -a "$3/data/." "$2" && mount --bind "$2" "$3/data" || exit 97\n'
        'shift 3; "$@"; status=$?\n'
        f'cp -a "{disk}/." "{home}/after"; exit $status\n'
    )
    (home / "after").mkdir()
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(megabytes), str(disk), str(home)]
    return subprocess.run(
        [*command, sys.executable, "-c", CHECK, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ONRECORD_HOME": str(home)},
        check=False,
        timeout=120,
    )


def sound(database: Path) -> bool:
    """Opens cleanly: whole, with every reference in place."""
    with closing(sqlite3.connect(database)) as conn:
        return (
            conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            and conn.execute("PRAGMA foreign_key_check").fetchall() == []
        )


def assert_nothing_is_lost(home: Path, site: Site) -> None:
    """With room again the next check finds every change, once, and tells it."""
    told = onrecord("check", "--json")
    assert told.status == 0
    changes = rows(home, "SELECT d.slug, count(*) FROM changes c JOIN documents d ON d.id = c.document_id GROUP BY 1")
    assert [count for _, count in changes] == [1, 1, 1]
    assert rows(home, "SELECT count(*) FROM deliveries WHERE state <> 'sent'") == [(0,)]
    assert rows(home, "SELECT count(*) FROM alerts WHERE kind = 'change'") == [(3,)]
    store = BlobStore(home / "data" / "blobs")
    for (digest,) in rows(home, "SELECT digest FROM snapshots"):
        assert store.get(digest)


def test_a_disk_that_is_full_stops_the_check_with_the_reason(home: Path, site: Site) -> None:
    grow(site)
    ran = on_a_small_disk(home, 2, "check")
    if ran.returncode == 97 or "unshare" in ran.stderr:
        pytest.skip(f"NOT RUN: this machine lets nobody mount a small disk: {ran.stderr.strip()[-200:]}")
    assert ran.returncode == 1
    assert "full" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr
    after = home / "after"
    assert sound(after / "onrecord.db")
    assert list((after / "blobs").rglob("*.partial")) == []
    shutil.rmtree(home / "data")
    after.rename(home / "data")
    assert_nothing_is_lost(home, site)


def test_a_database_that_cannot_grow_stops_the_check_with_the_reason(
    home: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit of pages stands for a full disk where none can be mounted."""
    from storage import engine

    prepare = engine._prepare_sqlite
    (pages,) = rows(home, "PRAGMA page_count")[0]

    def small(journal: str, connection: Any, record: object) -> None:
        prepare(journal, connection, record)
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    grow(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_prepare_sqlite", small)
        ran = onrecord("check")
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "onrecord: database: database or disk is full"
    assert sound(home / "data" / "onrecord.db")
    assert_nothing_is_lost(home, site)


def test_a_file_that_may_not_grow_stops_the_check_with_the_reason(home: Path, site: Site) -> None:
    """A limit on the size of files (ulimit -f) ends like a full disk, in the archive of bytes."""
    grow(site)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000));"
    ran = subprocess.run(
        [sys.executable, "-c", limit + CHECK, "check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ONRECORD_HOME": str(home)},
        check=False,
        timeout=120,
    )
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "File too large" in ran.stderr or "disk I/O error" in ran.stderr
    assert sound(home / "data" / "onrecord.db")
    assert list((home / "data" / "blobs").rglob("*.partial")) == []
    assert_nothing_is_lost(home, site)


# --- those we speak through ----------------------------------------------------------------------------------------

DESK = """\
receivers:
  desk: {slack: {channel: "#rights"}, email: [desk@example.org]}
default: desk
"""


def test_a_wrong_slack_token_and_a_wrong_password_stay_in_the_outbox_with_their_reasons(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlackStandIn() as slack, Site() as site:
        refused = AuthResult(success=False, handled=False)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        mail = Controller(
            Refusing(), hostname="127.0.0.1", port=port, authenticator=lambda *_: refused, auth_require_tls=False
        )
        mail.start()
        try:
            site.pages["/policy"] = page(PROMISE)
            settings = (
                f"slack: {{base_url: {slack.api!r}}}\n"
                f"mail: {{host: 127.0.0.1, port: {port}, security: none, user: onrecord, from: a@example.org}}\n"
            )
            write_home(home, site.authority, f'{{id: policy, url: "{site.url("/policy")}"}}', settings=settings)
            (home / "routes.yaml").write_text(DESK)
            monkeypatch.setenv("ONRECORD_SLACK_TOKEN", "xoxb-wr0ng")
            monkeypatch.setenv("ONRECORD_SMTP_PASSWORD", "wr0ng-password")
            ran = onrecord("check")
        finally:
            mail.stop()
    assert ran.status == 0, "the check itself was carried out"
    assert "two messages could not be sent: onrecord outbox" in ran.err
    assert slack.posts == []
    kept = rows(home, "SELECT channel, state, error FROM deliveries ORDER BY channel")
    assert kept == [
        (
            "email",
            "dead",
            "mail server 127.0.0.1 refused the login of onrecord; look at ONRECORD_SMTP_PASSWORD and mail.user: "
            "535 5.7.8 Authentication credentials invalid",
        ),
        (
            "slack",
            "dead",
            "Slack refused a message for #rights: invalid_auth (the token is not valid: look at ONRECORD_SLACK_TOKEN)",
        ),
    ]
    everything = ran.out + ran.err + str(rows(home, "SELECT data FROM events"))
    assert "wr0ng" not in everything


class Refusing:
    """A mail server that takes no letter, and that nobody could get to take one."""


# --- our own archive -----------------------------------------------------------------------------------------------


def test_bytes_that_rotted_before_they_were_read_do_not_end_the_watch(home: Path, site: Site) -> None:
    """A kill between bytes and reading, then a damaged file: the page is asked again as if it had not been."""
    shrink(site)
    assert onrecord("check").status == 0
    data = home / "data"
    (digest,) = rows(home, "SELECT last_digest FROM requests WHERE url LIKE '%/one'")[0]
    with closing(sqlite3.connect(data / "onrecord.db")) as conn, conn:
        conn.execute(
            "UPDATE requests SET last_digest = NULL, etag = NULL, unread_fetch_id = last_fetch_id WHERE url LIKE '%/one'"
        )
    blob = data / "blobs" / digest[:2] / digest[2:4] / f"{digest}.zst"
    blob.write_bytes(blob.read_bytes()[:-9])
    ran = onrecord("check", "one", "--json")
    assert ran.status == 0
    assert [line["status"] for line in ran.lines] == ["failed", "unchanged"]
    assert ran.lines[0]["reasons"][0].startswith("bytes that were kept and not yet read are lost: snapshot")
    assert BlobStore(data / "blobs").get(digest), "what was served again is kept again"
