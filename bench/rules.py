"""What matching costs in CPU: all packs over 100 KB and over one passage, 10,000 phrases beside them, and the start.

    python bench/rules.py

The document is our own neutral prose with one pack sentence in twenty; where the shared corpus is at hand
(ONRECORD_SHARED, else ../shared) its policy texts are measured too. The peer is the same packs with Python's ``re``,
pattern by pattern, as they were drafted. Prints milliseconds of CPU, best of several; judge by the ratio.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet

ROOT = Path(__file__).resolve().parent.parent
NEUTRAL = (
    "The annual meeting took place in the new building near the river.",
    "Members looked at the plans for the coming season and asked what they would cost.",
    "Revenue grew in every region, helped by a mild winter and lower freight rates.",
    "The new line of cameras weighs a third less and its battery lasts two days longer.",
    "Our teams in nine countries share one calendar, one canteen menu and one set of values.",
    "A second warehouse opened in the autumn, with places for four hundred bicycles.",
    "“We’re proud of what we’ve built,” the chair said, and thanked everyone who had helped.",
)


def cpu_ms(run: Callable[[], object], rounds: int = 7) -> float:
    """Milliseconds of CPU of this process for one run, the best of several."""
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        run()
        best = min(best, time.process_time() - before)
    return best * 1000


def document(rules: RuleSet, size: int = 100_000) -> str:
    """Neutral prose with one English pack sentence in twenty."""
    choose = random.Random(2019)
    pack_sentences = [test.text for pack in rules.packs for test in pack.tests if test.lang == "en"]
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(choose.choice(pack_sentences) if choose.random() < 0.05 else choose.choice(NEUTRAL))
        length += len(parts[-1]) + 1
    return " ".join(parts)[:size]


def corpus(size: int = 100_000) -> str:
    """Policy texts of the shared corpus, empty where it is absent."""
    folder = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared") / "corpus" / "commitments" / "md"
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.before.md")))
    return re.sub(r"\s+", " ", " ".join(texts))[:size]


def with_phrases(files: dict[str, str], count: int) -> RuleSet:
    """The packs and as many phrase rules of two or three words, drawn from the neutral prose and nonsense."""
    choose = random.Random(7)
    words = sorted({word.strip(".,“”") for sentence in NEUTRAL for word in sentence.split()})
    lines = ["pack: many", "rules:"]
    for number in range(count):
        phrase = " ".join(choose.choices(words, k=2)) + f" {choose.choice(words)}{number % 97}"
        lines.append(f"  - {{id: many.r{number}, any: [{json.dumps(phrase, ensure_ascii=False)}]}}")
    return parse_packs({**files, "many.yaml": "\n".join(lines)})


def drafted_patterns(rules: RuleSet) -> list[re.Pattern[str]]:
    """The peer: every phrase and pattern as one Python expression."""
    sources = [re.escape(phrase).replace(r"\ ", r"[\s-]+") for rule in rules.rules for phrase in rule.phrases]
    for rule in rules.rules:
        sources += [each.source for each in (*rule.regexes, *rule.unless)]
        sources += [each.source for near in rule.nears for each in (*near.a, *near.b)]
    return [re.compile(source, re.IGNORECASE) for source in sources]


def print_document(name: str, text: str, rules: RuleSet, many: RuleSet, patterns: list[re.Pattern[str]]) -> None:
    """All packs over one document, beside the peer; then with 10,000 phrase rules more."""
    ours = cpu_ms(lambda: rules.match(text))
    peer = cpu_ms(lambda: [list(each.finditer(text)) for each in patterns], 2)
    found = sum(len(hit.spans) for hit in rules.match(text))
    print(f"{name:<34}{ours:9.1f} ms   peer {peer:7.1f} ms   {peer / ours:5.0f} times   {found} finds")
    print(f"… with 10,000 phrase rules beside {cpu_ms(lambda: many.match(text)):9.1f} ms")


def main() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.yaml"))}
    rules = parse_packs(files)
    blob = json.dumps(rules.to_plain())
    passage = " ".join(NEUTRAL)[:300]
    rules.match(passage)

    print(f"read 13 packs                     {cpu_ms(lambda: parse_packs(files), 3):9.1f} ms")
    print(
        f"the same from the cache           {cpu_ms(lambda: RuleSet.from_plain(json.loads(blob)).match('x')):9.1f} ms"
    )

    texts = {"100 KB of prose": document(rules), "100 KB of policies": corpus()}
    many = with_phrases(files, 10_000)
    patterns = drafted_patterns(rules)
    many.match(passage)
    for name, text in texts.items():
        if text:
            print_document(name, text, rules, many, patterns)

    quiet = cpu_ms(lambda: [rules.match(passage) for _ in range(1000)])
    print(f"300 characters, nothing found     {quiet:9.1f} µs")


if __name__ == "__main__":
    main()
