"""Versions that say the same and lead elsewhere: a text is one version, unless its links led to other places before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from core.model import Reading
from core.relinks import mark_of, relinked
from storage import versions
from storage.packing import columns_of, text_digest


def mark_apart(conn: Connection, document_id: int, reading: Reading, forms: Sequence[int], url: str) -> str:
    """What tells this capture from the document's first version of the same text; empty where nothing does."""
    if not reading.offers:
        return ""
    first = versions.version_seen_before(conn, document_id, text_digest(columns_of(reading, forms)))
    if first is None:
        return ""
    among = {at for at, _, _ in reading.offers}
    stood = versions.load(conn, first.id).reading
    return mark_of(reading, url) if relinked(stood, reading, url, among=among) else ""
