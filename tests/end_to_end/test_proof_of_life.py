"""Digests, ends of silences, dead letters, weekly reports and drills: what comes though no page changed, on a real archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.channels import Receipt
from alerts.message import Message
from alerts.sender import send_due
from core.config.routes import parse_routes
from core.errors import DeliveryError
from core.model import Source
from core.telling import Silence
from monitor import duties, outages
from monitor.duties import weekly
from storage import events, silences
from storage.schema import alerts, fetches, grades, incidents, request_sources, sources
from tests.site import Answer, World, page, world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUTES = """
receivers:
  ana: {email: ana@example.org, at_once: high, zone: Europe/Brussels, report: {every: monday, at: "09:00"}}
  desk: {slack: {channel: "#desk"}}
default: [ana, desk]
operator: [desk, ana]
drill: {every: wednesday, at: "10:00"}
"""


class Far:
    """The far side of every channel: takes messages, or refuses what is told to be refused."""

    def __init__(self) -> None:
        self.took: list[Message] = []
        self.refuses: set[str] = set()

    def send(self, message: Message) -> Receipt:
        if message.channel in self.refuses:
            raise DeliveryError(f"{message.target} is closed", permanent=True)
        self.took.append(message)
        return {"ts": f"{len(self.took)}"}

    def subjects(self, channel: str) -> list[str]:
        found = [message.subject for message in self.took if message.channel == channel]
        self.took = [message for message in self.took if message.channel != channel]
        return found


class Watch:
    """A world in which the agent does all that the daemon does, at the times a test sets."""

    def __init__(self, made: World) -> None:
        made.tools = replace(made.tools, routes=parse_routes(ROUTES, companies=None, topics=None))
        self.world, self.far = made, Far()

    def go(self, after: timedelta = timedelta(0)) -> None:
        self.world.check(after)
        tools = self.world.tools
        outages.tell(tools)
        duties.do_all(tools)
        channels = dict.fromkeys(("email", "slack", "console"), self.far)
        send_due(tools.database, channels, tools.now)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with world(tmp_path) as made:
        yield Watch(made)


def policy(name: str = "policy") -> Source:
    return Source(id=name, company="acme", kind="page", url=f"https://acme.example/{name}", every=6 * HOUR)


def begin(watch: Watch, *names: str) -> None:
    """The watch of these pages begins, and its first look has been told."""
    watch.world.watch(*(policy(name) for name in names))
    for name in names:
        watch.world.site.shows(f"https://acme.example/{name}", page("Suppliers pay wages in full every month."))
    watch.go()
    watch.far.took.clear()


def changes(watch: Watch, name: str, words: str) -> None:
    watch.world.site.shows(f"https://acme.example/{name}", page(words))


# --- digests -----------------------------------------------------------------------------------------------------


def test_what_can_wait_comes_in_one_digest_at_the_receivers_local_time(watch: Watch) -> None:
    begin(watch, "wages", "visitors")
    changes(watch, "wages", "Suppliers pay wages in full every other month, as a rule.")
    watch.go(7 * HOUR)
    changes(watch, "visitors", "Visitors are shown around the plant by somebody who works in it.")
    watch.go(1 * HOUR)
    watch.go(6 * HOUR)
    assert watch.far.subjects("email") == [], "nothing of it is high"
    watch.world.now = datetime(2026, 3, 2, 6, 59, tzinfo=UTC)
    watch.go()
    assert watch.far.subjects("email") == []
    watch.world.now = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # 08:00 in Brussels
    watch.go()
    (digest,) = [message for message in watch.far.took if message.channel == "email"]
    assert digest.subject == "On Record, 2 March: two alerts, none urgent"
    assert digest.report.found == "Monday 2 March: two alerts, none urgent. Two of two sources were seen."
    (section,) = digest.report.sections
    assert section.title == "Worst first"
    assert len(section.entries) == 2
    assert "{+other+} month" in digest.text
    watch.far.took.clear()
    watch.go(timedelta(minutes=5))
    assert watch.far.subjects("email") == [], "once"
    watch.go(DAY)
    assert not [subject for subject in watch.far.subjects("email") if "alerts" in subject], (
        "and nothing where nothing waits"
    )


def test_a_receiver_who_left_gets_no_digest_any_more(watch: Watch) -> None:
    begin(watch, "wages")
    changes(watch, "wages", "Suppliers pay wages in full every other month, as a rule.")
    watch.go(7 * HOUR)
    without = ROUTES.replace(
        '  ana: {email: ana@example.org, at_once: high, zone: Europe/Brussels, report: {every: monday, at: "09:00"}}\n',
        "",
    )
    without = without.replace("[ana, desk]", "desk").replace("[desk, ana]", "desk")
    watch.world.tools = replace(watch.world.tools, routes=parse_routes(without, companies=None, topics=None))
    watch.far.took.clear()
    watch.go(DAY)
    assert watch.far.subjects("email") == []


# --- silences ----------------------------------------------------------------------------------------------------


def test_a_silence_ends_with_one_message_of_what_it_kept_back(watch: Watch) -> None:
    begin(watch, "wages")
    now = watch.world.now
    quiet = Silence(0, "Ana", "they rebuild the page", now, now + 10 * HOUR, {"source": frozenset({"wages"})})
    with watch.world.database.write() as conn:
        silences.add(conn, quiet)
    changes(watch, "wages", "We will not use forced labour, and we may visit suppliers.")
    watch.go(7 * HOUR)
    assert watch.far.took == []
    watch.go(4 * HOUR)
    (told,) = [message for message in watch.far.took if message.channel == "slack"]
    assert told.subject == "On Record: a silence ended, one alert kept back"
    assert "they rebuild the page" in told.text
    assert "forced labour" in told.text
    watch.far.took.clear()
    watch.go(timedelta(minutes=1))
    assert watch.far.subjects("slack") == []


# --- dead letters ------------------------------------------------------------------------------------------------


def test_the_operator_hears_of_a_dead_letter_through_another_channel(watch: Watch) -> None:
    begin(watch, "wages")
    watch.far.refuses = {"slack"}
    changes(watch, "wages", "Suppliers pay wages in full every other month, as a rule.")
    watch.go(7 * HOUR)
    watch.go(timedelta(minutes=1))
    (told,) = [message for message in watch.far.took if message.channel == "email"]
    assert told.subject == "One message could not be delivered to desk (slack #desk)"
    assert "#desk is closed" in told.text
    assert "Acme, Policy" in told.text
    watch.far.took.clear()
    changes(watch, "wages", "Suppliers pay wages in full once a year, as a rule.")
    watch.go(7 * HOUR)
    watch.go(timedelta(minutes=1))
    assert watch.far.subjects("email") == [], "one notice a day for one place"


# --- drills ------------------------------------------------------------------------------------------------------


def test_the_drill_arrives_everywhere_once_a_week(watch: Watch) -> None:
    begin(watch, "wages")
    watch.world.now = datetime(2026, 3, 4, 9, 59, tzinfo=UTC)
    watch.go()
    watch.far.took.clear()
    watch.world.now = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    watch.go()
    drills = [message for message in watch.far.took if message.kind == "drill"]
    assert sorted(message.channel for message in drills) == ["email", "slack"]
    assert {message.subject for message in drills} == {"Weekly drill, no company is concerned"}
    assert all("nothing needs to be done" in message.text for message in drills)
    assert all("{+knowingly+}" in message.text for message in drills)
    watch.far.took.clear()
    watch.go(2 * HOUR)
    assert [message for message in watch.far.took if message.kind.startswith("drill")] == []
    assert passed(watch) == ["drill.passed"]
    watch.go(7 * DAY)
    assert len([message for message in watch.far.took if message.kind == "drill"]) == 2


@pytest.mark.parametrize(("out", "channels"), [(("ana",), ["slack"]), (("ana", "desk"), [])])
def test_who_opts_out_gets_no_drill(watch: Watch, out: tuple[str, ...], channels: list[str]) -> None:
    text = ROUTES
    for name in out:
        text = text.replace(f"  {name}: {{", f"  {name}: {{drill: false, ")
    watch.world.tools = replace(watch.world.tools, routes=parse_routes(text, companies=None, topics=None))
    begin(watch, "wages")
    watch.world.now = datetime(2026, 3, 4, 9, 59, tzinfo=UTC)
    watch.go()
    watch.go(timedelta(minutes=1))
    assert [message.channel for message in watch.far.took if message.kind == "drill"] == channels
    with watch.world.database.read() as conn:
        raised = conn.execute(select(alerts.c.id).where(alerts.c.kind == "drill")).all()
    assert len(raised) == len(channels)


def passed(watch: Watch) -> list[str]:
    with watch.world.database.read() as conn:
        return [event.type for event in events.since(conn, 0, 10_000) if event.type.startswith("drill.")]


def test_a_drill_that_does_not_arrive_is_told_through_another_channel(watch: Watch) -> None:
    begin(watch, "wages")
    watch.far.refuses = {"email"}
    watch.world.now = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    watch.go()
    assert [message for message in watch.far.took if message.kind == "drill_failed"] == []
    watch.far.took.clear()
    watch.go(HOUR)
    (told,) = [message for message in watch.far.took if message.kind == "drill_failed"]
    assert (told.channel, told.subject) == ("slack", "The weekly drill did not arrive at one place")
    assert "ana (email ana@example.org): ana@example.org is closed" in told.text
    assert passed(watch) == ["drill.failed"]


# --- the weekly report -------------------------------------------------------------------------------------------


def test_the_weekly_report_comes_to_who_wants_it_also_when_quiet(watch: Watch) -> None:
    begin(watch, "wages")
    watch.world.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    watch.go()
    (told,) = [message for message in watch.far.took if message.kind == "report"]
    assert told.channel == "email"
    assert told.subject == "On Record, week to 2 Mar: all sources seen, no changes"
    assert "Sources seen: 1 of 1" in told.text


def test_each_number_of_the_report_is_what_the_fetch_rows_say(watch: Watch) -> None:
    site, names = watch.world.site, ("wages", "visitors", "broken", "quiet")
    begin(watch, *names)
    start = watch.world.now
    site.answers["https://acme.example/broken"] = Answer(status=503)
    changes(watch, "wages", "Suppliers pay wages in full every other month, as a rule.")
    for step in range(26):
        if step == 12:
            site.shows("https://acme.example/broken", page("Suppliers pay wages in full every month."))
        if step == 20:
            site.answers["https://acme.example/quiet"] = Answer(status=503)
        watch.go(6 * HOUR)
    until = watch.world.now + timedelta(minutes=1)
    with watch.world.database.read() as conn:
        facts = weekly.facts_of(conn, watch.world.tools, until)
        rows = conn.execute(select(fetches).where(fetches.c.started_at >= facts.since)).all()
        judged = dict(conn.execute(select(grades.c.fetch_id, grades.c.level)).all())
        whose = dict(conn.execute(select(request_sources.c.request_id, request_sources.c.source_id)).all())
        troubles = conn.execute(select(incidents)).all()
        watched = set(conn.execute(select(sources.c.id)).scalars())
    good = [row for row in rows if row.status and row.status < 400 and judged.get(row.id, "good") == "good"]
    assert (facts.asked, facts.captured) == (len(rows), len(good))
    assert facts.asked > 90
    assert (facts.sources, facts.seen) == (len(watched), len({whose[row.request_id] for row in good}))
    assert facts.not_seen == tuple(sorted(watched - {whose[row.request_id] for row in good}))
    assert (facts.opened, facts.closed, facts.still_open) == (2, 1, 1)
    # a gap lasts from the first bad capture to the next good one: read from the fetch rows alone
    found = {}
    for gap in facts.gaps:
        theirs = sorted((row for row in rows if whose[row.request_id] == gap.source), key=lambda row: row.id)
        bad = [row for row in theirs if row not in good]
        after = [row for row in theirs if row in good and row.id > bad[-1].id]
        found[gap.source] = (after[0].started_at if after else until) - bad[0].started_at
    assert {gap.source: gap.length for gap in facts.gaps} == found
    assert {gap.source: gap.is_open for gap in facts.gaps} == {"broken": False, "quiet": True}
    assert len(troubles) == 2
    assert facts.changes == 1
    assert facts.dead == 0
    assert facts.rules == len(watch.world.tools.rules.ids()) > 100
    assert len(facts.silent_rules) <= facts.rules
    assert start >= facts.since


def test_a_source_that_was_never_seen_for_a_week_is_stale(watch: Watch) -> None:
    begin(watch, "wages", "quiet")
    watch.world.site.answers["https://acme.example/quiet"] = Answer(status=503)
    for _ in range(9):
        watch.go(DAY)
    with watch.world.database.read() as conn:
        facts = weekly.facts_of(conn, watch.world.tools, watch.world.now)
    assert [name for name, _ in facts.stale] == ["quiet"]
    assert facts.not_seen == ("quiet",)


def test_selectors_that_match_ever_less_are_named_before_they_match_nothing(watch: Watch) -> None:
    """A site rebuilt part by part: half of what was selected stands elsewhere now."""
    halves = [
        [f"Part {part}, sentence {at}: we audit every plant of this region once a year." for at in range(12)]
        for part in (1, 2)
    ]

    def rebuilt(selected: Sequence[str], rest: Sequence[str]) -> bytes:
        own = "".join(f"<p>{text}</p>" for text in selected)
        return f"<html><body><div class=policy>{own}</div><div>{' '.join(rest)}</div></body></html>".encode()

    watch.world.watch(replace(policy("audits"), select=(".policy",)), policy("other"))
    watch.world.site.shows("https://acme.example/audits", rebuilt([*halves[0], *halves[1]], []))
    watch.world.site.shows("https://acme.example/other", page("Suppliers pay wages in full every month."))
    watch.go()
    watch.world.site.shows("https://acme.example/audits", rebuilt(halves[0][:8], [*halves[0][8:], *halves[1]]))
    for _ in range(4):
        watch.go(DAY)
    with watch.world.database.read() as conn:
        facts = weekly.facts_of(conn, watch.world.tools, watch.world.now)
    [(document, words, before)] = facts.shrunk
    assert (document, words, before) == ("acme/audits", 8 * 14, 24 * 14)


# --- what cannot be seen -----------------------------------------------------------------------------------------


def test_a_source_that_breaks_is_told_with_its_class_and_advice_then_reminded_of_then_seen_again(watch: Watch) -> None:
    begin(watch, "wages")
    watch.world.site.answers["https://acme.example/wages"] = Answer(status=403)
    watch.go(6 * HOUR)
    watch.go(6 * HOUR)
    (told,) = [message for message in watch.far.took if message.kind == "incident" and message.channel == "slack"]
    assert "Class: access (refused)" in told.text
    assert "What to try: Ask the site less often" in told.text
    watch.far.took.clear()
    for _ in range(4):
        watch.go(6 * HOUR)
    (again,) = [message for message in watch.far.took if message.kind == "incident" and message.channel == "slack"]
    assert "Still not seen, since 1 Mar 2026, 15:00 UTC." in again.text
    watch.far.took.clear()
    watch.world.site.shows("https://acme.example/wages", page("Suppliers pay wages in full every month."))
    watch.go(6 * HOUR)
    watch.go(6 * HOUR)
    (back,) = [message for message in watch.far.took if message.kind == "incident" and message.channel == "slack"]
    assert back.subject.startswith("SEEN AGAIN")
