"""What a rule set finds in a passage: phrases, patterns, near, unless, lead-ins, and hostile texts."""

from __future__ import annotations

import pytest

from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet


def _rules(*rules: str, context_only: bool = False) -> RuleSet:
    head = "pack: own\ncontext_only: true\nrules:\n" if context_only else "pack: own\nrules:\n"
    return parse_packs({"own.yaml": head + "".join(f"  - {{id: r{n}, {rule}}}\n" for n, rule in enumerate(rules))})


def _quotes(rules: RuleSet, text: str, lead_in: str = "") -> dict[str, list[str]]:
    hits = rules.match(text, lead_in=lead_in)
    return {hit.rule: [text[start:end] for start, end in hit.spans] for hit in hits}


# --- phrases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "on a case-by-case basis",
        "CASE BY CASE",
        "case\nby\tcase",
        "case – by – case",
        "Case‑by‑Case",
        "case  -by- case",
    ],
)
def test_space_and_hyphen_match_any_run_of_them(text: str) -> None:
    (quote,) = _quotes(_rules('any: ["case-by-case"]'), text)["r0"]
    assert text.casefold().find(quote.casefold()) >= 0
    assert quote[:4].casefold() == quote[-4:].casefold() == "case"


def test_latin_phrases_are_whole_words_and_chinese_ones_stand_anywhere() -> None:
    rules = _rules("any: [ice]", "any: [法医]")
    assert _quotes(rules, "Services on notice.") == {}
    assert _quotes(rules, "Ice-cold: ICE.") == {"r0": ["Ice", "ICE"]}
    assert _quotes(rules, "司法医学用ICE仪器") == {"r0": ["ICE"], "r1": ["法医"]}


def test_mixed_scripts_inside_a_word() -> None:
    rules = _rules("any: [xinjiang]", "regex: ['\\bxinjiang\\b']")
    assert _quotes(rules, "Хinjiаng") == {"r0": ["Хinjiаng"], "r1": ["Хinjiаng"]}  # two letters are Cyrillic
    assert _quotes(rules, "xinjiangский") == {}
    assert _quotes(rules, "新xinjiang疆") == {"r0": ["xinjiang"], "r1": ["xinjiang"]}


# --- near and unless ---------------------------------------------------------------------------------------------


def test_near_counts_words_in_either_order() -> None:
    rules = _rules("near: {a: ['\\bsuspend\\w*'], b: ['\\bsales\\b'], within: 3}")
    assert _quotes(rules, "We suspended all our sales.") == {"r0": ["suspended", "sales"]}
    assert _quotes(rules, "Sales to them were suspended.") == {}
    assert _quotes(rules, "Sales were now suspended.") == {"r0": ["Sales", "suspended"]}
    assert _quotes(rules, "We suspended one or two sales.") == {}


def test_near_in_order() -> None:
    rules = _rules("near: {a: ['\\bweapons\\b'], b: ['\\bharm\\b'], within: 5, order: ab}")
    assert _quotes(rules, "weapons that harm") == {"r0": ["weapons", "harm"]}
    assert _quotes(rules, "harm by weapons") == {}


def test_near_counts_ideographs() -> None:
    rules = _rules("near: {a: ['暂停'], b: ['供货'], within: 4}")
    assert _quotes(rules, "公司暂停了向其供货。") == {"r0": ["暂停", "供货"]}
    assert _quotes(rules, "公司暂停了向该地区的客户供货。") == {}


def test_near_stays_within_a_sentence() -> None:
    rules = _rules("near: {a: ['\\bsuspended\\b'], b: ['\\bsales\\b'], within: 9}")
    assert _quotes(rules, "The U.S. unit suspended its sales.") == {"r0": ["suspended", "sales"]}
    assert _quotes(rules, "He was suspended. Sales grew.") == {}


def test_several_near_in_one_rule() -> None:
    rules = _rules("near: [{a: ['x'], b: ['y'], within: 2}, {a: ['p'], b: ['q'], within: 2}]")
    assert _quotes(rules, "x y") == {"r0": ["x", "y"]}
    assert _quotes(rules, "p q") == {"r0": ["p", "q"]}
    assert _quotes(rules, "x q") == {}


def test_unless_cancels_in_its_own_sentence_only() -> None:
    rules = _rules("any: [prohibited], unless: ['\\bphotograph']")
    assert _quotes(rules, "Photography is prohibited.") == {}
    assert _quotes(rules, "Photography is fun. Forced labour is prohibited.") == {"r0": ["prohibited"]}
    assert _quotes(rules, "禁止 photographs。Prohibited！") == {"r0": ["Prohibited"]}


def test_a_pattern_stays_within_a_sentence() -> None:
    rules = _rules("regex: ['\\bexited\\b.{0,40}\\brussia\\b']")
    assert _quotes(rules, "We exited the shops in Russia.") == {"r0": ["exited the shops in Russia"]}
    assert _quotes(rules, "We exited the shops. Russia complained.") == {}


def test_a_pattern_without_any_telling_word_still_runs() -> None:
    rules = _rules("regex: ['\\b\\w{3}-\\d{2}\\b']", "near: {a: ['\\d+'], b: ['[xyz]'], within: 1}")
    assert _quotes(rules, "Form abc-12 and 7 y") == {"r0": ["abc-12"], "r1": ["7", "y"]}


def test_a_pattern_across_han_and_latin() -> None:
    rules = _rules("regex: ['DNA数据库', '公安.{0,3}DNA']")
    assert _quotes(rules, "建立DNA数据库。") == {"r0": ["DNA数据库"]}
    assert _quotes(rules, "公安的DNA库") == {"r0": ["公安的DNA"]}


def test_words_that_count_in_one_spelling_only() -> None:
    rules = _rules("any: [ICE, border force], cased: [ICE]")
    assert _quotes(rules, "ice, Ice and ICE; Border Force") == {"r0": ["ICE", "Border Force"]}


def test_languages_can_be_left_out() -> None:
    rules = _rules("lang: fr, any: [au cas par cas]", "lang: any, any: [cas]")
    text = "au cas par cas"
    assert [hit.rule for hit in rules.match(text)] == ["r0", "r1"]
    assert [hit.rule for hit in rules.match(text, langs=("de",))] == ["r1"]


# --- lead-ins ----------------------------------------------------------------------------------------------------


def test_a_find_across_lead_in_and_item_is_clipped_to_the_item() -> None:
    rules = _rules("near: {a: ['\\bsell\\b'], b: ['\\bpolice\\b'], within: 9}")
    assert _quotes(rules, "the police of any state", "We will not sell it to:") == {"r0": ["police"]}
    assert _quotes(rules, "the police of any state") == {}


def test_a_pattern_across_lead_in_and_item() -> None:
    rules = _rules("regex: ['\\bnot\\b.{0,30}\\bto:? police\\b']")
    assert _quotes(rules, "Police units", "We will not sell it to:") == {"r0": ["Police"]}


def test_a_topic_only_in_the_lead_in_is_not_the_items() -> None:
    assert _quotes(_rules("any: [forced labour]"), "fair pay", "Our forced labour policy covers:") == {}


def test_a_promise_in_the_lead_in_is_the_items_promise() -> None:
    rules = _rules("any: [will not sell]", context_only=True)
    assert _quotes(rules, "face recognition", "We will not sell:") == {"r0": ["face recognition"]}


def test_unless_in_the_lead_in_does_not_silence_the_item_alone() -> None:
    rules = _rules("any: [prohibited], unless: ['\\bphotos\\b']")
    assert _quotes(rules, "prohibited goods", "In photos:") == {"r0": ["prohibited"]}


def test_an_empty_item_has_no_hits() -> None:
    assert _rules("any: [sell]").match("", lead_in="We will not sell:") == ()
    assert _rules("any: [sell]").match("  ", lead_in="We will not sell:") == ()


# --- hostile texts -----------------------------------------------------------------------------------------------


def test_a_sentence_of_200_kb(shipped: RuleSet) -> None:
    text = "we sell and the police buy, " * 7_300 + "with fact-specific assessments"
    assert len(text) > 200_000
    hits = {hit.rule: hit for hit in shipped.match(text)}
    assert [text[start:end] for start, end in hits["hedge.fact-specific"].spans] == ["fact-specific assessments"]
    assert len(hits["gov.sale-police"].spans) == 21_900  # sell, buy and police of each repetition


@pytest.mark.parametrize(
    "text", ["...", "!!! ??? —–- ()[]", "。。。，，", "\0\0\0", "\u200b\u00ad", "🙂🙂", "\ud800", " "]
)
def test_texts_without_words(text: str, shipped: RuleSet) -> None:
    assert shipped.match(text) == ()
    assert shipped.match(text, lead_in=text) == ()
    assert not shipped.watched(text)


def test_nul_bytes_inside_words(shipped: RuleSet) -> None:
    text = "no for\0ced lab\0our here"
    (hit,) = shipped.match(text)
    assert (hit.rule, [text[start:end] for start, end in hit.spans]) == ("fl.core", ["for\0ced lab\0our"])


def test_10_000_alternatives_in_one_pattern() -> None:
    words = [f"w{n}x{n * 7 % 10_000}" for n in range(10_000)]
    rules = _rules(f"regex: ['\\b(?:{'|'.join(words)})\\b']")
    assert _quotes(rules, f"a {words[9_876]} b {words[3]}y") == {"r0": [words[9_876]]}


def test_10_000_phrases_in_one_rule() -> None:
    words = [f"word {n}" for n in range(10_000)]
    rules = _rules(f"any: {words}")
    assert _quotes(rules, "a word 777 b") == {"r0": ["word 777"]}


def test_10_000_alternatives_with_an_open_end() -> None:
    words = "|".join(f"w{n}" for n in range(10_000))
    rules = _rules(f"regex: ['\\b(?:{words})\\w*\\b']")
    assert _quotes(rules, "x w9999abc") == {"r0": ["w9999abc"]}
