"""Measure what things cost and write it to docs/performance.md.

    ./run bench [NAME...] [--all] [--pages N] [--print] [--list]

Every bench is a program of its own and may be run alone; this one runs them in turn and keeps what they print. Without
names it runs those that are done in minutes; ``--all`` also runs the long ones. Sections of benches that were not run stay
as they were, each under the day it was measured. Machines differ and a busy one slows all alike: read the ratios.
``--print`` writes no file. A bench that finds a fault ends with another status than 0, and then nothing of it is written.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
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
    """One section of the page: what is measured, the module that measures it, and what it is held against.

    ``is_long``: more than a few minutes; run by its name or with ``--all``.
    """

    title: str
    module: str
    arguments: tuple[str, ...]
    words: str
    is_long: bool = False

    @property
    def name(self) -> str:
        """What the command calls it."""
        return self.module.removeprefix("bench.")


def benches(pages: int) -> tuple[Bench, ...]:
    """All that the page holds, in its order. To add one: its title, its module and arguments, and what it is held against."""
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
        Bench(
            "Next year's filings",
            "bench.filing_edits",
            (),
            "The 10-Ks of the corpus against a next year made of each: thirty edits in the risk factors whose kind is known "
            "(moved, cut, joined, hedges that came true, names, sentences and paragraphs dropped or added, an item "
            "renumbered), all years rolled on and every figure of a table another. A phantom is a removal of words that "
            "stand elsewhere in the new filing. The aim is at most one in thirty. Where the corpus holds one filing twice, "
            "the two are held against each other.",
        ),
        Bench(
            "Search and pages",
            "bench.search",
            (),
            "A million distinct passages over 2,000 documents of 100 versions, a tenth of them Chinese, SQLite. CPU of the "
            "thread that asks; for pages that of client and server in one process. The aims: the first 20 answers of any "
            "query with an indexed word 150 ms at the 95th percentile, of one to three words or a phrase 50; facets and "
            "timeline 500; pages 100, and 60 KB; an index of at most 60 % of Latin text and 200 % of Chinese. Chinese is "
            "drawn as words of one to three characters with the frequencies of real ones; where Debian's manpages-zh is "
            "installed, its prose is measured too.",
            is_long=True,
        ),
        Bench("Starting", "bench.start", (), "What a person waits for at the terminal, before anything is done."),
        Bench(
            "From a change to its message",
            "bench.latency",
            ("60", "12"),
            "The daemon as `onrecord run` starts it: from the last byte of a changed page to its message at the Slack "
            "stand-in. Reading, comparing, rules and the commit are in it. The aim is two seconds for 95 of 100.",
        ),
        Bench(
            "Ten thousand sources",
            "bench.load",
            (),
            "Hourly on one machine, 95 of 100 answering 304: the aim is 2 % of one core and 250 MB resident. Ready within 2 s "
            "of CPU where the files have not changed. Statements and rows of a check the same after 10 captures and 1,000.",
        ),
        Bench(
            "A year of filings",
            "bench.filing_year",
            (),
            "Forty companies, a daemon and a command at one archive, a controlled clock. No two requests to the SEC within "
            "half a second, each filing asked for once.",
            is_long=True,
        ),
        Bench(
            "A day of many sources",
            "bench.day",
            (),
            "5,000 sources on 300 hosts, of which one answers 503, one hangs up and one never answers; a controlled clock, "
            "judged from the server's own log: no host asked twice at once or inside its gap, no source starved.",
            is_long=True,
        ),
        Bench(
            "A year on one server",
            "bench.soak",
            (),
            "2,000 sources daily for a simulated year, with outages, full disks, a clock that is wrong, 200 stops and 200 "
            "kills: every scripted change told once, nothing else, memory and files flat. The aim is an hour.",
            is_long=True,
        ),
        Bench(
            "Ten thousand alerts",
            "bench.messages",
            ("10000",),
            "Over 100 channels under a controlled clock, budgets off: Slack takes one message a second a channel and "
            "answers 429 to the rest, the mail server refuses one letter in ten, every tenth receiver wants a digest. "
            "Everything must arrive, in order within a case, digests on time, with memory flat.",
            is_long=True,
        ),
        Bench(
            "Killed at any moment",
            "bench.crash",
            ("10000", "2"),
            "SIGKILL after every commit and every effect of check, decide, send and receipt, for every channel; then again "
            "in the lives that follow, and at random instants. Kill points are those of a run without a kill. Nothing may be "
            "lost, and nothing come twice but where the far side took a message and gave no answer. The aim is half an "
            "hour on two processors, counted in CPU time.",
            is_long=True,
        ),
    )


def run(bench: Bench) -> str:
    """What the bench prints. Raises CalledProcessError where it fails or finds a fault."""
    command = [sys.executable, "-m", bench.module, *bench.arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    return done.stdout.rstrip()


def section(bench: Bench, printed: str) -> str:
    """One section of the page as Markdown."""
    today = datetime.now(UTC).date()
    return "\n".join(
        (f"## {bench.title}", "", bench.words, "", f"Measured on {today}.", "", "```text", printed, "```", "")
    )


def sections_of(text: str) -> dict[str, str]:
    """The sections a page has, by title."""
    found = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {each.partition("\n")[0].removeprefix("## "): each.rstrip("\n") + "\n" for each in found}


def page(every: tuple[Bench, ...], sections: dict[str, str]) -> str:
    """The page as Markdown: every bench that was ever measured, in its place."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    head = (
        "# Performance: what things cost\n\n"
        f"Written by `./run bench`; not to be edited. {os.cpu_count()} processors, {python}. CPU time, never the clock\n"
        "on the wall where nothing else is said; machines differ and a busy one slows all alike, so read the ratios.\n"
    )
    return "\n".join((head, *(sections[each.title] for each in every if each.title in sections)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benches to run; the short ones where none is named")
    parser.add_argument("--all", action="store_true", help="the long ones too")
    parser.add_argument("--list", action="store_true", help="name every bench, run none")
    parser.add_argument("--pages", type=int, default=1_000, help="pages of a whole check")
    parser.add_argument("--print", action="store_true", help="print the page, write nothing")
    given = parser.parse_args()
    every = benches(given.pages)
    if given.list:
        print("\n".join(f"{each.name:<12}{each.title}{' (long)' if each.is_long else ''}" for each in every))
        return
    unknown = set(given.names) - {each.name for each in every}
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; --list names them")
    sections = sections_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for bench in every:
        if bench.name in given.names or (not given.names and (given.all or not bench.is_long)):
            print(f"{bench.title} ...", file=sys.stderr, flush=True)
            try:
                sections[bench.title] = section(bench, run(bench))
            except subprocess.CalledProcessError as failed:
                print(failed.stdout, f"{bench.name} ended with status {failed.returncode}", sep="\n", file=sys.stderr)
                sys.exit(1)
            if not given.print:  # what was measured is kept, whatever becomes of the next
                PAGE.write_text(page(every, sections), encoding="utf-8")
    if given.print:
        print(page(every, sections), end="")
    else:
        print(f"written to {PAGE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
