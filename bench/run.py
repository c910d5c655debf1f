"""Measure what things cost and write it to docs/performance.md.

    ./run bench [--pages N] [--print]

Every bench is a program of its own and may be run alone; this one runs them in turn and keeps what they print. Machines
differ and a busy one slows all alike: read the ratios. ``--print`` writes no file.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Bench:
    """One section of the page: what is measured, the module that measures it, and what it is held against."""

    title: str
    module: str
    arguments: tuple[str, ...]
    words: str


def benches(pages: int) -> tuple[Bench, ...]:
    return (
        Bench(
            "A whole check",
            "bench.check",
            (str(pages),),
            "Real pages served from loopback, the path of `onrecord check`: lease, conditional request, bytes kept, "
            "reading in a process of its own, comparison, rules, change, alert. The aims are 1 ms where nothing "
            "changed and 8 ms where every page did, on a machine where urlwatch 2.29 takes 3.1 and 18, "
            "changedetection.io 6 to 8 and 59 to 82, webchanges 32 and 48, each doing less per page. Where urlwatch "
            "stands below, it was measured in this very run.",
        ),
        Bench(
            "Reading a page",
            "bench.readers",
            ("60", "7"),
            "Beside the least any reader must do: lxml's parse, and a look at every element's text. The aim is 1.4 "
            "times that, the hand-over to the reader process included; decision 0009 says what stands in the way.",
        ),
        Bench(
            "Asking an address", "bench.fetch", ("2000",), "The fetcher with all its limits beside a bare aiohttp GET."
        ),
        Bench("Rules", "bench.rules", (), "All shipped packs over 100 KB of text and over one passage."),
        Bench(
            "Promises of a changed page",
            "bench.promise_cost",
            (),
            "100 KB of which a third of the passages hold a promise: every passage asked whether it binds somebody, every "
            "sentence that does framed, every such passage that changed compared. *New* knows nothing of the page; *next* "
            "is a watch, where the version before was read by the same process and only what is new is framed. The aim is "
            "20 ms.",
        ),
        Bench(
            "A very large filing",
            "bench.filings",
            (),
            "A 10-K of 10 MB of HTML, made of real ones, in a process of its own. The aims are 1.5 s and 400 MB.",
        ),
        Bench("Starting", "bench.start", (), "What a person waits for at the terminal, before anything is done."),
    )


def run(bench: Bench) -> str:
    """What the bench prints. Raises CalledProcessError where it fails: half a page is no page."""
    command = [sys.executable, "-m", bench.module, *bench.arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    return done.stdout.rstrip()


def page(sections: list[tuple[Bench, str]]) -> str:
    """The page as Markdown."""
    today = datetime.now(UTC).date()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    lines = [
        "# Performance: what things cost",
        "",
        f"Written by `./run bench` on {today}; not to be edited. {os.cpu_count()} processors, {python}. CPU time, never",
        "the clock on the wall; machines differ and a busy one slows all alike, so read the ratios.",
    ]
    for bench, printed in sections:
        lines += ["", f"## {bench.title}", "", bench.words, "", "```text", printed, "```"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000, help="pages of a whole check")
    parser.add_argument("--print", action="store_true", help="print the page, write nothing")
    given = parser.parse_args()
    sections: list[tuple[Bench, str]] = []
    for bench in benches(given.pages):
        print(f"{bench.title} ...", file=sys.stderr, flush=True)
        sections.append((bench, run(bench)))
    text = page(sections)
    if given.print:
        print(text, end="")
    else:
        PAGE.write_text(text, encoding="utf-8")
        print(f"written to {PAGE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
