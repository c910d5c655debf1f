"""A year of filings for forty companies under a controlled clock: is the pace kept, is each filing read once?

    python -m bench.filing_year [COMPANIES] [DAYS]

A pretend EDGAR in the service's own shapes; a daemon and a command take turns at the same archive, as they may on one
machine. Every company files an annual report, three quarterly ones and six notices of events with an exhibit. The log
says how close two requests to any server of the SEC ever came, and how often each filing was asked for. Exit status 1
where the pace was broken, a filing was missed or asked twice.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from core.model import Ask, Source
from monitor.tools import Clock
from monitor.workers import Desk, claim, paces, work
from storage.schema import changes, documents
from tests.filings import PROSE, SOURCE, Edgar, Filed, annual
from tests.site import START, Got, World, world

PER_SECOND: Final = 2
STEP: Final = timedelta(seconds=0.1)
IDLE: Final = 40  # steps without work after which the day is over
EVENT: Final = b"<html><body><p>Item 8.01 Other Events</p><p>%s</p></body></html>"


@dataclass
class Log:
    """The site, with a note of when each address was asked for and by whom."""

    made: World
    asked: list[tuple[datetime, str, str]]

    def fetcher(self, owner: str) -> _Noting:
        return _Noting(self, owner)


@dataclass
class _Noting:
    log: Log
    owner: str

    def fetch(self, ask: Ask, now: Clock) -> Got:
        self.log.asked.append((now(), self.owner, ask.url))
        return self.log.made.site.fetch(ask, now)


def filings_of(cik: str, days: int, choose: random.Random) -> list[Filed]:
    """What a company files: last year's annual report, then a year of reports and events, on days of its own."""
    risks = [f"Risk {at} of company {int(cik)}: {PROSE}" for at in range(6)]
    last = Filed(1, "10-K", "2025-02-20", annual(2024, *risks), cik=cik)
    forms = ["10-K", "10-Q", "10-Q", "10-Q", *["8-K"] * 6]
    made = [last]
    for number, form in enumerate(forms, start=2):
        day = (START + timedelta(days=choose.randrange(1, days))).date().isoformat()
        if form == "8-K":
            said = f"Company {int(cik)} signed contract {number}. {PROSE}".encode()
            exhibit = ("EX-99.1", f"ex{number}.htm", EVENT % (b"The release: " + said))
            made.append(Filed(number, form, day, EVENT % said, items="8.01", exhibits=(exhibit,), cik=cik))
        else:
            told = [*risks[: choose.randrange(3, 6)], f"A risk that came in {number}. {PROSE}"]
            made.append(Filed(number, form, day, annual(2025, *told), cik=cik))
    return made


def run(made: World, companies: int, days: int) -> tuple[Log, list[Filed]]:
    """Let the days pass; whoever's turn it is takes what is due."""
    choose = random.Random(20260301)
    filings = {cik: filings_of(cik, days, choose) for cik in (f"{at + 1:010d}" for at in range(companies))}
    watched: list[Source] = []
    for at, cik in enumerate(filings):
        watched.append(replace(SOURCE, id=f"acme/sec-{at}", url=Edgar([], cik).list_url, options=(("cik", cik),)))
    log = Log(made, [])
    desks = [
        Desk(log.fetcher(owner), owner, timedelta(0), lambda _checked: None, paces=paces(PER_SECOND))
        for owner in ("daemon", "command")
    ]
    for day in range(days):
        today = made.now.date().isoformat()
        for cik, filed in filings.items():
            due = [each for each in filed if each.day <= today]
            if day == 0 or any(each.day == today for each in filed):
                Edgar(due, cik).serve(made)
        if day == 0:
            made.watch(*watched)
        _work_off(made, desks)
        made.now = START + timedelta(days=day + 1)
    return log, [each for filed in filings.values() for each in filed]


def _work_off(made: World, desks: list[Desk]) -> None:
    idle = turn = 0
    while idle < IDLE:
        desk = desks[turn % len(desks)]
        leases = claim(made.tools, desk, 2)
        for lease in leases:
            work(made.tools, desk, lease)
        idle = 0 if leases else idle + 1
        turn += 1
        made.now += STEP


def main() -> None:
    companies = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 365
    before = time.process_time()
    with tempfile.TemporaryDirectory(prefix="onrecord-filings-") as folder, world(Path(folder)) as made:
        log, filings = run(made, companies, days)
        with made.database.read() as conn:
            kept = conn.execute(select(func.count()).select_from(documents)).scalar_one()
            seen = conn.execute(select(func.count()).select_from(changes)).scalar_one()
    cpu = time.process_time() - before
    closest = min(after[0] - earlier[0] for earlier, after in pairwise(log.asked))
    times = Counter(url for _, _, url in log.asked)
    asked = Counter(times[each.url] for each in filings)
    owners = Counter(owner for _, owner, _ in log.asked)
    print(f"{companies} companies, {days} days: {len(log.asked):,} requests, {dict(owners)}, {cpu:.0f} s of CPU")
    print(f"closest two requests to the SEC: {closest.total_seconds():.2f} s (allowed: {1 / PER_SECOND:.2f})")
    print(
        f"{len(filings)} filings: {asked[1]} asked for once, {asked[0]} never, {len(filings) - asked[0] - asked[1]} more often"
    )
    print(f"{kept} documents, {seen} changes")
    if closest < timedelta(seconds=1 / PER_SECOND) or asked[1] != len(filings):
        sys.exit("the pace was broken, or a filing was missed or asked for twice")


if __name__ == "__main__":
    main()
