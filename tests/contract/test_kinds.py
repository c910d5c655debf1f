"""Every kind of source, against one suite: what it reads is what its cases say, and nothing breaks it or leaves it.

A case is a folder of tests/data/kinds/<kind>/: the response, and case.yaml with its address, options and what must come.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from core.config.shapes import KINDS
from core.errors import ConfigError, ReadError
from core.model import Reading, Source
from core.text.feed import Feed
from monitor.kinds import Kind, built_kinds, kinds
from monitor.reader_wire import TASKS, pack_feed, pack_reading, unpack_feed, unpack_reading
from tests.pdf_maker import Line, one_page

DATA = Path(__file__).resolve().parents[1] / "data" / "kinds"
ROOT = DATA.parents[2]
COUNTS = {"cninfo": 1, "hkex": 1, "registry": 3, "feed": 8, "listing": 8, "page": 3, "pdf": 2, "sec": 5, "sitemap": 6}


@dataclass(frozen=True)
class Case:
    kind: str
    name: str
    body: bytes
    expected: dict[str, Any]

    @property
    def asked(self) -> dict[str, Any]:
        given = self.expected
        how: dict[str, Any] = {"content_type": None, "url": given["url"]}
        how |= {name: tuple(given[name]) for name in ("select", "remove") if name in given}
        if "options" in given:
            how["options"] = tuple(tuple(pair) for pair in given["options"])
        return how


def cases() -> list[Case]:
    found: list[Case] = []
    for folder in sorted(DATA.glob("*/*/")):
        expected = YAML(typ="safe").load((folder / "case.yaml").read_text(encoding="utf-8"))
        (response,) = folder.glob("response.*")
        body = response.read_bytes()
        if expected.get("made") == "pdf":
            body = one_page(Line(72, 700, body.decode().strip()))
        found.append(Case(folder.parent.name, folder.name, body, expected))
    return found


CASES = cases()
BROKEN = {
    "nothing": b"",
    "a NUL": b"\0",
    "noise": bytes(range(256)) * 40,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 400,
    "half a page": b"<html><body><ul><li><a href='/x",
    "half a feed": b'<?xml version="1.0"?><rss version="2.0"><channel><item><title>On',
    "half a PDF": b"%PDF-1.7\n1 0 obj<<",
    "half a gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    "lone surrogates": b'{"items": [{"id": "\\ud800", "url": "https://x.example/\\udfff"}]}',
    "a deep page": b"<div>" * 5_000 + b"<a href=/x>x</a>",
    "a bad address": b"<html><body><ul>"
    + b"<li><a href='http://[bad'>One two three</a></li>" * 5
    + b"</ul></body></html>",
}


def test_every_kind_has_its_cases() -> None:
    assert {kind: sum(case.kind == kind for case in CASES) for kind in built_kinds()} == COUNTS


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}/{case.name}")
def test_a_response_is_read_as_its_case_says(case: Case) -> None:
    read = kinds()[case.kind].read
    if "error" in case.expected:
        with pytest.raises(ReadError) as refused:
            read(case.body, **case.asked)
        assert refused.value.detail.startswith(case.expected["error"])
        return
    found = read(case.body, **case.asked)
    assert found == read(case.body, **case.asked)  # pure: the same bytes give the same again
    if kinds()[case.kind].holds == "document":
        assert [place.text for place in found.places if place.stream == "main"] == case.expected["texts"]
        assert unpack_reading(pack_reading(found)) == found
        return
    listed = [
        [entry.url, entry.title, str(entry.published_at.date()) if entry.published_at else None]
        for entry in found.entries
    ]
    wanted = [[url, title, str(date) if date else None] for url, title, date in case.expected["entries"]]
    assert listed == wanted
    assert list(found.more) == case.expected.get("more", [])
    assert unpack_feed(pack_feed(found)) == found


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("kind", kinds().values(), ids=kinds().keys())
def test_broken_bytes_are_refused_or_read_and_never_anything_else(kind: Kind, body: bytes) -> None:
    found: object = None
    with contextlib.suppress(ReadError):
        found = kind.read(body, content_type=None, url="https://halden.example/x")
    assert found is None or isinstance(found, Reading if kind.holds == "document" else Feed)


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds().keys())
def test_reading_and_starting_open_no_socket_and_no_file(kind: Kind) -> None:
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and (event.startswith("socket.") or (event == "open" and "w" in str(arguments[1] or ""))):
            opened.append(event)

    sys.addaudithook(watch)
    try:
        for case in CASES:
            if case.kind == kind.name and "error" not in case.expected:
                kind.read(case.body, **case.asked)
        source = Source("acme/x", "acme", kind.name, "https://halden.example/x")
        assert kind.start(source) == kind.start(source) == ("https://halden.example/x",)
    finally:
        watching = False
    assert opened == []


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds().keys())
def test_a_reader_process_calls_what_the_kind_offers(kind: Kind) -> None:
    assert TASKS[kind.name].function == kind.reader


@pytest.mark.parametrize("kind", sorted(built_kinds()))
def test_an_option_the_kind_does_not_know_is_refused(kind: str) -> None:
    from core.config.sources import parse_sources

    assert kind in KINDS
    key, value = ("editions", "[]") if kind == "sec" else ("forms", "[10-K]")
    text = f"companies: [{{name: A, sources: [{{kind: {kind}, url: 'https://a.example/', {key}: {value}}}]}}]"
    with pytest.raises(ConfigError, match=f'"{key}" does not belong to a source of kind {kind}'):
        parse_sources(text, built_kinds=built_kinds())


@pytest.mark.parametrize("kind", sorted(built_kinds()))
def test_the_docs_name_the_kind(kind: str) -> None:
    assert f"| `{kind}` |" in (ROOT / "docs" / "how-to" / "sources.md").read_text(encoding="utf-8")


def test_a_list_of_ten_thousand_pages_is_cut_and_says_so() -> None:
    links = "".join(f"<li><a href='/n/{n}'>Release number {n} of the company</a></li>" for n in range(10_000))
    found = kinds()["listing"].read(
        f"<ul>{links}</ul>".encode(), content_type="text/html", url="https://halden.example/"
    )
    assert len(found.entries) == 300
    assert found.incomplete == "it names 10,000 pages; the first 300 are followed"
