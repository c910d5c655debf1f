"""Words as the index and queries see them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.tokens import LONGEST_TOKEN, find, index_phrases, index_tokens, units


def words(text: str) -> list[str]:
    return [unit.text for unit in units(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fact-specific assessments", ["fact", "specific", "assessments"]),
        ("the company's DNA_kits, 2021/22", ["the", "company", "s", "dna", "kits", "2021", "22"]),
        ("Nous avons CESSÉ la vente", ["nous", "avons", "cesse", "la", "vente"]),
        ("cesse\u0301", ["cesse"]),
        ("Œuvre, Straße, Łódź, İstanbul", ["oeuvre", "strasse", "lodz", "istanbul"]),
        ("Ελλάδα Права", ["ελλαδα", "права"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("co\u00adoperate zero\u200bwidth", ["cooperate", "zerowidth"]),
        ("5½ of it, m²", ["5", "1", "2", "of", "it", "m2"]),
        ("5年内人权", ["5", "年", "内", "人", "权"]),
        ("한국어", ["한", "국", "어"]),
        ("カナ・かな", ["カ", "ナ", "か", "な"]),
        ("सूची", ["सूची"]),
        ("حقوق الإنسان", ["حقوق", "الإنسان"]),
        ("", []),
        ("— … !", []),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=60))
def test_units_point_into_the_text_in_order(text: str) -> None:
    found = units(text)
    assert all(0 <= unit.start < unit.end <= len(text) for unit in found)
    assert all(left.end <= right.start or left[1:3] == right[1:3] for left, right in pairwise(found))
    assert all(unit.text and " " not in unit.text for unit in found)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = [unit.text for unit in units(text)]
    assert [unit.text for one in once for unit in units(one)] == once


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = "İ ½ cesse\u0301 人权"
    assert [(text[unit.start : unit.end], unit.text) for unit in units(text)] == [
        ("İ", "i"),
        ("½", "1"),
        ("½", "2"),
        ("cesse\u0301", "cesse"),
        ("人", "人"),
        ("权", "权"),
    ]


def test_characters_are_indexed_in_pairs() -> None:
    assert index_tokens(units("5年内人权，员工 abc")) == ["5", "年内", "内人", "人权", "权", "员工", "工", "abc"]
    assert index_tokens(units("x" * 100)) == ["x" * LONGEST_TOKEN]


def test_what_the_index_is_asked() -> None:
    assert index_phrases(units("fact-specific")) == [(("fact", "specific"), False)]
    assert index_phrases(units("人")) == [(("人",), True)]
    assert index_phrases(units("人权")) == [(("人权",), False)]
    assert index_phrases(units("5年")) == [(("5", "年"), True)]
    assert index_phrases(units("人权政策 policy")) == [(("人权", "权政", "政策"), False), (("policy",), False)]


def test_a_phrase_is_found_across_punctuation_between_words_only() -> None:
    text = units("Fact specific; FACT-SPECIFIC. 人 权，人权")
    assert find(units("fact-specific"), text) == [(0, 13), (15, 28)]
    assert find(units("人权"), text) == [(34, 36)]
    assert find(units("人 权"), text) == [(30, 33), (34, 36)]
    assert find(units("权"), text) == [(32, 33), (35, 36)]
    assert find([], text) == []
