"""From an alert to what every target gets of it, as rows on either database: cases, budgets, silences, digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from alerts.message import compose
from alerts.raising import Raised, raise_alert
from alerts.routes import AlertFacts
from core.cases import Trace
from core.config.routes import Routes, parse_routes
from core.model import Alert, Severity
from core.telling import Silence
from storage import cases, outbox, silences, tellings
from storage.deliveries import Delivery
from storage.engine import Database
from storage.schema import alerts, deliveries

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEASE, MINUTE = timedelta(minutes=5), timedelta(minutes=1)
ROUTES = """
receivers:
  ana: {email: ana@example.org, at_once: high, zone: Europe/Brussels}
  desk: {slack: {channel: "#desk"}, budget: 2, detail: title}
default: [ana, desk]
"""
REPORT: dict[str, object] = {
    "kind": "change", "mark": ["−", "WEAKENED", "loss"], "company": "Halden", "title": "Sales", "severity": "high",
    "topics": [], "found": "Found: “knowingly” came in.", "when": "Changed.", "command": "onrecord diff halden 1 2",
}  # fmt: skip


def routes(text: str = ROUTES) -> Routes:
    return parse_routes(text, companies=None, topics=None)


def raised(number: int, *, words: str = "", severity: Severity = Severity.HIGH, **facts: str) -> Raised:
    """The alert of document ``number``, in which these words came in."""
    report = {**REPORT, "title": f"Document {number}", "severity": severity.value}
    alert = Alert(f"{number:064}", "change", severity, f"WEAKENED: Halden, Document {number}", ("why",), report)
    values = {"severity": severity.value, "document": f"d{number}", **facts}
    trace = Trace(
        "change", number, host="halden.example", lang="en", came=tuple((words or f"word{number}" * 3).split())
    )
    return Raised(alert, AlertFacts({name: frozenset({value}) for name, value in values.items()}), trace)


def tell(database: Database, *given: Raised, at: datetime = NOW, tree: Routes | None = None) -> None:
    """Each in a transaction of its own, as checks do it."""
    for each in given:
        with database.write() as conn:
            assert raise_alert(conn, each, tree or routes(), at) is not None


def claimed(database: Database, at: datetime = NOW, *, channel: str | None = None) -> list[Delivery]:
    with database.write() as conn:
        return outbox.claim(conn, at, 100, LEASE, channel=channel)


def arrive(database: Database, sent: Sequence[Delivery], at: datetime = NOW) -> None:
    with database.write() as conn:
        for each in sent:
            assert outbox.sent(conn, each.id, each.token or "", {"ts": f"ts of {each.alert_id}"}, at)


def hows(database: Database, number: int) -> dict[str, str]:
    """What was decided for the alert of that document, by receiver."""
    with database.read() as conn:
        alert_id = outbox.alert_of(conn, f"{number:064}")
        assert alert_id is not None
        return {each.receiver: each.how.value for each in tellings.of_alert(conn, alert_id)}


def test_what_is_raised_again_after_a_restart_decides_nothing_again(database: Database) -> None:
    tell(database, raised(1))
    with database.write() as conn:
        assert raise_alert(conn, raised(1), routes("receivers: {x: {console: true}}\ndefault: x\n"), NOW) is None
    assert hows(database, 1) == {"ana": "at_once", "desk": "at_once"}
    assert len(claimed(database)) == 2


def test_alerts_of_one_event_before_the_message_goes_out_are_one_message(database: Database) -> None:
    same = [raised(number, words="knowingly and where appropriate") for number in range(1, 23)]
    tell(database, *same)
    assert hows(database, 1) == {"ana": "at_once", "desk": "at_once"}
    assert hows(database, 22) == {"ana": "joined", "desk": "joined"}
    mail, slack = sorted(claimed(database), key=lambda each: each.channel)
    assert (len(mail.also), len(slack.also)) == (21, 21)
    message = compose(mail)
    assert message.text.count("the same words changed in another document") == 21
    assert "THE SAME EVENT, ELSEWHERE" in message.text
    assert "Halden · Document 22" in message.text
    with database.read() as conn:
        case = cases.of_alert(conn, 22)
        assert case is not None
        assert (case.id, case.alerts, case.title) == (1, 22, "WEAKENED: Halden, Document 1")


def test_later_parts_arrive_in_the_thread_in_order_and_louder_where_they_are_graver(database: Database) -> None:
    tell(database, raised(1, words="knowingly and where appropriate"))
    first = claimed(database, channel="slack")
    patient = replace(raised(2, words="knowingly and where appropriate"), patience=MINUTE)
    tell(database, patient, raised(3, words="knowingly and where appropriate"), at=NOW + MINUTE)
    assert claimed(database, NOW + 3 * MINUTE, channel="slack") == [], "a part goes out after what it is a part of"
    arrive(database, first)
    assert claimed(database, NOW + MINUTE, channel="slack") == [], "it waits a minute for others"
    (second,) = claimed(database, NOW + 2 * MINUTE, channel="slack")
    assert [each.alert_id for each in second.also] == [3]
    assert second.thread is not None
    assert (second.thread.receipt, second.is_loud) == ({"ts": "ts of 1"}, False)
    grave = replace(raised(4, words="knowingly and where appropriate", severity=Severity.CRITICAL), patience=MINUTE)
    tell(database, grave, at=NOW + 2 * MINUTE)
    arrive(database, [second])
    (third,) = claimed(database, NOW + 2 * MINUTE, channel="slack")
    assert (third.alert_id, third.is_loud, third.thread and third.thread.delivery_id) == (4, True, first[0].id)


def test_once_a_message_was_claimed_nothing_joins_it_any_more(database: Database) -> None:
    tell(database, raised(1, words="knowingly and where appropriate"))
    (first,) = claimed(database, channel="slack")
    tell(database, raised(2, words="knowingly and where appropriate"))
    (again,) = claimed(database, NOW + 2 * LEASE, channel="slack")
    assert (again.id, again.is_uncertain, again.also) == (first.id, True, ())


def test_the_gravest_alert_of_a_message_leads_it(database: Database) -> None:
    grave = raised(2, words="knowingly and where appropriate", severity=Severity.CRITICAL)
    tell(database, raised(1, words="knowingly and where appropriate"), grave)
    (mail,) = claimed(database, channel="email")
    message = compose(mail)
    assert (message.subject, message.report.title) == ("WEAKENED: Halden, Document 2", "Document 2")
    assert "Halden · Document 1" in message.text


def test_beyond_the_budget_there_is_one_summary_that_says_so(database: Database) -> None:
    tell(database, *(raised(number) for number in range(1, 8)), raised(8, severity=Severity.CRITICAL))
    assert [hows(database, number)["desk"] for number in range(1, 9)] == [
        "at_once", "at_once", "over_budget", "over_budget", "over_budget", "over_budget", "over_budget", "at_once",
    ]  # fmt: skip
    sent: list[Delivery] = []
    while found := claimed(database, channel="slack"):
        arrive(database, found)
        sent += found
    assert [each.kind for each in sent] == ["change", "change", "summary", "change"]
    summary = compose(sent[2])
    assert summary.text.startswith("On Record: more than two messages today, the rest in one")
    assert [f"Document {number}" in summary.text for number in range(3, 8)] == [True] * 5
    tell(database, raised(9), at=NOW + MINUTE)
    assert claimed(database, NOW + MINUTE, channel="slack") == [], "one summary a day; what comes later waits"
    with database.read() as conn:
        (waiting,) = [each for each in tellings.due(conn, NOW + timedelta(days=1)) if each.channel == "slack"]
    assert (waiting.alerts, waiting.over_budget) == (1, 1)
    tell(database, raised(10), at=NOW + timedelta(days=1))
    assert hows(database, 10)["desk"] == "at_once", "the next day has a budget of its own"


def test_a_silence_swallows_for_a_while_and_keeps_what_it_swallowed(database: Database) -> None:
    silence = Silence(0, "ana", "redesign", NOW, NOW + timedelta(days=1), {"document": frozenset({"d1"})})
    with database.write() as conn:
        number = silences.add(conn, silence)
    tell(database, raised(1), raised(2))
    assert hows(database, 1) == {"ana": "silenced", "desk": "silenced"}
    assert hows(database, 2) == {"ana": "at_once", "desk": "at_once"}
    with database.read() as conn:
        found = silences.by_id(conn, number)
        assert (found.swallowed, found.ended_at) == (1, None)
        assert [(each.alert_id, each.receiver) for each in silences.swallowed(conn, number)] == [
            (1, "ana"),
            (1, "desk"),
        ]
        assert silences.expired(conn, NOW + timedelta(days=1))[0].id == number
    tell(database, replace(raised(1), alert=raised(3).alert), at=NOW + timedelta(days=1))
    assert set(hows(database, 3).values()) == {"at_once"}


def test_a_silence_for_one_case_or_one_receiver_or_until_the_next_change(database: Database) -> None:
    tell(database, raised(1, words="knowingly and where appropriate"))
    until = NOW + timedelta(days=1)
    with database.write() as conn:
        silences.add(conn, Silence(0, "bo", "seen", NOW, until, {"case": frozenset({"1"})}, receiver="desk"))
        silences.add(conn, Silence(0, "bo", "seen", NOW, None, {"document": frozenset({"d7"})}, until_change=True))
    for _ in range(2):
        arrive(database, claimed(database))
    tell(database, raised(2, words="knowingly and where appropriate"), raised(7))
    assert hows(database, 2) == {"ana": "at_once", "desk": "silenced"}
    assert set(hows(database, 7).values()) == {"at_once"}
    with database.read() as conn:
        assert [each.ended_because for each in silences.kept(conn)] == ["the next change came", None]


def test_the_rest_waits_for_the_digest_and_a_message_says_no_more_than_it_may(database: Database) -> None:
    tell(database, raised(1, severity=Severity.MEDIUM))
    assert hows(database, 1) == {"ana": "digest", "desk": "at_once"}
    with database.read() as conn:
        assert tellings.due(conn, datetime(2026, 11, 25, 6, 59, tzinfo=UTC)) == []
        (waiting,) = tellings.due(conn, datetime(2026, 11, 25, 7, 0, tzinfo=UTC))
        assert (waiting.receiver, waiting.target, waiting.alerts) == ("ana", "ana@example.org", 1)
        assert conn.execute(select(deliveries.c.detail)).scalars().all() == ["title"]
        assert len(conn.execute(select(alerts.c.id)).all()) == 1
    (slack,) = claimed(database)
    assert "knowingly" not in compose(slack).text
    assert "Document 1" in compose(slack).text


PROGRAMS = """
receivers:
  programs: {jsonl: alerts.jsonl, webhook: DESK_HOOK, console: true, budget: 1}
default: programs
"""


def test_programs_get_every_alert_as_one_of_its_own_without_a_budget(database: Database) -> None:
    same = [raised(number, words="knowingly and where appropriate") for number in range(1, 4)]
    others = [raised(number) for number in range(4, 30)]
    tell(database, *same, *others, tree=routes(PROGRAMS))
    with database.read() as conn:
        told: dict[str, list[str]] = {name: [] for name in ("jsonl", "webhook", "console")}
        for number in range(1, 30):
            alert_id = outbox.alert_of(conn, f"{number:064}")
            assert alert_id is not None
            for each in tellings.of_alert(conn, alert_id):
                told[each.channel].append(each.how.value)
    assert told == {
        "jsonl": ["at_once"] * 29,
        "webhook": ["at_once"] * 29,
        "console": ["at_once", "joined", "joined", *["at_once"] * 26],
    }


def test_the_event_of_an_alert_is_looked_for_among_the_newest_of_its_kind(database: Database) -> None:
    tell(database, raised(1, words="knowingly and where appropriate"), *(raised(n) for n in range(2, 60)))
    with database.read() as conn:
        found = [each.case_id for each in cases.candidates(conn, None, "change", NOW - timedelta(days=30))]
        assert found == list(range(59, 0, -1))
        assert list(cases.candidates(conn, None, "incident", NOW - timedelta(days=30))) == []
        assert list(cases.candidates(conn, None, "change", NOW + MINUTE)) == []
    tell(database, raised(60, words="knowingly and where appropriate"))
    with database.read() as conn:
        case = cases.by_id(conn, 1)
        assert case is not None
        assert (case.title, case.alerts) == ("WEAKENED: Halden, Document 1", 2)


def test_an_alert_without_a_message_of_its_own_is_told_inside_another_waits_or_is_silenced(database: Database) -> None:
    tell(database, *(raised(number, words="knowingly and where appropriate") for number in (1, 2)))
    tell(database, raised(3, severity=Severity.MEDIUM), raised(4), raised(5, severity=Severity.LOW))
    with database.read() as conn:
        ids = [outbox.alert_of(conn, f"{number:064}") or 0 for number in range(1, 6)]
        found = tellings.elsewhere(conn, ids)
        first, second, third, fourth, fifth = ([
            (each.receiver, each.how.value, each.state, each.in_alert == ids[0], bool(each.due_at))
            for each in found.get(id_, [])
        ] for id_ in ids)  # fmt: skip
    assert first == []
    assert second == [("ana", "joined", "queued", True, False), ("desk", "joined", "queued", True, False)]
    assert third == [("ana", "digest", None, False, True)]
    assert fourth == [("desk", "over_budget", "queued", False, True)]
    assert fifth == [("ana", "digest", None, False, True), ("desk", "over_budget", "queued", False, True)]
