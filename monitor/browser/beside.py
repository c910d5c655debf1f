"""What a browser leaves beside the page itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """Bytes kept beside a capture: ``what`` is picture or single_file."""

    what: str
    media_type: str
    body: bytes
