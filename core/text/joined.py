"""Several readings as one, in their order: a document put together from several pages."""

from __future__ import annotations

from collections.abc import Sequence

from core.model import Place, Reading


def one_of(readings: Sequence[Reading]) -> Reading:
    """One reading of all places, under the title, language and date of the first page that has one; counts added up."""
    places: list[Place] = []
    links: list[tuple[int, str]] = []
    offers: list[tuple[int, str, str]] = []
    facts: dict[str, int | str] = {}
    for reading in readings:
        base = len(places)
        places += (_moved(place, base) for place in reading.places)
        links += ((at + base, url) for at, url in reading.links)
        offers += ((at + base, url, words) for at, url, words in reading.offers)
        for name, value in reading.facts.items():
            before = facts.get(name, 0)
            facts[name] = before + value if isinstance(value, int) and isinstance(before, int) else value
    return Reading(
        places=tuple(places),
        title=next((each.title for each in readings if each.title), ""),
        lang=next((each.lang for each in readings if each.lang), None),
        page_date=next((each.page_date for each in readings if each.page_date), None),
        links=tuple(links),
        offers=tuple(offers),
        facts=facts,
        incomplete="; ".join(dict.fromkeys(each.incomplete for each in readings if each.incomplete)),
    )


def _moved(place: Place, by: int) -> Place:
    """The place as it stands behind so many others."""
    heading = place.heading + by if place.heading >= 0 else -1
    lead_in = place.lead_in + by if place.lead_in >= 0 else -1
    return place._replace(heading=heading, lead_in=lead_in)
