"""Kinds of source: how a declared place becomes addresses, and what one of its captures holds.

A kind is one file here with a ``KIND``. Everything in it is pure; fetching, reading and storing are the pipeline's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.model import Source
from core.registry import adapters
from core.text.feed import Feed, FeedEntry


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``holds`` says what the source's own address shows: a document, or a list of documents elsewhere.

    ``start`` gives the addresses to ask first; ``entries`` picks from a listing what is to be followed.
    """

    name: str
    holds: Literal["document", "listing"]
    start: Callable[[Source], tuple[str, ...]]
    entries: Callable[[Source, Feed], tuple[FeedEntry, ...]] | None = None


@cache
def kinds() -> dict[str, Kind]:
    """Every kind built so far, by name."""
    found = adapters(sys.modules[__name__], "KIND", Kind)
    return {kind.name: kind for kind in found.values()}


def built_kinds() -> frozenset[str]:
    """Names of the kinds a source may have switched on."""
    return frozenset(kinds())
