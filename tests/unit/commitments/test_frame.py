"""What one sentence says, dimension by dimension, and what it leaves unsaid."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon


def test_the_founding_sentence_read_out(lexicon: Lexicon) -> None:
    frame = lexicon.frame(
        "After fact-specific assessments, the company will stop selling human identification products "
        "to police in Xinjiang by 2026."
    )
    assert frame.read_out() == (
        ("actor", "we"),
        ("stance", "restrains"),
        ("modality", "will"),
        ("action", "sell"),
        ("places", "Xinjiang"),
        ("customers", "police"),
        ("deadline", "by 2026"),
        ("hedges", "after fact specific assessments"),
    )
    assert frame.not_said() == (
        "distributors and resellers are not named",
        "no duration",
        "nobody is named who checks",
        "no standard is named",
        "no remedy",
    )


@pytest.mark.parametrize(
    ("sentence", "tier", "stance"),
    [
        ("We have ceased all sales in the region.", 7, "restrains"),
        ("We will not sell drones to police.", 6, "restrains"),
        ("Suppliers must repay all fees.", 5, "restrains"),
        ("We are committed to respecting human rights.", 4, "restrains"),
        ("We audit every supplier.", 4, "restrains"),
        ("We plan to publish the audit.", 3, "restrains"),
        ("We aim not to sell drones to police.", 2, "restrains"),
        ("We may suspend the contract.", 1, "restrains"),
        ("We recognise the importance of human rights.", 0, "restrains"),
        ("We will not stop selling drones.", 6, "permits"),
        ("We may share data with police.", 1, "permits"),
        ("We no longer audit suppliers.", 7, "permits"),
        ("We will end our audits.", 5, "permits"),
        ("We will not engage in forced labour.", 6, "restrains"),
        ("We provide remedy to workers.", 4, "restrains"),
        ("Revenue grew by a tenth.", None, "none"),
    ],
)
def test_modality_and_stance(lexicon: Lexicon, sentence: str, tier: int | None, stance: str) -> None:
    frame = lexicon.frame(sentence)
    assert (frame.tier, frame.stance) == (tier, stance)


@pytest.mark.parametrize(
    ("sentence", "actor"),
    [
        ("We will not sell drones.", "we"),
        ("We and our subsidiaries will not sell drones.", "we and the group"),
        ("Suppliers must repay fees.", "third"),
        ("Workers must never pay for a job.", "affected"),
        ("Users may appeal.", "users"),
        ("Contracts with suppliers may be terminated.", "nobody"),
        ("Forced labour is not tolerated by us.", "we"),
    ],
)
def test_who_is_bound(lexicon: Lexicon, sentence: str, actor: str) -> None:
    assert lexicon.frame(sentence).actor == actor


@pytest.mark.parametrize(
    ("sentence", "lang", "tier"),
    [
        ("我们不会向新疆警方销售基因测序仪。", "zh", 6),
        ("供应商必须退还招聘费用。", "zh", 5),
        ("Nous ne vendons pas de drones à la police.", "fr", 6),
        ("Wir liefern keine Kameras an die Polizei.", "de", 6),
        ("Ya no vendemos estos equipos a la policía.", "es", 7),
    ],
)
def test_other_languages(lexicon: Lexicon, sentence: str, lang: str, tier: int) -> None:
    frame = lexicon.frame(sentence)
    assert (frame.lang, frame.tier, frame.stance) == (lang, tier, "restrains")


def test_cities_stand_for_their_regions(lexicon: Lexicon) -> None:
    assert [mark.value for mark in lexicon.frame("We will not sell in Urumqi or Lhasa.").of("places")] == [
        "xinjiang",
        "tibet",
    ]


def test_a_condition_is_kept_apart_from_the_promise(lexicon: Lexicon) -> None:
    frame = lexicon.frame("If a supplier uses child labour, we terminate the contract.")
    assert [(clause.kind, clause.text) for clause in frame.clauses] == [
        ("condition", "if a supplier uses child labour")
    ]
    assert [act.lemma for act in frame.acts] == ["terminate"]


def test_remedy_and_knowledge(lexicon: Lexicon) -> None:
    assert lexicon.frame("We will compensate every worker.").remedy
    assert not lexicon.frame("We will audit every site.").remedy
    assert lexicon.frame("To our knowledge, we do not use such cotton.").knowledge


def test_what_is_not_said_follows_the_topic(lexicon: Lexicon) -> None:
    frame = lexicon.frame("Suppliers must repay recruitment fees to workers within 30 days.")
    assert lexicon.not_said(frame, ("migrant-recruitment",)) == (
        "distributors and resellers are not named",
        "nobody is named who checks",
    )
    sale = lexicon.frame("We will not sell drones to the police.")
    assert lexicon.not_said(sale, ("surveillance-biometrics",)) == (
        "no place is named",
        "distributors and resellers are not named",
        "no duration",
        "nobody is named who checks",
    )
    assert lexicon.not_said(sale, ()) == sale.not_said()
    assert lexicon.not_said(sale, ("a-pack-of-ones-own",)) == sale.not_said()
