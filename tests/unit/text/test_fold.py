"""The folded copy: what it looks like, and that every find leads back to the captured characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.fold import fold


@pytest.mark.parametrize(
    ("captured", "folded"),
    [
        ("Forced Labour", "forced labour"),
        ("Nous avons cessé la vente", "nous avons cesse la vente"),
        ("cesse\u0301", "cesse"),
        ("Weißrussland, ŒUVRE, Łódź, İstanbul", "weissrussland, oeuvre, lodz, istanbul"),
        ("l’entreprise “sûre” – « oui »", 'l\'entreprise "sure" - " oui "'),
        ("non‑retaliation — end‐user", "non-retaliation - end-user"),
        ("for\u00adced la\u200bbour\ufeff", "forced labour"),
        ("two \n\t words\u00a0here", "two words here"),
        ("ＸＵＡＲ ﬁrm", "xuar firm"),
        ("人 脸 识 别", "人脸识别"),
        ("在Xinjiang的DNA数据库，2020年", "在 xinjiang 的 dna 数据库,2020 年"),
        ("刚果（金）", "刚果(金)"),
        ("UFLPA² XPCC™", "uflpa xpcc"),
        ("\x00null\x07", "null"),
        ("Хinjiang", "xinjiang"),  # the first letter is Cyrillic
        ("Хинзян", "хинзян"),  # and here all of them are
        ("が 한국 هيومن", "が 한국 هيومن"),
        ("", ""),
    ],
)
def test_what_folding_does(captured: str, folded: str) -> None:
    assert fold(captured).text == folded


@pytest.mark.parametrize(
    ("captured", "word", "quote"),
    [
        ("Nous avons cessé la vente", "cesse", "cessé"),
        ("Nous avons cesse\u0301 la vente", "cesse", "cesse\u0301"),
        ("no for\u00adced labour", "forced", "for\u00adced"),
        ("在Xinjiang的", "xinjiang", "Xinjiang"),
        ("支持人 脸 识 别。", "人脸识别", "人 脸 识 别"),
        ("in Weißrussland heute", "weissrussland", "Weißrussland"),
        ("a  \u00a0 b", "a b", "a  \u00a0 b"),
        ("the ﬁrm’s", "irm's", "ﬁrm’s"),  # half a ligature quotes the whole of it
    ],
)
def test_quotes_are_exact(captured: str, word: str, quote: str) -> None:
    folded = fold(captured)
    at = folded.text.index(word)

    start, end = folded.span(at, at + len(word))

    assert captured[start:end] == quote


def test_offsets_name_the_origin_of_every_character() -> None:
    assert list(fold("在Xi").offsets) == [0, 1, 1, 2, 3]
    assert list(fold("plain").offsets) == [0, 1, 2, 3, 4, 5]
    assert list(fold("ß­s").offsets) == [0, 0, 2, 3]


def test_pattern_and_text_fold_alike_whichever_way_accents_are_written() -> None:
    text = "Évaluation où l’été français prohíbe"
    assert fold(unicodedata.normalize("NFD", text)).text == fold(text).text


@given(st.text(max_size=200))
def test_spans_stay_inside_and_move_forward(text: str) -> None:
    folded = fold(text)
    offsets = list(folded.offsets)

    assert len(offsets) == len(folded.text) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert folded.locate(start) <= at


@given(st.text(alphabet="aé ßﬁ人脸X\u00ad\u0301-–’。，5", max_size=60))
def test_a_span_folds_to_what_was_found(text: str) -> None:
    folded = fold(text)
    for start in range(len(folded.text)):
        quote = slice(*folded.span(start, len(folded.text)))
        assert fold(text[quote]).text.strip(" ").endswith(folded.text[start:].strip(" "))


@given(st.text(max_size=100))
def test_folding_is_settled(text: str) -> None:
    once = fold(text).text
    assert "  " not in once
    assert "\0" not in once
    assert once == once.lower() or not once.isascii()
