"""Past captures from WARC files, through the same path as live ones, with their recorded times as now.

An address that belongs to no configured source becomes a document of a company named after its host. Nobody is told
unless asked: what the past shows is for reading and measuring.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import ReadError
from core.model import Company, Fetch, Purpose, Source
from monitor.capture import Capture
from monitor.intake import take_in
from monitor.pipeline import Checked
from monitor.tools import Tools
from storage import record, sources
from storage.importing import adopt_request
from storage.sources import START, Asked

MAX_BODY: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One response of a WARC file: a fetch that somebody made, and the decoded body it brought."""

    fetch: Fetch
    body: bytes


def responses(path: Path) -> Iterator[Recorded]:
    """The HTTP responses of a WARC file, in order. Raises ReadError where the file is no WARC or is cut short."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as stream:
            for found in ArchiveIterator(stream):
                if found.rec_type == "response" and found.http_headers is not None:
                    yield _recorded(found)
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, OSError) as error:
        raise ReadError("warc", f"{path.name}: {error}") from error


def _recorded(found: Any) -> Recorded:
    body: bytes = found.content_stream().read(MAX_BODY)
    at = datetime.fromisoformat(found.rec_headers.get_header("WARC-Date")).astimezone(UTC)
    url = found.rec_headers.get_header("WARC-Target-URI")
    status = int(found.http_headers.get_statuscode())
    fetch = Fetch(
        url=url,
        purpose=Purpose.IMPORT,
        started_at=at,
        finished_at=at,
        status=status,
        final_url=url,
        headers=tuple((name.lower(), value) for name, value in found.http_headers.headers),
        digest=hashlib.sha256(body).hexdigest() if body else None,
    )
    return Recorded(fetch, body)


def import_capture(tools: Tools, recorded: Recorded) -> Checked:
    """Take one recorded response in, as of the time it was recorded. The same capture twice is unchanged."""
    at = recorded.fetch.started_at
    tools = replace(tools, now=lambda: at)
    fetch = recorded.fetch
    company, source = _stranger(fetch.url)
    with tools.database.write() as conn:
        request = adopt_request(conn, fetch.url, company, source, at)
        asked = sources.asked_by(conn, [request.id]).get(request.id) or (Asked(source, START, at),)
    if fetch.digest is not None:
        tools.blobs.put(fetch.digest, recorded.body, previous=request.last_digest)
    with tools.database.write() as conn:
        fetch_id = record.record_fetch(
            conn, request.id, fetch, size=len(recorded.body), media_type=fetch.header("content-type")
        )
    taken = take_in(tools, Capture(request, asked, replace(fetch, id=fetch_id), recorded.body, is_first_look=True))
    return Checked(asked[0].source.id, fetch.url, at, taken, fetch.status)


def _stranger(url: str) -> tuple[Company, Source]:
    host = urlsplit(url).hostname or "unknown"
    company = Company(id=re.sub(r"[^a-z0-9]+", "-", host).strip("-") or "unknown", name=host)
    return company, Source(
        id=f"import/{company.id}", company=company.id, kind="page", url=f"https://{host}/", enabled=False
    )
