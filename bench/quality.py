"""Measure what is found, what is missed and what is said for nothing, on real histories; write it to docs/quality.md.

    ./run quality [--work DIR] [--only WORD] [--part development] [--judged]

Imports every history of the shared corpus with the product's own command, default settings, no selectors, and scores
what it said with the corpus's own script. Two processes, one archive each; a service is never divided. ``--work`` keeps
what was made for looking into; ``--judged`` writes the pages again from what is kept there, with the judgements as they
stand now; ``--only`` and ``--part`` measure some histories and write nothing into docs/.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pickle
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from bench import alarms, corpus, cost, importing, own_changes, quality_page
from bench.completeness import Held, measure
from bench.corpus import History, Score
from bench.episodes import Episode, episodes
from bench.own_changes import OwnChanges
from bench.quality_page import EVERYTHING, Measured
from core.grade import GRADER
from core.text.read import EXTRACTOR

PROCESSES: Final = 2
KEPT: Final = "measured.pickle"


@dataclass(slots=True)
class Gathered:
    """What one process brings back from its histories."""

    home: Path
    metas: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    unnamed: list[Episode] = field(default_factory=list)  # the same with every phrase list emptied
    own: OwnChanges = field(default_factory=OwnChanges)


def gather(shared: Path, group: Sequence[History], work: Path) -> Gathered:
    """Pack, read and import one group of histories. Runs in a process of its own."""
    found = Gathered(work / "home")
    warcs: dict[str, Path] = {}
    for history in group:
        with corpus.unpacked(history) as folder:
            meta = corpus.meta_of(folder)
            warcs[history.id] = corpus.make_warc(shared, work, folder)
            found.held += measure(folder, meta)
        meta["address"] = corpus.address(shared, meta)
        found.metas.append(meta)
    found.said = importing.by_command(found.home, list(warcs.values()))
    found.episodes = _episodes(found.metas, found.said)
    with_episodes = [meta for meta in found.metas if meta.get("episodes")]
    frozen = work / "home-without-phrases"
    again = importing.without_phrases(frozen, [warcs[meta["id"]] for meta in with_episodes])
    found.unnamed = _episodes(with_episodes, again)
    found.own = own_changes.measure(frozen)
    return found


def _episodes(metas: Sequence[dict[str, Any]], said: Sequence[dict[str, Any]]) -> list[Episode]:
    by_address = by_url(said)
    return [one for meta in metas for one in episodes(meta, by_address.get(meta["address"], []))]


def by_url(said: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The lines of an import by the address they speak of, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in said:
        found.setdefault(row["url"], []).append(row)
    return found


def score_parts(
    shared: Path, work: Path, metas: Sequence[dict[str, Any]], said: Sequence[dict[str, Any]]
) -> dict[str, Score]:
    """The score of everything, and of either part alone."""
    scores = {}
    for part in (EVERYTHING, *corpus.PARTS):
        chosen = [meta for meta in metas if part in (EVERYTHING, corpus.part_of(meta["service"]))]
        if not chosen:
            continue
        addresses = {meta["address"] for meta in chosen}
        labels, lines = work / f"labels-{part}.json", work / f"said-{part}.jsonl"
        labels.write_text(json.dumps({"histories": chosen}), encoding="utf-8")
        lines.write_text("".join(json.dumps(row) + "\n" for row in said if row["url"] in addresses), encoding="utf-8")
        scores[part] = corpus.score(shared, lines, labels)
    return scores


def look_up(gathered: Sequence[Gathered], lines: Sequence[str]) -> dict[str, alarms.Shown]:
    """What the archives hold of these alarms, by key."""
    wanted_by_home: dict[Path, dict[str, list[tuple[str, datetime]]]] = {}
    metas: Mapping[str, tuple[Path, dict[str, Any]]] = {
        meta["id"]: (one.home, meta) for one in gathered for meta in one.metas
    }
    for key in map(alarms.key_of, lines):
        history, pair = key.split()
        home, meta = metas[history]
        at = datetime.fromisoformat(meta["snapshots"][int(pair.split("->")[1])]["fetched_at"])
        wanted_by_home.setdefault(home, {}).setdefault(meta["address"], []).append((key, at))
    return {key: shown for home, wanted in wanted_by_home.items() for key, shown in alarms.shown_in(home, wanted)}


def run(shared: Path, work: Path, chosen: Sequence[History]) -> Measured:
    """Everything measured; costs come last, when nothing else of ours is running."""
    groups = [group for group in corpus.groups(chosen, PROCESSES) if group]
    folders = [work / str(number) for number in range(len(groups))]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with ProcessPoolExecutor(len(groups), mp_context=get_context("spawn")) as pool:
        gathered = list(pool.map(gather, [shared] * len(groups), groups, folders))
    metas = sorted((meta for one in gathered for meta in one.metas), key=lambda meta: str(meta["id"]))
    scores = score_parts(shared, work, metas, [row for one in gathered for row in one.said])
    return Measured(
        scores=scores,
        judged=alarms.read_judgements(),
        shown=look_up(gathered, scores[EVERYTHING].alarms),
        captures=sum(len(one.said) for one in gathered),
        readers=(EXTRACTOR, GRADER),
        part_of={meta["id"]: corpus.part_of(meta["service"]) for meta in metas},
        held=[held for one in gathered for held in one.held],
        episodes=[episode for one in gathered for episode in one.episodes],
        unnamed=[episode for one in gathered for episode in one.unnamed],
        reading=cost.reading_cost(),
        comparing=cost.comparing_cost([one.home for one in gathered]),
        own=sum((one.own for one in gathered), OwnChanges()),
        notes=(commitments(),),
    )


def with_commitments(page: str, part: str) -> str:
    """The page with its part on commitments exchanged for a newer one, or put at its end."""
    title = part.split("\n", 1)[0]
    before, found, rest = page.partition(f"{title}\n")
    if not found:
        return f"{page.rstrip()}\n\n{part}"
    _, further, others = rest.partition("\n## ")
    return f"{before}{part}" + (f"\n## {others}" if further else "")


def commitments() -> str:
    """The report on verdicts, where that part of the bench is there."""
    try:
        module = importlib.import_module("bench.commitments")
    except ModuleNotFoundError:
        return ""
    return str(module.report())


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run quality", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--work", type=Path, help="a folder for WARC files and archives, kept afterwards")
    parser.add_argument("--judged", action="store_true", help="measure nothing: write what --work holds, judged anew")
    parser.add_argument("--only", default="", help="only histories whose name holds this; prints, writes nothing")
    parser.add_argument("--commitments", action="store_true", help="only the part on commitments: writes it in place")
    parser.add_argument("--part", choices=corpus.PARTS, help="only the histories of this part; prints, writes nothing")
    asked = parser.parse_args()
    if asked.commitments:
        page = corpus.ROOT / "docs" / "quality.md"
        page.write_text(with_commitments(page.read_text(encoding="utf-8"), commitments()), encoding="utf-8")
        print("docs/quality.md: the part on commitments written", file=sys.stderr)
        return
    if asked.judged and asked.work is None:
        parser.error("--judged needs --work: the folder of a measurement")
    measured = _measured_before(asked.work) if asked.judged else _measured(asked.work, asked.only, asked.part)
    pages = quality_page.pages(measured)
    if asked.only or asked.part:
        print(*pages.values(), sep="\n")
        return
    for name, text in pages.items():
        (corpus.ROOT / "docs" / name).write_text(text, encoding="utf-8")
        print(f"docs/{name} written", file=sys.stderr)


def _measured(work: Path | None, only: str, part: str | None) -> Measured:
    shared = corpus.shared_folder()
    if shared is None:
        sys.exit("The corpus is not here: set ONRECORD_SHARED to the folder that holds corpus/ and tools/.")
    chosen = [one for one in corpus.histories(shared) if only in one.id and part in (None, one.part)]
    if not chosen:
        sys.exit(f"no history has {only!r} in its name")
    with tempfile.TemporaryDirectory(prefix="onrecord-quality-") as temporary:
        folder = (work or Path(temporary)).absolute()
        measured = run(shared, folder, chosen)
        (folder / KEPT).write_bytes(pickle.dumps(measured))
    return measured


def _measured_before(work: Path) -> Measured:
    measured: Measured = pickle.loads((work / KEPT).read_bytes())
    return replace(measured, judged=alarms.read_judgements())


if __name__ == "__main__":
    main()
