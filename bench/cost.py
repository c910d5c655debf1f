"""What reading and comparing cost on the corpus: CPU beside a bare lxml walk of the same pages in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

from bench.readers import bare_walk, cpu_of, pages
from core.model import Act
from core.text.diff import compare
from core.text.words import word_diff
from monitor import app, home
from monitor.readers import ReaderPool
from storage import documents, versions
from storage.versions import StoredVersion


@dataclass(frozen=True, slots=True)
class Reading:
    """Milliseconds a page (medians) and the ratio of the sums; ``pages`` of a median size in KB."""

    pages: int
    kilobytes: float
    bare: float
    read: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Comparing:
    """Milliseconds to compare two versions that follow each other: places alone, and with the words inside pairs."""

    pairs: int
    places: tuple[float, float, float]  # median, 95th percentile, longest
    with_words: tuple[float, float, float]


def reading_cost(count: int = 60, rounds: int = 3) -> Reading:
    """Both sides of the pool are counted: the process that asks and the one that reads; best of the rounds."""
    bodies = pages(count)
    bare, pooled = [], []
    with ReaderPool(1, 2048, 60) as pool:
        pool.read(b"<html><p>warm", content_type=None, url="https://example.org/")
        (pid,) = pool.pids()
        for body in bodies:
            best = [float("inf"), float("inf")]
            for _ in range(rounds):
                start = time.thread_time()
                bare_walk(body)
                best[0] = min(best[0], time.thread_time() - start)
                start, theirs = time.thread_time(), cpu_of(pid)
                pool.read(body, content_type="text/html", url="https://example.org/")
                best[1] = min(best[1], time.thread_time() - start + cpu_of(pid) - theirs)
            bare.append(best[0] * 1000)
            pooled.append(best[1] * 1000)
    size = median(len(body) for body in bodies) / 1000
    return Reading(len(bodies), size, median(bare), median(pooled), sum(pooled) / sum(bare))


def comparing_cost(homes: Sequence[Path]) -> Comparing:
    """Every two versions that follow each other in these archives."""
    places, with_words = [], []
    for folder in homes:
        for before, after in _neighbours(folder):
            first, both = _compare(before, after)
            places.append(first * 1000)
            with_words.append(both * 1000)
    return Comparing(len(places), spread(places), spread(with_words))


def spread(times: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and longest."""
    return median(times), quantiles(times, n=20, method="inclusive")[-1], max(times)


def _neighbours(folder: Path) -> Iterator[tuple[StoredVersion, StoredVersion]]:
    with app.open_archive(home.Home(folder), {}) as archive, archive.database.read() as conn:
        for document in documents.list_documents(conn):
            for before, after in pairwise(versions.numbers(conn, document.id)):
                yield versions.load(conn, before.id), versions.load(conn, after.id)


def _compare(before: StoredVersion, after: StoredVersion) -> tuple[float, float]:
    start = time.thread_time()
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    places = time.thread_time() - start
    for edit in edits:
        if edit.act is Act.REWORDED and edit.before and edit.after:
            was = " ".join(before.reading.places[at].text for at in edit.before)
            now = " ".join(after.reading.places[at].text for at in edit.after)
            word_diff(was, now)
    return places, time.thread_time() - start
