"""CPU of reading a page through the reader processes, beside a bare lxml parse and walk of the same pages.

    python bench/readers.py [PAGES] [ROUNDS]

Pages are real ones, drawn from the shared histories with a fixed seed and read in place. CPU of both sides is counted:
the process that asks (hand-over, unpacking) and the one that reads. Prints medians per page and their ratio.
"""

from __future__ import annotations

import os
import random
import sys
import tarfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402  after the path

from monitor.readers import InlineReader, ReaderPool  # noqa: E402

SEED = 20190220


def pages(count: int) -> list[bytes]:
    """That many snapshots, each from a history drawn at random."""
    shared = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared")
    histories = sorted((shared / "corpus" / "histories").glob("*.tar.xz"))
    if not histories:
        sys.exit(f"no histories under {shared}: set ONRECORD_SHARED")
    draw = random.Random(SEED)
    found: list[bytes] = []
    for history in draw.sample(histories, k=len(histories)):
        with tarfile.open(history) as archive:
            names = [name for name in archive.getnames() if name.endswith(".html")]
            for name in draw.sample(names, k=min(2, len(names))):
                member = archive.extractfile(name)
                body = member.read() if member else b""
                if body:
                    found.append(body)
                if len(found) == count:
                    return found
    return found


def bare_walk(body: bytes) -> int:
    """What any reader must do: parse, and touch every element's text."""
    root = etree.fromstring(body, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    count = 0
    if root is not None:
        for element in root.iter():
            count += len(element.text or "") + len(element.tail or "")
    return count


def cpu_of(pid: int) -> float:
    """Seconds on a processor, to the nanosecond (the first field of schedstat, all threads of ours being one)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    bodies = pages(count)
    bare: list[float] = []
    inline: list[float] = []
    pooled: list[float] = []
    local = InlineReader()
    with ReaderPool(1, 2048, 60) as pool:
        pool.read(b"<html><p>warm", content_type=None, url="https://example.org/")
        (pid,) = pool.pids()
        for body in bodies:
            best = [float("inf")] * 3
            for _ in range(rounds):
                start = time.thread_time()
                bare_walk(body)
                best[0] = min(best[0], time.thread_time() - start)
                start = time.thread_time()
                local.read(body, content_type="text/html", url="https://example.org/")
                best[1] = min(best[1], time.thread_time() - start)
                start, theirs = time.thread_time(), cpu_of(pid)
                pool.read(body, content_type="text/html", url="https://example.org/")
                best[2] = min(best[2], time.thread_time() - start + cpu_of(pid) - theirs)
            for times, value in zip((bare, inline, pooled), best, strict=True):
                times.append(value * 1000)
    size = median(len(body) for body in bodies) / 1000
    print(f"{len(bodies)} pages, median {size:.0f} KB, best of {rounds}")
    print(f"bare lxml parse and walk   {median(bare):6.2f} ms median  {sum(bare):8.0f} ms all")
    for name, times in (("read in this process", inline), ("read through the pool", pooled)):
        ratio = median([mine / base for mine, base in zip(times, bare, strict=True)])
        print(f"{name:<25}  {median(times):6.2f} ms median  {sum(times):8.0f} ms all  ratio {ratio:.2f} median", end="")
        print(f"  {sum(times) / sum(bare):.2f} all")


if __name__ == "__main__":
    main()
