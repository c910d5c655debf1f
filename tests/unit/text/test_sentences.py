"""Where sentences end, and where a stop only looks like an end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.sentences import sentences


def _split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We stopped. We will not return!", ["We stopped.", "We will not return!"]),
        ("Sold in the U.S. and China. Dr. Li left.", ["Sold in the U.S. and China.", "Dr. Li left."]),
        ("The U.S. Government asked, e.g. Ohio.", ["The U.S. Government asked, e.g. Ohio."]),
        ("See No. 5 and Art. 12. It holds.", ["See No. 5 and Art. 12.", "It holds."]),
        ("The answer is no. We leave.", ["The answer is no.", "We leave."]),
        ("1. We stop. 2. We go.", ["1. We stop.", "2. We go."]),
        ("iv. Remedy is owed. Always.", ["iv. Remedy is owed.", "Always."]),
        ("In 2019. Then more.", ["In 2019.", "Then more."]),
        ('He said "never." Then he left.', ['He said "never."', "Then he left."]),
        ("What is 3.5 percent? yes.", ["What is 3.5 percent? yes."]),
        ("Am 12. Juni endete das. Gut so.", ["Am 12. Juni endete das.", "Gut so."]),
        ("Wir prüfen z.B. Lieferanten. Immer.", ["Wir prüfen z.B. Lieferanten.", "Immer."]),
        ("M. Dupont a cessé. ¿Y tú? Élan.", ["M. Dupont a cessé.", "¿Y tú?", "Élan."]),
        ("公司不销售。员工三十人！好；“是吗？”对", ["公司不销售。", "员工三十人！", "好；", "“是吗？”", "对"]),
        ("We will not: (a) sell; (b) lease.", ["We will not: (a) sell; (b) lease."]),
        ("one\n\ntwo", ["one", "two"]),
        ("...!?", ["...!?"]),
        ("  ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert _split(text) == expected


@given(st.text(alphabet="Aa1 .!?。；\n\"'（U人", max_size=80))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    found = sentences(text)

    assert all(start < end for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert "".join("".join(_split(text)).split()) == "".join(text.split())


def test_a_sentence_of_200_kb_is_one_sentence() -> None:
    text = "word, " * 34_000 + "end"
    assert sentences(text) == [(0, 204_003)]


def test_200_kb_of_stops_is_no_trouble() -> None:
    assert len(sentences("A. " * 68_000)) == 1
    assert len(sentences("No! " * 50_000)) == 50_000
