"""Editions of one document beside each other: what one names alone, two stances, and one that changed alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.commitments import Lexicon
from core.commitments.editions import Edition, divergences, family_of
from core.commitments.promises import Promise

EARLY, SOON, LATE = (datetime(2026, month, day, tzinfo=UTC) for month, day in ((1, 1), (1, 6), (3, 2)))


def edition(lang: str, *sentences: str, at: datetime = EARLY, topics: tuple[str, ...] = ()) -> Edition:
    return Edition(f"acme/{lang}", lang, tuple(Promise(text) for text in sentences), frozenset(topics), at)


def told(lexicon: Lexicon, *editions: Edition) -> list[tuple[str, str, str, str]]:
    found = divergences(lexicon, editions, ("Acme",))
    return [(each.kind, each.what, each.there, each.reason) for each in found]


def test_one_edition_changed_and_the_other_has_not_for_weeks(lexicon: Lexicon) -> None:
    english, chinese = "We do not sell drones to the police.", "我们不向警方销售无人机。"
    assert told(lexicon, edition("en", english), edition("zh", chinese, at=SOON)) == []
    assert told(lexicon, edition("en", english), edition("zh", chinese, at=LATE)) == [
        (
            "changed",
            "60 days",
            "acme/zh",
            "the zh edition (acme/zh) changed 2026-03-02; the en edition (acme/en) has stood unchanged since 60 days before",
        )
    ]


def test_a_city_in_one_language_is_its_region_in_another(lexicon: Lexicon) -> None:
    assert told(lexicon, edition("en", "We do not source in Urumqi."), edition("zh", "我们不从新疆采购。")) == []


def test_a_place_a_topic_and_a_stance_on_one_side_only(lexicon: Lexicon) -> None:
    found = told(
        lexicon,
        edition("en", "We do not sell cameras in Tibet.", "We do not source cotton from Xinjiang.", topics=("dna",)),
        edition("zh", "我们继续采购新疆棉花。"),
    )
    assert [each[:3] for each in found] == [
        ("place", "tibet", "acme/en"),
        ("stance", "xinjiang", "acme/en"),
        ("topic", "dna", "acme/en"),
    ]


def test_two_pages_in_one_language_are_no_editions_of_each_other(lexicon: Lexicon) -> None:
    assert told(lexicon, edition("en", "We do not sell in Tibet."), edition("en-gb", "We sell it.", at=LATE)) == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://acme.example/en/policy", "https://acme.example/zh-cn/policy"),
        ("https://en.acme.example/policy", "https://fr.acme.example/policy"),
        ("https://acme.example/policy?lang=en", "https://acme.example/policy?lang=de"),
        ("https://acme.example/policy-en.pdf", "https://acme.example/policy-es.pdf"),
    ],
)
def test_addresses_of_editions(one: str, two: str) -> None:
    assert family_of(one) == family_of(two)
    assert family_of(one) != family_of(two.replace("policy", "code"))
