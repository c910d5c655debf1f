"""Volatile tokens of a passage, masked for comparison and kept in the record.

What is masked makes no edit at all, so each thing masked must prove that it is of this visit and nothing the company
says: the whole line is a stamp ("Page made at 12:31:56 UTC", "Posted 3 hours ago"), an id stands behind the word that
makes it one ("Request id: …"), a size beside the sort of its file, a year in the notice of a copyright, a counter names
the page that it counts. A time, an age, a figure, a key or a number of four parts in any other line is what the text
says; one that changes at nearly every visit all the same is learned from the record, and is told as what it is.

Never asked of a passage that holds a commitment or a watched term (promise P8).
"""

from __future__ import annotations

import re
from typing import Final

from core.text.pagedate import DAY

VERSION: Final = "mask-4"

_INVISIBLE: Final = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffc\ufffd]")
_SAME_SIGNS: Final = (
    *(("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("«", '"'), ("»", '"')),
    *(("–", "-"), ("—", "-"), ("\u2011", "-"), ("\u00a0", " ")),
)
_UUID: Final = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
_HEX: Final = r"(?=[0-9a-fA-F]*[0-9])(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,}\b"
_TRACE: Final = r"(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{20,}(?![\w-])"
_LONG_NUMBER: Final = r"\d{13,}(?![\w.,/-])"
# The word that makes a run of signs an id of this visit; alone it may be a key, an account or an address.
_AN_ID: Final = (
    r"\b(?i:(?:request|visit|visitor|trace|session|reference|ref|incident|event|error|correlation|node|instance|cache|ray|nonce|anfrage|sitzung|referenz|requête|"
    r"référence|solicitud|sesión|referencia)(?:[\s-]?(?:id|no|nr|number|code|#))?)\.?\s?[:=：]?\s?"
)
_BUILD: Final = r"(?:(?<![\s\S])|(?<=\()|(?<=[·•|,]\s))(?i:build)\s?(?i:no\.|number|nr\.)?[:#]?\s?v?\d+(?:\.\d+){2,}\b"
_OF_A_READER: Final = r"\b(?i:(?:your|ihre|votre|su)\s(?:ip|adresse\sip|dirección\sip)(?:[\s-]?add?ress\w*)?(?:\sis)?)\s?:?\s?(?:\d{1,3}\.){3}\d{1,3}"
_VOLATILE: Final = re.compile(f"{_UUID}|{_AN_ID}(?:{_HEX}|{_TRACE}|{_LONG_NUMBER})|{_BUILD}|{_OF_A_READER}")
_TIME_OF_DAY: Final = re.compile(
    r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?(?:\s?\(?(?:UTC|GMT|CES?T|[PMCE][SD]?T)\b\)?)?", re.IGNORECASE
)
_YEARS: Final = r"(?:19|20)\d\d\b(?:\s?[-,]\s?(?:19|20)\d\d\b)*"
_NAME: Final = r"(?:(?-i:[A-ZÀ-Þ0-9])[^\s:;.!?]*\.?,?\s|(?:&|and|und|et|y|of|by|der|de)\s)"
_COPYRIGHT: Final = re.compile(
    rf"((?:©|^\(c\)(?=[^:;]*\breserved)|\bcopyright\s?(?:©|\(c\))?)\s?){_YEARS}(?=\W*$|,?\s(?:(?-i:[A-ZÀ-Þ])|by\b|all rights)|\s?[.|·•]\s)"
    rf"|((?:©|\bcopyright\s?(?:©|\(c\))?|^\(c\))\s?{_NAME}{{1,6}}){_YEARS}(?=\s?(?:$|[.|·•]|all rights))",
    re.IGNORECASE,
)
_AGO: Final = (
    r"(?:\b(?:\d+|an?|one)\s+(?:EN)s?\s+ago\b|\bvor\s+(?:\d+|einem?r?)\s+(?:DE)\b|\bil y a\s+(?:\d+|une?)\s+(?:FR)\b|"
    r"\bhace\s+(?:\d+|una?)\s+(?:ES)\b|\d+\s*(?:ZH)前)"
)
_UNITS: Final = {  # of a day at most, and the longer ones
    "EN": ("second|minute|hour|day", "week|month|year"),
    "DE": ("Sekunden?|Minuten?|Stunden?|Tag(?:en)?", "Wochen?|Monat(?:en)?|Jahr(?:en)?"),
    "FR": ("secondes?|minutes?|heures?|jours?", "semaines?|mois|ans?"),
    "ES": ("segundos?|minutos?|horas?|días?", "semanas?|mes(?:es)?|años?"),
    "ZH": ("秒|分钟|小时|天", "周|个月|年"),
}
_RELATIVE: Final = re.compile(
    re.sub("EN|DE|FR|ES|ZH", lambda tongue: "|".join(_UNITS[tongue.group()]), _AGO), re.IGNORECASE
)
_LATELY: Final = re.compile(re.sub("EN|DE|FR|ES|ZH", lambda tongue: _UNITS[tongue.group()][0], _AGO), re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
# A stamp of the visit is made of these words alone, and one at least says what was done or whose clock it is.
_STAMPS: Final = frozenset(
    _WORD.findall(
        "updated update generated printed shown displayed viewed rendered retrieved accessed checked modified edited posted published server local "
        "current page site website copy aktualisiert aktualisierung geändert erzeugt angezeigt abgerufen gedruckt veröffentlicht stand seite serverzeit "
        "ortszeit jour modifié modifiée affiché affichée généré générée imprimé imprimée consulté consultée publié publiée actualizado actualizada "
        "actualización mostrado mostrada generado generada impreso impresa consultado consultada publicado publicada página "
        "更新 更新时间 更新于 最后更新 最近更新 更新日期 发布时间 发布于 当前时间 服务器时间 打印时间 打印日期"
    )
)
_BESIDE_A_STAMP: Final = frozenset(
    _WORD.findall(
        "last time at on the this was is were been of as date and today now made served loaded web text article post document "
        "am um uhr zuletzt letzte letzter wurde die diese der das den heute jetzt zeit le la à a été mis mise cette dernière heure aujourd hui maintenant "
        "el hora última fecha esta fue las los hoy ahora 今天 现在 时间"
    )
)
_AS_OF: Final = re.compile(r"\bas of\b")
_STAMP_LENGTH: Final = 120
_PART: Final = re.compile(r"\s[·•]\s")
_FIGURE: Final = r"\d+(?:[., ]\d{3})*"
_THIS_PAGE: Final = r"(?:(?:this|the) )?(?:page|article|post|item|product|listing|entry)"
_FILE: Final = r"(?:pdf|docx?|xlsx?|pptx?|odt|ods|csv|zip|epub|rtf|txt|xml|jpe?g|png|mp[34])"
_BYTES: Final = r"\d+(?:[.,]\d+)?\s?(?:[KMG]i?B|[KMG]o|bytes)\b"
# How often the page itself was looked at, and how large a file beside it is: none of it is said by the company.
_COUNTED: Final = re.compile(
    rf"{_FIGURE} (?:other )?(?:people|visitors|users|customers|readers) (?:are|have|is) (?:\w+ )?"
    rf"(?:look\w* at|view\w*|watch\w*|brows\w*|read\w*|visit\w*) {_THIS_PAGE}(?: (?:right )?now)?\W*"
    rf"|{_THIS_PAGE} (?:was|has been) (?:viewed|visited|read) {_FIGURE} times?\W*|viewed {_FIGURE} times?\W*"
    rf"|{_FIGURE} page\s?views|page\s?views ?: ?{_FIGURE}|(?:浏览|浏览次数|阅读量|点击量)：\s*{_FIGURE}"
    r"|(?:[\w'’%]+ ){0,3}(?:ends?|starts?|begins?|closes?|expires?|endet|beginnt|termine|acaba) (?:in|dans|en) \d?\d:\d\d:\d\d\W*",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(_FIGURE)
_SIZE: Final = re.compile(
    rf"(\b{_FILE}\b[\s,;:·|(-]{{1,4}}){_BYTES}|{_BYTES}(?=[\s,;·|-]{{0,3}}\b{_FILE}\b)", re.IGNORECASE
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
    *("page", "article", "post", "item", "product", "listing", "entry", "viewed"),
    *(" in ", " dans ", " en ", "浏览", "阅读", "点击"),
)
_HAS_SIZE: Final = re.compile(r"\d\s?(?:[kmg](?:i?b|o)|bytes)\b")
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
    if has_digit:
        if any(cue in small for cue in _CUES_OF_COPYRIGHT):
            form = _COPYRIGHT.sub(lambda found: f"{found.group(1) or found.group(2)}<year>", form)
        if _HAS_SIZE.search(small):
            form = _SIZE.sub(r"\1<size>", form)
        if "build" in small or " ip" in small or _RUN.search(form):
            form = _VOLATILE.sub("<token>", form)
    if len(form) <= _STAMP_LENGTH:
        form = _without_the_visit(form, small)
    return " ".join(form.split())


def _without_the_visit(line: str, small: str) -> str:
    """A short line with the time, the age or the count that is nothing but the moment of a visit."""
    if any(cue in small for cue in _CUES_OF_COUNTER) and _COUNTED.fullmatch(line):
        return _DIGITS.sub("<count>", line)
    if any(cue in small for cue in _CUES_OF_RELATIVE) and _RELATIVE.search(line):
        line = "·".join(_without_age(part) for part in _PART.split(line))
    if ":" in line and len(_TIME_OF_DAY.findall(line)) == 1 and _is_stamp(_TIME_OF_DAY.sub(" ", DAY.sub(" ", line))):
        line = _TIME_OF_DAY.sub("<time>", line)
    return line


def _without_age(part: str) -> str:
    """One part of a line, without its age where that is all it says: of what was posted, or of some hours or days."""
    if _LATELY.fullmatch(part.strip()) or _is_stamp(_RELATIVE.sub(" ", part)):
        return _RELATIVE.sub("<ago>", part)
    return part


def _is_stamp(rest: str) -> bool:
    words = _WORD.findall(_AS_OF.sub("stand", rest.replace("<token>", " ").lower()))
    return not _STAMPS.isdisjoint(words) and all(word in _STAMPS or word in _BESIDE_A_STAMP for word in words)
