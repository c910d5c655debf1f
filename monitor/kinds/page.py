"""``page``: one document at one address."""

from __future__ import annotations

from core.model import Source
from monitor.kinds import Kind


def start(source: Source) -> tuple[str, ...]:
    """The page's own address."""
    return (source.url,)


KIND = Kind(name="page", holds="document", start=start)
