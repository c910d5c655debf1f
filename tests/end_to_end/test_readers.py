"""Reader processes under fire: whatever a page does to its parser, the next page is read."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ReadError
from monitor.reader_wire import TASKS, ReaderTask
from monitor.readers import InlineReader, ReaderPool
from tests.pdf_maker import Line, Page, make_pdf

URL = "https://example.org/policy"
PAGE = b"<html><h1>Policy</h1><p>We respect human rights.</p>"
FAULTS = (
    "spin",
    "sleep",
    "swell",
    "crash",
    "crash_unless_fresh",
    "shout",
    "talk_nonsense",
    "look_around",
    "write_file",
)
MISBEHAVING = {name: ReaderTask(f"tests.end_to_end.reader_faults:{name}", "builtins:bytes", bytes) for name in FAULTS}


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """One process, one second of CPU, 512 MB; the tasks of the product and the faults of this test."""
    with ReaderPool(1, 512, 1.0, tasks={**TASKS, **MISBEHAVING}) as made:
        yield made


@pytest.fixture(scope="module")
def roomy() -> Iterator[ReaderPool]:
    """The limits of an ordinary installation."""
    with ReaderPool(2, 2048, 60.0) as made:
        yield made


def still_reads(pool: ReaderPool) -> bool:
    reading = pool.read(PAGE, content_type="text/html", url=URL)
    return [place.text for place in reading.places] == ["Policy", "We respect human rights."]


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


# --- the ordinary ---------------------------------------------------------------------------------------------------


def test_a_page_a_pdf_and_a_feed_come_back_as_if_read_here(pool: ReaderPool) -> None:
    here = InlineReader()
    pdf = make_pdf([Page((Line(72, 700, "We respect human rights."),))], title="Policy")
    for body in (PAGE, pdf, b"plain words\n\n- and more"):
        assert pool.read(body, content_type=None, url=URL) == here.read(body, content_type=None, url=URL)
    rss = b"<rss version='2.0'><channel><title>T</title><item><guid>1</guid><link>/a</link></item></channel></rss>"
    assert pool.read_list("feed", rss, content_type=None, url=URL) == here.read_list(
        "feed", rss, content_type=None, url=URL
    )


def test_selectors_travel(pool: ReaderPool) -> None:
    page = b"<body><div id=a><p>Kept.</p></div><div id=b><p>Gone.</p></div>"
    assert [p.text for p in pool.read(page, content_type=None, url=URL, select=("#a",)).places] == ["Kept."]


def test_a_refusal_costs_no_process(pool: ReaderPool) -> None:
    assert still_reads(pool)
    before = pool.pids()
    for body, kind in ((b'{"a": {}}', "json"), (b"%PDF-1.7", "pdf"), (b"PK\x03\x04", "binary")):
        with pytest.raises(ReadError) as caught:
            pool.read(body, content_type=None, url=URL)
        assert caught.value.kind == kind
    assert pool.pids() == before


def test_the_size_of_whoever_starts_a_reader_is_not_the_readers_own() -> None:
    """Linux hands the greatest size of a process on to the programs it starts; a large daemon has lasting readers."""
    with ReaderPool(1, 512, 10.0) as pool:
        ballast = bytearray(b"x") * (330 << 20)  # beyond the share of 512 MB at which a reader leaves
        assert still_reads(pool)
        del ballast
        (pid,) = pool.pids()
        assert still_reads(pool)
        assert pool.pids() == [pid]


def test_many_threads_share_few_processes(roomy: ReaderPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        bodies = [f"<p>This is page {number} of many.</p>".encode() for number in range(200)]
        found = list(threads.map(lambda body: roomy.read(body, content_type=None, url=URL).places[0].text, bodies))
    assert found == [f"This is page {number} of many." for number in range(200)]
    assert len(roomy.pids()) <= 2


# --- the hostile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("swell", "memory", "memory"),
        ("crash", "crash", "SIGSEGV"),
        ("talk_nonsense", "reader", "nonsense"),
    ],
)
def test_the_fault_is_named_and_the_next_page_is_read(pool: ReaderPool, fault: str, kind: str, words: str) -> None:
    assert still_reads(pool)
    started = time.monotonic()
    with pytest.raises(ReadError) as caught:
        pool.run(fault, b"", {})
    assert time.monotonic() - started < 60
    assert (caught.value.kind, words in caught.value.detail) == (kind, True), caught.value
    assert still_reads(pool)


def test_a_parser_that_spins_is_ended_by_its_cpu_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.readers.WALL_FACTOR", 60.0)  # on a busy machine the clock would be first
    with ReaderPool(1, 512, 1.0, tasks={**TASKS, **MISBEHAVING}) as pool:
        with pytest.raises(ReadError, match="more than 1 s of CPU") as caught:
            pool.run("spin", b"", {})
        assert caught.value.kind == "timeout"
        assert still_reads(pool)


def test_a_reader_that_waits_for_nothing_is_killed_by_the_clock(pool: ReaderPool) -> None:
    assert still_reads(pool)
    (pid,) = pool.pids()
    with pytest.raises(ReadError, match="more than 3 s") as caught:
        pool.run("sleep", b"", {})
    assert caught.value.kind == "timeout"
    assert not is_running(pid)
    assert still_reads(pool)


def test_what_an_earlier_page_left_behind_does_not_decide(pool: ReaderPool) -> None:
    assert pool.run("crash_unless_fresh", b"", {}) == b"fresh"
    assert pool.run("crash_unless_fresh", b"", {}) == b"fresh"


def test_a_reader_that_was_killed_while_idle_is_replaced(pool: ReaderPool) -> None:
    assert still_reads(pool)
    for pid in pool.pids():
        os.kill(pid, signal.SIGKILL)
    assert still_reads(pool)


def test_noise_on_its_output_disturbs_nobody(pool: ReaderPool) -> None:
    assert pool.run("shout", b"", {}) == b"done"
    assert still_reads(pool)


def test_it_sees_no_environment_no_handle_and_little_else(pool: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-secret")
    seen = pool.run("look_around", b"", {})
    assert seen == repr([[], "", [0, 1, 2], "/", 64, 0, 0, 512]).encode()


def test_it_writes_no_file(pool: ReaderPool, tmp_path: Path) -> None:
    file = tmp_path / "written"
    with pytest.raises(ReadError) as caught:
        pool.run("write_file", str(file).encode(), {})
    assert caught.value.kind in ("reader", "crash")
    assert not file.exists() or file.stat().st_size == 0


def test_closing_ends_every_process_and_refuses_the_next_task() -> None:
    made = ReaderPool(2, 512, 5.0)
    made.warm()
    pids = made.pids()
    assert len(pids) == 2
    made.close()
    assert not any(is_running(pid) for pid in pids)
    with pytest.raises(ReadError, match="closed"):
        made.read(PAGE, content_type=None, url=URL)


# --- hostile pages, with the limits of an ordinary installation -------------------------------------------------------


def words_in(pool: ReaderPool, body: bytes) -> tuple[int, str]:
    reading = pool.read(body, content_type=None, url=URL)
    return sum(len(place.text.split()) for place in reading.places), reading.incomplete


def test_a_hundred_thousand_nested_tags(roomy: ReaderPool) -> None:
    deep = b"<p>Before.</p>" + b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000
    words, incomplete = words_in(roomy, deep)
    assert words >= 1
    assert "nested" in incomplete


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><p>We respect</p>" + b"<p><b><i>" * 30_000 + b"human rights", 4),
        (b"<html><p>" + b"word " * 40_000, 40_000),
        # No body over 25 MB leaves the fetcher.
        (b"<html><body>" + b"<p>We respect human rights in all of our operations.</p>" * 360_000, 3_240_000),
        (b"We respect human rights. " * 600_000, 2_400_000),
        (b"<html><p>Hu\0man ri\0ghts\0</p>\0<p>stay", 3),
        (b"<html><a " + b"x=1 " * 300_000 + b">here</a>", 1),
        (b"<html>" + b"<p>The same policy again.</p>" * 50, 200),
    ],
    ids=[
        "unclosed tags",
        "one line of 200 KB",
        "page of 20 MB",
        "text of 15 MB",
        "NUL bytes",
        "attributes",
        "repeated",
    ],
)
def test_big_and_broken_pages_keep_every_word(roomy: ReaderPool, body: bytes, words: int) -> None:
    assert words_in(roomy, body) == (words, "")


def test_hostile_pdfs(roomy: ReaderPool) -> None:
    thousand = make_pdf([Page((Line(72, 700, f"Page {number} of a thousand."),)) for number in range(1_000)])
    assert words_in(roomy, thousand) == (5_000, "")
    for body in (
        thousand[: len(thousand) // 2],
        b"%PDF-1.7\n" + os.urandom(1_000_000),
        make_pdf([Page()], password="x"),
    ):
        with pytest.raises(ReadError) as caught:
            roomy.read(body, content_type="application/pdf", url=URL)
        assert caught.value.kind == "pdf"
    assert "character map" in words_in(roomy, make_pdf([Page((Line(72, 700, "x" * 60, unmapped=True),))]))[1]


def test_a_feed_of_fifty_megabytes_ends_in_time(roomy: ReaderPool) -> None:
    body = b"<rss version='2.0'><channel>" + b"<item><title>News</title><link>/n</link></item>" * 1_100_000
    assert len(body) > 50_000_000
    found = roomy.read_list("feed", body, content_type=None, url=URL)
    assert len(found.entries) == 1  # all the same
    assert found.incomplete.startswith("only the first 1000 entries were read")


def test_a_feed_that_makes_its_parser_wander_is_stopped(pool: ReaderPool) -> None:
    body = b"<rss version='2.0'><channel><title>t</title>" + b"<a>" * 1_000_000
    with pytest.raises(ReadError) as caught:
        pool.read_list("feed", body, content_type=None, url=URL)
    assert caught.value.kind in ("timeout", "memory")
    assert still_reads(pool)
