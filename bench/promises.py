"""The ledger measured on real texts: ten labelled cases as whole documents, and 94 versions of policies as ledgers.

Texts of the corpus are read in place and never printed: the report names cases, counts and what happened, not words.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import matching
from core.commitments import Lexicon
from core.commitments.fate import Became
from core.commitments.ledger import Entry, Sight, advance
from core.commitments.promises import sentences_of
from core.model import Place, Reading, Verdict
from core.text.diff import compare
from core.text.mask import mask
from core.text.normalise import tidy
from storage.packing import forms_of

RIGHT = {
    "added": {"NEW", "STRENGTHENED", "UNCLASSIFIED"},
    "removed": {"REMOVED", "UNCLASSIFIED"},
    "reworded": {"REWORDED", "UNCLASSIFIED"},
    "strengthened": {"STRENGTHENED", "UNCLASSIFIED"},
    "weakened": {"WEAKENED", "UNCLASSIFIED", "MIXED", "REMOVED"},
}
OPPOSITE = {
    "strengthened": {"WEAKENED", "REVERSED", "REMOVED"},
    "weakened": {"STRENGTHENED", "REWORDED"},
    "reworded": {"WEAKENED", "STRENGTHENED", "REVERSED"},
    "removed": {"STRENGTHENED", "REWORDED", "NEW"},
    "added": {"REMOVED", "WEAKENED", "REVERSED"},
}
NAMES = {
    "apple-human-rights-policy": ("Apple",),
    "twitter-law-enforcement-guidelines": ("Twitter", "X"),
    "wetransfer-law-enforcement-guidelines": ("WeTransfer",),
    "wikipedia-human-rights-policy": ("Wikimedia Foundation", "the Foundation", "Wikimedia"),
}
READ = {
    "apple-human-rights-policy": "Read against all six versions. Found right: in May 2024 *we follow the higher standard* and "
    "the list of reports went, and *we will no longer do business* became *they risk removal* (told as changed); in May 2025 "
    "the promises on unconscious bias and racial justice went. Wrong: *mitigate* moved to the next sentence, and the first "
    "is told as weakened; a promise that came back in general words is told as one removed and one introduced; one "
    "entry binds nobody (*making progress on our goal*). In the first "
    "versions headings stand in the sentence after them, as the text was extracted, and leave it as changed. Not listed, "
    "though a person would: *we track and measure our performance*; *we carefully review the content* of every app.",
    "twitter-law-enforcement-guidelines": "Read at every event. No event in the eighty captures that only went back and "
    "forth. The company's new name is no rewording of its promises. Direct messages that left the list of what needs a "
    "warrant (May 2023) are told as narrowed. *Tweets* → *posts* is told as changed, for the two are not one word. "
    "Wrong: one entry is a requirement for whoever sends a request (an official address), and one says how a report is "
    "routed. Not listed: "
    "*we accept requests to preserve records where legally appropriate*.",
    "wetransfer-law-enforcement-guidelines": "Its one entry says what a request must be supported by; what it must "
    "contain is no promise. Not listed: that only mail from official domains is answered, and that users may be notified.",
    "wikipedia-human-rights-policy": "Every sentence with a duty of the foundation is there but *it may not be "
    "circumvented, eroded, or ignored*, whose subject is a pronoun. Wrong: five entries describe the policy, the movement or "
    "its staff and bind nobody.",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled case, found or not among the edits of its whole documents, and the verdict told of it."""

    id: str
    label: str
    is_found: bool
    told: tuple[str, ...]  # of the sentence before, and of the one after where that is another edit

    @property
    def is_right(self) -> bool:
        return bool(self.told) and self.told[0] in RIGHT[self.label]

    @property
    def is_opposite(self) -> bool:
        return len(self.told) == 1 and self.told[0] in OPPOSITE[self.label]


def report(lexicon: Lexicon, shared: Path) -> list[str]:
    """Both parts as Markdown."""
    return [*_cases(lexicon, shared / "corpus" / "commitments"), *_ledgers(lexicon, shared / "corpus" / "statements")]


# --- ten cases -----------------------------------------------------------------------------------------------------


def cases(lexicon: Lexicon, folder: Path) -> list[Case]:
    """The ten real cases, each told from its whole documents."""
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [_case(lexicon, folder, json.loads(line)) for line in lines if line.strip()]


def _case(lexicon: Lexicon, folder: Path, case: dict[str, Any]) -> Case:
    before, after = (reading_of((folder / case[name]).read_text("utf-8")) for name in ("before_file", "after_file"))
    edits = compare(before, forms_of(before, mask), after, forms_of(after, mask))
    findings = {finding.edit: finding for finding in matching.find_verdicts(before, after, edits, lexicon)}
    told: dict[str, str] = {}
    for at, edit in enumerate(edits):
        sides = {"before": matching.side(before, edit.before), "after": matching.side(after, edit.after)}
        for name, side in sides.items():
            if name not in told and case[name] and _squeezed(case[name]) in _squeezed(side.text):
                finding = findings.get(at) or lexicon.compare(sides["before"].text, sides["after"].text)
                told[name] = finding.verdict.value
    verdicts = tuple(dict.fromkeys(told[name] for name in ("before", "after") if name in told))
    return Case(case["id"], case["label"], bool(told), verdicts)


def _cases(lexicon: Lexicon, folder: Path) -> list[str]:
    found = cases(lexicon, folder)
    rows = [
        f"| {case.id} | {case.label} | {'yes' if case.is_found else 'no'} | {' and '.join(case.told)} | "
        f"{'right' if case.is_right else 'the opposite' if case.is_opposite else 'wrong'} |"
        for case in found
    ]
    line = (
        f"{sum(case.is_found for case in found)} of {len(found)} found among the edits with their sentence; "
        f'{sum(case.is_right for case in found)} right or "please read", {sum(case.is_opposite for case in found)} the opposite.'
    )
    head = ["| case | label | found | told as | |", "| --- | --- | --- | --- | --- |"]
    told = (
        "C05 is about who may use a service: its old sentence is told as removed and its new one as new, for they share two "
        "words. That stays so: whatever stands where a promise was cut must not make of it a promise that was changed."
    )
    return ["### Real cases, whole documents", "", line, "", *head, *rows, "", told, ""]


# --- ledgers of 94 versions ----------------------------------------------------------------------------------------


def ledger(lexicon: Lexicon, folder: Path) -> tuple[int, tuple[Entry, ...], float]:
    """(versions, entries, CPU milliseconds a version) of one history."""
    entries: tuple[Entry, ...] = ()
    last: Sight | None = None
    names = NAMES[folder.name]
    files = sorted(folder.glob("*.md"))
    began = time.process_time()
    for number, file in enumerate(files, start=1):
        at = datetime.fromisoformat("-".join(file.stem.split("-")[1:4])).replace(tzinfo=UTC)
        sentences = sentences_of(lexicon, reading_of(file.read_text("utf-8")), names)
        sight = Sight(number, at, number, number, last.fetch_id if last else None, last.at if last else None)
        entries = advance(lexicon, entries, sentences, sight, (folder.name, names))
        last = sight
    return len(files), entries, (time.process_time() - began) * 1000 / max(len(files), 1)


def _ledgers(lexicon: Lexicon, folder: Path) -> list[str]:
    rows, notes = [], []
    for history in sorted(path for path in folder.iterdir() if path.is_dir()):
        versions, entries, cost = ledger(lexicon, history)
        happened = Counter(
            event.became for entry in entries for event in entry.happenings if event.became is not Became.INTRODUCED
        )
        told = ", ".join(f"{name.value} {count}" for name, count in happened.most_common()) or "nothing"
        standing = sum(entry.stands for entry in entries)
        rows.append(f"| {history.name} | {versions} | {len(entries)} | {standing} | {told} | {cost:.0f} ms |")
        notes.append(f"- {history.name}: {READ[history.name]}")
    head = [
        "| history | versions | promises | still stand | what happened to them | CPU a version |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return [
        "### Ledgers of real policies", "",
        "Each ledger was printed (`python -m bench.promises FOLDER`) and read against its versions. What is wrong in it:", "",
        *head, *rows, "", *notes, "",
    ]  # fmt: skip


# --- Markdown as a reading -------------------------------------------------------------------------------------------

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*[*-]\s)|\n(?=#)|\n(?=\s*\d+\.\s)")


def reading_of(markdown: str) -> Reading:
    """A reading of the corpus's Markdown: headings, paragraphs, and items with the line that introduces them."""
    places: list[Place] = []
    heading = lead = -1
    for block in _BLOCK.split(markdown):
        text = tidy(re.sub(r"\s+", " ", _LINK.sub(r"\1", block)).strip())
        if not text or set(text) <= set("=-* "):
            continue
        ruled = re.fullmatch(r"(.*?) [=-]{5,}", text)
        item = re.match(r"(?:[*-]|\d+\.)\s+(.*)", text)
        if text.startswith("#") or ruled:
            places.append(Place(_plain(ruled[1] if ruled else text.lstrip("# ")), "heading", "main", 1))
            heading, lead = len(places) - 1, -1
        elif item:
            places.append(Place(_plain(item[1]), "item", "main", 1, heading, lead))
        else:
            places.append(Place(_plain(text), "paragraph", "main", 0, heading))
            lead = len(places) - 1 if text.endswith(":") else -1
    return Reading(tuple(places))


def _plain(text: str) -> str:
    return re.sub(r"[*_`\\]{1,3}", "", text)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", _LINK.sub(r"\1", text)).lower()


def main(folders: Sequence[str]) -> None:
    """Print ledgers for reading: every entry with its wordings. For eyes only; nothing of it is kept."""
    from bench.commitments import shipped_lexicon

    lexicon = shipped_lexicon()
    for folder in folders:
        _, entries, _ = ledger(lexicon, Path(folder))
        for entry in entries:
            print(f"- {'stands' if entry.stands else 'GONE'} since {entry.since.at:%Y-%m-%d}: {entry.first.whole}")
            for event in entry.happenings[1:]:
                mark = "" if event.verdict is Verdict.REWORDED else f" ({'; '.join(event.reasons)})"
                print(f"    {event.sight.at:%Y-%m-%d} {event.became.value}{mark}: {event.after}")


if __name__ == "__main__":
    main(sys.argv[1:])
