"""What people type to search."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.query.evaluate import answers, marks
from core.query.grammar import parse
from core.query.passage import Life, Passage, Standing
from core.query.tree import Query, needs_words, on_text, parted

STATEMENT = "Following fact-specific assessments we will no longer sell in Xinjiang. 我们尊重人权。"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("xinjiang", True),
        ("Xinjiang sell", True),
        ("xinjiang tibet", False),
        ("xinjiang OR tibet", True),
        ("xinjiang -sell", False),
        ("xinjiang NOT tibet", True),
        ("xinjiang AND sell", True),
        ('"no longer sell"', True),
        ("“no longer sell”", True),
        ('"sell no longer"', False),
        ("fact-specific", True),
        ("(tibet OR xinjiang) (sell OR buy)", True),
        ("xinjiang -(tibet OR sell)", False),
        ("tibet OR xinjiang sell", True),
        ("人权", True),
        ("权", True),
        ("人们", False),
        ("company:acme xinjiang", True),
        ("company:ACME xinjiang", True),
        ("company:other xinjiang", False),
        ("xinjiang -company:other", True),
        ('company:"acme" xinjiang', True),
        ("sell or buy", False),
        ("assess*", True),
        ("xin*", True),
        ("injiang*", False),
        ('"fact specific ass*"', True),
        ('"fact ass*"', False),
        ("人权*", True),
        ("~sold", True),
        ("~assess", False),
        ("~assessment", True),
        ('="Xinjiang"', True),
        ("=xinjiang", False),
        ('="Fact-specific"', False),
        ("sell NEAR/2 xinjiang", True),
        ("xinjiang NEAR/2 sell", True),
        ("sell NEAR/1 xinjiang", False),
        ("sell ONEAR/2 xinjiang", True),
        ("xinjiang ONEAR/2 sell", False),
        ("sell ->/2 xinjiang", True),
        ("longer NEAR/1 sell NEAR/2 xinjiang", True),
        ("xinjiang ONEAR/3 longer NEAR/1 sell", False),
        ("(tibet OR xinjiang) NEAR/3 (buy OR sell)", True),
        ("尊重 NEAR/1 人权", True),
        ("我们 NEAR/2 人权", False),
        ("我们 NEAR/3 人权", True),
        ("/fact.specific/", True),
        (r"/\bno longer (sell|buy)\b/", True),
        (r"/\bo longer/", False),
        ("/尊重.{0,2}人权/", True),
        (r"/我们\/人权/", False),
        ("sell 人权", True),
        ("sentence:(sell 人权)", False),
        ("sentence:(sell xinjiang)", True),
        ("sentence:(尊重 -sell)", True),
        ("sentence:(xinjiang -sell)", False),
        ("-sentence:(sell 人权) sell", True),
        ("sell kind:page", False),
        ("sell -kind:page", True),
        ("near", False),
        ('"near/5" OR sell', True),
    ],
)
def test_answers(query: str, expected: bool) -> None:
    assert answers(parse(query), Passage(STATEMENT), Standing(company="acme")) is expected


def test_marks_are_the_words_asked_for_and_never_those_refused() -> None:
    query = parse('"no longer" OR longer OR 人权 -tibet company:acme')
    assert [STATEMENT[start:end] for start, end in marks(query, Passage(STATEMENT), Standing(company="acme"))] == [
        "no longer",
        "人权",
    ]


@pytest.mark.parametrize(
    ("query", "position", "why"),
    [
        ("", 1, "nothing to search for"),
        ("   ", 1, "nothing to search for"),
        ('sell "no longer', 6, "has no end"),
        ("sell”", 5, "never began"),
        ("(sell", 1, "not closed"),
        ("sell) x", 5, "never opened"),
        ("sell ()", 7, "missing before"),
        ("OR sell", 1, "missing before 'OR'"),
        ("sell OR", 6, "must follow 'OR'"),
        ("sell AND OR buy", 10, "missing before 'OR'"),
        ("NOT", 1, "must follow 'NOT'"),
        ("-sell", 1, "at least one word"),
        ("company:acme", 1, "at least one word"),
        ("sell OR -buy", 1, "at least one word"),
        ("sell country:us", 6, "country: is not known here"),
        ("company: sell", 1, "needs a value"),
        ("s*ell", 2, "stands at the end of a word"),
        ("s* x", 1, "at least 2 letters"),
        ("*", 1, "stands at the end of a word"),
        ('"no long* *"', 11, "stands at the end of a word"),
        ('="no long*"', 1, "cannot go on with an asterisk"),
        ("a NEAR b", 3, "NEAR needs a number of words"),
        ("a -> b", 3, "-> needs a number of words"),
        ("a NEAR/0 b", 3, "1 to 200 apart"),
        ("a NEAR/10x b", 3, "NEAR needs a number of words"),
        ("a ONEAR/999 b", 3, "1 to 200 apart, not 999"),
        ("a NEAR/5", 3, "must follow 'NEAR/5'"),
        ("NEAR/5 b", 1, "missing before 'NEAR/5'"),
        ("a NEAR/5 -b", 10, "what must not stand there is said beside it"),
        ("(a b) NEAR/5 c", 7, "NEAR joins words, phrases"),
        ("a NEAR/5 company:x", 3, "NEAR joins words, phrases"),
        ("sentence:sell", 1, "sentence: takes brackets"),
        ("sentence:(sell", 10, "not closed"),
        ("sell /never sold", 6, "has no end"),
        ("/(?=a)b/", 1, "look-ahead"),
        ("/(a/", 1, "is not a regular expression"),
        ("/(a{900}){900}/", 1, "too much for the engine"),
        ("~", 1, "right before a word"),
        ('~"no longer"', 1, "all forms of one word"),
        ("= sell", 1, "right before a word"),
        ("sell still:maybe", 6, "yes, no or unknown"),
        ("sell seen:last-year", 6, "takes times such as 2021"),
        ("sell seen:2021-13", 6, "is no date"),
        ("sell seen:9999", 6, "is no date"),
        ("sell seen:2022..2021", 6, "ends before it begins"),
        ("sell seen:..", 6, "needs a time"),
        ("sell heading:…", 6, "no letter or digit"),
        ("sell !?", 6, "no letter or digit"),
        ('""', 1, "no letter or digit"),
        ("(" * 50 + "x" + ")" * 50, 22, "deep"),
        ("-" * 50 + "x", 22, "deep"),
        (" ".join(["word"] * 10_000), 4000, "may have 4,000 characters"),
        (" ".join(["w"] * 100), 129, "may have 64 words"),
    ],
)
def test_a_bad_query_says_where_and_why(query: str, position: int, why: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.position == position
    assert why in caught.value.message
    assert str(caught.value).startswith(f"at character {position}: ")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sell company:acme", "sell"),
        ("(sell company:Acme) buy", "buy"),
        ("sell police -tibet still:no", "sell police -tibet"),
        ("sell", "sell"),
        ("(sell company:acme) OR buy", None),
    ],
)
def test_what_the_text_alone_must_answer(query: str, text: str | None) -> None:
    def asked(passage: str, tree: Query | None) -> bool:
        return tree is not None and answers(tree, Passage(passage))

    tree = on_text(parse(query))
    assert (tree is None) == (text is None)
    for passage in ("sell", "buy", "sell police", "sell police tibet"):
        assert text is None or asked(passage, tree) == asked(passage, parse(text)), passage


@pytest.mark.parametrize(
    ("query", "is_apart"),
    [
        ("sell", True),
        ("sell company:acme -still:no", True),
        ("sell (company:acme OR topic:dna)", True),
        ("sell (company:acme OR buy)", False),
        ("(sell company:acme) OR buy", False),
    ],
)
def test_what_the_text_answers_and_what_the_place(query: str, is_apart: bool) -> None:
    assert (parted(parse(query)) is not None) == is_apart


# --- where it stands ---------------------------------------------------------------------------------------------


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


STANDING = Standing(
    company="acme",
    topics=("DNA", "police"),
    kind="page",
    lang="en-GB",
    role="policy",
    lives=(
        Life(at(2019, 3, 5), at(2020, 6, 1), at(2020, 7, 1), stands=False, heading="Where we sell"),
        Life(at(2022, 1, 1), at(2024, 2, 2), None, stands=True, heading="Sales"),
    ),
)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("company:Acme", True),
        ("company:other", False),
        ("topic:dna", True),
        ("topic:dn", False),
        ("kind:page", True),
        ("kind:pdf", False),
        ("role:POLICY", True),
        ("lang:en", True),
        ("lang:en-gb", True),
        ("lang:e", False),
        ('heading:"we sell"', True),
        ("heading:sales", True),
        ("heading:bought", False),
        ("still:yes", True),
        ("still:no", False),
        ("still:unknown", False),
        ("seen:2018", False),
        ("seen:2019", True),
        ("seen:2019-03-04", False),
        ("seen:2019-03-05", True),
        ("seen:2021", False),
        ("seen:2020-06-02..2021-12", False),
        ("seen:2020-06..2021", True),
        ("seen:..2019-03-04", False),
        ("seen:2024-02-02..", True),
        ("seen:2024-02-03..", False),
        ("added:2019", True),
        ("added:2020", False),
        ("added:2022-01-01", True),
        ("removed:2020-07", True),
        ("removed:2020-12..2024", False),
        ("removed:..2020-06", False),
    ],
)
def test_fields_ask_where_and_when_it_stands(field: str, expected: bool) -> None:
    assert answers(parse(f"sell {field}"), Passage("We sell."), STANDING) is expected
    assert answers(parse(f"sell -{field}"), Passage("We sell."), STANDING) is not expected


def test_still_is_unknown_where_nobody_looks_any_more() -> None:
    gone = STANDING.lives[0]
    over = gone._replace(gone_at=None)  # the watch ended, and nothing was seen to be gone
    for lives, is_watched, still in (
        ((gone,), True, "no"),
        ((gone,), False, "no"),
        ((over,), True, "unknown"),
        (STANDING.lives, False, "unknown"),
        ((), True, "unknown"),
    ):
        for asked in ("yes", "no", "unknown"):
            standing = Standing(lives=lives, is_watched=is_watched)
            assert answers(parse(f"sell still:{asked}"), Passage("sell"), standing) is (asked == still)


def test_a_field_that_may_not_be_asked_is_refused() -> None:
    with pytest.raises(QueryError, match="company: is not known here"):
        parse("sell company:acme", fields=())


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("sell", {"sell", "sells", "selling", "sold"}),
        ("sold", {"sell", "sells", "selling", "sold"}),
        ("commit", {"commit", "commits", "committed", "committing"}),
        ("committed", {"commit", "commits", "committed", "committing"}),
        ("supply", {"supply", "supplies", "supplied", "supplying"}),
        ("supplies", {"supply", "supplies", "supplied", "supplying"}),
        ("labour", {"labour", "labor", "labours"}),
        ("promise", {"promise", "promises", "promised", "promising"}),
        ("policies", {"policy", "policies"}),
        ("权", {"权"}),
        ("cessé", {"cesse"}),
    ],
)
def test_a_word_family(word: str, forms: set[str]) -> None:
    for form in forms:
        assert answers(parse(f"~{word}"), Passage(f"x {form} y")), form


@pytest.mark.parametrize(
    ("query", "text"),
    [("~import", "importance"), ("~police", "policy"), ("~need", "nee ne"), ("~organ", "organisation")],
)
def test_a_word_family_is_not_a_stem(query: str, text: str) -> None:
    assert not answers(parse(query), Passage(text))


def test_exactly_as_written_keeps_case_accents_and_ignores_what_cannot_be_seen() -> None:
    query = parse('="Cessé de"')
    assert answers(query, Passage("Cessé, de"))
    assert answers(query, Passage("Ces\u00adse\u0301 de"))
    assert not answers(query, Passage("cessé de"))
    assert not answers(query, Passage("Cesse de"))
    assert answers(parse("=ICE"), Passage("by ICE."))
    assert not answers(parse("=ICE"), Passage("on Ice"))


def test_marks_of_near_are_its_words_and_of_a_sentence_those_of_that_sentence() -> None:
    text = "We sell kits. Police buy kits, and we sell kits to police."

    def quotes(query: str) -> list[tuple[int, str]]:
        return [(start, text[start:end]) for start, end in marks(parse(query), Passage(text))]

    assert quotes("sell NEAR/3 police") == [(3, "sell"), (14, "Police"), (38, "sell"), (51, "police")]
    assert quotes("sentence:(sell police)") == [(14, "Police"), (38, "sell"), (51, "police")]
    assert quotes("tibet OR sentence:(sell -police)") == [(3, "sell")]
    assert quotes("(tibet kits) OR buy") == [(21, "buy")]
    assert quotes("/s.ll kit/ -tibet") == [(3, "sell kit"), (38, "sell kit")]
    assert quotes("tibet") == []


def test_a_very_long_sentence_is_asked_in_reasonable_time() -> None:
    long = Passage("the police of the town and the people of the town " * 1_000)  # 50,000 characters
    for query in ("the NEAR/200 town", "the NEAR/3 of NEAR/3 town", "/(the|of) (town|people)/", "~town sentence:(to*)"):
        assert answers(parse(query), long)
        assert len(marks(parse(query), long)) > 900


# --- against a plain reading of the same words ----------------------------------------------------------------------

_WORDS = ("sell", "selling", "police", "DNA", "not", "人", "权")


def _plain(words: list[str], query: str) -> bool:
    """The same question, answered by counting words: only for queries of the shapes below."""
    folded = [word.lower() for word in words]

    def places(term: str) -> list[int]:
        if term.endswith("*"):
            return [n for n, word in enumerate(folded) if word.startswith(term[:-1].lower())]
        if term.startswith("="):
            return [n for n, word in enumerate(words) if word == term[1:]]
        return [n for n, word in enumerate(folded) if word == term.lower()]

    parts = query.split(" ")
    if len(parts) == 3 and "/" in parts[1]:
        operator, _, within = parts[1].partition("/")
        gaps = [b - a for a in places(parts[0]) for b in places(parts[2])]
        return any(0 < gap <= int(within) or (operator == "NEAR" and 0 < -gap <= int(within)) for gap in gaps)
    if len(parts) == 3:
        return bool(places(parts[0])) or bool(places(parts[2]))
    if len(parts) == 2 and parts[1].startswith("-"):
        return bool(places(parts[0])) and not places(parts[1][1:])
    return all(places(part) for part in parts)


_TERM = st.sampled_from([*_WORDS, "sell*", "pol*", "=DNA", "=dna", "=Sell", "police*"])
_QUERY = st.one_of(
    _TERM,
    st.tuples(_TERM, _TERM).map(" ".join),
    st.tuples(_TERM, _TERM).map(" -".join),
    st.tuples(_TERM, _TERM).map(" OR ".join),
    st.tuples(_TERM, st.sampled_from(["NEAR/", "ONEAR/", "->/"]), st.integers(1, 5), _TERM).map(
        lambda four: f"{four[0]} {four[1]}{four[2]} {four[3]}"
    ),
)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.sampled_from([*_WORDS, "Sell", "x", "other"]), min_size=1, max_size=9), _QUERY)
def test_a_thousand_queries_mean_what_counting_words_says(words: list[str], query: str) -> None:
    assert answers(parse(query), Passage(" ".join(words))) is _plain(words, query.replace("->/", "ONEAR/")), query


@given(st.text(st.sampled_from('ab "()-*:/~=>3“”ORNEAT人权,'), max_size=30))
def test_any_text_is_a_query_or_says_why_not(text: str) -> None:
    refused, query = None, None
    try:
        query = parse(text)
    except QueryError as error:
        refused = error.position
    if query is None:
        assert refused is not None
        assert 1 <= refused <= max(1, len(text))
    else:
        assert needs_words(query)
        assert answers(query, Passage("a b"), Standing(company="x")) in (True, False)
