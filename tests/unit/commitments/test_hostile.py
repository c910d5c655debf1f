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


def test_negations_among_themselves_turn_nothing(lexicon: Lexicon) -> None:
    assert lexicon.compare("not never no", "no not never none").verdict is Verdict.UNCLASSIFIED


@pytest.mark.parametrize("bullet", ["-", "•", "*", "1.", "(b)"])
def test_an_item_gone_from_lines_of_a_list_is_a_loss(lexicon: Lexicon, bullet: str) -> None:
    before = f"We will not sell:\n{bullet} drones\n{bullet} face cameras"
    finding = lexicon.compare(before, before.rpartition("\n")[0])
    assert (finding.verdict, finding.reasons) == (Verdict.WEAKENED, ("list shorter: face cameras",))
    assert lexicon.compare(before, before.replace(bullet, "–")).verdict is Verdict.REWORDED


def test_mixed_scripts(lexicon: Lexicon) -> None:
    finding = lexicon.compare("我们不会在Xinjiang销售drones。", "我们不会在明知的情况下在Xinjiang销售drones。")
    assert finding.verdict is Verdict.WEAKENED
    assert [mark.value for mark in lexicon.frame("我们不会在Xinjiang销售。").of("places")] == ["xinjiang"]


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ("We will not sеll drones to the pоlice.", Verdict.REWORDED),  # Cyrillic letters in two words
        ("We will nоt knоwingly sell drones to the police.", Verdict.WEAKENED),
        ("We will n\u200bot know\u00adingly sell drones to the police.", Verdict.WEAKENED),
        ("Ｗｅ ｗｉｌｌ ｎｏｔ ｓｅｌｌ ｄｒｏｎｅｓ ｔｏ ｔｈｅ ｐｏｌｉｃｅ.", Verdict.REWORDED),
        ("𝐖𝐞 𝐰𝐢𝐥𝐥 sell drones to the police.", Verdict.REVERSED),
        ("We will ոot sell drones to the police.", Verdict.UNCLASSIFIED),  # a letter we do not know as a likeness
    ],
)
def test_letters_that_look_alike(lexicon: Lexicon, after: str, verdict: Verdict) -> None:
    assert lexicon.compare("We will not sell drones to the police.", after).verdict is verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reason"),
    [
        ("Fees are repaid within ninety days.", "Fees are repaid within 90 days.", "REWORDED", "the same words"),
        ("We audit twenty-five sites.", "We audit 25 sites.", "REWORDED", "the same words"),
        ("We audit one hundred and twenty sites.", "We audit 120 sites.", "REWORDED", "the same words"),
        ("We audit two dozen sites.", "We audit 24 sites.", "REWORDED", "the same words"),
        ("We audit two thirds of our sites.", "We audit a third of our sites.", "WEAKENED", "number: 67 → 33"),
        ("Phases one and two are over.", "Phases one and three are over.", "UNCLASSIFIED", "number: 1, 2 → 1, 3"),
        ("We sell to no one.", "We sell to one.", "UNCLASSIFIED", "negation gone: no"),
        ("Wir zahlen binnen dreißig Tagen.", "Wir zahlen binnen neunzig Tagen.", "WEAKENED",
         "deadline: binnen 30 tagen → binnen 90 tagen"),
        ("我们将在三十天内赔偿工人。", "我们将在一百二十天内赔偿工人。", "WEAKENED", "deadline: 30天内 → 120天内"),
    ],
)  # fmt: skip
def test_numbers_written_as_words(lexicon: Lexicon, before: str, after: str, verdict: str, reason: str) -> None:
    finding = lexicon.compare(before, after)
    assert (finding.verdict.value, finding.reasons[0]) == (verdict, reason)


@pytest.mark.parametrize(
    "after",
    [
        "Suppliers must repay all fees[2] to workers.",
        "Suppliers must repay all fees2 to workers.",
        "Suppliers must repay all fees to workers.²",
        "Suppliers must repay all fees to workers.12",
    ],
)
def test_the_mark_of_a_footnote_is_no_change(lexicon: Lexicon, after: str) -> None:
    assert lexicon.compare("Suppliers must repay all fees1 to workers.", after).verdict is Verdict.REWORDED


def test_the_number_of_a_tier_is_no_footnote(lexicon: Lexicon) -> None:
    assert lexicon.compare("We audit tier2 suppliers.", "We audit tier1 suppliers.").verdict is not Verdict.REWORDED


def test_the_figure_of_a_product_is_part_of_its_name(lexicon: Lexicon) -> None:
    before, after = (f"We do not sell the Falcon{figure} to the police." for figure in (14, 15))
    assert lexicon.compare(before, after).verdict is Verdict.UNCLASSIFIED


def test_a_footnote_that_takes_back_is_seen(lexicon: Lexicon) -> None:
    before = "We will not sell drones to the police."
    finding = lexicon.compare(before, f"{before[:-1]}*. * Except where the law requires it.")
    assert finding.verdict in (Verdict.WEAKENED, Verdict.UNCLASSIFIED)
    assert lexicon.compare(before, f"{before[:-1]} (see note 3).").verdict is Verdict.UNCLASSIFIED


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
