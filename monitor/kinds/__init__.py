"""Kinds of source: how a declared place becomes addresses, and what one of its captures holds.

A kind is one file here with a ``KIND``. Everything in it is pure; fetching, storing and deciding when are the
pipeline's. ``read`` is called in a reader process, by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from core.model import Source
from core.registry import adapters


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``holds`` says what the source's own address shows: a document, or a list of documents elsewhere.

    ``start`` gives the addresses to ask first. ``read`` makes a Reading of a document's bytes, a Feed of a list's; it
    raises ReadError, never anything else. ``is_ordered``: the list shows the newest first and lets the oldest fall off
    its end, so that only what is missing from its midst was taken out. ``is_filed``: what it lists is filed once and
    never changes, so each item is asked once, and one of a series is a version of the same document as the one before.
    """

    name: str
    holds: Literal["document", "listing"]
    start: Callable[[Source], tuple[str, ...]]
    read: Callable[..., Any]
    is_ordered: bool = True
    is_filed: bool = False

    @property
    def reader(self) -> str:
        """Where ``read`` stands, for the process that calls it."""
        return f"{self.read.__module__}:{self.read.__qualname__}"


@cache
def kinds() -> dict[str, Kind]:
    """Every kind built so far, by name."""
    found = adapters(sys.modules[__name__], "KIND", Kind)
    return {kind.name: kind for kind in found.values()}


def built_kinds() -> frozenset[str]:
    """Names of the kinds a source may have switched on."""
    return frozenset(kinds())


def own_address(source: Source) -> tuple[str, ...]:
    """The source's own address, which is all that most kinds begin with."""
    return (source.url,)
