"""The ledger as a page: what companies promised, each with its history drawn, and one promise through all its wordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.commitments.fate import Became
from core.commitments.ledger import Happening
from core.text.visible import one_line
from core.wording import counted, label, listed, short_day
from storage import audit, promises, sources
from storage.promises import ACTS, Promised, Wanted
from web.access import Actor, may
from web.drawing import Tick, axis_of, ticks
from web.exports import Table, table_of
from web.histories import History, history, word_of
from web.problems import day_of
from web.site import Site, without_json
from web.speech import compare_address, day_text, document_address

SHOWN: Final = 60
STATES: Final = {"softened": "Softened, ever", "gone": "Removed", "due": "Due within 90 days"}
DUE_DAYS: Final = 90
NAMES: Final = {
    "places": "Place", "customers": "Customers", "channel": "Channel", "hedges": "Hedge", "deadline": "Deadline",
    "duration": "Lasts", "frequency": "How often", "evidence": "Evidence", "standards": "Standard",
    "condition": "Condition", "exception": "Exception", "unmet": "Condition", "breadth": "Extent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One promise in the list, with what happened to it last. ``holds`` are (what, words) of what it says; ``silent`` is what it does not say."""

    key: str
    address: str
    company: str
    company_address: str
    lang: str
    words: str
    stands: bool
    holds: tuple[tuple[str, str], ...]
    silent: str
    due: date | None
    status: str
    document: str
    document_address: str
    history: History
    sign: str  # of what happened to it last
    tone: str
    word: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The list, how much there is, and what it can be narrowed by."""

    promises: int
    by: int
    found: int
    start: int
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    years: str
    companies: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    company: str
    topic: str
    state: str
    asof: str
    asof_words: str
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a promise, with both its captures. ``address`` compares the two versions, where there are two."""

    sign: str
    tone: str
    word: str
    at: datetime
    last_at: datetime | None
    before: str
    after: str
    reasons: tuple[str, ...]
    version: int | None
    address: str
    last_capture: int | None
    capture: int


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise through all its wordings."""

    line: Line
    first: str
    heading: str
    topics: tuple[str, ...]
    not_said: tuple[str, ...]
    since: datetime
    steps: tuple[Step, ...]
    acts: tuple[tuple[str, str, str, datetime], ...]
    ticks: tuple[Tick, ...]


def routes(site: Site) -> APIRouter:
    """``/commitments``, ``/commitments/<key>``, and what a person makes of one."""
    router = APIRouter()

    @router.api_route("/commitments", methods=["GET", "HEAD"])
    @router.api_route("/commitments.json", methods=["GET", "HEAD"])
    @may("reader")
    def commitments(
        request: Request, company: str = "", topic: str = "", state: str = "", asof: str = "", start: int = 0
    ) -> Response:
        with site.database.read() as conn:
            view, found = build(conn, (company, topic, state, asof), max(0, start), site.now())
        return site.answer(request, "commitments.html", view, table=_table(found))

    @router.api_route("/commitments/{key}", methods=["GET", "HEAD"])
    @may("reader")
    def commitment(request: Request, key: str) -> Response:
        with site.database.read() as conn:
            view = build_one(conn, without_json(key), site.now())
        columns = ("at", "became", "before", "after", "reasons", "version", "last seen before", "address")
        rows = [
            (one.at, one.word, one.before, one.after, "; ".join(one.reasons), one.version, one.last_at, one.address)
            for one in view.steps
        ]
        return site.answer(
            request, "commitment.html", view, table=table_of(f"commitment-{view.line.key}", columns, rows)
        )

    @router.post("/commitments/{key}/say")
    @may("analyst")
    def say(request: Request, key: str, actor: Actor) -> Response:
        what = actor["act"] if actor["act"] in ACTS else "suggested"
        with site.database.write() as conn:
            note = one_line(actor["note"], 500)
            found = promises.act(conn, key, what, by=actor.who.name, note=note, now=site.now())
            audit.note(conn, actor.who.name, f"promise {what}", at=site.now(), about=found.entry.key)
        return RedirectResponse(f"/commitments/{found.entry.key}", 303)

    return router


def build(
    conn: Connection, asked: tuple[str, str, str, str], start: int, now: datetime
) -> tuple[LedgerView, Sequence[Promised]]:
    """The list for (company, topic, state, as of), and every promise it holds, for programs."""
    company, topic, state, asof = asked
    moment = datetime.combine(day_of(asof), time.max, UTC) if asof else None
    found = promises.listed(
        conn,
        Wanted(
            company_id=company or None,
            topic=topic or None,
            softened=state == "softened",
            state="gone" if state == "gone" else None,
            due_until=now.date() + timedelta(days=DUE_DAYS) if state == "due" else None,
            moment=moment,
        ),
    )
    until = moment or now
    first = min((each.entry.since.at for each in found), default=until)
    axis = axis_of(first, until)
    total, by = promises.counts(conn)
    names = [(one, sources.company_by_id(conn, one)) for one in promises.company_ids(conn)]
    view = LedgerView(
        promises=total,
        by=by,
        found=len(found),
        start=start,
        lines=tuple(line_of(each, history(each.entry, axis, until)) for each in found[start : start + SHOWN]),
        ticks=ticks(axis),
        years=f"{first.year} to {until.year}" if first.year != until.year else str(until.year),
        companies=tuple((key, one_line(known.name, 80)) for key, known in names if known),
        topics=tuple((name, label(name.replace("-", "_"))) for name in promises.topics(conn)),
        states=tuple(STATES.items()),
        company=company,
        topic=topic,
        state=state,
        asof=asof,
        asof_words=day_text(moment) if moment else "",
        is_ahead=moment is not None and moment.date() > now.date(),
    )
    return view, found


def build_one(conn: Connection, key: str, now: datetime) -> PromiseView:
    """One promise. Raises NotFound."""
    promised = promises.by_key(conn, key)
    entry = promised.entry
    axis = axis_of(entry.since.at, now)
    return PromiseView(
        line=line_of(promised, history(entry, axis, now)),
        first=entry.first.whole,
        heading=entry.now.heading,
        topics=tuple(label(topic.replace("-", "_")) for topic in promised.topics),
        not_said=promised.not_said,
        since=entry.since.at,
        steps=_steps(promised),
        acts=tuple((act.act, act.by, act.note, act.at) for act in promises.acts(conn, promised)),
        ticks=ticks(axis),
    )


def line_of(promised: Promised, drawn: History) -> Line:
    """A promise as a line of a list, with its history."""
    entry, document = promised.entry, promised.document
    last = entry.happenings[-1]
    sign, tone, word = word_of(last.became)
    said: dict[str, list[str]] = {}
    for name, words in promised.read_out:
        if name in NAMES:
            said.setdefault(NAMES[name], []).append(one_line(words, 120))
    return Line(
        key=entry.key,
        address=f"/commitments/{entry.key}",
        company=one_line(document.company, 80),
        company_address=f"/company/{document.company_id}",
        lang=document.lang or "",
        words=entry.now.whole,
        stands=entry.stands,
        holds=tuple((name, ", ".join(dict.fromkeys(words))) for name, words in said.items()),
        silent=listed([one_line(words, 80) for words in promised.not_said], 4),
        due=entry.due,
        status=promised.status,
        document=one_line(document.title, 120) or document.slug,
        document_address=document_address(document.slug),
        history=drawn,
        sign=sign,
        tone=tone,
        word=word,
        moved_at=last.sight.at,
    )


def _steps(promised: Promised) -> tuple[Step, ...]:
    steps: list[Step] = []
    number: int | None = None
    for event in promised.entry.happenings:
        later = event.sight.number
        address = ""
        if number is not None and later is not None and number != later:
            address = compare_address(promised.document.slug, number, later)
        steps.append(_step(event, address))
        number = later if later is not None else number
    return tuple(reversed(steps))


def _step(event: Happening, address: str) -> Step:
    sign, tone, word = word_of(event.became)
    is_new = event.became is Became.INTRODUCED
    return Step(
        sign=sign,
        tone=tone,
        word=word,
        at=event.sight.at,
        last_at=event.sight.last_at,
        before=event.before,
        after=event.after,
        reasons=() if is_new else tuple(one_line(reason, 300) for reason in event.reasons),
        version=event.sight.number,
        address=address,
        last_capture=event.sight.last_fetch_id,
        capture=event.sight.fetch_id,
    )


COLUMNS: Final = (
    "commitment",
    "company",
    "document",
    "topics",
    "status",
    "stands",
    "since",
    "due",
    "first",
    "now",
    "events",
)


def _table(found: Sequence[Promised]) -> Table:
    rows = (
        (
            each.entry.key,
            each.document.company,
            each.document.slug,
            ", ".join(each.topics),
            each.status,
            "yes" if each.entry.stands else "no",
            each.entry.since.at,
            each.entry.due or "",
            each.entry.first.whole,
            each.entry.now.whole,
            "; ".join(f"{short_day(event.sight.at)} {event.became.value}" for event in each.entry.happenings),
        )
        for each in found
    )
    return table_of(f"commitments-{counted(len(found), 'row')}", COLUMNS, rows)
