"""The figures that the decisions name, measured again, one program after the other.

    ./run bench [NAME [ARGS]]

Each prints CPU beside a peer in the same run; judge by the ratio, machines differ. No test is timed. Without a name
all are run, and what they print is written to docs/performance.md as it stands, misses included.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FIGURES: Final = {
    "check": "a whole check of real pages: first look, nothing changed, one sentence more",
    "fetch": "one answer fetched, beside a bare GET",
    "readers": "one page read in a reader process, beside a bare parse",
    "rules": "all packs over a text, beside Python's re",
    "commitments": "verdicts on pairs of wordings, right and wrong, and what one costs",
}
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
HEAD: Final = """# Performance: what a check, a page and a rule cost

Written by `./run bench`; not to be edited. CPU time of the processes named, never the clock on the wall, beside a peer in
the same run: judge by the ratio, machines differ. Measured on {day} with Python {python}, {cores}.

The aims: a check that finds nothing 1 ms, a check that finds a changed page of about 200 KB 8 ms; reading a page at most
1.4 × a bare lxml walk of it, the hand-over to the reader process included; all rule packs over 100 KB 15 ms, with 10,000
phrase rules beside them 50 ms. Other programs on such pages, each doing less for one: urlwatch 3.1 ms unchanged and
18 ms changed, changedetection.io 6 to 8 and 59 to 82, webchanges 32 and 48.
"""


def main() -> None:
    """Run all, or the one that is named with its arguments. Exits with the status of the first that failed, or 2."""
    name, *arguments = sys.argv[1:] or ("",)
    if name and name not in FIGURES:
        print(f"no figures called {name}; there are {', '.join(FIGURES)}", file=sys.stderr)
        sys.exit(2)
    if name:
        sys.exit(subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], check=False).returncode)
    sections = [_section(figures, what) for figures, what in FIGURES.items()]
    day, python = datetime.now(UTC).date().isoformat(), platform.python_version()
    PAGE.write_text("\n".join((HEAD.format(day=day, python=python, cores=_cores()), *sections)), encoding="utf-8")


def _section(figures: str, what: str) -> str:
    print(f"== {figures}: {what}", flush=True)
    command = [sys.executable, "-m", f"bench.{figures}"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    print(done.stdout, flush=True)
    if done.returncode:
        sys.exit(done.returncode)
    return f"## {what[0].upper()}{what[1:]}\n\n`./run bench {figures}`\n\n```text\n{done.stdout.strip()}\n```\n"


def _cores() -> str:
    count = len(os.sched_getaffinity(0))
    return f"{count} cores shared with other work"


if __name__ == "__main__":
    main()
