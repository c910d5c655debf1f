"""Rewritten documents, for a reader to judge: what became of each passage when most of a text was replaced.

``python -m bench.rewrites [HISTORY …]`` prints, for the pairs the corpus labels ``rewrite``, how many passages were
kept, moved, reworded, split or joined, removed and added, and shows a few of each, cut short.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.corpus import histories, meta_of, shared_folder, unpacked
from core.model import Act, Edit, Reading
from core.text.diff import compare
from core.text.mask import mask
from core.text.read import read
from storage.packing import passage_id

SHOWN = 4
CUT = 110


def main() -> None:
    """Print every rewrite of the corpus, or of the histories named."""
    parser = argparse.ArgumentParser(prog="python -m bench.rewrites", description=__doc__)
    parser.add_argument("history", nargs="*", help="ids of histories; all where none is named")
    wanted = set(parser.parse_args().history)
    shared = shared_folder()
    if shared is None:
        parser.error("there is no corpus here; set ONRECORD_SHARED to the folder that holds it")
    totals: Counter[str] = Counter()
    count = 0
    for history in histories(shared):
        if wanted and history.id not in wanted:
            continue
        with unpacked(history) as folder:
            for pair in meta_of(folder)["pairs"]:
                if pair.get("rewrite"):
                    count += 1
                    totals += _print_pair(folder, pair)
    print(f"\n{count} rewrites: " + ", ".join(f"{number} {name}" for name, number in totals.most_common()))


def _print_pair(folder: Path, pair: dict[str, Any]) -> Counter[str]:
    before, after = (_reading(folder, pair[side]) for side in ("from", "to"))
    edits = compare(before, _forms(before), after, _forms(after))
    fates = Counter(_fate(edit) for edit in edits)
    fates["kept"] = len(before.places) - len({at for edit in edits for at in edit.before})
    told = ", ".join(f"{number} {fate}" for fate, number in fates.most_common())
    print(f"\n== {folder.name} {pair['from']} to {pair['to']}: {told}")
    for fate in ("moved", "split", "joined", "reworded", "removed", "added"):
        for edit in [edit for edit in edits if _fate(edit) == fate][:SHOWN]:
            print(f"  {fate:9} {_texts(before, edit.before)}\n            {_texts(after, edit.after)}")
    return fates


def _reading(folder: Path, number: int) -> Reading:
    (path,) = (folder / "snapshots").glob(f"{number:04d}.*")
    return read(path.read_bytes(), content_type=None, url="https://a.example/")


def _fate(edit: Edit) -> str:
    if edit.act is Act.REWORDED and len(edit.after) > 1:
        return "split"
    if edit.act is Act.REWORDED and len(edit.before) > 1:
        return "joined"
    return edit.act.value


def _texts(reading: Reading, places: Sequence[int]) -> str:
    return " / ".join(reading.places[at].text[:CUT] for at in places) or "–"


def _forms(reading: Reading) -> list[int]:
    return [passage_id(mask(place.text)) for place in reading.places]


if __name__ == "__main__":
    main()
