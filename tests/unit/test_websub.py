"""What a feed says of its hub, what a hub's lease comes to, and which addresses hubs can call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.text.feed import read_feed
from core.websub import Offer, again_after, callback_fault, offer_of, signing, term_of

URL = "https://halden.example/feeds/news.xml"
NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>urn:1</id>
<link rel="alternate" href="/"/><link rel="hub" href="https://hub.example/"/><link rel="hub" href="https://two.example/"/>
<link rel="self" href="https://halden.example/atom"/></feed>"""
RSS = b"""<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>News</title><link>/</link>
<a:link rel="hub" href="https://hub.example/"/><a:link rel="self" href="news.xml"/></channel></rss>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "News", "feed_url": "https://halden.example/feed.json",
"hubs": [{"type": "WebSub", "url": "https://hub.example/"}, 7, {"url": 3}], "items": []}"""


@pytest.mark.parametrize(
    ("body", "hubs", "topic"),
    [
        (ATOM, ("https://hub.example/", "https://two.example/"), "https://halden.example/atom"),
        (RSS, ("https://hub.example/",), "https://halden.example/feeds/news.xml"),
        (JSON, ("https://hub.example/",), "https://halden.example/feed.json"),
        (b"<rss version='2.0'><channel><title>News</title></channel></rss>", (), ""),
    ],
)
def test_a_feed_names_its_hubs_and_itself(body: bytes, hubs: tuple[str, ...], topic: str) -> None:
    feed = read_feed(body, content_type=None, url=URL)
    assert offer_of((), URL, feed.hubs, feed.topic) == Offer(hubs, topic)


@pytest.mark.parametrize(
    ("links", "found"),
    [
        (['<https://h.example/>; rel="hub", <https://s.example/f>; rel="self"'], ("https://h.example/", "https://s.example/f")),
        (["<https://h.example/>;rel=HUB", "<https://s.example/f>; rel='x'; title=\"a, b\""], ("https://h.example/", URL)),
        (['</hub>; title="a;b, <c>"; rel="preload hub"'], ("https://halden.example/hub", URL)),
        (["<javascript:alert(1)>; rel=hub"], None),
        (["<https://h.example/; rel=hub", "rel=hub", ";;;,,,<>"], None),
    ],
)  # fmt: skip
def test_headers_name_hubs_too(links: list[str], found: tuple[str, str] | None) -> None:
    expected = Offer((found[0],), found[1]) if found else Offer()
    assert offer_of([("link", link) for link in links], URL, (), "") == expected


def test_headers_win_over_the_feed_and_a_few_hubs_are_enough() -> None:
    said = offer_of([("link", "<https://h.example/>; rel=hub")], URL, ["https://feed.example/"], "/self")
    assert said == Offer(("https://h.example/",), "https://halden.example/self")
    assert len(offer_of((), URL, [f"https://{at}.example/" for at in range(50)], "").hubs) == 5


@pytest.mark.parametrize(
    ("given", "lease", "renewed"),
    [
        ("864000", timedelta(days=10), timedelta(days=9)),
        ("3600", timedelta(hours=1), timedelta(minutes=48)),
        ("0", timedelta(minutes=5), timedelta(minutes=4)),
        ("999999999", timedelta(days=60), timedelta(days=59)),
        ("", timedelta(days=10), timedelta(days=9)),
        ("-1", timedelta(days=10), timedelta(days=9)),
        ("²", timedelta(days=10), timedelta(days=9)),
    ],
)
def test_a_lease_is_renewed_before_it_ends(given: str, lease: timedelta, renewed: timedelta) -> None:
    term = term_of(given, NOW)
    assert (term.until - NOW, term.renew_at - NOW) == (lease, renewed)


def test_a_hub_that_fails_is_asked_less_often_and_once_a_day_at_least() -> None:
    assert [again_after(failures) / timedelta(hours=1) for failures in (1, 2, 3, 4, 5, 6, 99)] == [
        1,
        2,
        4,
        8,
        16,
        24,
        24,
    ]


@pytest.mark.parametrize(
    "header", ["", "sha256", "md5=" + "a" * 40, "sha256=xyz", "sha256=" + "a" * 39, "=" + "a" * 64]
)
def test_what_is_no_signature_signs_nothing(header: str) -> None:
    assert signing(header, "secret") is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://in.example.org/", ""),
        ("http://192.0.2.7:8765", "192.0.2.7"),  # documentation, and so nobody's
        ("http://1.1.1.1:8765", ""),
        (None, "set web.public_url"),
        ("http://127.0.0.1:8765", "127.0.0.1"),
        ("http://localhost:8765", "localhost"),
        ("http://10.1.2.3", "10.1.2.3"),
        ("http://[::1]:8765", "::1"),
        ("http://[fd00::1]/", "fd00::1"),
        ("http://archive/", "archive"),
        ("http://archive.local./", "archive.local"),
    ],
)
def test_which_addresses_hubs_can_call(address: str | None, fault: str) -> None:
    said = callback_fault(address)
    assert fault in said
    assert bool(said) == bool(fault)
