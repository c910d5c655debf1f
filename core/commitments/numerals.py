"""Numbers written as words, as figures: "ninety days" and "90 days" are one wording, "two thirds of" is 67 percent.

What does not read as one number ("phases one and two") is turned word by word, so that no count is ever lost.
"""

from __future__ import annotations

import re

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_ABROAD = {
    "zehn": 10, "vierzehn": 14, "funfzehn": 15, "zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50,
    "sechzig": 60, "neunzig": 90, "dix": 10, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50,
    "soixante": 60, "diez": 10, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
    "sesenta": 60, "noventa": 90,
}  # fmt: skip
_PARTS = {"half": 50, "third": 33, "thirds": 33, "quarter": 25, "quarters": 25, "fifth": 20, "fifths": 20, "tenth": 10}
_HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

_ENGLISH = "|".join((*_UNITS, *_TENS, *_SCALES))
_RUN = re.compile(
    rf"(?<!\bno )\b(?:a (?=hundred\b|thousand\b|dozen\b))?(?:{_ENGLISH})\b(?:(?: and)? (?:{_ENGLISH})\b)*"
    r"(?!(?<=\bone) (?:of|another|or more)\b)"
)
_FOREIGN = re.compile(rf"\b(?:{'|'.join(_ABROAD)})\b")
_SHARE = re.compile(rf"\b(?:(a|one|two|three) )?({'|'.join(_PARTS)}) of (?!an?\b|the (?:year|month)\b|each\b)")
_HAN_RUN = re.compile(r"[一二两三四五六七八九十百]+(?= ?(?:个工作日|个月|天|日|家|名))")
NUMBER_WORDS = f"{_ENGLISH}|{'|'.join(_ABROAD)}|{'|'.join(_PARTS)}"
"""Words without which a text holds no number in words, but for Chinese ones."""


def in_figures(text: str) -> str:
    """A folded text with its number words as figures."""
    if not text.isascii():
        text = _HAN_RUN.sub(_han, text)
    text = _SHARE.sub(_share, text)
    return _FOREIGN.sub(lambda word: str(_ABROAD[word.group()]), _RUN.sub(_run, text))


def _run(found: re.Match[str]) -> str:
    words = found.group().split()
    value = _value(words)
    if value is not None:
        return str(value)
    return " ".join(str(number) if (number := _single(word)) is not None else word for word in words)


def _single(word: str) -> int | None:
    return _UNITS.get(word) or _TENS.get(word) or _SCALES.get(word)


def _value(words: list[str]) -> int | None:
    """The number these words make, None where they make several."""
    total = current = 0
    last = ""
    for word in words:
        if word == "and":
            if last not in ("hundred", "thousand"):
                return None
        elif word == "a":
            current = 1
        elif word in _SCALES:
            if last in _SCALES and not (last == "hundred" and word == "thousand"):
                return None
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        elif last in _UNITS or last == "a" or (last in _TENS and (word in _TENS or _UNITS[word] > 9)):
            return None
        else:
            current += _TENS.get(word) or _UNITS[word]
        last = word
    return total + current if last != "and" else None


def _share(found: re.Match[str]) -> str:
    times = {"two": 2, "three": 3}.get(found[1], 1)
    return f"{round(100 * times / round(100 / _PARTS[found[2]]))} percent of "


def _han(found: re.Match[str]) -> str:
    """十五 is 15, 三十 is 30, 一百二十 is 120."""
    total = current = 0
    for char in found.group():
        if char in _HAN:
            current = _HAN[char]
        else:
            total, current = total + max(current, 1) * (100 if char == "百" else 10), 0
    return str(total + current)
