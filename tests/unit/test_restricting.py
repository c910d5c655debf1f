"""Short lines that say for whom and whether a text holds, and the labels that look like them."""

from __future__ import annotations

import pytest

from core.restricting import is_no_label, tells_a_fact

SAYS = [
    "US only",
    "(EU only)",
    "Not binding",
    "For guidance only",
    "Under revision",
    "Mandatory",
    "Excludes joint ventures",
]
SAYS += [
    "* except in China",
    "¹ Where the law allows",
    "† Subject to funds",
    "[1] Where it is lawful",
    "Nur für Angestellte",
]
SAYS += ["Sauf en Chine", "Solo para empleados", "仅限中国员工", "The English text prevails", "SA8000 certified"]
LABELS = [
    "Print this page",
    "No",
    "Not my country",
    "Follow us",
    "Contact sales",
    "* Name",
    "Home",
    "未来出行",
    "Mehr erfahren",
]
FACTS = [
    ("Users must be 16 or older", "Users must be 12 or older"),
    ("Pay gap: 2 %", "Pay gap: 22 %"),
    ("Our mills: Peru, Chad, Mali", "Our mills: Peru, Mali"),
    ("", "Statements here are no promise"),
    ("Supervised by the Data Protection Authority of Ireland", ""),
]
NO_FACTS = [
    ("Not useful", ""),
    ("", "Your secret word does not comply with our rules."),
    ("", "Mot de passe non conforme."),
    ("", "Real love costs nothing.®"),
    ("", "Vérifie ta connexion, tu es hors ligne."),
    ("Only 3 days left", "Only 1 day left"),
    ("Winner: Best Shoes 2025", "Winner: Best Shoes 2026"),
    ("Updated: 3 May 2026", "Updated: 4 May 2026"),
    ("Chat: until 18:00", "Chat: until 17:00"),
    ("Tags: shoes, spring", "Tags: shoes, summer"),
    ("Our new catalogue: shoes", "Our new catalogue: hats"),
    ("", "See us at the spring fair"),
]


@pytest.mark.parametrize("line", SAYS)
def test_a_line_that_limits_is_no_label(line: str) -> None:
    assert is_no_label(line)


@pytest.mark.parametrize("line", LABELS)
def test_a_label_limits_nothing(line: str) -> None:
    assert not is_no_label(line)


@pytest.mark.parametrize(("was", "now"), FACTS)
def test_a_fact_beside_the_text_is_told_both_ways(was: str, now: str) -> None:
    assert tells_a_fact(was, now)
    assert tells_a_fact(now, was)


@pytest.mark.parametrize(("was", "now"), NO_FACTS)
def test_an_offer_or_a_stamp_is_no_fact(was: str, now: str) -> None:
    assert not tells_a_fact(was, now)
