"""Runs of captures that are not the page: how many were taken for content, with the phrase lists and without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

NOT_CONTENT: Final = frozenset(("failed", "suspect", "gone"))


@dataclass(frozen=True, slots=True)
class Episode:
    """One run, what was served, and what was said of each of its captures."""

    history: str
    first: int
    last: int
    what: str
    statuses: tuple[str, ...]

    @property
    def is_taken(self) -> bool:
        """Did any of its captures become, or pass for, the document's content?"""
        return any(status not in NOT_CONTENT for status in self.statuses)


def episodes(meta: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> list[Episode]:
    """The episodes of one history, judged by what was said of its captures in order."""
    return [
        Episode(
            meta["id"],
            run["from"],
            run["to"],
            run["what"],
            tuple(row["status"] for row in said[run["from"] : run["to"] + 1]),
        )
        for run in meta.get("episodes") or ()
    ]
