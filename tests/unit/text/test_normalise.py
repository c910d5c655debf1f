"""White space and composition: what is folded, what stays, and words counted on the way."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.normalise import keepable, tidy, tidy_and_count, word_count

PIECES = (
    "We",
    " ",
    "  ",
    "\n",
    "\t",
    "\u00a0",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "’",
    "é",
    "e\u0301",
    "中",
    "ア",
    "\u3000",
    "ß",
    "1",
)


@pytest.mark.parametrize(
    ("text", "tidied", "words"),
    [
        ("", "", 0),
        (" \n\u00a0\t", "", 0),
        ("  We will\n   not  sell.\u00a0", "We will not sell.", 4),
        ("We\u200bsell", "We sell", 2),
        ("cafe\u0301 — l’été", "café — l’été", 3),
        ("不在中国 sell", "不在中国 sell", 5),
        ("a\u00adb", "a\u00adb", 1),
        ("\0 We will\0 not \0", "We will not", 3),
        ("We \ud83d sell", "We \ufffd sell", 3),
    ],
)
def test_texts_are_tidied_and_counted(text: str, tidied: str, words: int) -> None:
    assert tidy(text) == tidied
    assert tidy_and_count(text) == (tidied, words)
    assert word_count(tidied) == words


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text(max_size=30))
def test_both_ways_agree_and_only_spaces_and_composition_change(text: str) -> None:
    tidied, words = tidy_and_count(text)
    assert (tidied, words) == (tidy(text), word_count(tidy(text)))
    assert tidied == tidy(tidied)
    plain = unicodedata.normalize("NFC", re.sub(r"[\s\u200b\u2060\ufeff]+", " ", keepable(text)).strip())
    assert tidied == plain
