"""Deliveries and messages for tests of channels, made the way the product makes them."""

from __future__ import annotations

from dataclasses import replace

from alerts.decide import decide
from alerts.message import Message, compose
from core.model import Act, Change, Edit, Match, Place, Reading, Severity
from storage.deliveries import Delivery
from tests.changes import BASE_URL, FIRST_CHANGED, HALDEN, change_of

DELIVERY_ID = "01JD7Q4T0C5R8V2N6K9M3X7A1B"


def delivery_of(
    change: Change, *, channel: str = "slack", target: str = "#rights", base_url: str | None = BASE_URL
) -> Delivery:
    """The claimed delivery of a change's alert."""
    alert = decide(change, base_url=base_url)
    assert alert is not None
    return Delivery(
        id=DELIVERY_ID,
        alert_id=118,
        kind=alert.kind,
        severity=alert.severity.value,
        title=alert.title,
        report=alert.report,
        receiver="Biotech team",
        channel=channel,
        target=target,
        why=("rights desk: severity is high",),
        state="sending",
        attempts=1,
        created_at=FIRST_CHANGED,
        next_attempt_at=FIRST_CHANGED,
        token="t",
    )


def message_of(
    change: Change, *, channel: str = "slack", target: str = "#rights", base_url: str | None = BASE_URL
) -> Message:
    """The message of a change's alert."""
    return compose(delivery_of(change, channel=channel, target=target, base_url=base_url))


def written_everywhere(text: str) -> Change:
    """A change in which a page wrote ``text`` wherever a page can write: title, headings, lead-in, words, date, address."""

    def page(words: str) -> Reading:
        places = (
            Place(f"Heading {text}", "heading", "main", level=1),
            Place(f"We do not: {text}", "paragraph", "main", heading=0),
            Place(words, "item", "main", heading=0, lead_in=1),
        )
        return Reading(places=places, title=text, lang="en", page_date=text)

    document = replace(HALDEN, title=text, url=f"https://haldenbio.example/{text[:2000]}")
    change = change_of(
        page(f"We never sell. {text}"),
        page(f"{text} We sometimes sell."),
        Edit(Act.REWORDED, before=(2,), after=(2,)),
        document=document,
    )
    match = Match("hedge.x", "hedging", Act.ADDED, Severity.HIGH, (text[:3000],), 0, "A watched word")
    return replace(change, matches=(match,))
