"""The event stream in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.narrator import as_object, describe, narrate
from storage.events import Event

AT = datetime(2026, 11, 23, 18, 4, 12, tzinfo=UTC)


def event(type_: str, number: int = 1, **given: Any) -> Event:
    return Event(number, AT, type_, **given)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            event(
                "fetched", source_id="acme/ethics", data={"url": "https://acme.example/", "status": 200, "detail": ""}
            ),
            "asked https://acme.example/: 200",
        ),
        (
            event("fetched", data={"url": "https://acme.example/", "status": None, "detail": "no answer within 30 s"}),
            "asked https://acme.example/: no answer within 30 s",
        ),
        (
            event("feed.ended", data={"feed": "company", "name": "acme", "by": "A. Osei"}),
            "addresses of the feed company acme lead nowhere any more: ended by A. Osei",
        ),
        (
            event("target.off", data={"channel": "email", "target": "a@example.org", "who": "bo", "reason": "left"}),
            "switched off: email a@example.org (left)",
        ),
        (event("drill.passed", data={"places": 3}), "the weekly drill arrived everywhere, places: 3"),
        (event("version.recorded", document_id=7, data={"number": 3}), "acme/ethics: version 3 kept"),
        (
            event(
                "change.detected",
                document_id=7,
                change_id=12,
                data={"class": "dates_only", "event": None, "severity": "low", "verdict": "UNCLASSIFIED"},
            ),
            "acme/ethics: change 12: dates only, changed, please read, low",
        ),
        (
            event("alert.raised", data={"severity": "high", "title": "WEAKENED: Acme"}),
            "alert high: WEAKENED: Acme",
        ),
        (
            event("incident.opened", source_id="acme/ethics", data={"reasons": ["the server refuses us (403)"]}),
            "acme/ethics: cannot be seen: the server refuses us (403)",
        ),
        (event("incident.closed", source_id="acme/ethics"), "acme/ethics: seen again"),
        (
            event("delivery.dead", data={"receiver": "desk", "error": "no such channel"}),
            "given up sending to desk: no such channel (onrecord outbox)",
        ),
        (event("some.day", source_id="acme/ethics"), "some.day acme/ethics"),
    ],
)
def test_each_event_is_a_sentence(told: Event, words: str) -> None:
    assert describe(told, {7: "acme/ethics"}) == words


def test_what_a_page_wrote_cannot_move_the_cursor() -> None:
    told = event("alert.raised", data={"severity": "high", "title": "a\x1b[2Jb\nc"})
    assert describe(told, {}) == "alert high: a⟨U+001B⟩[2Jb c"


def test_fetches_are_summed_up_and_everything_else_is_a_line() -> None:
    asked = [event("fetched", at, data={"url": "u", "status": 304 if at < 3 else 200}) for at in range(5)]
    lines = narrate([*asked, event("incident.closed", 6, source_id="acme/ethics"), event("capture.refused", 7)], {})
    assert [(line.level, line.text) for line in lines] == [
        ("info", "acme/ethics: seen again"),
        ("info", "asked five addresses: 3 not modified, 2 answered 200"),
    ]


def test_what_needs_somebody_is_loud() -> None:
    loud = narrate([event("incident.opened"), event("delivery.dead"), event("check.failed")], {})
    assert [line.level for line in loud] == ["warning", "error", "error"]


def test_for_programs_every_id_has_its_name() -> None:
    assert as_object(event("fetched", 9, source_id="acme/ethics", fetch_id=3, data={"status": 200})) == {
        "id": 9,
        "at": AT,
        "type": "fetched",
        "company": None,
        "source": "acme/ethics",
        "document": None,
        "fetch": 3,
        "change": None,
        "alert": None,
        "delivery": None,
        "data": {"status": 200},
    }
