"""A critical alert nobody takes up: told again once, escalated once, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select

from core.config.receivers import Receiver, Target
from core.config.routes import Routes
from core.handling import Actor, Handling, Wish
from core.model import Intent, Severity
from monitor import reminders
from monitor.tools import Tools
from storage import handlings, outbox
from storage import reminders as rows
from storage.engine import Database
from storage.schema import case_alerts, cases, deliveries, tellings
from tests.contract.test_outbox import ALERT, LEASE, NOW

CRITICAL = replace(ALERT, severity=Severity.CRITICAL, title="WEAKENED: Halden Biosystems, Responsible sales (critical)")
AFTER = timedelta(hours=48)
DESK = Intent("desk", "email", "desk@example.org", ("everything",))
ROUTES = Routes(
    MappingProxyType(
        {
            "desk": Receiver("desk", (Target("email", "desk@example.org"),), escalate="duty"),
            "duty": Receiver("duty", (Target("slack", "#duty"), Target("email", "duty@example.org"))),
        }
    ),
    default=("desk",),
)


class Tick:
    """The daemon's tick at a time of its own."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW

    def __call__(self, *, hours: float = 0) -> int:
        self.now += timedelta(hours=hours)
        tools: Tools = object.__new__(Tools)
        for name, value in {"database": self.database, "now": lambda: self.now, "routes": ROUTES}.items():
            object.__setattr__(tools, name, value)
        return reminders.tell(tools, AFTER)

    def send(self) -> None:
        """Everything queued arrives."""
        with self.database.write() as conn:
            while claimed := outbox.claim(conn, self.now, 10, LEASE):
                for each in claimed:
                    outbox.sent(conn, each.id, each.token or "", {}, self.now)

    @property
    def told(self) -> list[tuple[str | None, str, str]]:
        with self.database.read() as conn:
            found = select(deliveries.c.purpose, deliveries.c.target, deliveries.c.why).order_by(
                deliveries.c.created_at
            )
            return [(row.purpose, row.target, row.why[0]) for row in conn.execute(found)]


@pytest.fixture
def tick(database: Database) -> Tick:
    return Tick(database)


def raised(tick: Tick, *, severity: Severity = Severity.CRITICAL) -> int:
    with tick.database.write() as conn:
        alert_id = outbox.record_alert(conn, replace(CRITICAL, severity=severity), NOW)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [DESK], NOW)
    tick.send()
    return alert_id


def handled(tick: Tick, alert_id: int, what: Handling) -> None:
    with tick.database.write() as conn:
        asked = handlings.Asked(alert_id, Wish(what, text="x"), Actor("command", "root"))
        handlings.handle(conn, asked, tick.now)


def test_it_is_told_again_once_and_then_goes_to_whom_it_escalates(tick: Tick) -> None:
    raised(tick)
    assert [tick(hours=47), tick(hours=1), tick(), tick(hours=1)] == [0, 1, 0, 0]
    tick.send()
    assert tick(hours=46.9) == 0
    assert [tick(hours=0.2), tick(), tick(hours=500)] == [1, 0, 0]
    assert tick.told == [
        (None, "desk@example.org", "everything"),
        ("reminder", "desk@example.org", "nobody has taken it up in 48 hours"),
        *sorted([
            ("escalation", "#duty", "nobody has taken it up in four days, though it was told twice"),
            ("escalation", "duty@example.org", "nobody has taken it up in four days, though it was told twice"),
        ], key=lambda row: tick.told.index(row)),
    ]  # fmt: skip
    with tick.database.read() as conn:
        assert len(set(conn.execute(select(deliveries.c.id)).scalars())) == 4


@pytest.mark.parametrize("what", [Handling.ACKNOWLEDGE, Handling.CONFIRM])
def test_what_somebody_took_up_is_told_no_more(tick: Tick, what: Handling) -> None:
    alert_id = raised(tick)
    handled(tick, alert_id, what)
    assert tick(hours=100) == 0


def test_a_note_alone_takes_nothing_up_and_what_is_reopened_is_told_again(tick: Tick) -> None:
    alert_id = raised(tick)
    handled(tick, alert_id, Handling.NOTE)
    handled(tick, alert_id, Handling.ACKNOWLEDGE)
    handled(tick, alert_id, Handling.REOPEN)
    assert tick(hours=48) == 1


def test_taken_up_after_the_reminder_it_does_not_escalate(tick: Tick) -> None:
    alert_id = raised(tick)
    tick(hours=48)
    tick.send()
    handled(tick, alert_id, Handling.ACKNOWLEDGE)
    assert tick(hours=100) == 0


def test_only_critical_alerts_and_only_what_arrived(tick: Tick) -> None:
    raised(tick, severity=Severity.HIGH)
    assert tick(hours=100) == 0
    with tick.database.write() as conn:
        alert_id = outbox.record_alert(conn, replace(CRITICAL, fingerprint="e" * 64), tick.now)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [DESK], tick.now)
    assert tick(hours=100) == 0  # its first message still waits: the outbox sees to that


def test_of_a_case_the_last_critical_part_stands_for_all(tick: Tick) -> None:
    first = raised(tick)
    with tick.database.write() as conn:
        case_id = conn.execute(
            cases.insert().values(title="x", severity="critical", opened_at=NOW, last_at=NOW).returning(cases.c.id)
        ).scalar_one()
        second = outbox.record_alert(conn, replace(CRITICAL, fingerprint="2" * 64), NOW + timedelta(hours=1))
        assert second is not None
        for alert_id in (first, second):
            conn.execute(case_alerts.insert().values(alert_id=alert_id, case_id=case_id, because="", trace={}))
        delivery_id = conn.execute(select(deliveries.c.id)).scalar_one()
        conn.execute(
            tellings.insert().values(
                alert_id=second, channel="email", target="desk@example.org", receiver="desk", how="joined",
                severity="critical", why=[], decided_at=NOW, delivery_id=delivery_id,
            )
        )  # fmt: skip
    assert tick(hours=48) == 1
    with tick.database.read() as conn:
        again = conn.execute(select(deliveries.c.alert_id).where(deliveries.c.purpose == "reminder")).scalars()
        assert list(again) == [second]
    tick.send()
    handled(tick, first, Handling.ACKNOWLEDGE)  # another part of the same event, after this one came
    assert tick(hours=100) == 0


def test_nobody_to_escalate_to_is_no_fault() -> None:
    assert reminders.escalated([Intent("gone", "email", "x@example.org", ())], ROUTES) == []
    assert reminders.escalated([Intent("duty", "slack", "#duty", ())], ROUTES) == []


def test_where_nobody_escalates_what_was_told_again_is_done_with(tick: Tick) -> None:
    raised(tick)
    assert tick(hours=48) == 1
    asked = (NOW - timedelta(days=30), tick.now)
    with tick.database.read() as conn:
        assert len(rows.untaken(conn, *asked)) == 1
        assert rows.untaken(conn, *asked, escalates=False) == []
