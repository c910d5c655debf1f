"""Links that say what they said and lead elsewhere: the words of a page stand, and what they stand on was exchanged.

Held passage against passage of the same text, where that stands once on either side. What does not matter in an address
(tracking, fragments, most of a query: those carry trace ids and positions) does not make it another. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from core.items import canonical
from core.model import Reading
from core.text.linklist import absolute
from core.wording import defang, quoted

_NAMES_A_FILE: Final = frozenset(("id", "doc", "docid", "document", "documentid", "file", "filename", "attachment"))
_WORDS: Final = 100  # characters of a link's words in a sentence


@dataclass(frozen=True, slots=True)
class Relink:
    """One link: its place in the newer text, its words, where it led and where it leads."""

    at: int
    words: str
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"the link {quoted(self.words, _WORDS)} led to {defang(self.before)} and leads to {defang(self.after)} now"
        )

    @property
    def is_of_file(self) -> bool:
        """It leads to a file: what it says is read by nobody who reads the page."""
        return any(urlsplit(url).path.lower().endswith(".pdf") for url in (self.before, self.after))


def relinked(before: Reading, after: Reading, url: str, *, among: Collection[int] | None = None) -> list[Relink]:
    """The links of passages that stand on both sides, and lead elsewhere now. ``among`` are the places that count, all
    where it is None."""
    if before.links == after.links and before.places == after.places:
        return []
    led, leads = _targets(before, url), _targets(after, url)
    words = {(at, href): said for at, href, said in after.offers}
    once = Counter(place.text for place in after.places)
    found: list[Relink] = []
    for text, (at, now) in leads.items():
        if text not in led or once[text] > 1 or (among is not None and at not in among):
            continue
        was = led[text][1]
        gone = [target for key, target in was.items() if key not in now]
        came = [target for key, target in now.items() if key not in was]
        if len(gone) == len(came):  # a link that was put in or taken out is another matter
            found += [
                Relink(at, words.get((at, new[1]), "") or text, old[0], new[0])
                for old, new in zip(gone, came, strict=True)
            ]
    return found


def mark_of(reading: Reading, url: str) -> str:
    """Where the links of the page's own text lead, as a mark: equal for two captures that offer the same."""
    offered = {_key(address) for _, href, _ in reading.offers if (address := absolute(url, href))}
    return sha256("\n".join(sorted(offered)).encode()).hexdigest()


def _targets(reading: Reading, url: str) -> dict[str, tuple[int, dict[str, tuple[str, str]]]]:
    """By passages that stand once: their place, and (address, address as written) by what is the same in an address."""
    once = Counter(place.text for place in reading.places)
    found: dict[str, tuple[int, dict[str, tuple[str, str]]]] = {}
    for at, href in reading.links:
        address, text = absolute(url, href), reading.places[at].text
        if address and once[text] == 1:
            found.setdefault(text, (at, {}))[1][_key(address)] = (address, href)
    return found


def _key(address: str) -> str:
    plain, _, query = canonical(address).partition("?")
    kept = [f"{key}={value}" for key, value in parse_qsl(query) if key.lower() in _NAMES_A_FILE]
    return "?".join((plain, *kept))
