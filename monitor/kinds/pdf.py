"""``pdf``: one document at one address that is a PDF; what is none is refused with what it is instead."""

from __future__ import annotations

from core.errors import ReadError
from core.model import Reading
from core.text.read import read as read_any
from core.text.read import sniff
from monitor.kinds import Kind, own_address


def read(
    body: bytes, *, content_type: str | None, url: str, select: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> Reading:
    """Places of a PDF. Raises ReadError where the bytes are none: a viewer's page around it, most often."""
    found = sniff(body, content_type)
    if found != "pdf":
        raise ReadError("pdf", f"not a PDF but {found}: a source of kind page reads what stands there")
    return read_any(body, content_type=content_type, url=url)


KIND = Kind(name="pdf", holds="document", start=own_address, read=read)
