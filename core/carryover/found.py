"""What a foreign list holds: sources found in it, and what was left behind with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import OnRecordError
from core.parts import Part
from core.selectors import why_refused
from core.text.visible import one_line


class NotThisFormat(OnRecordError):
    """The bytes are not what the format asks for; says what was found instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """One source to watch. ``where`` is its place in the file; empty fields say nothing."""

    url: str
    where: str
    kind: str = "page"
    company: str = ""
    title: str = ""
    lang: str = ""
    role: str = ""
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    every: timedelta | None = None
    enabled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was not carried over, or not wholly: what, where in the file, and why."""

    where: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A list as far as it could be read."""

    form: str
    found: tuple[Found, ...]
    left: tuple[Left, ...] = ()


_HOST_PREFIX: Final = re.compile(r"^(?:www\d?|ir|investors?|newsroom|news|corporate|about|press|blog)\.")
_SHORT: Final = 200


def company_of(url: str) -> str:
    """The name a source's company has where the list names none: its host without what every host begins with."""
    return _HOST_PREFIX.sub("", urlsplit(url).hostname or "") or "unknown"


def is_address(value: object) -> bool:
    """Whether it is an address a source may have."""
    if not isinstance(value, str) or not value.strip() or any(c.isspace() for c in value.strip()):
        return False
    try:
        parts = urlsplit(value.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def short(value: Any) -> str:
    """A value of the file, short enough for a line of the report."""
    text = value if isinstance(value, str) else repr(value)
    return one_line(text, _SHORT)


def selectors(values: list[str], where: str, left: list[Left]) -> tuple[str, ...]:
    """The CSS selectors among these; the others are noted as left behind."""
    refused = {value: why for value in values if (why := why_refused(value)) is not None}
    left.extend(Left(where, f"selector {short(value)}", f"cannot be used: {why}") for value, why in refused.items())
    return tuple(value for value in dict.fromkeys(values) if value not in refused)


def parts_to_read(values: list[str], where: str, left: list[Left]) -> tuple[str, ...]:
    """What to read of a page: all of these, or nothing (the whole page) where one of them cannot be used.

    A part that was watched there must not fall silent here.
    """
    kept = selectors(values, where, left)
    return kept if len(kept) == len(dict.fromkeys(values)) else ()


def texts(value: object) -> list[str]:
    """A text or a list of texts, as a list; empty ones left out."""
    found = value if isinstance(value, list) else [value]
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]
