"""Page histories served again over HTTP and watched with the product's own check, step by step, against their labels.

Real histories come from the shared corpus, read in place; one written by us runs anywhere. The clock is the history's
own, so nothing waits: each step is one ask at the time the page was recorded.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bench import corpus
from core.model import ChangeClass
from monitor import app
from monitor.home import Home
from monitor.pipeline import Checked
from monitor.readers import InlineReader
from monitor.workers import Desk, claim, work
from storage import sources, watchlist

OURS = Path(__file__).resolve().parent.parent / "data" / "replay"
SHOWN = {"substantive", "variant", "reordered"}


# --- a site that shows one step after another -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """What the page was at a time."""

    at: datetime
    body: bytes
    media_type: str = "text/html; charset=utf-8"


@dataclass
class Site:
    """One page on loopback. ``answered`` lists the status of every answer."""

    step: Step
    answered: list[int] = field(default_factory=list)

    def answer(self, known: str | None) -> tuple[int, str]:
        etag = f'"{hashlib.sha256(self.step.body).hexdigest()[:16]}"'
        self.answered.append(304 if known == etag else 200)
        return self.answered[-1], etag


@contextmanager
def served(site: Site) -> Iterator[int]:
    """The port the site answers on while inside."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, etag = site.answer(self.headers["If-None-Match"])
            body = site.step.body if status == 200 else b""
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", site.step.media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Nothing: the test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), name="replayed site")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Clock:
    """The time the agent believes it is."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def replay(folder: Path, name: str, steps: Sequence[Step]) -> tuple[list[Checked], Site]:
    """Watch a page through its steps with a fresh agent, one ask a step; what each ask came to."""
    site, clock = Site(steps[0]), Clock(steps[0].at)
    seen: list[Checked] = []
    with served(site) as port:
        folder.mkdir(parents=True)
        url = f"http://127.0.0.1:{port}/{name}"
        (folder / "sources.yaml").write_text(
            f"companies:\n  - name: Watched\n    sources:\n      - {{id: it, url: '{url}'}}\n"
        )
        (folder / "settings.yaml").write_text(f"fetch:\n  allow_private: ['127.0.0.1:{port}']\n")
        with app.build(Home(folder), {}, now=clock.now, reader=InlineReader()) as agent:
            tools = agent.tools
            watched = agent.loaded.watchlist
            with tools.database.write() as conn:
                watchlist.sync(conn, watched.companies, watched.sources, clock.now())
                request = sources.start_requests(conn, [source.id for source in watched.sources])
            desk = Desk(agent.fetcher, "test", timedelta(0), seen.append)
            for step in steps:
                site.step, clock.at = step, step.at
                (lease,) = claim(tools, desk, 1, list(request.values()))
                worked = work(tools, desk, lease)
                assert worked.faults == 0
    return seen, site


def said(checked: Checked) -> tuple[str, str | None]:
    """Status and class, as `onrecord check --json` prints them."""
    found = checked.taken.change_class
    return checked.taken.status, found.value if found else None


# --- our own history ------------------------------------------------------------------------------------------------


def our_steps() -> list[Step]:
    """The pages of the pretend policy, twelve hours apart."""
    start = datetime(2024, 3, 1, 6, 0, tzinfo=UTC)
    pages = sorted((OURS / "kestrel-policy").glob("*.html"))
    return [Step(start + timedelta(hours=12 * number), page.read_bytes()) for number, page in enumerate(pages)]


OUR_STORY = [
    ("01-first-look", "new", None),
    ("02-same-bytes", "unchanged", None),
    ("03-other-menu-date-and-token", "changed", "surroundings"),
    ("04-will-not-becomes-does-not-knowingly", "changed", "substantive"),
    ("05-block-page", "failed", None),
    ("06-back-from-the-block", "unchanged", None),
    ("07-a-notice-comes", "changed", "substantive"),
    ("08-the-notice-goes", "changed", "variant"),
    ("09-list-in-another-order", "changed", "reordered"),
    ("10-only-the-stamp", "changed", "dates_only"),
    ("11-promise-in-the-footer-weakened", "changed", "substantive"),
    ("12-promise-removed", "changed", "substantive"),
]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Checked], Site]:
    """Our own history, watched once."""
    return replay(tmp_path_factory.mktemp("ours") / "home", "policy", our_steps())


def test_our_own_history_is_told_as_it_happened(ours: tuple[list[Checked], Site]) -> None:
    seen, site = ours
    assert [page.stem for page in sorted((OURS / "kestrel-policy").glob("*.html"))] == [name for name, *_ in OUR_STORY]
    told = [(name, *said(checked)) for (name, *_), checked in zip(OUR_STORY, seen, strict=True)]
    assert told == OUR_STORY
    assert site.answered == [200, 304, *[200] * 10]


def test_only_what_matters_in_our_own_history_reaches_anyone(ours: tuple[list[Checked], Site]) -> None:
    alerted = [name for (name, *_), checked in zip(OUR_STORY, ours[0], strict=True) if checked.taken.alerts]
    assert alerted == [name for name, _, change_class in OUR_STORY if change_class == "substantive"]


# --- real histories -------------------------------------------------------------------------------------------------

# Of the part for development, one of each sort: what is flapping, what is a PDF, what breaks down and how.
REPLAYED = {
    "A001-finya-privacy-policy": "two texts by turns, in German",
    "A014-lovescout24-privacy-policy": "the home page served instead, and edits of markup alone",
    "A018-lex-terms-of-service": "years between captures",
    "A059-mon-espace-sante-accessibility-statement": "a shell that often stays empty, in French",
    "A065-doctolib-trackers-policy": "PDFs, in French",
    "A110-lex-privacy-policy": "an empty page until the end",
}


@pytest.fixture(scope="module")
def chosen(shared: Path) -> dict[str, corpus.History]:
    found = {history.id: history for history in corpus.histories(shared) if history.id in REPLAYED}
    assert sorted(found) == sorted(REPLAYED)
    assert {history.part for history in found.values()} == {corpus.DEVELOPMENT}
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("name", REPLAYED)
def test_a_real_history_is_watched_as_its_labels_say(
    name: str, chosen: dict[str, corpus.History], shared: Path, tmp_path: Path
) -> None:
    with corpus.unpacked(chosen[name]) as folder:
        meta = corpus.meta_of(folder)
        seen, _ = replay(tmp_path / "home", name, list(real_steps(folder, meta)))
    assert len(seen) == len(meta["snapshots"])
    score = scored(shared, tmp_path, meta, seen)
    assert score.missed == []
    assert score.figures["by kind"].get("noise (identical_visible_text)", [0])[0] == 0
    assert score.figures["changes blamed on bad captures"] == 0
    assert score.figures["gone claims"] == 0
    assert score.figures["good captures refused"] == 0
    inside = [seen[n] for run in meta.get("episodes") or () for n in range(run["from"], run["to"] + 1)]
    assert [said(checked) for checked in inside if checked.taken.change_class is ChangeClass.SUBSTANTIVE] == []


def real_steps(folder: Path, meta: dict[str, Any]) -> Iterator[Step]:
    for snapshot in meta["snapshots"]:
        media_type = mimetypes.guess_type(snapshot["file"])[0] or "text/html"
        yield Step(datetime.fromisoformat(snapshot["fetched_at"]), (folder / snapshot["file"]).read_bytes(), media_type)


def scored(shared: Path, folder: Path, meta: dict[str, Any], seen: Sequence[Checked]) -> corpus.Score:
    """What the corpus's own script makes of it."""
    lines, labels = folder / "said.jsonl", folder / "labels.json"
    rows = [dict(zip(("url", "status", "class"), (checked.url, *said(checked)), strict=True)) for checked in seen]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    labels.write_text(json.dumps({"histories": [meta]}), encoding="utf-8")
    return corpus.score(shared, lines, labels)


@pytest.mark.corpus
def test_the_replayed_histories_hold_what_they_are_chosen_for(chosen: dict[str, corpus.History]) -> None:
    changes = episodes = pdfs = 0
    for history in chosen.values():
        with corpus.unpacked(history) as folder:
            meta = corpus.meta_of(folder)
        changes += sum(pair["text_changed"] is True for pair in meta["pairs"])
        episodes += len(meta.get("episodes") or ())
        pdfs += meta["media"] == "pdf"
    assert (changes, episodes, pdfs) == (25, 15, 1)
