"""The lexicon file is read strictly: every fault at once, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.commitments import parse_lexicon
from core.errors import ConfigError

SHIPPED = (Path(__file__).resolve().parents[3] / "lexicon" / "commitments.yaml").read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_lexicon(text, "lexicon.yaml")
    return [str(problem) for problem in caught.value.problems]


def with_line(old: str, new: str) -> str:
    assert SHIPPED.count(old) == 1, old
    return SHIPPED.replace(old, new)


def test_the_shipped_file_is_sound() -> None:
    assert parse_lexicon(SHIPPED, "lexicon.yaml").version == "0.6.0"


def test_an_empty_file_names_what_is_missing() -> None:
    found = faults("")
    assert "lexicon.yaml: the section 'modality' is missing" in found
    assert len(found) >= 9


def test_text_that_is_no_yaml() -> None:
    assert len(faults("modality: [")) == 1


def test_every_fault_is_told_at_once_with_its_line() -> None:
    text = with_line("synonyms:", "synonym:")
    text = text.replace("xinjiang: {parent: china,", "xinjiang: {parent: chian,")
    text = text.replace("- {class: knowledge, en: ['", "- {class: knowledge, en: ['(', '")
    text = text.replace("- {tier: 3, name: plan_not,", "- {tier: high, name: plan_not,")
    lines = dict(enumerate(text.split("\n"), start=1))
    found = faults(text)
    assert len(found) == 4, found
    for fault, words in zip(
        found,
        (
            "tier must be a number from 0 to 10",
            "the pattern '(' does not compile",
            "no entry is called 'chian'. Did you mean 'china'?",
            "unknown key 'synonym'. Did you mean 'synonyms'?",
        ),
        strict=True,
    ):
        assert words in fault
        assert lines[int(fault.split(":")[1])]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("asia: {parent: world,", "asia: {parent: xinjiang,", "holds itself"),
        ("- [accept, reject]", "- [accept]", "must be a list of words that belong together"),
        ("role: sever, tier: 5, verbs: [suspend", "role: server, tier: 5, verbs: [suspend", "role must be one of"),
        ("anaphora: {en:", "anaphora: {english:", "unknown key 'english'"),
        ("person_data: {en: ['", "person_data: {en: ['x?', '", "matches the empty text"),
        ("schema: 1\n", "schema: 2\n", "schema must be 1"),
        ("  now: {en:", "  nwo: {en:", "Did you mean 'now'?"),
        ("  - [labour, labor]", "  - [labour, 4]", "must be a list of words"),
        ("  - [[unannounced, surprise], [announced,", "  - [[unannounced, 7], [announced,", "must be a list of words"),
        ("remedy-grievance: [deadline,", "remedy-grievance: [deadlines,", "Did you mean 'deadline'?"),
        ("  - [[choose, elect], [consult, meet, propose]]", "  - [[choose, elect]]", "at least two rungs"),
    ],
)
def test_single_faults(old: str, new: str, told: str) -> None:
    assert any(told in fault for fault in faults(with_line(old, new)))


def test_a_key_twice_is_refused() -> None:
    assert any("twice" in fault or "duplicate" in fault for fault in faults(SHIPPED + "\nschema: 1\n"))
