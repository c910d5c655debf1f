"""Which promises are prohibitions, and which edits carry one: what a loss weighs hangs on it."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.matching import find_verdicts
from core.model import Act, Edit, Place, Reading, Stream, Verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "We never collect samples from prisoners.",
        "We do not track children.",
        "We do not deal with the Taliban.",
        "Police may not use the reader.",
        "Suppliers shall not use forced labour.",
        "Sales to armed forces are prohibited.",
        "We end contracts with suppliers that use child labour.",
        "Nous ne vendons pas de séquenceurs aux forces de sécurité du Myanmar.",
        "Wir verkaufen keine Produkte an die Polizei.",
        "我们不会向警方出售产品。",
    ],
)
def test_a_sentence_that_forbids_or_denies(lexicon: Lexicon, sentence: str) -> None:
    assert lexicon.refuses(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We repay in full any recruitment fee.",
        "We tell the person before we disclose the data.",
        "We cannot guarantee delivery.",
        "Our community grants reach 200 schools.",
        "Never miss an update.",
        "Customer service is not available today.",
        "Our shop is not open on Sunday.",
        "We are not liable for damages.",
        "We do not accept liability for errors.",
        "We do not provide any warranty.",
        "The company is not responsible for the content of linked sites.",
    ],
)
def test_a_sentence_that_forbids_nothing(lexicon: Lexicon, sentence: str) -> None:
    assert not lexicon.refuses(sentence)


def page(text: str, stream: Stream = "main", link: bool = False) -> Reading:
    return Reading((Place(text, "paragraph", stream),), links=((0, "https://a.example/"),) if link else ())


REFUSAL = "We do not sell to the police."


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (page(f"{REFUSAL} We care."), page("We care."), [(Verdict.WEAKENED, True)]),
        (page(f"{REFUSAL} We repay all fees."), page(f"{REFUSAL} We repay some fees."), [(Verdict.WEAKENED, False)]),
        (page(REFUSAL), None, [(Verdict.REMOVED, True)]),
        (page("We do not deal with them."), page("We do now deal with them."), [(Verdict.REVERSED, True)]),
        (page("We do not deal with the army."), page("We do not deal with armies."), [(Verdict.UNCLASSIFIED, False)]),
        (page(REFUSAL, "surroundings"), None, [(Verdict.REMOVED, False)]),
        (page("We do not sell to the police", "surroundings", True), None, [(Verdict.REMOVED, False)]),
        (page("How we protect human rights in our supply chain", "surroundings", True), None, []),
        (page("How we protect human rights in our supply chain"), None, [(Verdict.REMOVED, False)]),
    ],
)
def test_what_refused_something_and_what_was_the_title_of_another_page(
    lexicon: Lexicon, before: Reading, after: Reading | None, found: list[tuple[Verdict, bool]]
) -> None:
    edit = Edit(Act.REWORDED, (0,), (0,)) if after else Edit(Act.REMOVED, before=(0,))
    verdicts = find_verdicts(before, after, [edit], lexicon)
    assert [(each.verdict, each.refused) for each in verdicts] == found
