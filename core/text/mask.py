"""Volatile tokens of a passage, masked for comparison and kept in the record.

Masked: the clock time of a visit (never a span of hours, nor a time without seconds in a passage that speaks neither of a
day nor of now), trace and request ids, nonces, scrambled e-mail addresses, counters, copyright years, relative
times, invisible characters. Never masked: a date in words that say when something applies, and any token of a
passage that holds a commitment or a watched term (the caller does not ask then, promise P8).
"""

from __future__ import annotations

import re
from typing import Final

from core.text.pagedate import DATE

VERSION: Final = "mask-3"

_INVISIBLE: Final = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffc\ufffd]")
_SAME_SIGNS: Final = (
    *(("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("«", '"'), ("»", '"')),
    *(("–", "-"), ("—", "-"), ("\u2011", "-"), ("\u00a0", " ")),
)
_UUID: Final = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
_HEX: Final = r"\b(?=[0-9a-fA-F]*[0-9])(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,}\b"
_TRACE: Final = r"\b(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{20,}(?![\w-])"
_CLOCK: Final = r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\.?\b)?(?:\s?(?:UTC|GMT|CES?T|[PMCE][SD]?T)\b)?"
_SPAN: Final = r"\s?(?:[-–—]|to|until|till|and|bis|und|à|et|a|y|至|到)\s?"
_IS_SPAN: Final = re.compile(rf"\d:[0-5]\d(?:\s?[ap]\.?m\.?)?{_SPAN}[0-2]?\d:[0-5]\d", re.IGNORECASE)
_OF_A_VISIT: Final = re.compile(
    r"\d:\d\d:\d\d|\d:\d\d\s?(?:[ap]\.?m\.?\s?)?(?:UTC|GMT|CES?T|[PMCE][SD]?T)\b|"
    r"\b(?:today|now|updated|checked|shown|generated|served|printed|viewed|as of|heute|jetzt|stand|aktualisiert|aujourd'hui|maintenant|mis à jour|"
    r"hoy|ahora|actualizado)\b|今天|现在|更新",
    re.IGNORECASE,
)
_BUILD: Final = r"\bv?\d+\.\d+\.\d+\.\d+\b"  # a software build, not a section number
_LONG_NUMBER: Final = r"(?<![\w.,/+-])\d{13,}(?![\w.,/-])"
_VOLATILE: Final = re.compile(f"({_UUID})|({_HEX})|({_TRACE})|({_LONG_NUMBER})|({_BUILD})")
_TIME_OF_DAY: Final = re.compile(_CLOCK)
_COPYRIGHT: Final = re.compile(
    r"((?:©|\(c\)|copyright)[^.]{0,40}?)\b(?:19|20)\d\d\b(?:\s?[-–]\s?(?:19|20)\d\d\b)?", re.IGNORECASE
)
_RELATIVE: Final = re.compile(
    r"\b(?:\d+|an?|one|einem?r?|vor \d+|il y a \d+|hace \d+)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago\b"
    r"|\bvor\s+(?:\d+|einem?r?)\s+(?:Sekunden?|Minuten?|Stunden?|Tag(?:en)?|Wochen?|Monat(?:en)?|Jahr(?:en)?)\b"
    r"|\bil y a\s+(?:\d+|une?)\s+(?:secondes?|minutes?|heures?|jours?|semaines?|mois|ans?)\b"
    r"|\bhace\s+(?:\d+|una?)\s+(?:segundos?|minutos?|horas?|días?|semanas?|meses|mes|años?)\b|\d+\s*(?:秒|分钟|小时|天|周|个月|年)前",
    re.IGNORECASE,
)
_FIGURE: Final = r"\d+(?:[.,\u00a0 ]\d{3})*"
# How often a page was looked at, how long it takes to read, how large a file is: none of it is said by the company.
_COUNTER: Final = re.compile(
    rf"\b{_FIGURE}(?=\s+(?:other\s+)?(?:people|visitors|users|customers)\s+(?:are|have|is)\s+(?:\w+\s+)?(?:look|view|watch|brows|read|visit))"
    rf"|(?<=\bviewed ){_FIGURE}(?=\s+times?\b)|\b{_FIGURE}(?=\s+(?:page\s?)?(?:views|visits|downloads|shares|likes|comments)\b)"
    rf"|(?<=\bviews: ){_FIGURE}|(?:(?<=浏览：)|(?<=浏览次数：)|(?<=阅读：)|(?<=阅读量：)|(?<=点击：)|(?<=点击量：))\s*{_FIGURE}"
    r"|\b\d+(?=[\s-]+min(?:ute)?s?\.?\s+read\b)|(?:(?<=reading time: )|(?<=reading time )|(?<=lesezeit: )|(?<=lesezeit )"
    r"|(?<=temps de lecture : )|(?<=temps de lecture: )|(?<=tiempo de lectura: )|(?<=阅读时间：))(?:ca\. )?\d+(?=\s*(?:min|分))"
    r"|\b\d+(?:[.,]\d+)?(?=\s?(?:[KMG]i?B|[KMG]o|bytes)\b)",
    re.IGNORECASE,
)
_HINTS: Final = re.compile(
    r"[0-9@©\[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffc\ufffd‘’“”«»–—\u2011]|\(c\)|copyright| ago|\(at\)",
    re.IGNORECASE,
)


# What has to stand in a text, in small letters, before a pattern can match: patterns of many branches are tried at
# every character, and a page has hundreds of passages.
_DIGIT: Final = re.compile(r"\d")
_CUES_OF_COPYRIGHT: Final = ("©", "(c)", "copyr")
_CUES_OF_RELATIVE: Final = ("ago", "vor", "l y a", "hace", "前")
_CUES_OF_COUNTER: Final = (
    *("look", "view", "watch", "brows", "read", "visit", "download", "share", "like", "comment", "bytes"),
    *("lesezeit", "temps de lecture", "tiempo de lectura", "浏览", "阅读", "点击"),
)
_SIZE: Final = re.compile(r"\d\s?[kmg](?:i?b|o)")
_RUN: Final = re.compile(r"\d[\w-]{5}|[\w-]{6}\d")  # every run of twelve with a digit in it holds one of these


def mask(text: str) -> str:
    """The form of a passage: its text with volatile tokens replaced. Most texts come back as they are."""
    if not _HINTS.search(text):
        return text
    form = text
    for sign, plain in _SAME_SIGNS:
        if sign in form:
            form = form.replace(sign, plain)
    form = _INVISIBLE.sub("", form)
    small, has_digit = form.lower(), _DIGIT.search(form) is not None
    if has_digit and any(cue in small for cue in _CUES_OF_COPYRIGHT):
        form = _COPYRIGHT.sub(r"\1<year>", form)
    if any(cue in small for cue in _CUES_OF_RELATIVE):
        form = _RELATIVE.sub("<ago>", form)
    if has_digit and (any(cue in small for cue in _CUES_OF_COUNTER) or _SIZE.search(small)):
        form = _COUNTER.sub("<count>", form)
    if form.count("-") >= 4 or (has_digit and (":" in form or form.count(".") >= 3 or _RUN.search(form))):
        form = _VOLATILE.sub("<token>", form)
        if ":" in form and not _IS_SPAN.search(form) and (_OF_A_VISIT.search(form) or DATE.search(form)):
            form = _TIME_OF_DAY.sub("<token>", form)
    return " ".join(form.split())
