"""The event stream in words: what the daemon's log says and ``onrecord events`` prints. A view, nothing of its own.

Checks that found nothing are counted, not listed: :func:`narrate` makes one line of many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.text.visible import one_line
from core.wording import OF_VERDICT, counted
from storage.events import Event

Level = Literal["debug", "info", "warning", "error"]

LEVELS: Final[dict[str, Level]] = {
    "fetched": "debug",
    "alert.refused": "warning",
    "delivery.failed": "warning",
    "delivery.dead": "error",
    "incident.opened": "warning",
    "capture.refused": "debug",  # its incident says it
    "check.failed": "error",
    "listing.gap": "warning",
    "configuration.refused": "error",
    "agent.disk.began": "error",
    "clock.jumped": "warning",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how loud, the words, and the event it tells of (None where it sums several up)."""

    level: Level
    text: str
    event: Event | None = None


def narrate(events: Sequence[Event], names: Mapping[int, str]) -> list[Line]:
    """Lines for some events in order, fetches summed up at the end. ``names`` are documents' names by id."""
    lines = [Line(LEVELS.get(event.type, "info"), describe(event, names), event) for event in events]
    told = [line for line in lines if line.level != "debug"]
    asked = [event for event in events if event.type == "fetched"]
    if asked:
        told.append(Line("info", _summary(asked)))
    return told


def _summary(asked: Sequence[Event]) -> str:
    outcomes = Counter(_outcome(event) for event in asked)
    what = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    return f"asked {counted(len(asked), 'address', 'addresses')}: {what}"


def _outcome(event: Event) -> str:
    status = event.data.get("status")
    if status is None:
        return "without an answer"
    return "not modified" if status == 304 else f"answered {status}"


def describe(event: Event, names: Mapping[int, str]) -> str:
    """One event as a sentence without a full stop; page text in it is safe to show."""
    data = event.data
    document = names.get(event.document_id or 0, "")
    who = document or event.source_id or _text(data, "url")
    known = _SENTENCES.get(event.type)
    if known is None:
        return f"{event.type} {who}".strip()
    given: dict[str, str] = {key: _text(data, key) for key in data}
    given |= {"change": str(event.change_id or ""), "alert": str(event.alert_id or "")}
    given |= {"who": who, "source": event.source_id or who, "reasons": _reasons(data)}
    if event.type == "change.detected":
        facts = (
            _text(data, "class"),
            _text(data, "event"),
            verdict_word(_text(data, "verdict")),
            _text(data, "severity"),
        )
        given["facts"] = ", ".join(fact for fact in facts if fact)
    return " ".join(known.format_map(_Given(given)).split()).strip(" :")


def verdict_word(verdict: str) -> str:
    """A verdict as people read it, in small letters."""
    words = {known.value: mark.word.lower() for known, mark in OF_VERDICT.items()}
    return words.get(verdict, "")


_SENTENCES: Final = {
    "fetched": "asked {url}: {status} {detail}",
    "capture.refused": "{source}: not seen: {reasons}",
    "capture.suspected": "{source}: looks wrong, a second capture decides: {reasons}",
    "version.recorded": "{who}: version {number} kept",
    "listing.read": "{source}: {new} new of {items} listed",
    "listing.gap": "{source}: every item is new at once ({items}): some may have been missed",
    "item.moved": "{source}: “{title}” moved from {from} to {to}",
    "item.edited": "{source}: “{title}” was “{was}”",
    "item.missing": "{source}: “{title}” is no longer listed; its page is asked",
    "item.listed_again": "{source}: “{title}” is listed again",
    "change.detected": "{who}: change {change}: {facts}",
    "document.gone": "{who}: gone",
    "alert.raised": "alert {severity}: {title}",
    "alert.handled": "alert {alert}: {told}",
    "alert.refused": "alert {alert}: {told}",
    "delivery.sent": "sent to {receiver}: {channel} {target}",
    "delivery.failed": "not sent to {receiver} yet: {error}",
    "delivery.dead": "given up sending to {receiver}: {error} (onrecord outbox)",
    "delivery.dropped": "dropped for {receiver}: {reason}",
    "target.off": "switched off: {channel} {target} ({reason})",
    "target.on": "switched on again: {channel} {target}",
    "drill.passed": "the weekly drill arrived everywhere, places: {places}",
    "drill.failed": "the weekly drill did not arrive everywhere (onrecord outbox)",
    "feed.ended": "addresses of the feed {feed} {name} lead nowhere any more: ended by {by}",
    "incident.opened": "{source}: cannot be seen: {reasons}",
    "incident.closed": "{source}: seen again",
    "hub.agreed": "{source}: {hub} tells of news from now on",
    "hub.failed": "{source}: its hub {hub} does not push ({why}); it is asked at its own pace",
    "check.asked": "{source}: to be looked at now, says {by}",
    "check.failed": "{url}: a fault in On Record: {error}",
    "agent.disk.began": "{what}",
    "agent.disk.over": "{what}",
    "clock.jumped": "{what}",
    "sources.add": "sources added: {what}",
    "sources.pause": "no longer asked: {what}",
    "sources.resume": "asked again: {what}",
    "sources.move": "moved: {what}",
    "sources.capture": "captured by a person: {what}",
    "agent.started": "started, process {pid}",
    "agent.stopped": "stopped: {reason}",
    "configuration.reloaded": "configuration reloaded: {what}",
    "configuration.refused": "the edited configuration is not used: {what}",
}


class _Given(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    return "" if value is None else one_line(str(value).replace("_", " ") if key == "class" else str(value), 300)


def _reasons(data: Mapping[str, object]) -> str:
    reasons = data.get("reasons")
    return "; ".join(one_line(str(reason), 200) for reason in reasons[:3]) if isinstance(reasons, list) else ""


def as_object(event: Event) -> dict[str, Any]:
    """The event as programs read it."""
    return {
        "id": event.id,
        "at": event.at,
        "type": event.type,
        "company": event.company_id,
        "source": event.source_id,
        "document": event.document_id,
        "fetch": event.fetch_id,
        "change": event.change_id,
        "alert": event.alert_id,
        "delivery": event.delivery_id,
        "data": event.data,
    }
