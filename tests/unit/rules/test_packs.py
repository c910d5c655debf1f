"""The shipped packs keep their word: every example sentence, every pattern at an accented or Han word border."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.model import Severity
from core.rules.model import PackTest, Rule
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from core.text.fold import fold, is_han
from core.text.pattern import Pattern, sre, sre_parser  # to make a sample of a pattern from its parse

_RULES = Path(__file__).resolve().parents[3] / "rules"
_DATA = Path(__file__).resolve().parents[2] / "data" / "rules"
_SHIPPED = parse_packs({path.name: path.read_text(encoding="utf-8") for path in sorted(_RULES.glob("*.yaml"))})
_SENTENCES = [(pack.id, test) for pack in _SHIPPED.packs for test in pack.tests]


def _more() -> Iterator[tuple[str, str, bool, str]]:
    """Pack, language, whether a rule of the pack fires, sentence."""
    pack = ""
    for line in (_DATA / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            pack = line[3:]
        elif line and not line.startswith("#"):
            lang, sign, text = line.split(" ", 2)
            yield pack, lang, {"+": True, "-": False}[sign], text


_MORE = list(_more())


def test_all_packs_and_sentences_were_found() -> None:
    assert len(_SHIPPED.packs) == 13
    assert len(_SHIPPED.rules) == 144
    assert len(_SENTENCES) == 572
    assert len(_MORE) == 769
    assert {(pack, lang) for pack, lang, _, _ in _MORE} == {
        (pack.id, lang) for pack in _SHIPPED.packs for lang in ("en", "zh", "fr", "de", "es")
    }


@pytest.mark.parametrize(("pack", "test"), _SENTENCES, ids=[f"{pack}-{n}" for n, (pack, _) in enumerate(_SENTENCES)])
def test_sentence_of_a_pack(pack: str, test: PackTest, shipped: RuleSet) -> None:
    fired = {hit.rule for hit in shipped.match(test.text) if hit.pack == pack}

    assert set(test.hit) <= fired
    assert not fired & set(test.silent)
    if test.none:
        assert fired == set()
    if test.only:
        assert fired == set(test.hit)


def test_more_sentences_of_every_pack_in_every_language(shipped: RuleSet) -> None:
    wrong = [
        f"{pack} {lang}: {text}"
        for pack, lang, fires, text in _MORE
        if fires != any(hit.pack == pack for hit in shipped.match(text))
    ]
    assert wrong == []


# --- borders -----------------------------------------------------------------------------------------------------


def _sample(tree: Any) -> str:
    """One text the parsed pattern matches: first alternatives, an accented letter wherever any letter may stand."""
    parts: list[str] = []
    for op, argument in tree:
        if op is sre.LITERAL:
            parts.append(chr(argument))
        elif op is sre.ANY:
            parts.append("’")
        elif op is sre.IN:
            first, value = argument[0]
            parts.append("é" if first is sre.CATEGORY else chr(value))
        elif op is sre.BRANCH:
            parts.append(_sample(argument[1][0]))
        elif op is sre.SUBPATTERN:
            parts.append(_sample(argument[-1]))
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, inside = argument
            gap = list(inside) == [(sre.ANY, None)]
            parts.append(" é " if gap else _sample(inside) * max(low, min(2, int(high))))
        else:
            assert op is sre.AT
    return "".join(parts)


def _sample_of(pattern: Pattern) -> str:
    return _sample(sre_parser.parse(pattern.source))


def _bordered() -> Iterator[tuple[Rule, str]]:
    """Every phrase, pattern and pair of the other languages, and those of any language with other than ASCII letters."""
    for rule in _SHIPPED.rules:
        pairs = (f"{_sample_of(a)} {_sample_of(b)}" for near in rule.nears for a in near.a for b in near.b)
        for words in (*rule.phrases, *map(_sample_of, rule.regexes), *pairs):
            if rule.lang in ("fr", "de", "es", "zh") or (rule.lang == "any" and not words.isascii()):
                yield rule, words


_BORDERED = list(_bordered())


def test_all_bordered_patterns_were_found() -> None:
    assert len(_BORDERED) == 985
    assert sum(1 for rule, _ in _BORDERED if rule.lang == "zh") == 296


@pytest.mark.parametrize(("rule", "words"), _BORDERED, ids=[f"{rule.id}-{n}" for n, (rule, _) in enumerate(_BORDERED)])
def test_pattern_fires_beside_accented_and_han_words(rule: Rule, words: str, shipped: RuleSet) -> None:
    around = {
        "accented words": f"Où {words} été",
        "Han": f"在{words}的",
        "quotes": f"« {words} », « ça »",
        "capitals": f"ÎLE {words.upper()} ÉTÉ".replace("SS", "ß" if "ß" in words else "SS"),
    }
    if is_han(words[0]) and is_han(words[-1]):
        around["Latin"] = f"à{words}é"
        around["spaces of a PDF"] = " ".join(words)

    for what, text in around.items():
        hits = {hit.rule: hit for hit in shipped.match(text)}
        assert rule.id in hits, f"{words!r} not found beside {what}: {text!r}"
        if what == "accented words":
            found = [text[start:end] for start, end in hits[rule.id].spans]
            assert any(fold(words).text.startswith(fold(each).text) for each in found)


def test_phrases_stand_as_whole_words(shipped: RuleSet) -> None:
    phrases = [
        (rule.id, phrase)
        for rule in _SHIPPED.rules
        for phrase in rule.phrases
        if rule.lang in ("fr", "de", "es") and phrase[0].isalpha() and phrase[-1].isalpha()
    ]
    assert len(phrases) == 218

    for rule, phrase in phrases:
        for text in (f"é{phrase}", f"{phrase}é"):
            spans = [span for hit in shipped.match(text) if hit.rule == rule for span in hit.spans]
            assert not any(end - start >= len(phrase) for start, end in spans), text


def test_nous_avons_cesse_la_vente(shipped: RuleSet) -> None:
    text = "Nous avons cessé la vente."

    (hit,) = [hit for hit in shipped.match(text) if hit.rule == "firm.fr"]

    assert [text[start:end] for start, end in hit.spans] == ["avons cessé"]


# --- severities, titles, context ---------------------------------------------------------------------------------


def test_fact_specific_assessments_added_to_a_policy_is_high(shipped: RuleSet) -> None:
    hits = shipped.match("Any decision will rest on fact-specific assessments.")
    told = shipped.in_context(hits, role="policy", neighbours=False)

    assert [hit.rule for hit in told] == ["hedge.fact-specific"]
    assert shipped.severity("hedge.fact-specific", "added") is Severity.HIGH
    assert shipped.severity("hedge.fact-specific", "present") is Severity.MEDIUM


def test_hedging_away_from_topics_and_policies_is_not_told(shipped: RuleSet) -> None:
    hits = shipped.match("Refunds are considered case by case.")

    assert [hit.rule for hit in hits] == ["hedge.case-by-case"]
    assert shipped.in_context(hits, role=None, neighbours=False) == ()
    assert shipped.in_context(hits, role=None, neighbours=True) == hits


def test_hedging_beside_a_topic_is_told(shipped: RuleSet) -> None:
    hits = shipped.match("Sales of facial recognition to the police are considered case by case.")

    assert {"hedge.case-by-case", "surv.face"} <= {
        hit.rule for hit in shipped.in_context(hits, role=None, neighbours=False)
    }


def test_only_hedging_and_commitments_need_a_context(shipped: RuleSet) -> None:
    assert [pack.id for pack in shipped.packs if pack.context_only] == ["firm-commitments", "hedging"]


def test_watched_is_about_topics_alone(shipped: RuleSet) -> None:
    assert shipped.watched("供应商不得使用强迫劳动。")
    assert not shipped.watched("We will not sell shoes and will act where appropriate.")


def test_titles_are_words_for_people(shipped: RuleSet) -> None:
    assert shipped.title("fl.core") == "forced labour: core terms"
    assert shipped.title("hedge.fact-specific") == "hedging: fact-specific assessments"
    assert shipped.title("rem.zh") == "remedy and grievance: Chinese terms"
    assert len({shipped.title(rule.id) for rule in shipped.rules}) == 144


def test_words_that_count_only_in_capitals(shipped: RuleSet) -> None:
    def fired(text: str) -> set[str]:
        return {hit.rule for hit in shipped.match(text)}

    assert "exp.rules" in fired("A BIS licence is needed.")
    assert "exp.rules" not in fired("Wir sind bis zum Export bereit.")
    assert "gov.sale-police" in fired("We sell no data to ICE.")
    assert "gov.sale-police" not in fired("We sell ice in summer.")
