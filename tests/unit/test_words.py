"""Word diffs rebuild both sides whatever happens, read like a sentence, and cannot be made slow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import words
from core.text.words import fast_differ, python_differ, word_diff

ADAPTERS = [python_differ, fast_differ] if words.default_differ() is fast_differ else [python_differ]

PLAIN_WORDS = st.sampled_from(
    ["we", "will", "not", "sell", "to", "police", ".", ",", "knowingly", "新", "疆", "\u0301"]
)
SENTENCES = st.lists(PLAIN_WORDS, max_size=60).map(" ".join)


def rebuilds(before: str, after: str, found: list[words.Segment]) -> bool:
    old = "".join(text for op, text in found if op != "in")
    new = "".join(text for op, text in found if op != "out")
    return (old, new) == (before, after)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), SENTENCES), st.one_of(st.text(max_size=80), SENTENCES))
def test_both_adapters_rebuild_both_texts(before: str, after: str) -> None:
    answers = [word_diff(before, after, differ=adapter) for adapter in ADAPTERS]
    assert all(rebuilds(before, after, found) for found in answers)
    assert all(found == answers[0] for found in answers)
    assert all(text for _, text in answers[0])


def test_the_hedge_comes_in_and_the_support_goes_out() -> None:
    before = (
        "Halden does not sell or support instruments in Xinjiang or Tibet, whether directly or through distributors."
    )
    after = "Halden does not knowingly sell instruments directly to police customers in Xinjiang or Tibet."
    assert word_diff(before, after) == [
        ("same", "Halden does not"),
        ("in", " knowingly"),
        ("same", " sell"),
        ("out", " or support"),
        ("same", " instruments"),
        ("in", " directly to police customers"),
        ("same", " in Xinjiang or Tibet"),
        ("out", ", whether directly or through distributors"),
        ("same", "."),
    ]


def test_chinese_is_compared_character_by_character() -> None:
    assert word_diff("我们不会向新疆销售产品。", "我们不会故意向新疆和西藏销售产品。") == [
        ("same", "我们不会"),
        ("in", "故意"),
        ("same", "向新疆"),
        ("in", "和西藏"),
        ("same", "销售产品。"),
    ]


def test_a_whole_sentence_goes_out_as_a_sentence() -> None:
    assert word_diff("We act. We will not sell. We stop.", "We act. We stop.") == [
        ("same", "We act."),
        ("out", " We will not sell."),
        ("same", " We stop."),
    ]


def test_one_small_word_between_two_replacements_is_drawn_into_them() -> None:
    before = "We will not sell to any police force in the region."
    after = "Sales to each customer are assessed in line with the law."
    assert word_diff(before, after) == [
        ("out", "We will not sell to any police force in"),
        ("in", "Sales to each customer are assessed in line with"),
        ("same", " the"),
        ("out", " region"),
        ("in", " law"),
        ("same", "."),
    ]


def test_a_space_that_changed_is_told() -> None:
    assert word_diff("set up", "set  up") == [("same", "set"), ("out", " "), ("in", "  "), ("same", "up")]


def test_numbers_and_hyphenated_words_are_one_word() -> None:
    assert word_diff("by 2,000 case-by-case", "by 3,000 case-by-case") == [
        ("same", "by"),
        ("out", " 2,000"),
        ("in", " 3,000"),
        ("same", " case-by-case"),
    ]


def test_devanagari_vowel_signs_stay_in_their_word() -> None:
    assert [token.word for token in words.tokens("हम नहीं बेचते।")] == ["हम", "नहीं", "बेचते", "।"]


def a_long_page_with_three_edits() -> tuple[str, str]:
    base = [f"w{at * 7919 % 2500}" for at in range(6000)]
    edited = list(base)
    edited[10], edited[3000], edited[5990] = "first", "second", "third"
    return " ".join(base), " ".join(edited)


def test_a_long_page_is_cut_at_unique_words_and_still_told_word_by_word() -> None:
    before = " ".join(f"w{at}" for at in range(6000))
    after = before.replace("w10 ", "first ").replace("w3000 ", "second ").replace("w5990 ", "third ")
    found = word_diff(before, after, differ=python_differ)
    assert [text for op, text in found if op == "in"] == [" first", " second", " third"]


HOSTILE_PAIRS = {
    "two words, 9,000 times, shuffled": ("a b " * 4500, "b b a " * 3000),
    "no word in common": (" ".join(f"a{n}" for n in range(9000)), " ".join(f"b{n}" for n in range(9000))),
    "reversed": (" ".join(f"a{n}" for n in range(9000)), " ".join(f"a{n}" for n in reversed(range(9000)))),
    "interleaved": (
        " ".join(f"a{n} x" for n in range(4500)),
        " ".join(f"b{n} x" if n % 2 else f"a{n} x" for n in range(4500)),
    ),
    "one enormous word": ("x" * 200_000, "x" * 199_999),
    "only spaces": (" " * 50_000 + "x", " " * 49_999 + "y"),
    "quotation marks": ("'" * 15_000, "’" * 9_000),
    "hyphens": ("a-" * 20_000, "a-" * 19_999 + "b"),
    "combining marks": ("\u0301" * 30_000, "\u0300" * 30_000),
    "over the cap": ("a b c " * 20_000, "a c b " * 20_000),
    "ideographs": ("我们不" * 3000, "不我们" * 3000),
    "a three page edit": a_long_page_with_three_edits(),
}


@pytest.mark.parametrize("name", HOSTILE_PAIRS)
def test_hostile_pairs_rebuild_and_ask_for_little_work(name: str) -> None:
    before, after = HOSTILE_PAIRS[name]
    asked: list[int] = []

    def counting(old: str, new: str) -> list[tuple[words.Op, int]]:
        asked.append(len(old) * len(new))
        return python_differ(old, new)

    assert rebuilds(before, after, word_diff(before, after, differ=counting))
    assert sum(asked) <= words.MAX_GRID


def test_there_are_twelve_hostile_pairs() -> None:
    assert len(HOSTILE_PAIRS) == 12


def test_code_points_keep_clear_of_the_surrogates() -> None:
    codes = [words._code_point(index) for index in range(60_000)]
    assert len(set(codes)) == 60_000
    assert not any(0xD800 <= ord(code) <= 0xDFFF for code in codes)


def test_nothing_and_nothing_is_nothing() -> None:
    assert word_diff("", "") == []
    assert word_diff("", "new") == [("in", "new")]
    assert word_diff("old", "") == [("out", "old")]
    assert word_diff("same", "same") == [("same", "same")]
