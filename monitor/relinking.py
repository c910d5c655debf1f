"""Links of a page that lead elsewhere under the same words: kept with the version, and told where that matters."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from core import matching
from core.items import canonical
from core.model import DocumentEvent, Purpose
from core.relinks import Relink, relinked
from core.rule_matches import place_of
from monitor.capture import Arrival
from storage import changes, documents, listings

MOST_SAID = 4
RESTLESS = 3  # so often among the newest five changes, and a link is one that never stays


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of the links of a capture: ``said`` in words, and whether people should hear of it."""

    said: tuple[str, ...] = ()
    is_told: bool = False


NONE = Relinked()


def look_at_links(arrival: Arrival) -> Relinked:
    """Hold the links of the page's own text, not those of its menus, against the text that stood."""
    current, fetch = arrival.known.current, arrival.capture.fetch
    if current is None or fetch.purpose not in (Purpose.WATCH, Purpose.CONFIRM):
        return NONE
    offered = {at for at, _, _ in arrival.reading.offers}
    found = relinked(current.reading, arrival.reading, fetch.final_url or fetch.url, among=offered)
    if not found:
        return NONE
    with arrival.tools.database.read() as conn:
        followed = {
            canonical(item.url) for each in arrival.capture.asked for item in listings.known(conn, each.source.id)
        }
        watched = {canonical(each.url) for each in documents.live_addresses(conn, arrival.known.ref.company_id)}
        apart = [
            each for each in found if canonical(each.after) not in followed
        ]  # the others are told as swapped files
        is_told = any(each.is_of_file or canonical(each.before) in watched or _binds(arrival, each) for each in apart)
        is_told = is_told and not _is_restless(conn, arrival)
    return Relinked(tuple(str(each) for each in found[:MOST_SAID]), is_told)


def _binds(arrival: Arrival, link: Relink) -> bool:
    """The link stands in a passage with a promise or a watched term."""
    source, reading = arrival.capture.source, arrival.reading
    place = reading.places[link.at]
    at = place_of(arrival.known.ref, role=source.role)
    guard = matching.guard_for(arrival.tools.rules, arrival.tools.commitments, always=source.always, at=at)
    return place.stream == "main" and bool(guard(place.text, reading.lead_in(link.at)))


def _is_restless(conn: Connection, arrival: Arrival) -> bool:
    newest = changes.of_document(conn, arrival.known.document.id, limit=5)
    return sum(each.change.event is DocumentEvent.RELINKED for each in newest) >= RESTLESS
