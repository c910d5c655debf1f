"""The date a page gives itself: "Last updated 3 May 2024", a ``dateModified``, or nothing.

Kept as the page wrote it; comparing it with the text's own changes shows pages that changed without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from lxml import etree

from core.model import Place

_CUE: Final = re.compile(
    r"\b(?:last\s+(?:updated|modified|revised|changed|reviewed)|updated(?:\s+on)?|effective(?:\s+(?:date|as\s+of|from))?|"
    r"date\s+of\s+last\s+revision|version\s+(?:of|dated)|revised|stand|letzte\s+(?:aktualisierung|änderung)|"
    r"zuletzt\s+(?:aktualisiert|geändert)|gültig\s+ab|"
    r"(?:dernière\s+)?mise\s+à\s+jour|en\s+vigueur|dernière\s+modification|"
    r"última\s+(?:actualización|modificación)|actualizad[oa]|vigente|fecha\s+de\s+entrada)\b|最后更新|更新日期|生效日期|修订日期|更新时间",
    re.IGNORECASE,
)
_MONTH: Final = (
    r"(?:jan(?:uary|uar|vier|\.)?|feb(?:ruary|ruar|\.)?|f[ée]vr(?:ier|\.)?|mar(?:ch|s|zo|\.)?|m[äa]rz|apr(?:il|\.)?|avr(?:il|\.)?|"
    r"ma[iy]o?|jun[ei]?o?|juin|jul[yi]?o?|juillet|aug(?:ust|\.)?|ao[uû]t|sep(?:t|tember|tembre|tiembre|\.)?\.?|o[ck]t(?:ober|obre|ubre|\.)?|"
    r"nov(?:ember|embre|iembre|\.)?|de[cz](?:ember|\.)?|d[ée]c(?:embre|\.)?|dic(?:iembre|\.)?|"
    r"enero|febrero|abril|agosto|jänner|setiembre)"
)
DATE: Final = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s+(?:of\s+|de\s+)?{_MONTH}\.?,?\s+(?:de\s+)?\d{{4}}\b"
    rf"|\b{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b|\b{_MONTH}\.?,?\s+(?:de\s+)?\d{{4}}\b"
    r"|\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?",
    re.IGNORECASE,
)
_WEEKDAY: Final = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
)
DAY: Final = re.compile(
    rf"(?:\b(?:{_WEEKDAY})\b\.?,?\s+(?:(?:the|den|le|el)\s+)?)?(?:{DATE.pattern})(?:\s*星期[一二三四五六日天])?",
    re.IGNORECASE,
)
"""A date with the day of the week before it, where one stands there."""

# A line that says when the page was touched, or shown to somebody, not from when it binds.
STAMP: Final = re.compile(
    r"\b(?:last\s+(?:updated|modified|revised|changed|reviewed|update|revision)|updated|revised|modified|version(?=\s*(?::|of|dated|du|vom|\d))|stand|"
    r"letzte\s+(?:aktualisierung|änderung)|zuletzt\s+(?:aktualisiert|geändert)|aktualisiert|"
    r"(?:dernière\s+)?mise\s+à\s+jour|dernière\s+modification|mis\s+à\s+jour|"
    r"última\s+(?:actualización|modificación)|actualizad[oa])\b|最后更新|更新日期|更新时间|最近更新"
    # or when it was shown: only as the first words of the line, where a sentence that tells of an event has others
    r"|^\W*(?:(?:this|the|diese|die|cette|la|esta)\s+)?(?:(?:web\s*)?(?:page|site|seite|página)|document|dokument|copy|kopie|text)?\s*"
    r"(?:(?:was|is|wurde|wird|a\s+été|est|fue)\s+)?(?:(?:shown|displayed|viewed|printed|generated|rendered|loaded|retrieved|accessed)"
    r"\s+(?:on|at)|(?:angezeigt|gezeigt|abgerufen|gedruckt|erzeugt)\s+am|(?:affiché|imprimé|consulté|généré)e?\s+le|"
    r"(?:mostrad|impres|consultad|generad)[oa]\s+el)\b|^\W*(?:today\s+is|today's\s+date|current\s+date|heute\s+ist|今天是|当前日期|打印日期)",
    re.IGNORECASE,
)
# A line that says from when the text binds: its date is part of what it says.
BINDING: Final = re.compile(
    r"\b(?:effective|in\s+force|appl(?:y|ies|icable)|valid\s+(?:from|as)|takes?\s+effect|gültig|wirksam|in\s+kraft|gilt|gelten|"
    r"en\s+vigueur|applicables?|vigente|vigencia|entra(?:da)?\s+en\s+vigor|válid[oa]\s+desde)\b|生效|施行",
    re.IGNORECASE,
)
# What a stamp may call the text it stands on, and the small words around it; of Chinese, each sign is a word.
_OF_THE_TEXT: Final = re.compile(
    r"web(?:page)?|website|page|polic(?:y|ies)|statement|notice|document|code|text|terms|content|information|version|copy|article|"
    r"this|the|our|of|was|is|were|has|been|had|on|at|in|as|and|date|time|by|am|pm|utc|gmt|cet|est|st|nd|rd|th|"
    r"(?:web)?seite|richtlinie|erklärung|dokument|kodex|fassung|diese[rs]?|de[rs]|die|das|vom|um|zum|wurde|ist|datum|uhr|"
    r"politique|déclaration|charte|cette|ce|la|les?|du|des?|à|été|a|heure|"
    r"página|política|declaración|documento|código|esta|este|el|los|del|en|fue|ha|sido|fecha|hora|[本页面网站隐私政策声明文件版于为日期时间最近次的]+"
)
_THIS_SITE: Final = re.compile(r"\b(?:this|the|our) (?:web\s?)?site\b", re.IGNORECASE)
# The text named in full, as the first words of the line: "This Privacy Policy was …", "Terms of Service – …".
_NAMED_IN_FULL: Final = re.compile(
    r"^\W*(?:(?:this|the|our|diese[rs]?|die|unsere|cette|la|notre|esta|nuestra)\s)?(?:[\w&'’-]+\s){0,6}?"
    r"(?:polic(?:y|ies)|statement|notice|code|terms|charter|guidelines|standards?|agreement|declaration|"
    r"\w*(?:richtlinie|erklärung|kodex|bestimmungen|bedingungen|hinweise)|politique|déclaration|charte|conditions|política|declaración|código|condiciones)"
    r"(?:\s(?:of|on|for|de|des|du|d['’]|zur|zum|sobre)\s?(?:(?:la|las|los|el|les)\s)?[\w-]+(?:\s(?:and|et|y|und|&)\s[\w-]+)?)?(?=\W*(?:(?:was|is|were|has\sbeen|wurde|ist|a\sété|est|fue|ha\ssido)\s)?\s*$)",
    re.IGNORECASE,
)
_A_WORD: Final = re.compile(r"[^\W\d_]+")


def says_nothing_but_its_stamp(text: str) -> bool:
    """Whether a line says when the page was touched or shown, and of nothing else: no target, no wage, no inspection."""
    stamp = STAMP.search(text)
    if stamp is None:
        return False
    before = _NAMED_IN_FULL.sub(" ", text[: stamp.start()])
    rest = _THIS_SITE.sub(" ", STAMP.sub(" ", DAY.sub(" ", before + text[stamp.start() :])).casefold())
    return all(_OF_THE_TEXT.fullmatch(word) for word in _A_WORD.findall(rest))


_META: Final = ("article:modified_time", "last-modified", "dcterms.modified", "datemodified")


_SHORT: Final = 160  # characters; a longer passage speaks of dates, it is no stamp
# Whether a passage holds a digit is asked of all passages at once, in UTF-8: kept are line ends, ASCII digits, and the
# bytes that may begin a digit of another script. It rules out nine in ten before a pattern is tried.
_KEPT: Final = b"\n0123456789" + bytes((0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xEF, 0xF0))
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)


def page_date(places: Sequence[Place], metas: Iterable[etree._Element] = ()) -> str | None:
    """The page's own date in the page's own words, or None. ``metas`` are its ``<meta>`` elements."""
    short = [place.text for place in places if len(place.text) <= _SHORT]
    for text in _with_digits(short):
        cue = _CUE.search(text)
        date = DATE.search(text, cue.start()) if cue else None
        if date:
            return date.group()
    for meta in metas:
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name in _META:
            return meta.get("content") or None
    return None


def _with_digits(texts: list[str]) -> list[str]:
    """Those that hold a digit, and perhaps some that do not."""
    lines = "\n".join(texts).encode("utf-8", "surrogatepass").translate(None, _DROPPED).split(b"\n")
    return [text for text, digits in zip(texts, lines, strict=True) if digits] if len(lines) == len(texts) else texts
