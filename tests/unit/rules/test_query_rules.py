"""Rules written as a query: the same tree, the same answers as search, quoted as captured."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.query.evaluate import answers
from core.query.grammar import parse
from core.query.passage import Passage
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet


def _rules(*queries: str, more: str = "") -> RuleSet:
    rules = "".join(f"  - {{id: r{n}, query: {json.dumps(query)}{more}}}\n" for n, query in enumerate(queries))
    return parse_packs({"own.yaml": f"pack: own\nrules:\n{rules}"})


def _quotes(rules: RuleSet, text: str, lead_in: str = "") -> dict[str, list[str]]:
    hits = rules.match(text, lead_in=lead_in)
    return {hit.rule: [text[start:end] for start, end in hit.spans] for hit in hits}


def test_a_saved_search_is_a_rule() -> None:
    rules = _rules("~sell NEAR/4 police -knowingly", '="ICE"', "sentence:(暂停 供货)", "/fact.specific/")
    assert _quotes(rules, "We sold kits to “police”, they said.") == {"r0": ["sold", "police"]}
    assert _quotes(rules, "We knowingly sold kits to police.") == {}
    assert _quotes(rules, "Kept on ice by ICE.") == {"r1": ["ICE"]}
    assert _quotes(rules, "公司暂停向其供货。") == {"r2": ["暂停", "供货"]}
    assert _quotes(rules, "公司暂停。向其供货。") == {}
    assert _quotes(rules, "Fact–specific aßessments") == {"r3": ["Fact–specific"]}


def test_an_item_is_asked_with_its_lead_in() -> None:
    rules = _rules("sentence:(sell police)")
    assert _quotes(rules, "police forces", lead_in="We do not sell to:") == {"r0": ["police"]}
    assert _quotes(rules, "police forces") == {}


def test_unless_and_a_query_work_together() -> None:
    rules = _rules("sell police", more=', unless: ["\\\\bacademy\\\\b"]')
    assert _quotes(rules, "We sell to police.") == {"r0": ["sell", "police"]}
    assert _quotes(rules, "We sell to the police academy.") == {}


def test_the_query_survives_the_cache() -> None:
    rules = RuleSet.from_plain(json.loads(json.dumps(_rules("sell police").to_plain())))
    assert _quotes(rules, "police sell") == {"r0": ["police", "sell"]}


@pytest.mark.parametrize(
    ("query", "line", "why"),
    [
        ("'sell country:us'", 4, "rule r: query, at character 6: country: is not known here"),
        ("'(sell'", 4, "rule r: query, at character 1: this bracket is not closed"),
        ("'/(?<=a)b/'", 4, "look-behind"),
        ("-police", 4, "at least one word or phrase must be asked for"),
        ("12", 4, "query must be a text, not 12"),
        (" OR ".join(f"w{n}" for n in range(10_000)), 4, "a query may have 4,000 characters"),
    ],
)
def test_a_bad_query_is_refused_with_its_line(query: str, line: int, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_packs({"own.yaml": f"pack: own\nrules:\n  - id: r\n    query: {query}\n"})
    assert why in caught.value.problems[0].message
    assert caught.value.problems[0].line == line


_WORD = st.sampled_from(
    ["sell", "police", "co2", "人", "权", "人权", "naïve", "ICE", "acme™", "CO²", "no-longer", "5½"]
)
_TEXT = st.lists(st.tuples(_WORD, st.sampled_from([" ", "", ", ", ". ", "\u00ad", "。"])), min_size=1, max_size=8).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
_LEAF = st.one_of(
    st.sampled_from(
        ["sell", "pol*", "~sell", "=ICE", "=ice", '"no longer"', "co2", "acmetm", "5", "/po.ice/", "/[0-9]/"]
    ),
    st.sampled_from(["人权", "人", "naive", "sell NEAR/2 人权", "police ONEAR/3 sell", "权 NEAR/1 sell"]),
)
_QUERY = st.recursive(
    _LEAF,
    lambda part: st.one_of(
        st.tuples(part, part).map(lambda two: f"({two[0]}) ({two[1]})"),
        st.tuples(part, part).map(lambda two: f"({two[0]}) OR ({two[1]})"),
        st.tuples(part, part).map(lambda two: f"({two[0]}) -({two[1]})"),
        part.map(lambda one: f"sentence:({one})"),
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(_QUERY, st.lists(_TEXT, min_size=1, max_size=4))
def test_a_rule_fires_where_the_search_would_answer(query: str, texts: list[str]) -> None:
    rules, tree = _rules(query), parse(query)
    for text in texts:
        assert bool(rules.match(text)) is answers(tree, Passage(text)), text
