"""Which reader reads what, and what is refused with which word."""

from __future__ import annotations

import json

import pytest

from core.errors import ReadError
from core.text import html, pdflayout, plain
from core.text.read import EXTRACTOR, as_utf8, read, sniff
from tests.pdf_maker import Line, one_page

HTML = b"<!doctype html><title>T</title><p>We respect human rights."


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (HTML, None, "html"),
        (HTML, "text/plain", "html"),
        (HTML, "application/pdf", "html"),
        (b"\xef\xbb\xbf\n <HTML>", None, "html"),
        (b"<!-- a --> <!-- b -->\n<html>", None, "html"),
        (b"just words", "text/html", "html"),
        (b"words first <p class=x>then markup", None, "html"),
        ("<p>héllo".encode("utf-16"), None, "html"),
        ("<html><p>héllo".encode("utf-16-le"), None, "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html><p>x', None, "html"),
        (b"<my-page>custom</my-page>", None, "html"),
        (b"just words", None, "plain"),
        (b"# Title\n\nwords <p>", "text/markdown; charset=utf-8", "plain"),
        (b"<ann@example.org> wrote", "text/plain", "html"),
        (b"[1] a note", None, "plain"),
        (b"", None, "plain"),
        ("words".encode("utf-16"), None, "plain"),
        (b"%PDF-1.7\n", "text/html", "pdf"),
        (b"\r\n\0%PDF-1.4\n", None, "pdf"),
        (b"garbage before %PDF-1.4\n", None, "pdf"),
        (b"<p>a page about %PDF-1.4", None, "html"),
        (b'{"a": {"b": 1}}', None, "json"),
        (b'[{"a": 1}]', "text/plain", "json"),
        (b"[1, 2]", "application/json", "json"),
        (b'<rss version="2.0"><channel>', None, "feed"),
        (b'<?xml version="1.0"?>\n<!-- made by -->\n<feed xmlns="http://www.w3.org/2005/Atom">', "text/xml", "feed"),
        (b"<rdf:RDF xmlns:rdf='x'>", None, "feed"),
        (b'<?xml version="1.0"?><urlset>', None, "xml"),
        (b"<svg><text>hi", None, "xml"),
        (b"PK\x03\x04rest", None, "binary"),
        (b"\x89PNG\r\n", None, "binary"),
        (b"\x1f\x8b\x08", "text/html", "binary"),
        (b"\0\1\2\3" * 64, None, "binary"),
        (b"words", "image/png", "binary"),
    ],
)
def test_bytes_first_then_the_header(body: bytes, content_type: str | None, kind: str) -> None:
    assert sniff(body, content_type) == kind


def test_comments_without_end_do_not_make_it_wander() -> None:
    assert sniff(b"<!---->" * 600, None) == "plain"
    assert sniff(b"<!-- a --> " * 400 + b"x", None) == "plain"


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"a": {}}', "json", "not a page"),
        (b"<rss></rss>", "feed", "kind feed"),
        (b'<?xml version="1.0"?><urlset/>', "xml", "XML"),
        (b"PK\x03\x04", "binary", "office document"),
        (b"\0\1\2\3" * 64, "binary", "no text"),
        (b"%PDF-1.7 and nothing", "pdf", "broken"),
    ],
)
def test_what_is_no_page_is_refused_with_one_word(body: bytes, kind: str, words: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(body, content_type=None, url="https://example.org/")
    assert caught.value.kind == kind
    assert words in caught.value.detail


def test_each_reader_says_that_it_read() -> None:
    url = "https://example.org/"
    assert read(HTML, content_type=None, url=url).facts["reader"] == "html"
    assert read(b"words", content_type=None, url=url).facts["reader"] == "plain"
    reading = read(one_page(Line(72, 700, "We respect human rights.")), content_type="text/html", url=url)
    assert (reading.facts["reader"], reading.places[0].text) == ("pdf", "We respect human rights.")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_pages_reach_the_reader_as_utf8(codec: str) -> None:
    page = "<html><p>Nous avons cessé la vente à l’étranger, déjà signalée.</p>"
    assert as_utf8(page.encode(codec), None) == page.encode()
    (place,) = read(page.encode(codec), content_type=None, url="https://example.org/").places
    assert place.text == "Nous avons cessé la vente à l’étranger, déjà signalée."


def test_nul_bytes_do_not_end_a_page() -> None:
    places = read(b"<html><p>Hu\0man ri\0ghts</p>\0<p>stay", content_type=None, url="https://example.org/").places
    assert [place.text for place in places] == ["Human rights", "stay"]


def test_two_charsets_in_one_page_lose_no_line() -> None:
    page = "<html><p>déjà dit, très clairement, à l’été</p><p>".encode() + "été".encode("latin-1") + b"</p><p>end"
    assert len(read(page, content_type=None, url="https://example.org/").places) == 3


def test_an_empty_body_has_no_places() -> None:
    reading = read(b"", content_type="text/plain", url="https://example.org/")
    assert (reading.places, reading.facts["bytes"]) == ((), 0)


def test_selectors_reach_the_html_reader() -> None:
    page = b"<html><body><div id=a><p>Kept words.</p></div><div id=b><p>Other words.</p></div>"
    reading = read(page, content_type=None, url="https://example.org/", select=("#a",))
    assert [place.text for place in reading.places] == ["Kept words."]


def test_the_extractor_names_every_reader() -> None:
    assert f"{html.VERSION}+{pdflayout.VERSION}+{plain.VERSION}" == EXTRACTOR


def test_reading_twice_gives_the_same() -> None:
    first, second = (read(HTML, content_type=None, url="https://example.org/") for _ in range(2))
    assert first == second
    assert json.dumps(first.facts) == json.dumps(second.facts)
