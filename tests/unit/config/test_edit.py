"""sources.yaml edited in place: what is not meant stays, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.edit import add_sources, set_key
from core.config.sources import Watchlist, parse_sources
from core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
KINDS = frozenset({"page", "pdf", "feed", "listing", "sitemap"})
TEXT = """\
# what we watch
schema: 1   # the format

companies:
  # the first
  - id: acme
    name: "Acme"            # quoted
    topics: [dna,   police]
    sources:
      - {kind: page, url: "https://acme.example/a", note: 'single'}  # behind
      # between
      - kind: feed
        url: https://acme.example/feed   # of news

        # inside
        every: 30m
  - name: Borealis AG
    sources: [{url: "https://borealis.example/x"}]
  - id: empty
    name: Empty
# the end
"""
ADDED = [{"kind": "page", "role": "ethics", "url": "https://acme.example/ethics?a=1", "note": 'he said "no": never'}]


def parsed(text: str) -> Watchlist:
    return parse_sources(text, built_kinds=KINDS)


def lines_lost(before: str, after: str) -> list[str]:
    kept = after.splitlines()
    return [line for line in before.splitlines() if line not in kept]


@pytest.mark.parametrize("company", ["acme", "empty", "new-one"])
def test_adding_keeps_every_line_and_the_order(company: str) -> None:
    after = add_sources(TEXT, company, ADDED, name="New: One")
    assert lines_lost(TEXT, after) == []
    watched = parsed(after)
    added = [source for source in watched.sources if source.company == company and source.role == "ethics"]
    assert [(source.url, source.note) for source in added] == [(ADDED[0]["url"], ADDED[0]["note"])]
    before = [source.id for source in parsed(TEXT).sources]
    assert [source.id for source in watched.sources if source.role != "ethics"] == before


def test_adding_to_a_list_in_one_line() -> None:
    after = add_sources(TEXT, "borealis-ag", ADDED)
    assert lines_lost(TEXT, after) == ['    sources: [{url: "https://borealis.example/x"}]']
    assert len([source for source in parsed(after).sources if source.company == "borealis-ag"]) == 2


def test_adding_to_nothing() -> None:
    watched = parsed(
        add_sources(
            "",
            "acme",
            [{"url": "https://acme.example/", "editions": [{"url": "https://acme.example/de", "lang": "de"}]}],
            name="Acme",
        )
    )
    assert [source.id for source in watched.sources] == ["acme/page", "acme/page@de"]


@pytest.mark.parametrize(
    ("line", "key", "value", "shown"),
    [
        (
            10,
            "enabled",
            False,
            "      - {kind: page, enabled: false, url: \"https://acme.example/a\", note: 'single'}  # behind",
        ),
        (
            10,
            "url",
            "https://acme.example/b",
            "      - {kind: page, url: \"https://acme.example/b\", note: 'single'}  # behind",
        ),
        (10, "note", None, '      - {kind: page, url: "https://acme.example/a"}  # behind'),
        (12, "url", "https://acme.example/rss", '        url: "https://acme.example/rss"   # of news'),
        (12, "enabled", False, "        enabled: false"),
    ],
)
def test_a_key_is_set_and_the_rest_stays(line: int, key: str, value: str | bool | None, shown: str) -> None:
    after = set_key(TEXT, line, key, value)
    assert shown in after.splitlines()
    assert len(lines_lost(TEXT, after)) <= 1
    parsed(after)


def test_a_key_set_and_taken_out_again_leaves_no_trace() -> None:
    for line in (10, 12):
        assert set_key(set_key(TEXT, line, "enabled", False), line, "enabled", None) == TEXT


def test_a_line_where_nothing_begins_is_refused() -> None:
    with pytest.raises(ConfigError, match="no source begins here"):
        set_key(TEXT, 11, "enabled", False)


def test_the_shipped_list_survives_every_edit() -> None:
    text = (ROOT / "sources.yaml").read_text(encoding="utf-8")
    before = parsed(text)
    after = add_sources(text, "qiagen", ADDED)
    assert lines_lost(text, after) == []
    assert len(parsed(after).sources) == len(before.sources) + 1
    source = next(source for source in before.sources if source.id == "nike/xinjiang")
    paused = set_key(text, before.lines[source.id], "enabled", False)
    assert [each.id for each in before.enabled if each not in parsed(paused).enabled] == ["nike/xinjiang"]
    assert len(text.splitlines()) == len(paused.splitlines())
