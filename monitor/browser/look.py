"""One look at a page with Chromium: what a browser made of it, as a Fetch like any other.

The browser runs below a process of its own with an empty environment and a folder that is thrown away, speaks only to the
gate, and is killed with all it started at the deadline. Nothing here raises for what a page does.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from core.browsing import Browsing
from core.config.reaching import BrowserSettings
from core.model import Ask, Fetch, FetchReason, Redirect
from core.text.visible import one_line
from monitor.browser.beside import Beside
from monitor.browser.gate import Gate, Lookup, Refused, Way
from monitor.browser.tree import end_all
from monitor.fetcher import TRANSIENT_STATUSES, FetchLimits
from monitor.guard import BadAddress, authority, parse_address, without_secrets
from monitor.tools import Clock

CHILD: Final = Path(__file__).with_name("child.py")
COMMON: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
GRACE: Final = 3.0  # seconds of the deadline in which the child ends by itself
LONGEST_QUEUE: Final = 300.0
MAX_HEADERS: Final = 256
KEPT_HEADERS_OUT: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
WORDS_OF: Final = {
    "ERR_TIMED_OUT": FetchReason.TIMEOUT,
    "ERR_TOO_MANY_REDIRECTS": FetchReason.REDIRECTS,
    "ERR_CONNECTION_RESET": FetchReason.RESET,
    "ERR_EMPTY_RESPONSE": FetchReason.RESET,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A Fetch with the page as a browser made it, and pictures of it where they were asked for."""

    fetch: Fetch
    body: bytes = b""
    beside: tuple[Beside, ...] = ()


@dataclass(slots=True)
class _Look:
    """What is known of one look so far."""

    about: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    beside: tuple[Beside, ...] = ()
    is_late: bool = False


def what_is_missing(settings: BrowserSettings) -> str:
    """Why no page can be shown by a browser here, with what to do about it; empty where it can."""
    if importlib.util.find_spec("playwright") is None:
        return "a browser is needed and the extra is not installed: pip install 'onrecord[browser]'"
    if not chromium_of(settings):
        asked = settings.chromium
        where = f"{asked} is none" if asked else "none was found"
        return (
            f"a browser is needed and {where}: apt-get install chromium, or name it in browser.chromium (settings.yaml)"
        )
    if settings.sandbox and hasattr(os, "geteuid") and os.geteuid() == 0:
        return "a browser is needed and Chromium's sandbox does not work for root: run On Record as a user of its own"
    return ""


def chromium_of(settings: BrowserSettings) -> str:
    """The program; empty where there is none."""
    named = [settings.chromium] if settings.chromium else list(COMMON)
    return next((path for name in named if (path := shutil.which(name))), "")


class Browser:
    """Looks at pages, one at a time: a browser takes more memory than all the rest of the house."""

    def __init__(self, settings: BrowserSettings, limits: FetchLimits, lookup: Lookup) -> None:
        self._settings, self._limits, self._lookup = settings, limits, lookup
        self._allowed = frozenset(authority(parse_address(f"http://{entry}")) for entry in limits.allow_private)
        self._turn = threading.Lock()
        self._is_closed = threading.Event()
        self._under_way: tuple[int, Path] | None = None

    def fetch(self, ask: Ask, now: Clock) -> Shown:
        """Show one address. Raises RuntimeError when closed meanwhile."""
        started_at = now()

        def failed(reason: FetchReason, detail: str, *, is_transient: bool = False) -> Shown:
            url = without_secrets(ask.url)
            return Shown(
                Fetch(
                    url, ask.purpose, started_at, now(), None, reason, detail, is_transient, via=ask.manner.proxy_name
                )
            )

        missing = what_is_missing(self._settings)
        if missing:
            return failed(FetchReason.NO_BROWSER, missing)
        try:
            first = parse_address(ask.url)
        except BadAddress as error:
            return failed(FetchReason.BAD_ADDRESS, str(error))
        if not self._turn.acquire(timeout=LONGEST_QUEUE):
            return failed(FetchReason.TIMEOUT, "the browser was busy with other pages", is_transient=True)
        try:
            way = Way(first, ask.manner.browsing or Browsing(), self._allowed, ask.manner.proxy, self._lookup)
            look, gate = asyncio.run(self._look(ask, way))
        finally:
            self._turn.release()
        if self._is_closed.is_set():
            raise RuntimeError("the browser was closed while it showed a page")
        fault = _fault(look, gate, self._settings.seconds, self._limits.max_bytes)
        if fault is not None:
            shown = failed(fault[0], fault[1], is_transient=fault[0] not in _LASTING)
            return Shown(_with_record(shown.fetch, look, gate))
        fetch = Fetch(ask.url, ask.purpose, started_at, now(), via=ask.manner.proxy_name)
        return Shown(_with_record(_filled(fetch, ask, look), look, gate), look.body, look.beside)

    def close(self) -> None:
        """End what is under way. Safe to call twice."""
        self._is_closed.set()
        under_way = self._under_way
        if under_way is not None:
            end_all(*under_way)

    async def _look(self, ask: Ask, way: Way) -> tuple[_Look, Gate]:
        folder = Path(tempfile.mkdtemp(prefix="onrecord-look-"))
        look = _Look()
        try:
            async with Gate(way) as gate:
                await self._drive(ask, gate, folder, look)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return look, gate

    async def _drive(self, ask: Ask, gate: Gate, folder: Path, look: _Look) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"},
            cwd=folder,
            start_new_session=True,
        )
        self._under_way = (process.pid, folder)
        try:
            wanted = json.dumps(self._wanted(ask, gate, folder)).encode()
            await asyncio.wait_for(process.communicate(wanted), self._settings.seconds)
        except TimeoutError:
            look.is_late = True
        finally:
            await asyncio.to_thread(end_all, process.pid, folder)
            await process.wait()
            self._under_way = None
        if not look.is_late:
            _read(look, folder, self._limits.max_bytes)

    def _wanted(self, ask: Ask, gate: Gate, folder: Path) -> dict[str, Any]:
        manner = ask.manner
        return {
            "url": ask.url,
            "folder": str(folder),
            "chromium": chromium_of(self._settings),
            "port": gate.port,
            "seconds": max(1.0, self._settings.seconds - GRACE),
            "sandbox": self._settings.sandbox,
            "user_agent": manner.identity or self._limits.user_agent,
            "language": manner.language,
            "is_unchecked": bool(manner.bad_certificate),
            "pictures": bool(manner.browsing and manner.browsing.pictures),
        }


def _read(look: _Look, folder: Path, max_bytes: int) -> None:
    """What the child left, where it came to its end."""
    try:
        look.about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    page = folder / "page.html"
    if page.exists() and page.stat().st_size <= max_bytes:
        look.body = page.read_bytes()
    kinds = (("picture", "image/png", "picture.png"), ("single_file", "multipart/related", "page.mhtml"))
    found = ((what, media_type, folder / name) for what, media_type, name in kinds)
    look.beside = tuple(Beside(what, kind, path.read_bytes()) for what, kind, path in found if path.exists())


_LASTING: Final = (FetchReason.REFUSED_ADDRESS, FetchReason.BAD_ADDRESS, FetchReason.TLS, FetchReason.NO_BROWSER)


def _fault(look: _Look, gate: Gate, seconds: float, max_bytes: int) -> tuple[FetchReason, str] | None:
    """Why no page came of a look; None where one did."""
    about = look.about
    if look.is_late:
        return FetchReason.TIMEOUT, f"the browser had not finished within {seconds:g} s and was ended"
    refused = _refused_on_the_way(about, gate)
    if refused is not None:
        return refused.reason, refused.detail
    code = about.get("fault")
    if code == "launch":
        return FetchReason.NO_BROWSER, f"Chromium did not start: {one_line(about.get('said', ''), 200)}"
    if code == "TimeoutError":
        return FetchReason.TIMEOUT, f"the page was not there within {seconds - GRACE:g} s"
    if code is not None:
        reason = FetchReason.TLS if code.startswith("ERR_CERT_") else WORDS_OF.get(code, FetchReason.PROTOCOL)
        return reason, f"the browser could not show it: {one_line(code, 80)}"
    if "status" not in about:
        return FetchReason.PROTOCOL, "the browser broke down while it showed the page"
    if not look.body:
        return FetchReason.TOO_LARGE, f"page too large (over {max_bytes / 1e6:g} MB)"
    return None


def _refused_on_the_way(about: dict[str, Any], gate: Gate) -> Refused | None:
    """Whether the page itself, or where it sent us, was refused at the gate; what it only wanted to load is no fault."""
    hops = [gate.way.first]
    for text in (about.get("final_url"), about.get("at"), *(hop[2] for hop in about.get("redirects", ()))):
        try:
            hops.append(parse_address(text, gate.way.first) if text else gate.way.first)
        except BadAddress:
            continue
    return next((gate.refused[key] for url in hops if (key := authority(url)) in gate.refused), None)


def _filled(fetch: Fetch, ask: Ask, look: _Look) -> Fetch:
    """The attempt as its row keeps it: what was sent and answered, and the page as the browser wrote it down."""
    about = look.about
    told = [(name, value) for name, value in about["headers"][:MAX_HEADERS] if name not in KEPT_HEADERS_OUT]
    headers = [(name, value) for name, value in told if name != "content-type"]
    unchecked = ask.manner.bad_certificate
    return replace(
        fetch,
        url=without_secrets(ask.url),
        status=about["status"],
        detail=f"as a browser showed it (Chromium {about['version']})",
        transient=about["status"] in TRANSIENT_STATUSES,
        final_url=without_secrets(about["final_url"].partition("#")[0]),
        headers=(*headers, ("content-type", "text/html; charset=utf-8")),
        request_headers=tuple((name, value) for name, value in about["sent"]),
        redirects=tuple(Redirect(url, status, without_secrets(to)[:2_000]) for url, status, to in about["redirects"]),
        digest=hashlib.sha256(look.body).hexdigest(),
        certificate=about.get("certificate"),
        exceptions=(f"the certificate was not checked: {unchecked}",) if unchecked else (),
    )


def _authority(origin: str) -> str | None:
    """Of an origin a page asked for; None for data: and the like. What Chromium wants for itself is refused and is no mark."""
    try:
        return authority(parse_address(origin))
    except BadAddress:
        return None


def _with_record(fetch: Fetch, look: _Look, gate: Gate) -> Fetch:
    """The marks of a browser: which, what the server itself sent, whom it asked, and who was refused and why."""
    marks = [("browser", f"Chromium {look.about['version']}")] if "version" in look.about else [("browser", "Chromium")]
    marks += [("raw_digest", look.about["raw_digest"])] if "raw_digest" in look.about else []
    marks += [("asked", f"{key} at {number}") for key, number in gate.passed.items()]
    counts = {key: count for text, count in look.about.get("origins", {}).items() if (key := _authority(text))}
    own = counts.get(authority(gate.way.first), 0)
    marks += [("requests", str(own))] if own else []
    marks += [("refused", refusal.detail) for key, refusal in gate.refused.items() if not counts or key in counts]
    return replace(fetch, browsed=tuple(marks), remote_address=gate.passed.get(authority(gate.way.first)))
