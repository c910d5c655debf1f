"""What a very large filing costs: a 10-K of 10 MB of HTML, read and put under its items, then looked through by all packs.

    python -m bench.filings [MEGABYTES]

The filing is made of the shared corpus's 10-Ks set one after the other under one head, until it is as large as asked.
Measured in a process of its own, so that the peak of memory is this work's. The aims are 1.5 s of CPU and 400 MB.
"""

from __future__ import annotations

import lzma
import re
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import corpus
from bench.corpus import ROOT
from core.filings.sections import sections, with_items
from core.model import Reading
from core.query.passage import NOWHERE
from core.rule_matches import match_present
from core.rules.parse import parse_packs
from core.text.read import read

MEGABYTES: Final = 10


def filing(shared: Path, size: int) -> bytes:
    """A 10-K of at least ``size`` bytes."""
    sources = sorted((shared / "corpus" / "filings" / "edgar").glob("*-10-k-*.html.xz"))
    pages = [lzma.decompress(path.read_bytes()) for path in sources]
    bodies = [
        re.split(rb"<body[^>]*>", page, maxsplit=1, flags=re.IGNORECASE)[1].rsplit(b"</body>", 1)[0] for page in pages
    ]
    head = pages[0][: pages[0].lower().index(b"<body")]
    parts: list[bytes] = []
    while sum(map(len, parts)) < size:
        parts.append(bodies[len(parts) % len(bodies)])
    return head + b"<body>" + b"".join(parts) + b"</body></html>"


def looked_through(reading: Reading) -> tuple[int, float]:
    """What all shipped packs find in it at first sight, and seconds of CPU; the packs were read before."""
    rules = parse_packs(
        {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.yaml"))}
    )
    rules.match("warm")
    before = time.process_time()
    found = match_present(reading, rules, NOWHERE, datetime(2026, 1, 1, tzinfo=UTC))
    return len(found), time.process_time() - before


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    shared = corpus.shared_folder()
    if shared is None:
        sys.exit("no corpus: set ONRECORD_SHARED")
    body = filing(shared, size * 1_000_000)
    read(b"<html><body><p>warm</p></body></html>", content_type="text/html", url="https://sec.example/")
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    before = time.process_time()
    reading = with_items(read(body, content_type="text/html", url="https://sec.example/"), "10-K")
    spent = time.process_time() - before
    found, looked = looked_through(reading)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    words = sum(len(place.text.split()) for place in reading.places)
    items = len(sections(reading, "10-K"))
    print(f"{len(body) / 1e6:.1f} MB of HTML, {len(reading.places):,} passages, {words:,} words, {items} items")
    print(f"read and put under its items  {spent:6.2f} s of CPU")
    print(f"looked through by all packs   {looked:6.2f} s of CPU, {found:,} finds")
    print(
        f"together                      {spent + looked:6.2f} s of CPU (aim 1.5), peak {peak} MB (aim 400; {base} before)"
    )


if __name__ == "__main__":
    main()
