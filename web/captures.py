"""The bytes of a capture: as a download, or drawn in a frame in which nothing runs, loads or leaves; and as Mementos.

RFC 7089: a TimeMap names every version of a document with its time, a TimeGate leads to the one of a given time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from core.errors import NotFound
from core.report import title_of
from core.text.visible import one_line
from storage import biography, documents, pictures, versions
from storage.pictures import Picture
from web.access import may
from web.capture_facts import BytesState, state_of_bytes
from web.memento import base_of, http_date, uri
from web.problems import BadRequest
from web.site import Site
from web.speech import DIGEST, VERSION_NAME, version_address

FRAME_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
FRAMED: Final = ("text/html", "application/xhtml+xml", "text/plain")
_CHARSET: Final = re.compile(r"charset=\"?([A-Za-z0-9._-]{1,40})\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capture:
    """The page around the frame. ``state`` is of its bytes; ``is_framed``: a browser can draw it."""

    company: str
    title: str
    number: int
    digest: str
    seen_at: datetime
    media_type: str
    is_framed: bool
    state: BytesState
    said: str
    version: str
    pictures: tuple[Picture, ...] = ()


def routes(site: Site) -> APIRouter:
    """``/capture/<document>/<n>``, ``/raw/<digest>``, ``/picture/<digest>``, ``/frame/<digest>``, ``/timemap/<document>`` and ``/timegate/<document>``."""
    router = APIRouter()

    @router.api_route("/capture/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def capture(request: Request, rest: str) -> Response:
        found = VERSION_NAME.fullmatch(rest)
        if found is None:
            raise BadRequest("a version is named by its document and its number, such as company/page/3")
        with site.database.read() as conn:
            row = documents.by_slug(conn, found[1])
            document = documents.ref(conn, row.id)
            ref = versions.by_number(conn, row.id, int(found[2]))
            kept = biography.snapshot(conn, ref.digest)
            beside = pictures.of_fetch(conn, ref.fetch_id)
        state, said = state_of_bytes(site, ref.digest, None)
        kind = _bare((kept.media_type if kept else None) or "")
        view = Capture(
            document.company,
            title_of(document),
            ref.number,
            ref.digest,
            ref.seen_at,
            kind,
            kind in FRAMED,
            state,
            f"{said[:1].upper()}{said[1:]}.",
            version_address(found[1], ref.number),
            beside,
        )
        return site.answer(request, "capture.html", view)

    @router.api_route("/raw/{digest}", methods=["GET", "HEAD"])
    @may("reader")
    def raw(digest: str) -> Response:
        return _download(site, digest)

    @router.api_route("/picture/{digest}", methods=["GET", "HEAD"])
    @may("reader")
    def picture(digest: str) -> Response:
        with site.database.read() as conn:
            is_ours = DIGEST.fullmatch(digest) is not None and pictures.is_picture(conn, digest)
        if not is_ours:
            raise NotFound("there is no picture of that name")
        headers = {"content-security-policy": "sandbox; default-src 'none'", "x-onrecord-sha256": digest}
        return Response(site.blobs.get(digest), media_type="image/png", headers=headers)

    @router.api_route("/frame/{digest}", methods=["GET", "HEAD"])
    @may("reader")
    def frame(digest: str) -> Response:
        return _framed(site, digest)

    @router.api_route("/timemap/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def timemap(request: Request, rest: str) -> Response:
        with site.database.read() as conn:
            row = documents.by_slug(conn, rest)
            shown = biography.appearances(conn, row.id)
        base = base_of(site, request)
        links = [
            f'<{uri(row.url)}>; rel="original"',
            f'<{base}/timemap/{rest}>; rel="self"; type="application/link-format"',
            f'<{base}/timegate/{rest}>; rel="timegate"',
        ]
        for at, one in enumerate(shown):
            first, last = at == 0, at == len(shown) - 1
            rel = (
                "first last memento"
                if first and last
                else "first memento"
                if first
                else "last memento"
                if last
                else "memento"
            )
            links.append(f'<{base}{version_address(rest, one.number)}>; rel="{rel}"; datetime="{http_date(one.at)}"')
        return Response(",\n".join(links) + "\n", media_type="application/link-format")

    @router.api_route("/timegate/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def timegate(request: Request, rest: str) -> Response:
        asked = request.headers.get("accept-datetime")
        try:
            wanted = parsedate_to_datetime(asked).astimezone(UTC) if asked else site.now()
        except ValueError:
            raise BadRequest("Accept-Datetime is written like Thu, 01 Mar 2021 00:00:00 GMT") from None
        with site.database.read() as conn:
            row = documents.by_slug(conn, rest)
            shown = biography.appearances(conn, row.id)
        if not shown:
            raise NotFound(f"{one_line(rest, 120)} has no version yet")
        before = [one for one in shown if one.at <= wanted]
        chosen = before[-1] if before else shown[0]
        base = base_of(site, request)
        headers = {
            "vary": "accept-datetime",
            "link": f'<{uri(row.url)}>; rel="original", <{base}/timemap/{rest}>; rel="timemap"; type="application/link-format"',
        }
        return RedirectResponse(base + version_address(rest, chosen.number), 302, headers)

    return router


def _bare(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def _framed(site: Site, digest: str) -> Response:
    if not DIGEST.fullmatch(digest):
        raise BadRequest("a raw capture is named by its SHA-256, 64 digits and small letters")
    with site.database.read() as conn:
        kept = biography.snapshot(conn, digest)
    kind = _bare((kept.media_type if kept else None) or "")
    if kept is None:
        raise NotFound(f"the archive never kept a snapshot {digest[:12]}…")
    if kind not in FRAMED:
        raise BadRequest(f"a capture of the type {one_line(kind, 60) or 'unknown'} is not drawn here; download it")
    body = site.blobs.get(digest)  # verified; damage is a page of its own
    charset = _CHARSET.search(kept.media_type or "")
    shown = "text/plain" if kind == "text/plain" else "text/html"
    return Response(
        body,
        headers={
            "content-type": f"{shown}; charset={charset[1]}" if charset else shown,
            "content-security-policy": FRAME_POLICY,
            "x-frame-options": "SAMEORIGIN",
            "x-dns-prefetch-control": "off",
            "x-onrecord-sha256": digest,
        },
    )


# What is opened by a double click must not run, nor ask a watched company for its pictures: pages end in .txt.
_ENDINGS: Final = {
    "text/html": "html.txt",
    "application/xhtml+xml": "html.txt",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "image/png": "png",
    "multipart/related": "mhtml.txt",
}


def _download(site: Site, digest: str) -> Response:
    """The bytes as an attachment, verified first; damage is said, never hidden."""
    if not DIGEST.fullmatch(digest):
        raise BadRequest("a raw capture is named by its SHA-256, 64 digits and small letters")
    with site.database.read() as conn:
        kept = biography.snapshot(conn, digest)
    try:
        body = site.blobs.get(digest)
    except NotFound:
        raise NotFound(f"the bytes of snapshot {digest} are not in this archive") from None
    ending = _ENDINGS.get((kept.media_type or "").split(";")[0].strip().lower() if kept else "", "bin")
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="onrecord-{digest[:16]}.{ending}"',
            "content-security-policy": "sandbox; default-src 'none'",
            "x-onrecord-sha256": digest,
        },
    )
