"""Language editions of one document that do not say the same: a place named on one side only, two stances, one changed.

Places are the same in every language the lexicon knows; topics are what rule packs find. Observation only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final, Literal

from core.commitments.promises import Promise
from core.promising import Promising

LAGS: Final = timedelta(days=7)
"""How long one edition may change before the other without its being told: translations take a few days."""

_LANG: Final = r"(?:en|zh|fr|de|es|ja|ko|pt|it|ru|ar)(?:[-_](?:[a-z]{2}|hans|hant|[a-z]{2}-[a-z]{2}))?"
_PARTS: Final = (
    re.compile(rf"(?<=/){_LANG}(?=/|$)", re.IGNORECASE),  # /en/policy, /zh-cn
    re.compile(rf"(?<=//){_LANG}(?=\.)", re.IGNORECASE),  # en.example.com
    re.compile(rf"(?<=[?&])(?:lang|language|locale|hl)={_LANG}(?=&|$)", re.IGNORECASE),
    re.compile(rf"[-_.]{_LANG}(?=\.(?:html?|pdf|aspx?|php)$)", re.IGNORECASE),  # policy-en.html, policy.zh.pdf
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition as it stands: its sentences, the topics it speaks of, when its words last changed."""

    slug: str
    lang: str
    sentences: tuple[Promise, ...]
    topics: frozenset[str]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Divergence:
    """What one edition says and the other does not. ``there`` and ``here`` are slugs; ``quote`` stands in ``there``."""

    kind: Literal["place", "topic", "stance", "changed"]
    what: str
    there: str
    here: str
    reason: str
    quote: str = ""


def family_of(url: str) -> str:
    """An address without its language: equal for editions of one document."""
    for pattern in _PARTS:
        url = pattern.sub("*", url)
    return url.rstrip("/").lower()


def divergences(lexicon: Promising, editions: Sequence[Edition], names: tuple[str, ...] = ()) -> tuple[Divergence, ...]:
    """Where editions of one document part, pair by pair."""
    found: list[Divergence] = []
    readings = {edition.slug: _places(lexicon, edition, names) for edition in editions}
    for one, two in combinations(editions, 2):
        if one.lang.split("-")[0] == two.lang.split("-")[0]:
            continue
        found += _one_sided(one, two, readings)
        found += _stances(one, two, readings)
        found += [
            Divergence("topic", topic, there.slug, here.slug, f"{_of(there)} speaks of {topic}, {_of(here)} does not")
            for there, here in ((one, two), (two, one))
            for topic in sorted(there.topics - here.topics)
        ]
        first, last = sorted((one, two), key=lambda edition: edition.changed_at)
        if last.changed_at - first.changed_at > LAGS:
            days = (last.changed_at - first.changed_at).days
            reason = f"{_of(last)} changed {last.changed_at:%Y-%m-%d}; {_of(first)} has stood unchanged since {days} days before"
            found.append(Divergence("changed", f"{days} days", last.slug, first.slug, reason))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an edition says of one place."""

    stances: frozenset[str]
    quote: str


def _places(lexicon: Promising, edition: Edition, names: tuple[str, ...]) -> dict[str, _Said]:
    stances: dict[str, set[str]] = defaultdict(set)
    quotes: dict[str, str] = {}
    for sentence in edition.sentences:
        frame = lexicon.frame(sentence.text, lead_in=sentence.lead_in, company_names=names)
        for mark in frame.of("places", main_only=False):
            quotes.setdefault(mark.value, sentence.text)
            if frame.stance in ("restrains", "permits") and frame.acts:
                stances[mark.value].add(frame.stance)
                quotes[mark.value] = sentence.text
    return {place: _Said(frozenset(stances.get(place, ())), quote) for place, quote in quotes.items()}


def _one_sided(one: Edition, two: Edition, readings: dict[str, dict[str, _Said]]) -> list[Divergence]:
    found = []
    for there, here in ((one, two), (two, one)):
        for place in sorted(readings[there.slug].keys() - readings[here.slug].keys()):
            said = readings[there.slug][place]
            reason = f"{_of(there)} names {place.replace('_', ' ')}, {_of(here)} does not"
            found.append(Divergence("place", place, there.slug, here.slug, reason, said.quote))
    return found


def _stances(one: Edition, two: Edition, readings: dict[str, dict[str, _Said]]) -> list[Divergence]:
    found = []
    for place in sorted(readings[one.slug].keys() & readings[two.slug].keys()):
        ours, theirs = readings[one.slug][place], readings[two.slug][place]
        if ours.stances and theirs.stances and not ours.stances & theirs.stances:
            words = {"restrains": "holds back", "permits": "goes on"}
            told = f"{_of(one)} {words[min(ours.stances)]}, {_of(two)} {words[min(theirs.stances)]}"
            reason = f"about {place.replace('_', ' ')}: {told}"
            found.append(Divergence("stance", place, one.slug, two.slug, reason, ours.quote))
    return found


def _of(edition: Edition) -> str:
    return f"the {edition.lang} edition ({edition.slug})"
