"""White space and Unicode composition, the only things that ever change between a page and its passages.

Everything else (case, quotes, dashes, invisible characters) stays as captured, so that a quote is exact; but for what no
database takes: NUL, and halves of surrogate pairs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"[\s\u200b\u2060\ufeff]+")
_HALVES = re.compile("[\ud800-\udfff]")


def tidy(text: str) -> str:
    """NFC, runs of white space (and invisible breaks) folded to one space, ends trimmed."""
    folded = _folded(text)
    return folded if folded.isascii() else _composed(folded)


def tidy_and_count(text: str) -> tuple[str, int]:
    """:func:`tidy` and the :func:`word_count` of what it gives, in one go: this is done for every passage of a page."""
    words = text.split()
    folded = " ".join(words)
    if "\0" not in folded and (folded.isascii() or _is_western(folded)):
        return folded, len(words)
    folded = tidy(folded)
    return folded, word_count(folded)


@lru_cache(maxsize=4096)  # a check counts every passage of a page three times over: before, after, and for the record
def word_count(text: str) -> int:
    """Words of a text: runs between spaces, and each Han, kana or Hangul character as one."""
    if text.isascii():
        return text.count(" ") + 1 if text else 0
    if not _WIDE.search(text):
        return len(text.split())
    wide = len(_WIDE.findall(text))
    return wide + len(_WIDE.sub(" ", text).split())


_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def _folded(text: str) -> str:
    # Of all spaces and breaks only the plain space is "printable", so most texts are found to be tidy without a split.
    folded = text.strip()
    return folded if folded.isprintable() and "  " not in folded else " ".join(keepable(folded).split())


def keepable(text: str) -> str:
    """The text without what cannot be written down: NUL goes, half a surrogate pair becomes U+FFFD.

    Both are in real input (JSON escapes either), PostgreSQL refuses the one and UTF-8 the other.
    """
    text = text.replace("\0", "")
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def _is_western(text: str) -> bool:
    """Nothing beyond windows-1252: no character to compose, no invisible break, none that is a word of its own."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _composed(text: str) -> str:
    if "\u200b" in text or "\u2060" in text or "\ufeff" in text:
        text = _SPACES.sub(" ", text).strip()
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
