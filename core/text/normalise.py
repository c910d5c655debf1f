"""White space and Unicode composition, the only things that ever change between a page and its passages.

Everything else (case, quotes, dashes, invisible characters) stays as captured, so that a quote is exact.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s\u200b\u2060\ufeff]+")


def tidy(text: str) -> str:
    """NFC, runs of white space (and invisible breaks) folded to one space, ends trimmed."""
    folded = " ".join(text.split())
    if folded.isascii():
        return folded
    if "\u200b" in folded or "\u2060" in folded or "\ufeff" in folded:
        folded = _SPACES.sub(" ", folded).strip()
    return folded if unicodedata.is_normalized("NFC", folded) else unicodedata.normalize("NFC", folded)


def word_count(text: str) -> int:
    """Words of a text: runs between spaces, and each Han, kana or Hangul character as one."""
    if text.isascii():
        return text.count(" ") + 1 if text else 0
    if not _WIDE.search(text):
        return len(text.split())
    wide = len(_WIDE.findall(text))
    return wide + len(_WIDE.sub(" ", text).split())


_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
