"""The whole crash matrix: SIGKILL after every effect of every story, again in the lives that follow, and at any instant.

    python -m bench.crash [RUNS] [WORKERS]       10,000 runs in two workers where nothing is said

Every effect is killed at first; what is left of the runs goes to chains of two to four kills, to processes without a
name (their leases run out) and to random instants. Ends after an hour, whatever is left. Prints what was
counted, and the CPU time of it all: how long that is on the wall is the machine's affair. Exit status 1 where anything was
lost, or repeated without need.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.crash.matrix import SENT, Matrix, Point, Survived, Told
from tests.crash.stories import STORIES

LONGEST = 60 * 60.0
FIRST_FAULTS = 20


def errands(told: list[Told], chance: random.Random) -> Iterator[tuple[str, Told, Point, tuple[float, ...]]]:
    """(sort, story, point, more) without end: every effect once, then chains, unknown processes and instants by turns."""
    points = [(each, point) for each in told for point in each.points]
    yield from (("after every effect", each, point, ()) for each, point in points)
    for sort in itertools.cycle(("again and again", "at any instant", "without a name", "at any instant")):
        each, point = chance.choice(points)
        if sort == "again and again":
            yield sort, each, point, tuple(chance.randint(1, 30) for _ in range(chance.randint(1, 3)))
        elif sort == "at any instant":
            whole = each.seconds[point.moment]
            yield sort, each, point, tuple(chance.uniform(0.02, 1) * whole for _ in range(chance.randint(1, 3)))
        else:
            yield sort, each, point, ()


def carry_out(matrix: Matrix, sort: str, told: Told, point: Point, more: tuple[float, ...]) -> Survived:
    if sort == "at any instant":
        return matrix.kill_after(told, point.moment, list(more))
    return matrix.kill(told, point, *(int(number) for number in more), is_known=sort != "without a name")


def is_loss(fault: str) -> bool:
    """Whether a fault says that something is gone: a message, an answer, a row that the story has without a kill."""
    return fault.startswith(("never arrived", "undelivered", "a person got no answer")) or ": missing " in fault


def worker(number: int, workers: int, runs: int, until: float) -> int:
    """This worker's share of the runs; one line for each sort, one for each fault."""
    memory = Path("/dev/shm")
    counts: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="crash-", dir=memory if os.access(memory, os.W_OK) else None) as ground,
        Matrix(Path(ground)) as matrix,
    ):
        told = [matrix.tell(story) for story in STORIES]
        counts["kill points"] = sum(len(each.points) for each in told) if number == 0 else 0
        every = errands(told, random.Random(20190220))
        for sort, each, point, more in itertools.islice(every, number, runs, workers):
            if time.time() > until:
                counts["runs not begun in time"] += 1
                continue
            survived = carry_out(matrix, sort, each, point, more)
            counts[f"runs, {sort}"] += 1
            counts["kills"] += len(survived.kills)
            counts["kills where the far side took a message and gave no answer"] += sum(
                kill.startswith(SENT) for kill in survived.kills
            )
            counts["lives"] += survived.lives
            counts["repeats in that window, each with its id"] += survived.repeats
            counts["lost"] += sum(is_loss(fault) for fault in survived.faults)
            counts["repeats without need"] += sum(
                fault.startswith("repeated without need") for fault in survived.faults
            )
            counts["runs with a fault"] += bool(survived.faults)
            if survived.faults and counts["runs with a fault"] <= FIRST_FAULTS:
                print("FAULT", sort, each.story.name, point, more, survived.kills, *survived.faults, sep=" | ")
    for name, count in counts.items():
        print(f"COUNT\t{name}\t{count}")
    return 1 if counts["runs with a fault"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="?", type=int, default=10_000)
    parser.add_argument("workers", nargs="?", type=int, default=2)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        return worker(given.worker, given.workers, given.runs, given.until)
    began = time.time()
    command = [sys.executable, __file__, str(given.runs), str(given.workers), "--until", str(began + LONGEST)]
    shares = [
        subprocess.Popen([*command, "--worker", str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(given.workers)
    ]
    counts: Counter[str] = Counter()
    for share in shares:
        said, _ = share.communicate()
        for line in said.splitlines():
            if line.startswith("COUNT\t"):
                _, name, number = line.split("\t")
                counts[name] += int(number)
            else:
                print(line)
    for name, count in counts.items():
        print(f"{count:>7,}  {name}")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{time.time() - began:>7,.0f}  seconds, with {spent.ru_utime + spent.ru_stime:,.0f} of CPU in {given.workers} "
        f"workers, load {os.getloadavg()[0]:.1f}"
    )
    return max((share.returncode for share in shares), default=0)


if __name__ == "__main__":
    sys.exit(main())
