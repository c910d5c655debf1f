"""What people type to search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from core.query import answers, marks, needs_words, only_company, parse
from core.text.tokens import units

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
    ],
)
def test_answers(query: str, expected: bool) -> None:
    assert answers(parse(query), units(STATEMENT), company="acme") is expected


def test_marks_are_the_words_asked_for_and_never_those_refused() -> None:
    query = parse('"no longer" OR longer OR 人权 -tibet company:acme')
    assert [STATEMENT[start:end] for start, end in marks(query, units(STATEMENT))] == ["no longer", "人权"]


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
        ("sell*", 5, "cannot be searched for"),
        ("*", 1, "cannot be searched for"),
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
    ("query", "company"),
    [
        ("sell company:acme", "acme"),
        ("(sell company:Acme) buy", "acme"),
        ("sell", None),
        ("sell -company:acme", None),
        ("(sell company:acme) OR buy", None),
    ],
)
def test_the_company_every_answer_is_of(query: str, company: str | None) -> None:
    assert only_company(parse(query)) == company


@given(st.text(st.sampled_from('ab "()-*:“”ORNT人权,'), max_size=30))
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
        assert answers(query, units("a b"), company="x") in (True, False)
