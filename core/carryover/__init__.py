"""Watch lists of other programs, as far as they can be carried over; what cannot is named, with the reason. Pure.

Formats: OPML 2.0 (http://opml.org/spec2.opml), a CSV table, the export of changedetection.io, job files of urlwatch and
webchanges, declarations of Open Terms Archive. Shell commands are never carried over: each is named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.carryover import changedetection, declarations, jobs, opml, table
from core.carryover.found import Carried, Found, Left, NotThisFormat

__all__ = ["FORMATS", "Carried", "Found", "Left", "carry_over"]

Reader = Callable[[bytes, str], Carried]
FORMATS: Final[dict[str, Reader]] = {
    "opml": opml.read,
    "changedetection": changedetection.read,
    "declaration": declarations.read,
    "jobs": jobs.read,
    "csv": table.read,
}
MOST_BYTES: Final = 20_000_000


def carry_over(body: bytes, file: str, *, form: str | None = None) -> Carried:
    """What can be watched of a list. Without ``form`` the first format that fits counts.

    Raises NotThisFormat with what is wrong where the file is of no format (or not of the one named).
    """
    if len(body) > MOST_BYTES:
        raise NotThisFormat(f"{file}: too large for a list of sources ({len(body):,} bytes, limit {MOST_BYTES:,})")
    if form is not None:
        return FORMATS[form](body, file)
    reasons: dict[str, str] = {}
    for name, read in FORMATS.items():
        try:
            return read(body, file)
        except NotThisFormat as error:
            reasons[name] = str(error)
    likely = _likely(body)
    why = "; ".join(f"as {name}, {reasons[name]}" for name in likely)
    raise NotThisFormat(f"{file}: no list that can be carried over: {why}. --format reads it as another")


def _likely(body: bytes) -> tuple[str, ...]:
    """The formats a file that fits none is most likely meant in, by how it begins."""
    begins = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    if begins.startswith(b"<"):
        return ("opml",)
    if begins.startswith((b"{", b"[")):
        return ("changedetection", "declaration")
    return ("changedetection",) if begins == b"PK" else ("jobs", "csv")
