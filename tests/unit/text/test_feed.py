"""Feeds to entries: RSS, Atom, JSON Feed, and bodies that would do something else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ReadError
from core.text.feed import MAX_ENTRIES, Feed, absolute, read_feed

URL = "https://example.org/feeds/news.xml"


def feed(body: str | bytes, content_type: str | None = None) -> Feed:
    return read_feed(body if isinstance(body, bytes) else body.encode(), content_type=content_type, url=URL)


def rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>News &amp; more</title>{"".join(items)}</channel></rss>'


def test_rss() -> None:
    found = feed(
        rss(
            "<language>en-GB</language>",
            "<item><title>We &lt;b&gt;promise&lt;/b&gt;</title><link>/news/1</link><guid isPermaLink='false'>1</guid>"
            "<pubDate>Wed, 20 Feb 2019 15:00:00 +0200</pubDate>"
            "<description>&lt;p&gt;One &lt;script&gt;alert(1)&lt;/script&gt;two.&lt;/p&gt;</description></item>",
            "<item><title>No date</title><guid>2</guid></item>",
        )
    )
    assert (found.title, found.lang, found.incomplete) == ("News & more", "en-gb", "")
    first, second = found.entries
    assert (first.guid, first.url, first.title) == ("1", "https://example.org/news/1", "We promise")
    assert first.published_at == datetime(2019, 2, 20, 13, 0, tzinfo=UTC)
    assert first.summary_text == "One two."
    assert (second.url, second.published_at) == ("https://example.org/feeds/2", None)


def test_atom_takes_published_before_updated() -> None:
    found = feed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>a</id><link href="../a"/>'
        "<published>2024-01-01T00:00:00Z</published><updated>2024-06-01T00:00:00Z</updated></entry></feed>"
    )
    (entry,) = found.entries
    assert (entry.url, entry.published_at) == ("https://example.org/a", datetime(2024, 1, 1, tzinfo=UTC))


def test_json_feed() -> None:
    found = feed(
        '{"version":"https://jsonfeed.org/version/1.1","title":"T","language":"de","items":['
        '{"id":7,"url":"/x","title":"A","content_html":"<p>Words &amp; more</p>","date_published":"2020-01-02T14:00:00-07:00"},'
        '{"id":7,"title":"the same again"},"nonsense",{"id":"b","url":{},"title":[],"date_published":"soon"}]}'
    )
    assert [(entry.guid, entry.url, entry.title, entry.summary_text) for entry in found.entries] == [
        ("7", "https://example.org/x", "A", "Words & more"),
        ("b", "", "", ""),
    ]
    assert found.entries[0].published_at == datetime(2020, 1, 2, 21, tzinfo=UTC)
    assert found.lang == "de"


@pytest.mark.parametrize(
    "body", ["/etc/hostname", "tests/conftest.py", "http://127.0.0.1:9/feed", "file:///etc/hostname"]
)
def test_a_body_that_is_a_path_or_an_address_is_only_text(body: str) -> None:
    with pytest.raises(ReadError, match="neither RSS, Atom nor JSON Feed") as caught:
        feed(body)
    assert caught.value.kind == "feed"


def test_a_body_that_names_an_existing_feed_file_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(rss("<item><guid>secret</guid></item>"))
    with pytest.raises(ReadError):
        feed(str(file))


@pytest.mark.parametrize("body", ["", "<html><p>no feed", "{}", '{"items": 3}', "[1,2]", "{broken", "[" * 100_000])
def test_what_is_no_feed_says_so(body: str) -> None:
    with pytest.raises(ReadError):
        feed(body)


def test_a_malformed_feed_gives_what_can_be_had() -> None:
    found = feed(rss("<item><title>One</title><guid>1</guid></item>", "<item><title>Two & three</title><guid>2"))
    assert [entry.title for entry in found.entries] == ["One", "Two & three"]
    assert found.incomplete.startswith("not well formed")


def test_entities_of_its_own_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    found = feed(rss("<item><title>A &l9;</title><guid>1</guid></item>", head=head))
    assert len(found.entries[0].title) < 20
    one = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"A" * 100_000}">]>'
    assert len(feed(rss(f"<item><title>{'&a;' * 1_000}</title><guid>1</guid></item>", head=one)).entries) == 1


def test_a_feed_too_long_is_cut_before_an_entry_and_says_so() -> None:
    found = feed(rss(*(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in range(MAX_ENTRIES + 500))))
    assert len(found.entries) == MAX_ENTRIES
    assert found.incomplete.startswith("only the first 1000 entries were read")


def test_an_entry_repeated_is_one() -> None:
    assert len(feed(rss(*["<item><title>A</title><guid>1</guid></item>"] * 3)).entries) == 1


def test_impossible_dates_are_none() -> None:
    found = feed(rss("<item><guid>1</guid><pubDate>Wed, 99 Foo 2019</pubDate></item>"))
    assert found.entries[0].published_at is None


def test_the_header_s_charset_counts() -> None:
    body = rss("<item><title>Café</title><guid>1</guid></item>", head="").encode("latin-1")
    assert feed(body, "application/rss+xml; charset=iso-8859-1").entries[0].title == "Café"


@pytest.mark.parametrize(
    ("link", "resolved"),
    [
        ("/a", "https://example.org/a"),
        ("https://other.example/b", "https://other.example/b"),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.org", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_links_are_absolute_or_nothing(link: str, resolved: str) -> None:
    assert absolute(URL, URL, link) == resolved


@pytest.mark.corpus
def test_every_feed_of_the_corpus(shared: Path) -> None:
    entries = {
        "miniflux-invalid-prolog.xml": 1,
        "miniflux-iso-8859-1-meta-after-1024.html": None,
        "miniflux-iso-8859-1.xml": 0,
        "miniflux-koi8r.xml": 2,
        "miniflux-utf8-incorrect-prolog.xml": 1,
        "miniflux-utf8-meta-after-1024.html": None,
        "miniflux-windows-1252-incorrect-prolog.xml": 0,
        "miniflux-windows-1252.xml": 0,
        "reader-10.json": 0,
        "reader-empty.atom": 1,
        "reader-empty.json": 1,
        "reader-empty.rss": 1,
        "reader-full.atom": 5,
        "reader-full.json": 2,
        "reader-full.rss": 5,
        "reader-invalid.json": 8,
        "reader-relative.atom": 1,
        "reader-relative.rss": 1,
        "reader-unknown.json": 0,
    }
    files = [file for file in sorted((shared / "corpus" / "feeds").iterdir()) if file.name != "SOURCES.json"]
    assert len(files) == len(entries) == 19
    for file in files:
        try:
            count: int | None = len(feed(file.read_bytes()).entries)
        except ReadError:
            count = None
        assert count == entries[file.name], file.name


@pytest.mark.corpus
def test_filings_listed_as_atom(shared: Path) -> None:
    files = sorted((shared / "corpus" / "filings" / "edgar").glob("getcurrent-atom-page*.xml"))
    assert [len(feed(file.read_bytes()).entries) for file in files] == [50, 63, 65]
