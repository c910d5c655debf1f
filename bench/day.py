"""A day of many sources on few hosts under a controlled clock, judged from the server's own log.

    python -m bench.day [SOURCES] [HOSTS] [HOURS]

Everything is the product's: claims, leases, robots.txt, fetcher, intervals, budget; only the clock and the names are
ours, so that a day passes as fast as the requests do. One host answers 503, one hangs up, one never answers; a tenth of
the hosts have twice as many sources as the rest, and one more than its budget of a day can reach. The log says whether
any host saw two requests at once or inside its gap, whether a source starved, and what each host was asked.
"""

from __future__ import annotations

import http.server
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import itertools

from sqlalchemy import func, select

from core.config.routes import console_routes
from core.manner import Reaching
from core.model import Company, Source
from core.rules.parse import parse_packs
from monitor.app import lexicon
from monitor.fetcher import Fetcher, FetchLimits
from monitor.readers import InlineReader
from monitor.robots import Robots
from monitor.tools import Tools
from monitor.workers import Desk, Pool, Worked, claim, work
from storage import holders, watchlist
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import requests

START = datetime(2026, 3, 1, tzinfo=UTC)
GAP = timedelta(seconds=5)
MIX = ((10, timedelta(hours=2)), (40, timedelta(hours=6)), (50, timedelta(hours=24)))  # share of the sources, interval
MORE_THAN_ITS_SHARE = 2.0  # of the wait that an even share of a budget comes to: beyond it a source starves
WORDS = " ".join(f"Sentence {n} says what the company does about audits in plant number {n}." for n in range(12))


@dataclass
class Far:
    """Every host in one server: it notes who came when, by the controlled clock, and how many at once."""

    broken: dict[str, str]
    patience: float
    now: datetime = START
    log: list[tuple[str, str, datetime]] = field(default_factory=list)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, host: str, path: str) -> None:
        with self.lock:
            self.log.append((host, path, self.now))
            self.at_once[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.at_once[host])

    def leave(self, host: str) -> None:
        with self.lock:
            self.at_once[host] -= 1


def _handler(far: Far) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = (self.headers["Host"] or "").partition(":")[0]
            far.enter(host, self.path)
            self._answer(far.broken.get(host, ""), host)

        def _answer(self, trouble: str, host: str) -> None:
            """Whoever asks has left before the last byte goes out: with it the clock may be hours on."""
            if trouble == "hangs up":
                far.leave(host)
                self.close_connection = True
                return
            if trouble == "never answers":
                far.leave(host)  # the client gives up when it likes; that it asks nothing meanwhile shows in the gaps
                time.sleep(far.patience * 1.25)
                self.close_connection = True
                return
            status, body = 200, f"<html><body><h1>{host}{self.path}</h1><p>{WORDS}</p></body></html>".encode()
            if trouble == "503":
                status, body = 503, b"<html>busy</html>"
            elif self.path == "/robots.txt":
                body = b"User-agent: *\nDisallow: /never/\n"
            elif self.headers["If-None-Match"]:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"same"')
            far.leave(host)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


@dataclass(frozen=True, slots=True)
class Crowded:
    """A host whose sources want more requests than its budget; ``longest``: the longest wait of any, in its intervals."""

    host: str
    sources: int
    wanted: int
    asked: int
    longest: float


@dataclass(frozen=True, slots=True)
class Day:
    """What the server's log says of a day."""

    requests: int
    hosts: int
    most_at_once: int
    shortest_gap: timedelta
    busiest: int
    budget: int
    starved: tuple[str, ...]
    latest: timedelta  # behind its interval and jitter, where the budget suffices
    asking_too_much: tuple[Crowded, ...]
    to_the_broken: dict[str, int]
    closed_to_us: int
    unseen: int


@contextmanager
def _served(far: Far) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(far))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def watched(count: int, hosts: int, port: int) -> list[Source]:
    """So many sources over so many hosts, some hosts with many, the first with most, and one address robots.txt closes."""
    mix = [every for share, every in MIX for _ in range(share)]
    found = []
    for n in range(count):
        host = f"host-{_host_of(n, hosts)}.example"
        path = "never/asked" if n == 1 else f"page-{n}"
        found.append(Source(f"c/{n}", "c", "page", f"http://{host}:{port}/{path}", every=mix[n * 37 % 100]))
    return found


def _host_of(n: int, hosts: int) -> int:
    if n % 25 == 0:
        return 0
    return n // 10 % max(1, hosts // 10) if n % 10 == 0 else (n + n // hosts) % hosts


def simulate(
    count: int, hosts: int, hours: float, *, budget: int = 500, at_once: int = 20, seed: int = 1, patience: float = 1.0
) -> Day:
    """Watch so many sources on so many hosts for so long; what the server saw.

    ``patience``: seconds until a client gives up; too few, and a busy machine is taken for a broken host.
    """
    dice = random.Random(seed)
    far = Far(
        {
            f"host-{hosts - 1}.example": "503",
            f"host-{hosts - 2}.example": "hangs up",
            f"host-{hosts - 3}.example": "never answers",
        },
        patience,
    )
    with tempfile.TemporaryDirectory() as folder, _served(far) as port:
        database = open_database(Path(folder, "day.db"))
        prepare(database)
        tools = Tools(
            database=database,
            blobs=BlobStore(Path(folder, "blobs")),
            reader=InlineReader(),
            rules=parse_packs({}),
            commitments=lexicon(),
            routes=console_routes(),
            now=lambda: far.now,
            share=dice.random,
            reaching=Reaching("OnRecord/bench"),
            robots=Robots(),
            host_budget=budget,
        )
        names = [f"host-{n}.example" for n in range(hosts)]
        limits = FetchLimits(
            "OnRecord/bench",
            total_seconds=5,
            read_gap_seconds=patience,
            allow_private=frozenset(f"{name}:{port}" for name in names),
        )
        everything = watched(count, hosts, port)
        with database.write() as conn:
            watchlist.sync(conn, [Company("c", "C")], everything, far.now)
        with Fetcher(limits, _lookup) as fetcher:
            _pass_time(
                tools, Desk(fetcher, "bench", GAP, lambda _checked: None), far, START + timedelta(hours=hours), at_once
            )
        day = _judge(far, everything, database, hours, budget)
        database.close()
    return day


def _lookup(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


def _pass_time(tools: Tools, desk: Desk, far: Far, end: datetime, at_once: int) -> None:
    """The daemon's tick, with time moved on to the next moment at which something may be asked."""
    pool = Pool(at_once)
    failed: list[BaseException] = []

    def landed(done: Future[Worked]) -> None:
        error = done.exception()
        failed.extend([error] if error else [])

    while far.now < end:
        leases = claim(tools, desk, at_once)
        for lease in leases:
            pool.give(partial(work, tools, desk, lease), landed)
        pool.wait()
        if failed:
            raise failed[0]
        if not leases:
            far.now = max(far.now + timedelta(seconds=1), _next_moment(tools.database, far.now, end))
    pool.close()


def _next_moment(database: Database, now: datetime, end: datetime) -> datetime:
    from storage.schema import hosts

    with database.read() as conn:
        rows = conn.execute(
            select(requests.c.host, func.min(requests.c.next_due_at).label("due"), hosts.c.next_allowed_at)
            .join(hosts, hosts.c.host == requests.c.host)
            .where(requests.c.next_due_at.is_not(None))
            .group_by(requests.c.host, hosts.c.next_allowed_at)
        ).all()
    moments = [max(row.due, row.next_allowed_at or now) for row in rows]
    return min((moment for moment in moments if moment > now), default=end)


def _judge(far: Far, everything: list[Source], database: Database, hours: float, budget: int) -> Day:
    by_host: dict[str, list[datetime]] = defaultdict(list)
    by_url: dict[str, list[datetime]] = defaultdict(list)
    for host, path, at in far.log:
        by_host[host].append(at)
        by_url[f"{host}{path}"].append(at)
    gaps = [later - earlier for times in by_host.values() for earlier, later in itertools.pairwise(times)]
    ends = max(far.now, START + timedelta(hours=hours))
    crowded = _crowded(everything, hours, budget)
    starved, latest, longest = [], timedelta(0), dict.fromkeys(crowded, 0.0)
    for source in everything:
        name = _name_of(source)
        path = source.url.removeprefix("http://").partition("/")[2]
        if name in far.broken or path.startswith("never"):
            continue
        asked = [START, *by_url[f"{name}/{path}"], ends]
        wait = max(later - earlier for earlier, later in itertools.pairwise(asked))
        if name in crowded:
            longest[name] = max(longest[name], wait / source.every)
            if len(asked) < 3 or wait > source.every * MORE_THAN_ITS_SHARE * crowded[name] / (budget * hours / 24):
                starved.append(source.id)
            continue
        late = wait - source.every * 1.15
        latest = max(latest, late)
        if late > timedelta(hours=1) or len(asked) < 3:
            starved.append(source.id)
    with database.read() as conn:
        unseen = len(holders.unseen(conn, far.now, timedelta(hours=1)))
    return Day(
        requests=len(far.log),
        hosts=len(by_host),
        most_at_once=max(far.most_at_once.values()),
        shortest_gap=min(gaps, default=GAP),
        busiest=max(len(times) for times in by_host.values()),
        budget=budget,
        starved=tuple(starved),
        latest=latest,
        asking_too_much=tuple(
            Crowded(name, _sources_at(name, everything), round(wanted), len(by_host[name]), longest[name])
            for name, wanted in crowded.items()
        ),
        to_the_broken={trouble: len(by_host[host]) for host, trouble in far.broken.items()},
        closed_to_us=sum(path.startswith("/never") for _, path, _ in far.log),
        unseen=unseen,
    )


def _name_of(source: Source) -> str:
    return source.url.removeprefix("http://").partition(":")[0]


def _sources_at(name: str, everything: list[Source]) -> int:
    return sum(_name_of(source) == name for source in everything)


def _crowded(everything: list[Source], hours: float, budget: int) -> dict[str, float]:
    """Hosts whose sources want more requests in these hours than a budget of so many a day allows; how many they want."""
    wanted: dict[str, float] = defaultdict(float)
    for source in everything:
        wanted[_name_of(source)] += timedelta(hours=hours) / source.every
    return {name: many for name, many in wanted.items() if many > budget * hours / 24}


def main() -> None:
    given = dict(enumerate(float(word) for word in sys.argv[1:]))
    count, hosts, hours = given.get(0, 5_000.0), given.get(1, 300.0), given.get(2, 24.0)
    began = time.process_time()
    day = simulate(int(count), int(hosts), hours)
    print(f"{int(count)} sources on {day.hosts} hosts, {hours:g} hours: {day.requests} requests")
    print(f"requests to one host at once        {day.most_at_once}")
    print(f"shortest time between two           {day.shortest_gap.total_seconds():g} s (gap {GAP.total_seconds():g} s)")
    print(f"most to one host                    {day.busiest} of a budget of {day.budget}")
    print(f"sources that starved                {len(day.starved)}")
    print(
        f"latest of the others                {day.latest.total_seconds() / 60:.1f} min behind its interval and jitter"
    )
    for each in day.asking_too_much:
        print(
            f"{each.host:<36}{each.sources} sources want {each.wanted}, {each.asked} asked; none waited longer than "
            f"{each.longest:.1f} of its intervals"
        )
    print(f"to hosts that are broken            {', '.join(f'{n} ({what})' for what, n in day.to_the_broken.items())}")
    print(f"to an address robots.txt closes     {day.closed_to_us}")
    print(f"CPU, server included                {time.process_time() - began:.0f} s")


if __name__ == "__main__":
    main()
