"""Which passages hold a commitment, and which do not."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon

HOLDS = [
    "We will not sell human identification products to police.",
    "We don't sell facial recognition to governments.",
    "We have ceased all sales in the region.",
    "Suppliers must not charge recruitment fees to workers.",
    "We are committed to respecting human rights.",
    "We audit our suppliers every year.",
    "The group plans to publish its supplier list.",
    "We aim to eliminate forced labour from our supply chain.",
    "Suppliers are required to remediate harm.",
    "Our code prohibits child labour.",
    "We never developed ethnicity detection.",
    "We will challenge government requests that lack a court order.",
    "We will pay the medical bills of everyone who was hurt.",
    "We keep the wells of the villages clean.",
    "Complaints are answered within ten days.",
    "公司对强迫劳动零容忍,严禁供应商使用强迫劳动。",
    "我们不再向警方销售人脸识别设备。",
    "Nous nous engageons à respecter les droits humains.",
    "Wir liefern keine Überwachungskameras an die Polizei.",
    "Ya no vendemos equipos de vigilancia a la policía.",
]
HOLDS_NOT = [
    "Revenue grew in every region, helped by a mild winter.",
    "Our history began in a small workshop near the harbour.",
    "We use cookies to remember your language.",
    "We collect your name and your e-mail address when you sign up.",
    "You can reach our office between nine and five.",
    "This page explains how the list is made.",
    "The police station is next to the museum.",
    "Drivers receive a discount on fuel.",
    "Update your drivers before you install the app.",
    "The farm is visited by thousands of tourists every year.",
    "本公司成立于一九九八年。",
    "Notre siège se trouve à Lyon.",
    "Unser Museum öffnet um zehn Uhr.",
    "",
]


@pytest.mark.parametrize("text", HOLDS)
def test_commitments_are_seen(lexicon: Lexicon, text: str) -> None:
    assert lexicon.holds_commitment(text)


@pytest.mark.parametrize("text", HOLDS_NOT)
def test_descriptions_are_not(lexicon: Lexicon, text: str) -> None:
    assert not lexicon.holds_commitment(text)


def test_an_item_is_read_with_its_lead_in(lexicon: Lexicon) -> None:
    assert not lexicon.holds_commitment("Surveillance tools")
    assert lexicon.holds_commitment("Surveillance tools", lead_in="We will not build:")


def test_it_sees_the_promises_of_the_known_pairs(lexicon: Lexicon) -> None:
    from bench.commitments import SETS, pairs

    asked = [pair for name in SETS for pair in pairs(name) if pair.label != "UNCLASSIFIED"]
    missed = [p.id for p in asked if not (lexicon.holds_commitment(p.before) or lexicon.holds_commitment(p.after))]
    assert len(asked) == 2160
    assert len(missed) <= 102, missed
