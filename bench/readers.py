"""CPU of reading a page through the reader processes, beside a bare lxml parse and walk of the same pages.

    python bench/readers.py [PAGES] [ROUNDS]

Pages are real ones, drawn from the shared histories with a fixed seed and read in place. CPU of both sides is counted:
the process that asks (hand-over, unpacking) and the one that reads. Prints CPU a page and its ratio to the bare walk.
"""

from __future__ import annotations

import os
import random
import sys
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402 (after the path)

from monitor.readers import InlineReader, ReaderPool  # noqa: E402 (after the path)

SEED = 20190220
URL = "https://example.org/"


def pages(count: int) -> list[bytes]:
    """That many snapshots, each from a history drawn at random."""
    shared = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared")
    histories = sorted((shared / "corpus" / "histories").glob("*.tar.xz"))
    if not histories:
        sys.exit(f"no histories under {shared}: set ONRECORD_SHARED")
    draw = random.Random(SEED)
    found: list[bytes] = []
    for history in draw.sample(histories, k=len(histories)):
        with tarfile.open(history) as archive:
            names = [name for name in archive.getnames() if name.endswith(".html")]
            for name in draw.sample(names, k=min(2, len(names))):
                member = archive.extractfile(name)
                body = member.read() if member else b""
                if body:
                    found.append(body)
                if len(found) == count:
                    return found
    return found


def bare_walk(body: bytes) -> int:
    """What any reader must do: parse, and touch every element's text."""
    root = etree.fromstring(body, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    count = 0
    if root is not None:
        for element in root.iter():
            count += len(element.text or "") + len(element.tail or "")
    return count


def cpu_of(pid: int) -> float:
    """Seconds on a processor, to the nanosecond (the first field of schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cpu_here(work: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Milliseconds of CPU a page, in this thread."""
    start = time.thread_time()
    for body in bodies:
        work(body)
    return (time.thread_time() - start) * 1000 / len(bodies)


def cpu_of_pool(pool: ReaderPool, bodies: list[bytes], askers: int) -> float:
    """Milliseconds of CPU a page, in all threads that ask and in the process that reads.

    With two askers the reader never sleeps between two pages. With one it does, and waking alone makes the same work a
    third dearer on a virtual machine: that is shown, and is not the cost of the hand-over.
    """
    (pid,) = pool.pids()
    with ThreadPoolExecutor(askers) as threads:
        list(threads.map(lambda _: time.sleep(0.01), range(askers)))  # started before the clock is
        start = time.process_time() + cpu_of(pid)
        for _ in threads.map(lambda body: pool.read(body, content_type="text/html", url=URL), bodies):
            pass
        return (time.process_time() + cpu_of(pid) - start) * 1000 / len(bodies)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    bodies = pages(count)
    local = InlineReader()
    with ReaderPool(1, 2048, 60) as pool:
        pool.read(b"<html><p>warm", content_type=None, url=URL)
        measures: dict[str, Callable[[], float]] = {
            "bare lxml parse and walk": lambda: cpu_here(bare_walk, bodies),
            "read in this process": lambda: cpu_here(
                lambda body: local.read(body, content_type="text/html", url=URL), bodies
            ),
            "through the pool, busy": lambda: cpu_of_pool(pool, bodies, 2),
            "through the pool, from sleep": lambda: cpu_of_pool(pool, bodies, 1),
        }
        best = dict.fromkeys(measures, float("inf"))
        for _ in range(rounds):  # in turn, so that a busy moment of the machine falls on all
            for name, measure in measures.items():
                best[name] = min(best[name], measure())
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(
        f"{len(bodies)} pages of {size:.0f} KB on average (median {median(map(len, bodies)) / 1000:.0f}), best of {rounds}"
    )
    bare = best["bare lxml parse and walk"]
    for name, cost in best.items():
        print(f"{name:<30} {cost:6.2f} ms CPU a page   {cost / bare:5.2f} x bare")


if __name__ == "__main__":
    main()
