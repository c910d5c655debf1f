"""Bad input: handled, or "please read" with the reason; never an exception, never slow beyond its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.commitments import shipped_lexicon
from core.commitments import Lexicon
from core.model import Verdict

LEXICON = shipped_lexicon()


def test_a_sentence_of_200_kilobytes_is_for_a_reader(lexicon: Lexicon) -> None:
    long = "We will not sell drones, " + "cameras, " * 22_000 + "or kits."
    finding = lexicon.compare("We will not sell drones.", long)
    assert finding.verdict is Verdict.UNCLASSIFIED
    assert "is not compared: changed, please read" in finding.reasons[0]
    assert lexicon.holds_commitment(long)
    assert lexicon.compare(long, long).verdict is Verdict.REWORDED


def test_a_passage_rewritten_in_many_sentences_is_for_a_reader(lexicon: Lexicon) -> None:
    before = " ".join(f"We will not sell item {n}." for n in range(300))
    after = " ".join(f"We do not make thing {n}." for n in range(300))
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.UNCLASSIFIED
    assert "more than 80 sentences changed" in finding.reasons[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("当社は警察に販売しません。", "当社は警察に原則として販売しません。"),  # Japanese
        ("Мы не продаём камеры полиции.", "Мы продаём камеры полиции."),  # Russian
        ("لا نبيع الكاميرات للشرطة", "نبيع الكاميرات للشرطة"),  # Arabic
        ("경찰에 판매하지 않습니다.", "경찰에 판매합니다."),  # Korean
    ],
)
def test_a_language_without_cues_is_for_a_reader(lexicon: Lexicon, before: str, after: str) -> None:
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.UNCLASSIFIED
    assert finding.reasons == ("no cues for this language: changed, please read",)
    assert lexicon.compare(before, before + " ").verdict is Verdict.REWORDED


@pytest.mark.parametrize("text", ["not not not", "no no, never not", "不不不不", "no never nor neither without"])
def test_text_of_only_negations(lexicon: Lexicon, text: str) -> None:
    assert lexicon.compare("We will not sell drones.", text).verdict is Verdict.UNCLASSIFIED
    assert lexicon.compare(text, text).verdict is Verdict.REWORDED


def test_mixed_scripts(lexicon: Lexicon) -> None:
    finding = lexicon.compare("我们不会在Xinjiang销售drones。", "我们不会在明知的情况下在Xinjiang销售drones。")
    assert finding.verdict is Verdict.WEAKENED
    assert [mark.value for mark in lexicon.frame("我们不会在Xinjiang销售。").of("places")] == ["xinjiang"]


def test_another_language_is_another_text(lexicon: Lexicon) -> None:
    finding = lexicon.compare("We will not sell drones to the police.", "我们不会向警方销售无人机。")
    assert finding.verdict is Verdict.UNCLASSIFIED


WORDS = st.sampled_from(
    [
        "we",
        "will",
        "not",
        "never",
        "may",
        "sell",
        "stop",
        "audit",
        "publish",
        "suppliers",
        "police",
        "china",
        "xinjiang",
        "unless",
        "if",
        "where",
        "appropriate",
        "all",
        "any",
        "certain",
        "by",
        "2026",
        "within",
        "30",
        "days",
        "the",
        "of",
        "and",
        "or",
        ",",
        ".",
        "(",
        ")",
        "不会",
        "销售",
        "no",
        "longer",
        "knowingly",
        "that",
        "who",
        "without",
        "only",
    ]
)


@given(st.lists(WORDS, max_size=40), st.lists(WORDS, max_size=40))
def test_any_two_texts_have_a_verdict_with_reasons(one: list[str], two: list[str]) -> None:
    before, after = " ".join(one), " ".join(two)
    finding = LEXICON.compare(before, after)
    assert finding.reasons
    assert LEXICON.compare(before, after) == finding
    assert LEXICON.compare(before, before).verdict is Verdict.REWORDED


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_characters_are_survived(before: str, after: str) -> None:
    assert LEXICON.compare(before, after).reasons
    LEXICON.holds_commitment(before, lead_in=after)
    LEXICON.frame(before)
