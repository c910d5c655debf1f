"""What a page offers: the links of its own text with their own words, not those of its menus, footer and windows.

A link that stands alone under a heading, or on a card with a button, reads like a label and is set apart from the text
that is compared; it is offered all the same, as long as no menu or footer holds it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from core.model import Place, Stream
from core.text.normalise import tidy

MOST: Final = 300
EMPTY_TITLE: Final = re.compile(
    r"(read|learn|see|view|find out|show)?\s*(more|details|full (story|article|release))|download|pdf|weiterlesen|mehr( erfahren| lesen)?|"
    r"lire (la suite|plus)|en savoir plus|leer más|ver más|阅读全文|查看详情|更多|more »?|→|»|›",
    re.IGNORECASE,
)
_FILE_WORDS: Final = re.compile(
    r"\s*\|?\s*\b(?:(?:read|view|open|see|get|download|herunterladen|télécharger|descargar)\b(?:\s+(?:the|our|as|als|full|le|la|el))*|pdf|file|document|datei|fichier|"
    r"archivo|dokument|here|hier|ici|aquí|下载)\b\W*",
    re.IGNORECASE,
)
_FILLERS: Final = frozenset(re.findall(r"\w+", EMPTY_TITLE.pattern + _FILE_WORDS.pattern))
_WORD: Final = re.compile(r"\w+")


def offers(
    elements: Sequence[etree._Element],
    links: Sequence[tuple[int, str]],
    places: Sequence[Place],
    streams: Sequence[Stream],
) -> tuple[tuple[int, str, str], ...]:
    """(place, address as written, words) of each link. ``streams`` are those of the containers, labels not set apart."""
    found = [(at, href) for at, href in links if _is_offered(places, streams, at)][:MOST]
    wanted = {href for _, href in found}  # until something says what they lead to
    words: dict[str, str] = {}
    for element in elements:
        href = element.get("href")
        if href in wanted:
            said = said_by(element)
            if says_what(said):
                words[href] = said
                wanted.discard(href)
            else:
                words.setdefault(href, said)
    return tuple((at, href, _title(words.get(href, ""), places, at)) for at, href in found)


def says_what(words: str) -> bool:
    """Whether the words of a link name what it leads to; "Download PDF" and "Read more" name nothing."""
    if any(word not in _FILLERS for word in _WORD.findall(words.lower())):
        return True  # most do, and a look at the words is cheaper than the patterns
    return bool(words) and not EMPTY_TITLE.fullmatch(words) and bool(_FILE_WORDS.sub("", words).strip())


def _is_offered(places: Sequence[Place], streams: Sequence[Stream], at: int) -> bool:
    heading = places[at].heading
    return streams[at] == "main" or (heading >= 0 and places[heading].stream == "main")


def _title(words: str, places: Sequence[Place], at: int) -> str:
    """The link's words; where they name nothing, those of its passage, and then of the heading of its card."""
    if says_what(words):
        return words
    place = places[at]
    around = " ".join(part for cell in place.text.split(" | ") if says_what(part := cell.strip()))
    if around and around != words and words in place.text:  # else a picture's words beside a text of its own
        return around[:300]
    return places[place.heading].text[:300] if place.heading >= 0 else words or place.text[:300]


def words_in(element: etree._Element) -> str:
    """The words inside an element, elements set apart by a space."""
    return tidy(" ".join(map(str, element.itertext())))


def said_by(element: etree._Element) -> str:
    """What a link says: its words, its label, or the text of its picture."""
    text = words_in(element)
    if text:
        return text[:300]
    for name in ("aria-label", "title"):
        if element.get(name):
            return tidy(element.get(name) or "")[:300]
    pictures = [alt for picture in element.iter("img") if (alt := picture.get("alt"))]
    return tidy(pictures[0])[:300] if pictures else ""
