"""An archive to read pages from: invented companies whose pages changed, taken in by the product's own path.

Halden is the founding story in four wordings; Oriel's page is gone; Mingchuan speaks Chinese; Hostile writes what a
browser must never run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from core.access import Role
from core.commitments import parse_lexicon
from core.config.routes import console_routes
from core.links import Links
from core.model import Company, Fetch, Purpose, Source
from core.rules.parse import parse_packs
from monitor.importing import Recorded, import_capture
from monitor.ledgers import Keeping, catch_up
from monitor.readers import InlineReader
from monitor.tools import Tools
from storage import accounts, incidents, record, sources, watchlist
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.leases import request_by_id
from storage.migrate import prepare
from tests.repository import ROOT
from web.app import MailDoor, create_app

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
BASE_URL = "https://onrecord.example.org"
HOST = "testserver"
LINKS = Links(b"k" * 32, BASE_URL)
CALLER_KEY = b"c" * 32

HALDEN = Company("halden", "Halden Biosystems", topics=("genetic_surveillance",))
MINGCHUAN = Company("mingchuan", "Mingchuan Vision", langs=("zh",))
HOSTILE = Company("hostile", 'Hostile <b>& "Sons"</b>')
KESTREL = Company("kestrel", "Kestrel Optics")
SALES = Source("halden-sales", "halden", "page", "https://haldenbio.example/responsible-sales", role="policy")
RIGHTS = Source("mingchuan-rights", "mingchuan", "page", "https://mingchuan.example/renquan", role="policy", lang="zh")
TRAP = Source("hostile-page", "hostile", "page", "https://hostile.example/trap")
NEWS = Source("kestrel-news", "kestrel", "page", "https://kestrel.example/newsroom")

SALES_SLUG = "halden/responsible-sales"
RIGHTS_SLUG = "mingchuan/renquan"
TRAP_SLUG = "hostile/trap"

ASSESSED = (
    "Following fact-specific assessments, Halden will no longer sell or support its human identification instruments "
    "in Xinjiang."
)
FIRM = (
    "Halden will not sell or support human identification instruments in Xinjiang or Tibet, whether directly or through "
    "distributors."
)
HEDGED = (
    "Halden will not knowingly sell human identification instruments directly to police customers in Xinjiang or Tibet."
)
FINDINGS = "We will publish the findings of our assessments every year by 30 June."
READERS = "Halden makes instruments that read DNA. They help to find missing people and to clear the innocent."
SUPPLIERS = "Suppliers must not use forced, bonded or prison labour."
DILIGENCE = "We carry out human rights due diligence before we enter a new market."
SPEAK_UP = "Anyone may report misuse of our instruments, in any language, to the ethics office of Halden."

SCRIPT = "<script>alert('owned')</script>"
ATTRIBUTE = '" onmouseover="alert(1)" x="'
BIDI = "We never sell \u202eecilop\u202c instruments, nor zero\u200bwidth ones, to anyone who asks us politely."


def page(title: str, *parts: str, lang: str = "en") -> bytes:
    """An HTML page; a part that begins with ``# `` is a heading, one with ``- `` an item of a list."""
    body = []
    for part in parts:
        if part.startswith("# "):
            body.append(f"<h2>{escape(part[2:])}</h2>")
        elif part.startswith("- "):
            body.append(f"<ul><li>{escape(part[2:])}</li></ul>")
        else:
            body.append(f"<p>{escape(part)}</p>")
    text = f"<html lang={lang}><head><title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1>"
    return (
        f"<!doctype html>{text}{''.join(body)}</main><footer><p>All rights reserved</p></footer></body></html>".encode()
    )


CALM = "We publish every sale of a watching instrument to a public body, with its price and its purpose."
TRAP_PAGE = page(
    f"Trap {SCRIPT}", CALM, f"We will not {SCRIPT} sell {ATTRIBUTE} to police.", BIDI, f"# {SCRIPT}", "The end of it."
)
LATEST = "We comply with applicable law wherever we operate."


def sales(promise: str, *more: str, speak_up_last: bool = False) -> bytes:
    """The sales page of Halden with this wording of its promise."""
    other = ["# Suppliers", SUPPLIERS, DILIGENCE]
    voice = ["# Speaking up", SPEAK_UP]
    rest = [*other, *voice] if speak_up_last else [*voice, *other]
    return page("Responsible sales", READERS, "# Where we do not sell", promise, *more, *rest)


@dataclass(frozen=True, slots=True)
class Seeded:
    """The archive and the pages over it."""

    database: Database
    blobs: BlobStore
    app: FastAPI
    digests: dict[str, str]
    tools: Tools


def seed(folder: Path, *, guest: Role | None = None) -> Seeded:
    """The whole archive, in a few dozen captures. ``guest``: what somebody who is not signed in may do."""
    database = open_database(folder / "onrecord.db")
    prepare(database)
    blobs = BlobStore(folder / "blobs")
    rules = parse_packs({path.name: path.read_text() for path in sorted((ROOT / "rules").glob("*.yaml"))})
    lexicon_file = ROOT / "lexicon" / "commitments.yaml"
    lexicon = parse_lexicon(lexicon_file.read_text(), lexicon_file.name)
    watched = {one.id: one for one in (HALDEN, MINGCHUAN, HOSTILE, KESTREL)}
    tools = Tools(
        database=database,
        blobs=blobs,
        reader=InlineReader(),
        rules=rules,
        commitments=lexicon,
        routes=console_routes(),
        now=lambda: NOW,
        share=lambda: 0.5,
        companies=watched,
        base_url=BASE_URL,
    )
    with database.write() as conn:
        watchlist.sync(conn, watched.values(), [SALES, RIGHTS, TRAP, NEWS], _at(2019, 2, 20))
    story = _Story(tools)
    _halden(story)
    _mingchuan(story)
    _hostile(story)
    _kestrel(database)
    catch_up(database, Keeping(lexicon, rules, watched, lambda: NOW))
    app = create_app(
        database,
        blobs,
        now=lambda: NOW,
        base_url=BASE_URL,
        allowed_hosts=frozenset({HOST, "127.0.0.1"}),
        commitments=lexicon,
        guest=guest,
        mail=MailDoor(LINKS, dict),
        caller_key=CALLER_KEY,
    )
    return Seeded(database, blobs, app, story.digests, tools)


def all_routes(routes: list[BaseRoute]) -> list[Route]:
    """Routes of the app, those of included routers as well."""
    found: list[Route] = []
    waiting = list(routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        waiting.extend(inner or [])
        if isinstance(route, Route):
            found.append(route)
    return found


def sign_in(database: Database, role: Role, name: str = "") -> str:
    """The cookie of somebody of that role, with an account made where there is none. Nobody knows the password."""
    name = name or f"the-{role}"
    with database.write() as conn:
        known = accounts.user_by_name(conn, name)
        if known is None:
            link = accounts.make_link(conn, role, made_by="a test", now=NOW)
            user = accounts.use_link(conn, link, name, "no password", NOW)
        else:
            user = known[0]
        return accounts.open_session(conn, user.id, NOW)


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@dataclass
class _Story:
    tools: Tools

    def __post_init__(self) -> None:
        self.digests: dict[str, str] = {}

    def shows(self, source: Source, body: bytes, *times: datetime) -> None:
        """The page answers with these bytes at these times."""
        digest = sha256(body).hexdigest()
        self.digests[f"{source.id}@{times[0]:%Y-%m-%d}"] = digest
        for at in times:
            fetch = Fetch(
                url=source.url,
                purpose=Purpose.WATCH,
                started_at=at,
                finished_at=at + timedelta(seconds=1),
                status=200,
                final_url=source.url,
                headers=(("content-type", "text/html; charset=utf-8"), ("date", "Mon, 23 Nov 2026 20:41:00 GMT")),
                digest=digest,
            )
            import_capture(self.tools, Recorded(fetch, body))


def _halden(story: _Story) -> None:
    story.shows(SALES, sales(ASSESSED), _at(2019, 2, 20, 6), _at(2019, 8, 1), _at(2020, 9, 13))
    story.shows(SALES, sales(FIRM, FINDINGS), _at(2020, 9, 14), _at(2022, 1, 9), _at(2024, 5, 1))
    firm = sales(FIRM, FINDINGS, speak_up_last=True)
    story.shows(SALES, firm, _at(2025, 6, 2), _at(2026, 11, 23, 17, 4))
    last = sales(HEDGED, LATEST, speak_up_last=True)
    story.shows(SALES, last, _at(2026, 11, 23, 23, 9), _at(2026, 11, 24, 5, 13))


def _mingchuan(story: _Story) -> None:
    before, after = (
        "我们不向警务机构出售族群识别功能，也不为其提供技术支持。",
        "我们不向新疆地区的警务机构出售族群识别功能，也不为其提供技术支持。",
    )
    around = "公司每年发布一次人权报告，并接受第三方审核，任何人都可以向我们的道德办公室举报滥用行为。"
    story.shows(RIGHTS, page("人权政策", "# 销售", before, around, lang="zh"), _at(2024, 2, 11), _at(2026, 11, 22))
    story.shows(
        RIGHTS, page("人权政策", "# 销售", after, around, lang="zh"), _at(2026, 11, 23, 4), _at(2026, 11, 24, 4)
    )


def _hostile(story: _Story) -> None:
    story.shows(
        TRAP, page("Trap", CALM, "A second passage that stays where it is, so that the page is one."), _at(2026, 11, 20)
    )
    story.shows(TRAP, TRAP_PAGE, _at(2026, 11, 23, 12), _at(2026, 11, 24, 3))


def _kestrel(database: Database) -> None:
    """A newsroom that refuses us."""
    at = _at(2026, 11, 19, 6)
    with database.write() as conn:
        request = request_by_id(conn, sources.start_requests(conn, [NEWS.id])[NEWS.id])
        fetch_id = record.record_fetch(conn, request.id, Fetch(NEWS.url, Purpose.WATCH, at, at, status=403))
        incidents.open_or_touch(
            conn,
            request.id,
            source_id=NEWS.id,
            code="refused",
            reasons=("refuses us (403)",),
            fetch_id=fetch_id,
            now=at,
        )
