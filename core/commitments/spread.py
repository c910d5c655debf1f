"""Phrases that spread: words first seen at one company, then at a second and a third. Pure.

Only rare ones count: what half of all companies say is the language of the trade. That somebody copied is not said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.commitments.wording import prepare, word_set

LEAST_WORDS: Final = 4
MOST_WORDS: Final = 9
LEAST_CONTENT: Final = 3
MOST_SHARE: Final = 0.34
"""Of all companies; a phrase that more of them use is no longer rare (where there are at least nine)."""

_PLAIN: Final = word_set("""the a an of and or to in our for with by on at that not is are as from their its will be any all we
    this these it has have do does must shall should may can which who they you your such other more than into if when
    where human rights suppliers supplier company group""")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saying:
    """One text with who said it and when it was first seen."""

    company: str
    document: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A phrase and where it was first seen, company by company, the earliest first."""

    phrase: str
    seen: tuple[Saying, ...]


def spread(sayings: Iterable[Saying], *, most: int = 50) -> tuple[Spread, ...]:
    """Rare phrases that stand at two companies or more, those of most companies first, the longest wording of each."""
    first: dict[tuple[str, ...], dict[str, Saying]] = defaultdict(dict)
    companies: set[str] = set()
    for saying in sorted(sayings, key=lambda each: (each.at, each.company, each.document)):
        companies.add(saying.company)
        for phrase in phrases_of(saying.text):
            first[phrase].setdefault(saying.company, saying)
    limit = max(3, int(len(companies) * MOST_SHARE))
    shared = {phrase: seen for phrase, seen in first.items() if 2 <= len(seen) <= limit}
    kept = _longest(shared)
    ordered = sorted(kept, key=lambda phrase: (-len(shared[phrase]), -len(phrase), phrase))
    return tuple(
        Spread(" ".join(phrase), tuple(sorted(shared[phrase].values(), key=lambda each: each.at)))
        for phrase in ordered[:most]
    )


def phrases_of(text: str) -> set[tuple[str, ...]]:
    """Runs of four to nine words of a text, with at least three that are not of the trade."""
    words = [word.strip(".,;:()'\"") for word in prepare(text).split()]
    words = [word for word in words if word]
    found: set[tuple[str, ...]] = set()
    for size in range(LEAST_WORDS, MOST_WORDS + 1):
        for at in range(len(words) - size + 1):
            run = tuple(words[at : at + size])
            if (
                sum(word not in _PLAIN for word in run) >= LEAST_CONTENT
                and run[0] not in _PLAIN
                and run[-1] not in _PLAIN
            ):
                found.add(run)
    return found


def _longest(shared: dict[tuple[str, ...], dict[str, Saying]]) -> Sequence[tuple[str, ...]]:
    """Phrases that are no part of a longer one with the same companies."""
    kept: list[tuple[str, ...]] = []
    for phrase in sorted(shared, key=len, reverse=True):
        joined = f" {' '.join(phrase)} "
        if not any(
            joined in f" {' '.join(longer)} " and shared[longer].keys() == shared[phrase].keys() for longer in kept
        ):
            kept.append(phrase)
    return kept
