"""How a host is treated by the workers of the agent: left alone when it fails, obeyed when it asks, never in a burst.

A controlled clock; what was asked and when is read from the pretend site's own log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Ask, FetchReason, Source
from monitor.robots import Robots
from monitor.tools import Clock
from monitor.workers import Desk, claim, work
from storage.schema import events, requests
from tests.site import Answer, Got, World, page, world

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GAP = 5 * SECOND


@dataclass
class Agent:
    """A worker over a world: it takes what is due, as the daemon does, and notes when each address was asked."""

    made: World
    asked: list[tuple[datetime, str]] = field(default_factory=list)
    retry_after: timedelta | None = None

    def __post_init__(self) -> None:
        self.desk = Desk(self, "test", GAP, lambda _checked: None)

    def fetch(self, ask: Ask, now: Clock) -> Got:
        self.asked.append((now(), ask.url))
        got = self.made.site.fetch(ask, now)
        return replace(got, fetch=replace(got.fetch, retry_after=self.retry_after)) if self.retry_after else got

    def go(self, span: timedelta, step: timedelta = SECOND) -> list[tuple[datetime, str]]:
        """Let time pass and do what is due; what was asked meanwhile."""
        before, until = len(self.asked), self.made.now + span
        while self.made.now < until:
            for lease in claim(self.made.tools, self.desk, 4):
                work(self.made.tools, self.desk, lease)
            self.made.now += step
        return self.asked[before:]


def policy(name: str, host: str = "acme.example", every: timedelta = HOUR) -> Source:
    return Source(f"acme/{name}", "acme", "page", f"https://{host}/{name}", every=every)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with world(tmp_path) as made:
        yield Agent(made)


def shows(agent: Agent, *sources: Source) -> None:
    agent.made.watch(*sources)
    for source in sources:
        agent.made.site.shows(source.url, page(f"What {source.id} says."))


def test_pages_of_one_host_are_asked_one_after_another_with_the_gap_between(agent: Agent) -> None:
    shows(agent, *(policy(f"p{at}") for at in range(6)), policy("other", "halden.example"))
    asked = agent.go(MINUTE)
    own = [at for at, url in asked if "acme" in url]
    assert len(own) == 6
    assert min(after - before for before, after in pairwise(own)) >= GAP
    assert next(at for at, url in asked if "halden" in url) - own[0] < GAP  # another host waits for nobody


def test_a_host_that_fails_is_left_alone_ever_longer_and_costs_the_others_nothing(agent: Agent) -> None:
    shows(agent, *(policy(f"p{at}") for at in range(4)), policy("other", "halden.example"))
    agent.go(MINUTE)
    for at in range(4):
        agent.made.site.answers[policy(f"p{at}").url] = Answer(reason=FetchReason.CONNECT)
    asked = agent.go(DAY, MINUTE)
    own = [(at, url) for at, url in asked if "acme" in url]
    gaps = [after[0] - before[0] for before, after in pairwise(own)]
    assert gaps[-1] >= HOUR - MINUTE  # the gap doubled up to an hour
    assert 15 <= len(own) <= 35
    assert sum("halden" in url for _, url in asked) >= 20  # and it costs the others nothing
    for at in range(4):
        agent.made.site.shows(policy(f"p{at}").url, page(f"What p{at} says."))
    back = [url for _, url in agent.go(DAY, 5 * MINUTE) if "acme" in url]
    assert len(set(back)) == 4


def test_retry_after_counts_for_the_whole_host(agent: Agent) -> None:
    shows(agent, *(policy(f"p{at}") for at in range(3)))
    agent.made.site.answers[policy("p0").url] = Answer(b"slow down", 429)
    agent.retry_after = 20 * MINUTE
    asked = agent.go(MINUTE)
    assert len(asked) == 1
    agent.retry_after = None
    assert agent.go(18 * MINUTE) == []
    assert len(agent.go(3 * MINUTE)) >= 1


def test_siblings_of_a_changed_page_are_asked_within_half_a_day_spread_out(agent: Agent) -> None:
    listing = Source("acme/news", "acme", "listing", "https://acme.example/news", every=6 * HOUR)
    addresses = [f"https://acme.example/news/2026/release-{at}" for at in range(5)]
    links = "".join(f"<li><a href='{url}'>Release number {at} of the year</a></li>" for at, url in enumerate(addresses))
    agent.made.watch(listing)
    agent.made.site.shows(listing.url, f"<html><body><h1>News</h1><ul>{links}</ul></body></html>".encode())
    for url in addresses:
        agent.made.site.shows(url, page(f"{url} is out."))
    agent.go(2 * MINUTE)
    agent.go(20 * DAY, 30 * MINUTE)  # old by now: each is asked every few days
    with agent.made.database.read() as conn:
        due = {row.url: row.next_due_at for row in conn.execute(select(requests.c.url, requests.c.next_due_at))}
    first = min(addresses, key=lambda url: due[url])
    agent.made.site.shows(first, page(f"{first} is out, and says something else about prisons now."))
    agent.made.now = due[first]
    [(changed_at, _)] = [each for each in agent.go(2 * MINUTE) if each[1] == first]
    followed = [at for at, url in agent.go(12 * HOUR, MINUTE) if url in addresses and url != first]
    assert len(followed) == 4
    assert max(followed) - changed_at <= 12 * HOUR
    assert min(after - before for before, after in pairwise(followed)) > HOUR


def test_robots_txt_is_asked_first_has_a_turn_of_its_own_and_is_obeyed(agent: Agent) -> None:
    shows(agent, policy("open"), policy("closed"))
    agent.made.tools = replace(agent.made.tools, robots=Robots())
    agent.made.site.answers["https://acme.example/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /closed\nCrawl-delay: 30\n", content_type="text/plain"
    )
    asked = agent.go(5 * MINUTE)
    assert [url.rpartition("/")[2] for _, url in asked] == ["robots.txt", "open"]
    assert asked[1][0] - asked[0][0] >= 30 * SECOND
    with agent.made.database.read() as conn:
        kinds = set(conn.execute(select(events.c.type)).scalars())
    assert "incident.opened" in kinds  # what robots.txt forbids is said, not left out silently
