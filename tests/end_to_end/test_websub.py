"""Hubs that push (WebSub): a real hub on loopback, the pages it calls, the fetcher that asks it, and a clock that tests move."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.model import Purpose
from core.websub import secret_of
from monitor import hubs
from monitor.app import Agent, build, utc_now
from monitor.cache import load_home
from monitor.home import Home
from monitor.keys import link_key
from monitor.pages import Pages
from storage import events, fetches, sources, subscriptions
from storage.leases import request_by_id
from storage.subscriptions import Subscription
from tests.command import onrecord, write_home
from tests.hub_standin import Hub

MINUTE = timedelta(minutes=1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass
class Watch:
    """One feed whose hub may push, read once, and the pages its hub calls."""

    hub: Hub
    agent: Agent
    speaker: hubs.Speaker
    now: datetime

    def keep_up(self, *, is_wanted: bool = True) -> int:
        watched = hubs.wanted(self.agent.loaded.watchlist.sources) if is_wanted else {}
        asked = hubs.keep_up(self.speaker, watched)
        self.hub.settle()
        return asked

    @property
    def row(self) -> Subscription:
        with self.agent.tools.database.read() as conn:
            [row] = subscriptions.all_of(conn)
        return row

    def due(self) -> datetime | None:
        with self.agent.tools.database.read() as conn:
            return request_by_id(conn, sources.start_requests(conn, ["halden/feed"])["halden/feed"]).next_due_at

    def told(self, *types: str) -> list[tuple[str, object]]:
        with self.agent.tools.database.read() as conn:
            found = events.since(conn, 0)
        return [(one.type, one.data.get("by") or one.data.get("why")) for one in found if one.type in types]


@contextmanager
def watching(home: Path, hub: Hub) -> Iterator[Watch]:
    port = free_port()
    source = f"{{id: halden/feed, kind: feed, url: '{hub.base}/news.xml', websub: true}}"
    write_home(home, hub.authority, source, port=port)
    text = (home / "settings.yaml").read_text()
    (home / "settings.yaml").write_text(
        text.replace(f"port: {port}", f"port: {port}, public_url: 'http://in.example.org:{port}/'")
    )
    assert onrecord("--home", home, "check").status == 0
    where = Home(home)
    with build(where, {}, loaded=load_home(where, {})) as agent:
        watch = Watch(hub, agent, None, utc_now())  # type: ignore[arg-type]  # the speaker needs its clock
        tools = replace(agent.tools, now=lambda: watch.now)
        base_url = agent.loaded.settings.web.called_at
        assert base_url is not None
        key = link_key(where.data(agent.loaded.settings))
        watch.speaker = hubs.Speaker(tools, agent.fetcher, "", timedelta(0), base_url, key)
        pages = Pages(agent.archive, lambda: watch.now, dict)
        assert pages.open() == f"http://127.0.0.1:{port}/"
        try:
            yield watch
        finally:
            pages.close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as standing:
        yield standing


def test_a_hub_is_asked_comes_back_pushes_goes_on_and_ends(hub: Hub, tmp_path: Path) -> None:
    with watching(tmp_path, hub) as watch:
        start, polled = watch.now, watch.due()
        assert watch.keep_up() == 1
        [form] = hub.asked
        row = watch.row
        assert form == {
            "hub.callback": f"{watch.speaker.base_url.rstrip('/')}/hub/{row.name}",
            "hub.mode": "subscribe",
            "hub.topic": f"{hub.base}/news.xml",
            "hub.secret": secret_of(watch.speaker.key, row.name),
            "hub.lease_seconds": "864000",
        }
        assert hub.answers == [(200, "c0ffee")]
        assert (row.state, row.until, row.next_at) == ("pushed", start + timedelta(days=10), start + timedelta(days=9))
        assert watch.keep_up() == 0
        a_push_is_a_hint(watch, polled)
        it_is_asked_to_go_on(watch)
        it_ends_when_the_file_no_longer_says_so(watch)
        every_ask_left_a_row_that_holds_no_secret(watch)


def a_push_is_a_hint(watch: Watch, polled: datetime | None) -> None:
    """Signed: the feed is due. What was pushed is nowhere."""
    hub = watch.hub
    assert hub.push(b"<rss>lies</rss>", secret="another") == 202
    assert hub.call("POST", hub.asked[0]["hub.callback"], b"<rss>lies</rss>")[0] == 202
    assert watch.due() == polled
    for minutes, method in enumerate(("sha1", "sha256", "sha384", "sha512")):
        watch.now += MINUTE
        assert hub.push(b"<rss>\xfflies</rss>", method=method) == 202, minutes
        assert watch.due() == watch.now
    was = watch.now
    watch.now += timedelta(seconds=59)
    assert hub.push(b"<rss>lies</rss>") == 202
    assert watch.due() == was  # once a minute counts
    assert watch.told("check.asked") == [("check.asked", "its hub")] * 4
    assert hub.feeds_read == 1
    assert not watch.agent.archive.blobs.has(hashlib.sha256(b"<rss>lies</rss>").hexdigest())


def it_is_asked_to_go_on(watch: Watch) -> None:
    row, hub = watch.row, watch.hub
    assert row.next_at is not None
    assert row.until is not None
    watch.now = row.next_at
    hub.status = 500
    assert watch.keep_up() == 1
    assert (watch.row.state, watch.row.until, watch.row.failures) == ("pushed", row.until, 1)  # still pushed till then
    assert watch.row.next_at == watch.now + timedelta(hours=1)
    hub.status, hub.lease = 202, 3600
    watch.now += timedelta(hours=1)
    assert watch.keep_up() == 1
    assert (watch.row.until, watch.row.failures) == (watch.now + timedelta(hours=1), 0)
    assert watch.row.next_at == watch.now + timedelta(minutes=48)
    assert [form["hub.callback"] for form in hub.asked] == [hub.asked[0]["hub.callback"]] * 3


def it_ends_when_the_file_no_longer_says_so(watch: Watch) -> None:
    hub, name = watch.hub, watch.row.name
    assert watch.keep_up(is_wanted=False) == 1
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in hub.asked[-1]
    assert hub.answers[-1] == (200, "c0ffee")
    with watch.agent.tools.database.read() as conn:
        ended = subscriptions.by_name(conn, name)
        assert subscriptions.all_of(conn) == []
    assert ended is not None
    assert (ended.state, ended.until) == ("ended", None)
    watch.now += timedelta(hours=1)
    was = watch.due()
    assert hub.push(b"<rss/>") == 410
    assert watch.due() == was
    assert watch.keep_up() == 1  # agreed again: another name, another secret
    assert hub.asked[-1]["hub.callback"] != hub.asked[0]["hub.callback"]
    assert hub.asked[-1]["hub.secret"] != hub.asked[0]["hub.secret"]


def every_ask_left_a_row_that_holds_no_secret(watch: Watch) -> None:
    with watch.agent.tools.database.write() as conn:
        hub_request = sources.at_rest(conn, f"{watch.hub.base}/hub")
        newest = fetches.newest_of(conn, hub_request)
        assert newest is not None
        fetch = fetches.fetch_by_id(conn, newest)
        count = conn.exec_driver_sql("SELECT count(*) FROM fetches WHERE purpose = 'hub'").scalar()
    assert (fetch.purpose, fetch.status) == (Purpose.HUB, 202)
    assert count == len(watch.hub.asked) == 5
    kept = b"".join(path.read_bytes() for path in (watch.agent.archive.home.path / "data").glob("onrecord.db*"))
    assert watch.row.name.encode() in kept
    assert all(form["hub.secret"].encode() not in kept for form in watch.hub.asked if "hub.secret" in form)


def test_hubs_that_do_not_do_as_asked_leave_the_feed_at_its_own_pace(hub: Hub, tmp_path: Path) -> None:
    with watching(tmp_path, hub) as watch:
        polled = watch.due()
        hub.is_mute = True
        assert watch.keep_up() == 1
        only_what_we_asked_for_is_confirmed(watch)
        watch.now += timedelta(minutes=15)
        assert watch.keep_up() == 0
        assert (watch.row.state, watch.row.said) == ("failed", "it was asked and did not call back")
        watch.now += timedelta(hours=1)
        hub.is_mute = False
        assert watch.keep_up() == 1
        assert watch.row.state == "pushed"
        form = hub.asked[-1]
        hub.come_back(form)  # once more, which nobody asked for
        assert hub.answers[-1][0] == 404
        hub.come_back(form | {"hub.mode": "denied"}, **{"hub.reason": "no more \u202epushes"})
        assert hub.answers[-1] == (200, "")
        assert (watch.row.state, watch.row.next_at) == ("failed", watch.now + timedelta(days=1))
        assert watch.row.said.startswith("it refused: no more")
        assert watch.due() == polled
        doctor = onrecord("--home", tmp_path, "doctor", "--json")
        [about] = [line for line in doctor.lines if line["check"] == "hubs"]
        assert about["what"] == f"halden/feed: {hub.base}/hub does not push: {watch.row.said}"
        assert watch.told("hub.failed", "hub.agreed")[:2] == [
            ("hub.failed", "it was asked and did not call back"),
            ("hub.agreed", None),
        ]


def only_what_we_asked_for_is_confirmed(watch: Watch) -> None:
    """A hub that was asked and is mute; others come in its place."""
    hub = watch.hub
    [form] = hub.asked
    for other in (
        {"hub.topic": "https://elsewhere.example/feed"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "publish"},
        {"hub.challenge": ""},
    ):
        hub.come_back({**form, **other}, **{key: value for key, value in other.items() if key == "hub.challenge"})
        assert hub.answers.pop()[0] == 404, other
    nobody = form["hub.callback"][:-4] + "AAAA"
    hub.come_back({**form, "hub.callback": nobody})
    assert hub.answers.pop()[0] == 404
    assert hub.call("POST", nobody, b"x")[0] == 404
    assert watch.row.state == "asked"


def test_a_hub_named_in_a_header_inside_the_network_is_not_asked(hub: Hub, tmp_path: Path) -> None:
    hub.link_header = '<http://127.0.0.1:9/hub>; rel="hub", </news.xml>; rel=self'
    with watching(tmp_path, hub) as watch:
        watch.keep_up()
        assert watch.row.hub == "http://127.0.0.1:9/hub"
        assert watch.row.state == "failed"
        assert "127.0.0.1" in watch.row.said
        assert hub.asked == []


def test_a_feed_is_not_pushed_where_no_hub_could_call(tmp_path: Path) -> None:
    write_home(tmp_path, "127.0.0.1:1", "{id: s, kind: feed, url: 'https://halden.example/news.xml', websub: true}")
    ran = onrecord("--home", tmp_path, "validate")
    assert ran.status == 2
    assert "sources.yaml:5: s: websub: hubs could not call back: set web.public_url in settings.yaml" in ran.err
