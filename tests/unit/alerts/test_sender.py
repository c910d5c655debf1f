"""When a delivery is tried again, when it is given up, and that one bad message stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels import Receipt
from alerts.channels._blocks import blocks
from alerts.decide import decide
from alerts.message import Message, bare
from alerts.sender import Outcome, Policy, Sent, outcome, send_due
from core.errors import DeliveryError
from core.model import Intent
from storage import outbox
from storage.deliveries import Delivery
from storage.engine import Database, open_database
from storage.migrate import prepare
from tests.changes import FIRST_CHANGED, hedge_added
from tests.deliveries import delivery_of

NOW = FIRST_CHANGED
LATER = DeliveryError("no answer", permanent=False)


def tried(times: int) -> Delivery:
    return replace(delivery_of(hedge_added()), attempts=times)


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, 15), (2, 30), (3, 60), (4, 120), (9, 3840), (10, 7200), (11, 7200), (500, 7200)],
)
def test_pauses_double_up_to_two_hours(attempts: int, pause: int) -> None:
    assert outcome(tried(attempts), LATER, NOW, Policy()) == Outcome("no answer", NOW + timedelta(seconds=pause))


def test_jitter_adds_up_to_a_tenth() -> None:
    found = outcome(tried(1), LATER, NOW, Policy(jitter=lambda: 1.0))
    assert found.next_attempt_at == NOW + timedelta(seconds=16.5)


def test_a_wish_of_the_far_side_counts_and_holds_its_target() -> None:
    error = DeliveryError("too many", permanent=False, retry_after=timedelta(seconds=7))
    assert outcome(tried(9), error, NOW, Policy()) == Outcome("too many", NOW + timedelta(seconds=7), holds_target=True)


def test_a_wish_of_a_year_is_cut_to_a_day() -> None:
    error = DeliveryError("too many", permanent=False, retry_after=timedelta(days=365))
    assert outcome(tried(1), error, NOW, Policy()).next_attempt_at == NOW + timedelta(days=1)


def test_permanent_is_given_up_at_once() -> None:
    assert outcome(tried(1), DeliveryError("invalid_auth", permanent=True), NOW, Policy()) == Outcome(
        "invalid_auth", None
    )


def test_what_would_come_after_the_limit_is_given_up_with_the_count() -> None:
    found = outcome(tried(40), LATER, NOW + timedelta(days=3, seconds=-60), Policy())
    assert found == Outcome("no answer; given up after 40 attempts in two days", None)


@dataclass
class FakeChannel:
    """Takes messages, and raises what it is told for some targets."""

    errors: dict[str, Exception] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    def send(self, message: Message) -> Receipt:
        if message.target in self.errors:
            raise self.errors[message.target]
        self.taken.append(message.target)
        return {"taken": len(self.taken)}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(tmp_path / "onrecord.db")
    prepare(found)
    yield found
    found.close()


def queued(database: Database, *targets: str, report: dict[str, object] | None = None) -> None:
    alert = decide(hedge_added())
    assert alert is not None
    alert = replace(alert, company_id=None, document_id=None, change_id=None, report=report or alert.report)
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, NOW)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [Intent("r", "slack", target, ("all",)) for target in targets], NOW)


def clock() -> datetime:
    return NOW


def test_a_fault_of_ours_in_one_message_stops_no_other(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    queued(database, "#a", "#b", "#c")
    channel = FakeChannel({"#b": KeyError("a fault of ours")})
    with caplog.at_level(logging.WARNING):
        assert send_due(database, {"slack": channel}, clock) == Sent(sent=2, retried=1)
    assert sorted(channel.taken) == ["#a", "#c"]
    with database.read() as conn:
        (waiting,) = outbox.pending(conn)
    assert (waiting.target, waiting.error) == ("#b", "a fault in On Record (KeyError); the log has the details")
    assert "it will be tried again" in caplog.text
    assert "Traceback" in caplog.text


def test_a_report_nobody_can_read_goes_out_in_a_few_plain_words(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    queued(database, "#a", report={"kind": "nonsense"})
    channel = FakeChannel()
    assert send_due(database, {"slack": channel}, clock) == Sent(sent=1)
    assert channel.taken == ["#a"]
    assert "it goes out in a few plain words" in caplog.text


def test_what_can_be_said_where_a_template_fails_names_the_alert_and_obeys_the_detail() -> None:
    delivery = delivery_of(hedge_added())
    message = bare(delivery)
    assert message.text == BARE
    assert blocks(message)
    assert "Halden" not in bare(replace(delivery, detail="none")).text


BARE = """\
WEAKENED: Halden Biosystems, Responsible sales (critical)

This message could not be made whole. The alert is kept, with every word of it.
Raised 23 Nov 2026, 23:09 UTC.

To read on: onrecord alerts show 118

Delivery 01JD7Q4T0C5R8V2N6K9M3X7A1B
"""


def test_a_channel_nobody_opened_leaves_its_deliveries_in_the_outbox(database: Database) -> None:
    queued(database, "#a")
    assert send_due(database, {"email": FakeChannel()}, clock) == Sent()
    with database.read() as conn:
        assert outbox.counts(conn) == {"queued": 1}


def test_one_target_that_fails_delays_no_other(database: Database) -> None:
    queued(database, *(f"#c{number}" for number in range(9)))
    channel = FakeChannel({"#c0": LATER, "#c5": DeliveryError("channel_not_found", permanent=True)})
    assert send_due(database, {"slack": channel}, clock) == Sent(sent=7, retried=1, dead=1)
    assert len(channel.taken) == 7


def test_sent_adds_up() -> None:
    assert Sent(1, 2, 3, 4).total == 10
