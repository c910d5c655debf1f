"""What the pretend site does, moment by moment; every word is ours. Each story ends with a moment in which nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.crash.farside import Site

Deed = Callable[[Site], None]
POLICY, CODE, FEED, NOTE, SECOND = "/sales", "/code-dated", "/news.xml", "/news/one", "/news/two"

PAGES = """
companies:
  - name: Orrelund Instruments
    topics: [dna, police-sales]
    sources:
      - {id: sales, role: policy, every: 6h, url: "SITE/sales"}
      - {id: code, role: policy, every: 6h, url: "SITE/code-dated"}
"""
LISTED = """
companies:
  - name: Orrelund Instruments
    sources:
      - {id: news, kind: feed, every: 6h, url: "SITE/news.xml"}
"""
WAITING = """
companies:
  - name: Orrelund Instruments
    topics: [what-can-wait]
    sources:
      - {id: sales, role: policy, every: 6h, url: "SITE/sales"}
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """``hours`` after the start the site does ``deed``, then the agent does what is due."""

    hours: float
    deed: Deed


@dataclass(frozen=True, slots=True)
class Story:
    """``changes``, ``alerts``: how many of each the archive holds at the end. ``kills_from``: the first moment that
    is killed in; what comes before is told by another story."""

    name: str
    sources: str
    moments: tuple[Moment, ...]
    changes: int
    alerts: int
    kills_from: int = 1

    def at(self, number: int) -> timedelta:
        return timedelta(hours=self.moments[number].hours)


# --- what the pages say ----------------------------------------------------------------------------------------------

REFUSAL = "Orrelund will not sell identification instruments to police customers in the region of Ostmark."
KNOWINGLY = "Orrelund does not knowingly sell identification instruments to police customers in the region of Ostmark."
REST = (
    "We make instruments for laboratories, hospitals and schools in forty countries around the world.",
    "In the wrong hands they can be turned against the people whom they should serve every day.",
    "Every distributor signs our terms of sale and tells us each year who its customers have been.",
    "A committee of the board reads every report about misuse that reaches us within thirty days.",
    "We will publish the findings of our assessments every year on the thirtieth day of June.",
)
SUPPLIERS = (
    "Suppliers will not use forced labour, and we will visit each of them at least once a year.",
    "Whoever works for a supplier may speak to us in confidence, in a language of their own choosing.",
    "Wages are paid in full every month, and nobody pays a fee in order to be given work at all.",
    "A supplier that hides a workshop from our visitors loses its contract with us on that very day.",
)


def page(title: str, *paragraphs: str) -> str:
    words = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html lang=en><title>{title}</title><body><main><h1>{title}</h1>{words}</main></body></html>"
    )


def sales(promise: str) -> str:
    return page("Responsible sales", REST[0], promise, *REST[1:])


def feed(site: Site, *items: tuple[str, str]) -> None:
    """The newsroom lists these (path, title)."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{path}</guid><title>{title}</title><link>HOST{path}</link></item>"
        for path, title in items
    )
    text = f"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title>{entries}</channel></rss>"
    site.show(FEED, text.replace("HOST", site.root), media_type="application/rss+xml")


# --- deeds -----------------------------------------------------------------------------------------------------------


def opens(site: Site) -> None:
    site.show(POLICY, sales(REFUSAL))
    site.show(CODE, page("Supplier code", *SUPPLIERS))


def hedges(site: Site) -> None:
    site.show(POLICY, sales(KNOWINGLY))


def hedges_the_dated_page(site: Site) -> None:
    weaker = SUPPLIERS[0].replace("will not use", "should endeavour not to use")
    site.show(CODE, page("Supplier code", weaker, *SUPPLIERS[1:]))


def says_something_else(site: Site) -> None:
    """Nobody is promised anything by it: it can wait."""
    site.show(POLICY, page("Responsible sales", REST[0].replace("forty", "fifty"), REFUSAL, *REST[1:]))


def takes_it_back(site: Site) -> None:
    site.show(POLICY, sales(REFUSAL))


def rests(_site: Site) -> None:
    """Nothing changes: whoever is asked answers 304."""


def loses_most(site: Site) -> None:
    site.show(POLICY, page("Responsible sales", REST[0]))


def disappears(site: Site) -> None:
    site.fail(POLICY, 404)


def breaks(site: Site) -> None:
    site.fail(POLICY, 503)


def is_back(site: Site) -> None:
    site.recover(POLICY)


def lists_one(site: Site) -> None:
    site.show(NOTE, page("A first note", *REST))
    feed(site, (NOTE, "A first note"))


def lists_two(site: Site) -> None:
    site.show(SECOND, page("A second note", REFUSAL, *REST[1:]))
    feed(site, (NOTE, "A first note"), (SECOND, "A second note"))


def people_act(site: Site) -> None:
    """One presses, a stranger presses, one follows the link of a mail, one snoozes."""
    site.wants += ["press acknowledge", "stranger confirm", "link confirm", "press snooze=next"]


def hedges_twice(site: Site) -> None:
    hedges(site)
    hedges_the_dated_page(site)


def _moments(*given: tuple[float, Deed]) -> tuple[Moment, ...]:
    return tuple(Moment(hours, deed) for hours, deed in given)


STORIES = (
    Story("two pages are hedged", PAGES, _moments((0, opens), (7, hedges_twice), (14, rests)), 2, 3, kills_from=0),
    Story("there and back", PAGES, _moments((0, opens), (7, hedges), (14, takes_it_back)), 2, 3, kills_from=2),
    Story("a list gets longer", LISTED, _moments((0, lists_one), (7, lists_two), (14, rests)), 1, 2),
    Story("most of it goes", PAGES, _moments((0, opens), (7, loses_most), (7.3, rests), (14, rests)), 1, 2),
    Story(
        "a page is gone, and returns",
        PAGES,
        # At 31.1 nothing is asked: a reminder is due, whether or not somebody dead holds the address.
        _moments((0, opens), (7, disappears), (17, rests), (30, rests), (31.1, rests), (37, rests), (47, is_back)),
        2,
        5,
    ),
    Story("people act", PAGES, _moments((0, opens), (7, hedges), (7.1, people_act), (8, rests)), 1, 2, kills_from=2),
    Story("nobody acts", PAGES, _moments((0, opens), (7, hedges), (56, rests), (105, rests)), 1, 3, kills_from=2),
    Story("what can wait", WAITING, _moments((0, opens), (7, says_something_else), (25, rests)), 1, 4),
    Story("out of order for a day", PAGES, _moments((0, opens), (7, breaks), (14, rests), (30, is_back)), 0, 3),
)
