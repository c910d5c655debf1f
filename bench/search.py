"""What search and pages cost at a million passages; whether answers are those of reading everything; how large the index is.

``python -m bench.search [FOLDER]`` builds the archive there once (a quarter of an hour of CPU) and measures it. Times are
CPU of the asking thread, SQLite included, in milliseconds.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from fastapi.testclient import TestClient

from bench.corpus import ROOT
from bench.million import TOPICS, Writer, build
from core.query.evaluate import answers
from core.query.grammar import parse
from core.query.passage import Passage
from core.text.tokens import index_tokens, units
from storage import facets, search
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.fulltext import SQLITE
from storage.migrate import prepare
from web.app import create_app

NOW = datetime(2026, 2, 1, tzinfo=UTC)
FIRST = 20
PAGES = 40  # of a sort
MANUALS = Path("/usr/share/man/zh_CN")  # Debian's manpages-zh: Chinese prose that is there to be measured


class Queries:
    """Queries drawn from the grammar, with words as frequent as in the texts."""

    def __init__(self, seed: int) -> None:
        self.writer = Writer(random.Random(seed))
        self.draw = random.Random(seed + 1)

    def word(self) -> str:
        writer = self.writer
        if self.draw.random() < 0.1:
            return "".join(
                self.draw.choices(writer.characters, cum_weights=writer.character_weights, k=self.draw.randint(1, 2))
            )
        return self.draw.choices(writer.words, cum_weights=writer.weights)[0]

    def simple(self) -> str:
        """One to three words, or a phrase."""
        words = [self.word() for _ in range(self.draw.randint(1, 3))]
        return f'"{" ".join(words)}"' if self.draw.random() < 0.3 else " ".join(words)

    def any(self) -> str:
        """Any operator, with an indexed word in it."""
        one, other = self.word(), self.word()
        company = self.draw.randrange(400)
        return self.draw.choice(
            [
                f"{one} OR {other}", f"{one} -{other}", f"{one} NEAR/{self.draw.randint(1, 20)} {other}",
                f"{one} ONEAR/5 {other}", f"sentence:({one} {other})", f'="{one}"', f"({one} OR {other}) {self.word()}",
                f"{one} company:company-{company}", f"{one} topic:{self.draw.choice(TOPICS)}", f"{one} still:no",
                f"{one} heading:section", f"{one} seen:{self.draw.randint(2019, 2025)}", f"{one} added:2021-0{self.draw.randint(1, 9)}",
                f"{one} removed:2023-0{self.draw.randint(1, 9)}", f"{self.writer.draw.choice(self.writer.words[200:])[:5]}*",
            ]
        )  # fmt: skip


def spread(times: list[float]) -> str:
    """Median, 95th percentile and longest."""
    return f"median {median(times):7.1f}  p95 {quantiles(times, n=20, method='inclusive')[-1]:7.1f}  longest {max(times):7.1f} ms"


def timed(what: Callable[[], object]) -> float:
    """CPU of this thread, in milliseconds."""
    start = time.thread_time()
    what()
    return (time.thread_time() - start) * 1000


def measure(database: Database, count: int) -> Iterable[str]:
    """Lines about searching and counting."""
    drawn = Queries(11)
    simple, mixed = [drawn.simple() for _ in range(count)], [drawn.any() for _ in range(count)]
    with database.read() as conn:
        search.search(conn, "warm", FIRST)
        _settle()
        for name, queries in (("one to three words or a phrase", simple), ("any query with a word", mixed)):
            yield f"first {FIRST}, {name:32} {spread([timed(partial(search.search, conn, q, FIRST)) for q in queries])}"
        for name, queries in (("one to three words or a phrase", simple), ("any query with a word", mixed)):
            some = queries[: max(20, count // 4)]
            yield f"facets,   {name:32} {spread([timed(partial(facets.facets, conn, parse(q))) for q in some])}"


def _settle() -> None:
    """As the server does once it is up (``monitor/pages.py``)."""
    gc.collect()
    gc.freeze()


def pages(database: Database, folder: Path) -> Iterable[str]:
    """Lines about pages: CPU of an answer (client and server in one process), and bytes over the wire."""
    app = create_app(
        database, BlobStore(folder / "blobs"), now=lambda: NOW, base_url=None, allowed_hosts=frozenset({"testserver"}),
        guest="operator",
    )  # fmt: skip
    draw = random.Random(3)
    some = [draw.randrange(2_000) for _ in range(PAGES)]
    slugs = [f"company-{one % 400}/page-{one}" for one in some]
    drawn = Queries(12)
    asked = {
        "today": ["/"] * PAGES,
        "company": [f"/company/company-{one % 400}" for one in some],
        "document": [f"/d/{slug}" for slug in slugs],
        "version": [f"/v/{slug}/{draw.randint(1, 100)}" for slug in slugs],
        "compare": [f"/c/{slug}/{at}..{at + 1}" for slug, at in zip(slugs, range(20, 20 + PAGES), strict=True)],
        "search": [f"/search?q={drawn.word()}" for _ in range(PAGES)],
        "sources": ["/sources"] * PAGES,
        "cite": [f"/cite/{slug}/50" for slug in slugs],
    }
    with TestClient(app) as client:
        client.get("/search?q=warm")
        _settle()
        for name, addresses in asked.items():
            times, largest = [], 0
            for address in [addresses[0], *addresses]:
                start = time.process_time()
                answer = client.get(address, headers={"accept-encoding": "gzip"})
                times.append((time.process_time() - start) * 1000)
                assert answer.status_code == 200, (address, answer.status_code)
                largest = max(largest, int(answer.headers["content-length"]))
            yield f"page, {name:10} {spread(times[1:])}  at most {largest / 1000:.1f} KB"


def agreement(folder: Path, count: int) -> Iterable[str]:
    """Random queries over a small archive of the same sort, against reading everything."""
    database = build(folder, documents=20, versions=10)
    drawn = Queries(13)
    wrong = 0
    with closing(database), database.read() as conn:
        everything = {row[0]: Passage(row[1]) for row in conn.exec_driver_sql("SELECT id, text FROM passages")}
        for number in range(count):
            query = drawn.simple() if number % 2 else drawn.any()
            if any(
                f"{name}:" in query for name in ("company", "topic", "still", "heading", "seen", "added", "removed")
            ):
                query = query.split(" ")[0]
            tree = parse(query)
            found = {one.passage_id for one in search.stream(conn, tree)}
            wrong += found != {key for key, passage in everything.items() if answers(tree, passage)}
    yield f"{count} random queries over {len(everything):,} passages against reading everything: {wrong} differ"


def index_sizes() -> Iterable[str]:
    """The index beside the text it is of. Chinese is drawn as words of one to three characters, as in real texts."""
    writer, draw = Writer(random.Random(5)), random.Random(6)
    words = [
        "".join(draw.choices(writer.characters, cum_weights=writer.character_weights, k=draw.choice((1, 2, 2, 2, 3))))
        for _ in range(20_000)
    ]
    weights = [1 / (rank + 8) for rank in range(len(words))]
    texts = {
        "Latin": [writer.latin() for _ in range(40_000)],
        "Chinese, drawn": [
            "".join(draw.choices(words, weights=weights, k=draw.randint(10, 40))) for _ in range(40_000)
        ],
    }
    if real := manuals(MANUALS):
        texts[f"Chinese, {len(real):,} of manuals"] = real
    for name, some in texts.items():
        with closing(sqlite3.connect(":memory:")) as conn:
            for statement in SQLITE:
                conn.execute(statement)
            rows = [(at, " ".join(index_tokens(units(text)))) for at, text in enumerate(some)]
            conn.executemany("INSERT INTO passage_index (rowid, tokens) VALUES (?, ?)", rows)
            conn.execute("INSERT INTO passage_index (passage_index) VALUES ('optimize')")
            (size,) = conn.execute("SELECT sum(length(block)) FROM passage_index_data").fetchone()
        yield f"index of {name:26} {size / sum(len(text.encode()) for text in some):.0%} of the text"


def manuals(folder: Path) -> list[str]:
    """Distinct paragraphs of Chinese manual pages, where most of the characters are Chinese."""
    found: set[str] = set()
    for file in folder.rglob("*.gz"):
        page = re.sub(r"\\f.|\\-|\\&|\\\(..", "", gzip.decompress(file.read_bytes()).decode("utf-8", "replace"))
        for part in re.split(r"\n\s*\n|\n\.[A-Z]+[^\n]*\n|\n\.[A-Za-z]+ ", page):
            text = " ".join(" ".join(line for line in part.split("\n") if not line.startswith(".")).split())
            if 10 <= len(re.findall("[\u4e00-\u9fff]", text)) > 0.6 * len(text):
                found.add(text[:400])
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=ROOT / "build" / "bench", help="where the archive is, or will be built"
    )
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--agreement", type=int, default=1_000)
    given = parser.parse_args()
    big, small = given.folder / "million", given.folder / "small"
    for folder in (big, small):
        folder.mkdir(parents=True, exist_ok=True)
    is_built = (big / "onrecord.db").exists()
    database = open_database(big / "onrecord.db") if is_built else build(big)
    prepare(database)
    for lines in (measure(database, given.queries), pages(database, big), index_sizes()):
        for line in lines:
            print(line, flush=True)
    if given.agreement and not (small / "onrecord.db").exists():
        for line in agreement(small, given.agreement):
            print(line, flush=True)
    database.close()


if __name__ == "__main__":
    main()
