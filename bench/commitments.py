"""How well the comparison of promises does, as Markdown: labelled pairs, turned pairs, swapped words, softened
sentences, the real cases of the corpus, and the cost of a changed page. Every miss is listed.

``report()`` is called by the command that writes ``docs/quality.md``; run alone it prints the same.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import promises
from core.commitments import Lexicon, parse_lexicon
from core.config.yamlfile import read_yaml
from core.model import Finding, Verdict

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data" / "commitments"
SETS = ("change-cases", "unseen", *(f"unseen-{n}" for n in range(2, 23)), "unseen-languages", "unseen-short", "mended")
NEGATIVE = frozenset({"WEAKENED", "MIXED", "REVERSED", "REMOVED"})
QUIET = frozenset({Verdict.REWORDED, Verdict.STRENGTHENED})
TURNED = {"STRENGTHENED": "WEAKENED", "WEAKENED": "STRENGTHENED", "NEW": "REMOVED", "REMOVED": "NEW"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair."""

    id: str
    set: str
    label: str
    right: frozenset[str]
    before: str
    after: str

    def is_dangerous(self, finding: Finding, label: str | None = None) -> bool:
        """A weakening shown as a rewording or a strengthening."""
        return (label or self.label) in NEGATIVE and finding.verdict in QUIET


def shipped_lexicon() -> Lexicon:
    """The lexicon as the product ships it."""
    path = ROOT / "lexicon" / "commitments.yaml"
    return parse_lexicon(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def pairs(name: str) -> list[Pair]:
    """The pairs of one file of ``tests/data/commitments``."""
    found = _yaml(f"{name}.yaml")["cases"]
    return [
        Pair(
            case["id"],
            case.get("set", name),
            case["label"],
            frozenset({case["label"], *case.get("also_right", ())}),
            case["before"],
            case["after"],
        )
        for case in found
    ]


def softened() -> Iterator[tuple[str, str, str]]:
    """(softening, base, softened sentence) of every softening that touches a base."""
    data = _yaml("softenings.yaml")
    for base in data["bases"]:
        for name, edits in data["softenings"].items():
            changed = base
            for pattern, replacement in edits:
                changed = re.sub(pattern, replacement, changed, count=1)
            if changed != base:
                yield name, base, changed


def swapped(lexicon: Lexicon, pair: Pair) -> Iterator[tuple[str, str, str]]:
    """(what was swapped, before, after): products, places and verbs exchanged alike on both sides."""
    classes = lexicon.vocabulary.classes
    products: list[str] = classes["products"]
    for at, product in enumerate(products):
        if product in pair.before and product in pair.after and not _inside(product, products, pair):
            other = products[(at + 5) % len(products)]
            yield f"{product} → {other}", pair.before.replace(product, other), pair.after.replace(product, other)
    lattices: list[list[str]] = classes["places"]
    table = {place.capitalize(): lattices[1][at].capitalize() for at, place in enumerate(lattices[0])}
    if (pair.before + pair.after).isascii() and any(place in pair.before + pair.after for place in table):
        yield "places", _replaced(pair.before, table), _replaced(pair.after, table)
    verbs = {
        "sell": "supply",
        "selling": "supplying",
        "sale": "supply",
        "source": "purchase",
        "sourced": "purchased",
        "design": "develop",
        "supplying": "selling",
        "sold": "supplied",
        "supplied": "sold",
    }
    is_of_one_script = pair.before.isascii() == pair.after.isascii()  # look-alike letters are no word of a class
    if is_of_one_script and any(re.search(rf"\b{verb}\b", pair.before + " " + pair.after) for verb in verbs):
        yield "verbs", _replaced(pair.before, verbs), _replaced(pair.after, verbs)


def report(lexicon: Lexicon | None = None, *, with_ledgers: bool = True) -> str:
    """The whole report as Markdown."""
    lexicon = lexicon or shipped_lexicon()
    parts = ["## Was a promise weakened?", "", *_labelled(lexicon), *_turned(lexicon), *_swapped(lexicon)]
    parts += [*_softened(lexicon), *_real(lexicon)]
    shared = Path(os.environ.get("ONRECORD_SHARED", ROOT.parent / "shared"))
    if with_ledgers and (shared / "corpus" / "statements").is_dir():
        parts += promises.report(lexicon, shared)
    return "\n".join(parts) + "\n"


# --- the tables --------------------------------------------------------------------------------------------------


def _labelled(lexicon: Lexicon) -> list[str]:
    rows, misses = [], []
    for name in SETS:
        by_set: dict[str, list[tuple[Pair, Finding]]] = {}
        for pair in pairs(name):
            by_set.setdefault(pair.set, []).append((pair, lexicon.compare(pair.before, pair.after)))
        for kind, judged in by_set.items():
            title = name if kind == name else f"{name}: {kind}"
            exact = sum(finding.verdict in pair.right for pair, finding in judged)
            unread = sum(finding.verdict is Verdict.UNCLASSIFIED for _, finding in judged)
            dangerous = sum(pair.is_dangerous(finding) for pair, finding in judged)
            rewordings = [finding for pair, finding in judged if pair.label == "REWORDED"]
            false_alarm = sum(f.verdict in (Verdict.STRENGTHENED, Verdict.WEAKENED) for f in rewordings)
            rows.append((title, len(judged), exact, unread, dangerous, f"{false_alarm} of {len(rewordings)}"))
            misses += [
                f"- {pair.id}: {pair.label}, told as {finding.verdict} ({'; '.join(finding.reasons)})"
                for pair, finding in judged
                if finding.verdict not in pair.right
            ]
    head = ("set", "pairs", "exact", "please read", "dangerous", "rewordings called stronger or weaker")
    return [
        *_table(head, rows),
        "",
        "Dangerous: a weakening told as a rewording or a strengthening. Misses:",
        "",
        *misses,
        "",
    ]


def _turned(lexicon: Lexicon) -> list[str]:
    rows, misses = [], []
    for name in SETS:
        counts: Counter[str] = Counter()
        for pair in pairs(name):
            there = lexicon.compare(pair.before, pair.after).verdict.value
            back = lexicon.compare(pair.after, pair.before)
            expected = TURNED.get(there, there)
            if back.verdict == expected:
                counts["mirrored"] += 1
            elif Verdict.UNCLASSIFIED in (back.verdict, there):
                counts["one side please read"] += 1
            else:
                counts["other"] += 1
                misses.append(f"- {pair.id}: {there} one way, {back.verdict} the other ({'; '.join(back.reasons)})")
            counts["dangerous"] += pair.is_dangerous(back, TURNED.get(pair.label, pair.label))
        rows.append((name, sum(counts.values()) - counts["dangerous"], *(counts[key] for key in _FLIP_COLUMNS)))
    return ["### Turned round (after → before)", "", *_table(("set", "pairs", *_FLIP_COLUMNS), rows), "", *misses, ""]


_FLIP_COLUMNS = ("mirrored", "one side please read", "other", "dangerous")


def _swapped(lexicon: Lexicon) -> list[str]:
    total = stands = dangerous = 0
    misses = []
    for name in SETS:
        for pair in pairs(name):
            original = lexicon.compare(pair.before, pair.after).verdict
            for what, before, after in swapped(lexicon, pair):
                finding = lexicon.compare(before, after)
                total += 1
                stands += finding.verdict == original
                dangerous += pair.is_dangerous(finding)
                if finding.verdict != original:
                    misses.append(f"- {pair.id} ({what}): {original} became {finding.verdict}")
    line = (
        f"{total} swaps of a product, a place or a verb on both sides: {stands} verdicts stand, {dangerous} dangerous."
    )
    return ["### Words swapped for others of their class", "", line, "", *misses, ""]


def _softened(lexicon: Lexicon) -> list[str]:
    verdicts: Counter[Verdict] = Counter()
    misses = []
    for name, base, changed in softened():
        finding = lexicon.compare(base, changed)
        verdicts[finding.verdict] += 1
        if finding.verdict in QUIET:
            misses.append(f"- {name}: {changed!r} told as {finding.verdict}")
    told = ", ".join(f"{verdict.value} {count}" for verdict, count in verdicts.most_common())
    line = f"{verdicts.total()} sentences softened by rule: {told}. Told as reworded or stronger: {len(misses)}."
    return ["### Softened by rule", "", line, "", *misses, ""]


def _real(lexicon: Lexicon) -> list[str]:
    cases = real_cases()
    if cases is None:
        return ["### Real cases", "", "Not measured: the corpus is not here.", ""]
    rows = []
    for case in cases:
        finding = lexicon.compare(case["before"] or "", case["after"] or "")
        rows.append(
            (case["id"], case["label"], finding.verdict.value, ", ".join(f"{n} {s}" for n, s in finding.dimensions))
        )
    return ["### Real cases", "", *_table(("case", "label", "told as", "dimensions"), rows), ""]


def real_cases() -> list[dict[str, Any]] | None:
    """The labelled real cases, read in place; None where the corpus is absent."""
    shared = Path(os.environ.get("ONRECORD_SHARED", ROOT.parent / "shared"))
    path = shared / "corpus" / "commitments" / "cases.jsonl"
    if not path.is_file():
        return None
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


# --- small parts -------------------------------------------------------------------------------------------------


def _yaml(name: str) -> dict[str, Any]:
    read = read_yaml((DATA / name).read_text(encoding="utf-8"), name)
    read.refuse_if_faulty()
    return read.data


def _inside(product: str, products: Sequence[str], pair: Pair) -> bool:
    return any(product != other and product in other and other in pair.before for other in products)


def _replaced(text: str, table: dict[str, str]) -> str:
    return re.sub(rf"\b({'|'.join(table)})\b", lambda found: table[found.group()], text)


def _table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    print(report())
