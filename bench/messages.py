"""10,000 alerts over 100 channels: does everything arrive, in order, on time, and does memory stay flat?

    python -m bench.messages [ALERTS]

Eighty channels of a Slack that takes one message a second each and answers 429 to the rest, twenty mailboxes of a server
that refuses one letter in ten; budgets off; every tenth receiver wants a digest. A company's alerts come five at a time, a
tenth of a second apart; those of every other company are then one event, told in the thread of the first. The clock is ours and moves when nothing
is due; routing, cases, decisions, outbox, sender and both channels are the product's, over SQLite on disk. Exit status 1
where anything is missing, out of order or late.
"""

from __future__ import annotations

import logging
import socket
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alerts.channels import Channel, Means, open_channels
from alerts.raising import Raised, raise_alert
from alerts.routes import AlertFacts
from alerts.sender import Policy, send_due
from core.cases import Trace
from core.config.routes import Routes, parse_routes
from core.config.secret import Secret
from core.config.settings import Mail, Slack
from core.model import Alert, Severity
from monitor import duties
from monitor.tools import Tools
from storage import outbox
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import companies, deliveries, tellings
from tests.site import world
from tests.slack_standin import TOKEN, Post, SlackStandIn

START: Final = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DIGEST: Final = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CHANNELS, SLACKS = 100, 80
BATCH: Final = 500  # alerts every eight minutes; 10,000 are through before the digests are due
PART_OF: Final = 5  # so many alerts of a company are one event, or come at once


@dataclass(slots=True)
class Clock:
    """Stands still until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Arrived:
    """Ids as they came in, with the time and the place; nothing else is kept, so that memory is the product's."""

    clock: Clock
    by_place: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0

    def note(self, place: str, delivery: str) -> None:
        self.by_place[place].append((delivery, self.clock()))

    def append(self, post: Post) -> None:
        """In place of the stand-in's list of posts."""
        self.note(str(post.payload.get("channel")), post.delivery)

    def __len__(self) -> int:
        return sum(len(found) for found in self.by_place.values())


class Refusals:
    """In place of the stand-in's list of refusals."""

    def __init__(self, arrived: Arrived) -> None:
        self.arrived = arrived

    def append(self, _refusal: object) -> None:
        self.arrived.refused += 1


class Mailbox:
    """Takes letters, and refuses every tenth for now."""

    def __init__(self, arrived: Arrived) -> None:
        self.arrived, self.asked, self.refused = arrived, 0, 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.asked += 1
        if self.asked % 10 == 0:
            self.refused += 1
            return "451 4.3.0 try again later"
        head = envelope.content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
        name = head.partition("Message-ID: <")[2].partition("@")[0]
        self.arrived.note(envelope.rcpt_tos[0], name)
        return "250 OK"


def routes() -> Routes:
    """A receiver for each company, half of the tenth ones with a digest."""
    lines = ["receivers:"]
    for number in range(CHANNELS):
        place = f'slack: {{channel: "#c{number}"}}' if number < SLACKS else f"email: c{number}@example.org"
        waits = ', at_once: critical, digest: {at: "08:00"}' if number % 10 == 0 else ""
        lines.append(f"  r{number}: {{{place}, budget: false{waits}}}")
    lines += ["default: r0", "drill: false", "routes:"]
    lines += [f"  - {{match: {{company: c{number}}}, to: r{number}}}" for number in range(CHANNELS)]
    return parse_routes("\n".join(lines), companies=None, topics=None)


def raised(number: int) -> Raised:
    """Alert ``number``; of every other company five in a row are one event, of the rest each is one of its own."""
    company, turn = number % CHANNELS, number // CHANNELS
    event = f"word{company}x{turn // PART_OF if company % 2 else turn}"
    report: dict[str, object] = {
        "kind": "change", "mark": ["−", "WEAKENED", "loss"], "company": f"Company {company}", "title": f"Page {number}",
        "severity": "high", "topics": [], "found": f"Found: “{event}” came in.", "when": "Changed.", "command": "onrecord",
        "quotes": [{"act": "reworded", "mark": ["?", "CHANGED", "unsure"], "before": None,
                    "after": {"segments": [["same", "We will " * 40], ["in", event]]}}],
    }  # fmt: skip
    alert = Alert(f"{number:064}", "change", Severity.HIGH, f"WEAKENED: Page {number}", ("why",), report, f"c{company}")
    facts = AlertFacts({"company": frozenset({f"c{company}"}), "severity": frozenset({"high"})})
    trace = Trace("change", number + 1, host="example", lang="en", came=(event, f"{event}and", f"{event}more"))
    return Raised(alert, facts, trace)


def memory() -> float:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


@contextmanager
def far_side(clock: Clock) -> Iterator[tuple[dict[str, Channel], Arrived, Mailbox]]:
    """Slack, a mail server, and the product's channels that speak to them."""
    arrived = Arrived(clock)
    mailbox = Mailbox(arrived)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    names = frozenset(f"#c{number}" for number in range(SLACKS))
    with SlackStandIn(channels=names, gap_seconds=1.0, now=lambda: clock().timestamp()) as slack:
        slack.posts = arrived  # type: ignore[assignment]  # keeps ids where the stand-in keeps whole posts
        slack.refused = Refusals(arrived)  # type: ignore[assignment]  # counts them
        controller.start()
        try:
            mail = Mail("127.0.0.1", port, "none", "onrecord@example.org", None, None, 10.0)
            yield open_channels(Means(Slack(Secret(TOKEN), None, slack.api), mail)), arrived, mailbox
        finally:
            controller.stop()


def next_time(database: Database, now: datetime) -> datetime | None:
    """When the next message may be tried."""
    with database.read() as conn:
        waiting = select(deliveries.c.next_attempt_at).where(deliveries.c.state == "queued")
        found = conn.execute(waiting.order_by(deliveries.c.next_attempt_at).limit(1)).scalar()
    return max(found, now + timedelta(seconds=1)) if found else None


def run(count: int, folder: Path) -> int:
    """Raise, send, compare; the number of faults."""
    clock = Clock()
    database = open_database(folder / "onrecord.db")
    prepare(database)
    with database.write() as conn:
        rows = [
            {"id": f"c{number}", "name": f"Company {number}", "aliases": [], "topics": []} for number in range(CHANNELS)
        ]
        conn.execute(insert(companies), rows)
    tree = routes()
    samples: list[float] = []
    began, cpu = time.monotonic(), time.process_time()
    with (
        world(folder / "world") as made,
        far_side(clock) as (channels, arrived, mailbox),
        ThreadPoolExecutor(8) as pool,
    ):
        tools = replace(made.tools, database=database, routes=tree, now=clock)
        policy = Policy(executor=pool)
        for batch, first in enumerate(range(0, count, BATCH)):
            last = min(first + BATCH, count)
            for wave in range(first, last, CHANNELS):  # an alert a channel, and the next before a second has gone by
                for number in range(wave, min(wave + CHANNELS, last)):
                    with database.write() as conn:
                        raise_alert(conn, raised(number), tree, clock())
                send_due(database, channels, clock, policy=policy)
                clock.at += timedelta(milliseconds=100)
            _send_all(tools, channels, policy, clock, until=START + timedelta(minutes=8 * (batch + 1)))
            samples.append(memory())
        _send_all(tools, channels, policy, clock, until=DIGEST + timedelta(hours=1))
        while next_time(database, clock()) is not None:
            _send_all(tools, channels, policy, clock, until=clock() + timedelta(hours=1))
    faults = compare(database, arrived, count)
    wall, spent = time.monotonic() - began, time.process_time() - cpu
    quarter = samples[len(samples) // 4]
    flat = samples[-1] - quarter
    print(f"alerts                          {count:>8,}")
    print(f"messages that arrived           {len(arrived):>8,}")
    print(f"refused by Slack (429)          {arrived.refused:>8,}")
    print(f"refused by the mail server      {mailbox.refused:>8,}")
    print(f"memory after a quarter, at end  {quarter:>8.1f} MB  {samples[-1]:.1f} MB")
    print(f"CPU an alert, all of it         {spent / count * 1000:>8.2f} ms   (wall {wall:.0f} s)")
    for fault in faults[:20]:
        print(f"FAULT: {fault}")
    if not arrived.refused or not mailbox.refused:
        faults.append("nobody refused anything: too few alerts to say anything")
    if flat > 30:
        faults.append(f"memory grew by {flat:.0f} MB")
    print(f"faults                          {len(faults):>8}")
    database.close()
    return len(faults)


def _send_all(tools: Tools, channels: dict[str, Channel], policy: Policy, clock: Clock, *, until: datetime) -> None:
    """Send what is due, then move the clock to what is due next, until then."""
    while True:
        duties.do_all(tools)
        send_due(tools.database, channels, clock, policy=policy)
        at = next_time(tools.database, clock())
        edge = DIGEST if clock() < DIGEST <= until else until
        clock.at = min(at or edge, edge)
        if clock() >= until:
            return


def compare(database: Database, arrived: Arrived, count: int) -> list[str]:
    """What is missing, out of order, or late."""
    faults: list[str] = []
    with database.read() as conn:
        counts = outbox.counts(conn)
        told = conn.execute(select(tellings.c.alert_id, tellings.c.delivery_id, tellings.c.how)).all()
        sent = {
            row.id: row for row in conn.execute(select(deliveries.c.id, deliveries.c.alert_id, deliveries.c.case_id))
        }
    if set(counts) != {"sent"}:
        faults.append(f"not everything was sent: {counts}")
    there = {name: at for found in arrived.by_place.values() for name, at in found}
    faults += [f"alert {row.alert_id} never arrived ({row.how})" for row in told if row.delivery_id not in there]
    if len({row.alert_id for row in told}) != count:
        faults.append(f"{len({row.alert_id for row in told})} alerts were told, of {count}")
    if len(there) != len(arrived):
        faults.append(f"{len(arrived) - len(there)} messages came twice")
    for place, found in arrived.by_place.items():
        last: dict[int, int] = {}
        for name, _ in found:
            row = sent[name]
            if row.case_id is not None and row.alert_id < last.get(row.case_id, 0):
                faults.append(f"{place}: a part of case {row.case_id} came before the one before it")
            last[row.case_id or 0] = row.alert_id
    digests = {row.delivery_id for row in told if row.how == "digest"}
    late = [there[name] for name in digests if not DIGEST <= there.get(name, DIGEST) <= DIGEST + timedelta(minutes=2)]
    faults += [f"a digest came at {at}" for at in late]
    print(f"digests, all within two minutes of their time {len(digests):>3}")
    if len(digests) < CHANNELS // 10:
        faults.append(f"{len(digests)} digests, and {CHANNELS // 10} were due")
    return faults


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        (Path(folder) / "world").mkdir()
        sys.exit(1 if run(count, Path(folder)) else 0)


if __name__ == "__main__":
    main()
