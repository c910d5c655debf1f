"""What is known of the capture behind a version: its headers, its grade, and whether its bytes still are what they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from core.errors import NotFound, StorageError
from core.statements import published
from core.text.visible import one_line
from storage import biography, fetches, statements
from storage.biography import Appearance, Outline
from storage.documents import DocumentRow
from web.site import Site

VERIFIED_AT_ONCE: Final = 4_000_000  # bytes; larger snapshots are verified when they are downloaded


BytesState = Literal["verified", "damaged", "missing", "unchecked"]


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """The capture behind the version on show, as its own headers and our grade tell it."""

    digest: str
    size: int | None
    media_type: str
    grade: str
    words: int
    usual_words: tuple[int, int]
    page_date: str
    server_date: str
    last_modified: str
    bytes_state: BytesState
    bytes_said: str


def capture_facts(conn: Connection, site: Site, outlined: Outline, appearance: Appearance) -> CaptureFacts:
    fetch = fetches.fetch_by_id(conn, appearance.fetch_id)
    grade = fetches.grade_of(conn, appearance.fetch_id)
    kept = biography.snapshot(conn, appearance.digest)
    state, said = state_of_bytes(site, appearance.digest, kept.size if kept else None)
    words = biography.word_range(conn, outlined.document_id)
    reasons = f": {'; '.join(one_line(reason, 120) for reason in grade.reasons[:3])}" if grade and grade.reasons else ""
    return CaptureFacts(
        digest=appearance.digest,
        size=kept.size if kept else None,
        media_type=one_line((kept.media_type if kept else None) or "", 60),
        grade=f"{(grade.level.value if grade else 'good').capitalize()}{reasons}",
        words=outlined.words,
        usual_words=words,
        page_date=one_line(outlined.page_date or "", 80),
        server_date=one_line(fetch.header("date") or "", 40),
        last_modified=one_line(fetch.header("last-modified") or "", 40),
        bytes_state=state,
        bytes_said=said,
    )


def published_of(conn: Connection, row: DocumentRow) -> str:
    """By whom and when a statement was published that somebody entered by hand; empty for what was captured."""
    entered = statements.by_document(conn, row.id) if row.kind == "statement" else None
    return published(entered.statement) if entered else ""


def what_is_wrong(conn: Connection, site: Site, digests: Mapping[str, str]) -> tuple[str, ...]:
    """A note for each snapshot whose bytes are damaged or missing; ``digests`` are by what the note calls it."""
    notes = []
    for name, digest in digests.items():
        kept = biography.snapshot(conn, digest)
        state, said = state_of_bytes(site, digest, kept.size if kept else None)
        if state in ("damaged", "missing"):
            notes.append(
                f"{name} cannot be proved by its bytes: {said}. What was read from them when they were whole stands here."
            )
    return tuple(notes)


def state_of_bytes(site: Site, digest: str, size: int | None) -> tuple[BytesState, str]:
    """Whether the bytes still are those of the digest, looked at now where they are few."""
    if size is not None and size > VERIFIED_AT_ONCE:
        return "unchecked", "verified when downloaded"
    try:
        site.blobs.get(digest)
    except NotFound:
        return "missing", "not in the archive of bytes"
    except StorageError as error:
        return "damaged", one_line(str(error), 200)
    return "verified", "verified just now"
