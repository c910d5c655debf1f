"""Sentences found again in texts, all at once."""

from __future__ import annotations

from core.commitments.holding import names_by_text


def test_a_sentence_is_found_where_it_stands_and_in_the_item_that_ends_it() -> None:
    texts = {
        1: "Before. We will  not sell to the POLICE. After.",
        2: "to the police.",
        3: "We will not sell to the army.",
        4: "我们不会出售。员工培训。",
        5: "the police",
        6: "",
    }
    named = {
        "We will not sell to the police.": {"weakened"},
        "sell to the": {"new", "removed"},
        "我们不会出售。": {"conditioned"},
        "": {"nothing"},
        "nobody said this": {"moved"},
    }
    assert names_by_text(named, texts) == {
        1: {"weakened", "new", "removed"},
        2: {"weakened"},
        3: {"new", "removed"},
        4: {"conditioned"},
    }


def test_no_sentence_is_nowhere() -> None:
    assert names_by_text({}, {1: "text"}) == {}
    assert names_by_text({" ": {"new"}}, {1: "text"}) == {}
