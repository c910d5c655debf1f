"""What the daemon says before the first request and after the first round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.config.routes import console_routes
from core.config.settings import Settings
from core.config.sources import parse_sources
from core.model import Source
from core.rules.parse import parse_packs
from monitor.home import Home, Loaded
from monitor.statement import Places, after_first_round, before_first_request
from storage.sources import SourceHealth

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
PLACES = Places(Path("/srv/onrecord"), Path("/srv/onrecord/data"), "http://127.0.0.1:8765/")


def loaded(text: str) -> Loaded:
    kinds = frozenset({"page", "feed"})
    return Loaded(
        Home(Path("/srv/onrecord")),
        parse_sources(text, built_kinds=kinds),
        parse_packs({}),
        console_routes(),
        Settings(),
    )


def test_it_names_hosts_identity_pace_and_receivers() -> None:
    text = """\
companies:
  - name: Acme
    sources:
      - {url: "https://acme.example/policy"}
      - {kind: feed, url: "https://news.example/feed"}
      - {url: "https://off.example/", role: off, enabled: false}
"""
    assert before_first_request(loaded(text)) == [
        "On Record watches two sources of one company.",
        "It will ask two hosts: acme.example, news.example",
        "It asks as “OnRecord/0.1 (+policy archive)”, with 5 seconds between two requests to one host.",
        "Pages that one feed lists are asked too, wherever they are.",
        "Who is told: console (console).",
    ]


def test_with_nothing_switched_on_it_asks_nobody() -> None:
    said = before_first_request(loaded("companies: [{name: Acme}]\n"))
    assert said[1] == "It will ask nobody: no source is switched on."


def health(name: str, *, asked: bool = True, code: str | None = None, status: int | None = 200) -> SourceHealth:
    source = Source(name, "acme", "page", f"https://acme.example/{name}")
    return SourceHealth(source, NOW, None, 1, last_fetch_at=NOW if asked else None, status=status, incident_code=code)


def test_it_says_what_was_reached_what_refused_and_when_it_asks_again() -> None:
    seen = [
        health("a"),
        health("b", code="refused", status=403),
        health("c", code="dns", status=None),
        health("d", asked=False),
    ]
    assert after_first_round(seen, NOW + timedelta(minutes=12), PLACES, NOW) == [
        "Reached 1 of 4 sources.",
        "Could not see two sources:",
        "  b: refused (403)",
        "  c: name not found",
        "One source not asked yet.",
        "Next check 23 Nov, 18:12 UTC (in 12 minutes).",
        "Data: /srv/onrecord/data. Pages: http://127.0.0.1:8765/.",
    ]


def test_without_pages_and_without_a_next_check() -> None:
    assert after_first_round([], None, Places(Path("/srv"), Path("/srv/data"), None), NOW) == [
        "Reached 0 of 0 sources.",
        "Data: /srv/data. Pages: none.",
    ]


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(seconds=-1), "now"),
        (timedelta(seconds=20), "in less than a minute"),
        (timedelta(minutes=119), "in 119 minutes"),
        (timedelta(minutes=786), "in 13 hours"),
    ],
)
def test_how_long_it_is_until_the_next_check(after: timedelta, said: str) -> None:
    (_, line, _) = after_first_round([], NOW + after, PLACES, NOW)
    assert line.endswith(f"UTC ({said}).")
