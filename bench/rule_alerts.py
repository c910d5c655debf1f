"""How often the shipped packs would call two people: alerts per document-year over the shared corpus, default routing.

    python -m bench.rule_alerts [--home DIR] [--write]

Imports every history of the corpus into a fresh home (or takes one that was imported before) and tries all packs on it
with the backtest, which gives the alerts that would have been raised. ``--write`` keeps the page docs/quality-rules.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from bench import corpus, importing
from bench.corpus import ROOT
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from monitor import app, home
from monitor.backtesting import Backtest, backtest
from monitor.kinds import built_kinds
from storage.backtest import document_years

PAGE: Final = ROOT / "docs" / "quality-rules.md"
MOST_RULES: Final = 12
WATCHED: Final = 500  # documents of an organisation with a starting list twice ours


def imported(shared: Path, work: Path) -> Path:
    """A home into which every history was imported."""
    warcs = []
    for history in corpus.histories(shared):
        with corpus.unpacked(history) as folder:
            warcs.append(corpus.make_warc(shared, work, folder))
    importing.by_command(work / "home", warcs)
    return work / "home"


def tried(folder: Path) -> tuple[Backtest, float, float]:
    """All shipped packs on a home: the outcome, document-years, seconds of CPU."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.yaml"))}
    rules: RuleSet = parse_packs(files)
    place = home.Home(folder)
    settings = home.load(place, {}, built_kinds=built_kinds()).settings
    with app.open_archive(place, {}, settings) as archive, archive.database.read() as conn:
        lexicon = app.lexicon()
        before = time.process_time()
        found = backtest(conn, rules, {rule.id for rule in rules.rules}, lexicon)
        return found, document_years(conn), time.process_time() - before


def told(found: Backtest, years: float, cpu: float) -> list[str]:
    """What is printed, line by line."""
    reach = found.examined
    severities = Counter(alert.severity.value for alert in found.alerts)
    rules = Counter(rule for alert in found.alerts for rule in {match.rule for match in alert.matches})
    rate = len(found.alerts) / years if years else 0.0
    return [
        f"{reach.documents} documents, {reach.captures:,} captures, {years:.0f} document-years, {found.changes:,} changes",
        f"{len(found.alerts)} alerts with a rule of the packs: {rate:.2f} a document-year",
        "of them " + ", ".join(f"{severities[each]} {each}" for each in ("critical", "high", "medium", "low", "info")),
        f"{WATCHED} such documents: {rate * WATCHED / 52:.1f} alerts a week for two people to read",
        f"backtest of all packs: {cpu:.1f} s of CPU",
        "rules with most alerts: " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common(MOST_RULES)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a home into which the corpus was imported already")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    shared = corpus.shared_folder()
    if given.home is None and shared is None:
        sys.exit("no corpus: set ONRECORD_SHARED, or name an imported --home")
    with tempfile.TemporaryDirectory(prefix="onrecord-rules-") as work:
        folder = given.home
        if folder is None and shared is not None:
            folder = imported(shared, Path(work))
        lines = told(*tried(folder))
    print("\n".join(lines))
    if given.write:
        PAGE.write_text("\n".join([*HEAD, "```text", *lines, "```"]) + "\n", encoding="utf-8")


HEAD: Final = (
    "# Rules: how often they would call",
    "",
    "Written by `python -m bench.rule_alerts --write`; not to be edited. The shared corpus holds terms and privacy pages of",
    "online services, none of which was chosen for human rights: what the packs say of them is close to what they say for",
    "nothing. A page of the watch list changes less often and is more often to the point.",
    "",
)


if __name__ == "__main__":
    main()
