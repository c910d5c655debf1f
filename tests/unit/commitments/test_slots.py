"""One place of a sentence that changed, and the direction that the words around it tell."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.model import Verdict

WEAKER = [
    ("We repay all recruitment fees.", "We repay all documented recruitment fees.", "narrowed: all documented"),
    ("We do not sell location data to anyone.", "We do not sell location data to brokers.", "customer: anyone → brokers"),
    ("We compensate workers for lost wages.", "We compensate suppliers for lost wages.", "for whom: workers → suppliers"),
    ("We notify users before handing over their data.", "We notify users before or after handing over their data.",
     "moment: before → before or after"),
    ("Suppliers must respect all rights, including free speech.", "Suppliers must respect all rights, namely free speech.",
     "list closed: including → namely"),
    ("We will not open a mine without the consent of the community.", "We will not open a mine without consultation of the community.",
     "needed first: consent → consultation"),
    ("We will not reopen the mine until the community has agreed.", "We will not reopen the mine until the community has been informed.",
     "needed first: agreed → informed"),
    ("We do not share footage without written consent.", "We do not share footage without consent.",
     "condition: without written consent → without consent"),
    ("We will never build a back door.", "We have never built a back door.", "modality: will never → have never"),
    ("Workers can complain anonymously to a panel.", "Workers can complain to a panel.", "protection gone: anonymously"),
    ("Our moratorium on face recognition is permanent.", "Our moratorium on face recognition runs until June 2026.",
     "duration: permanent → runs until june 2026"),
    ("We will not:\n- sell drones\n- sell cameras to the police", "We will not:\n- sell drones",
     "list shorter: sell cameras to the police"),
    ("This policy also applies to brokers.", "This policy only applies to brokers.", "limit added: only"),
]  # fmt: skip
FIRMER = [
    ("We will not sell drones to the army.", "We will not sell, lease or rent drones to the army.", "list longer: lease or rent"),
    ("Children under 15 may not be employed.", "Children under 16 may not be employed.", "number: 15 → 16"),
    ("We screen new suppliers for risks.", "We screen new and existing suppliers for risks.", "object: nothing → existing"),
    ("We aim to pay a living wage.", "We pay a living wage.", "modality: aim to → plain statement"),
    ("We publish a summary of the audit results.", "We publish the full audit results.", "object: summary of → full"),
    ("We do not work with known traffickers.", "We do not work with known or suspected traffickers.",
     "widened: known or suspected"),
    ("The ban on exports to Myanmar is temporary.", "The ban on exports to Myanmar is permanent.", "duration: temporary → permanent"),
    ("Contracts with guards may include human rights clauses.", "All contracts with guards include human rights clauses.",
     "modality: may → plain statement"),
    ("We will repay half of the recruitment fees.", "We will repay all of the recruitment fees.", "number: 50 percent → all"),
    ("We will cooperate with investigations into harm.", "We will cooperate with investigations into harm and publish their findings.",
     "part added: publish their findings"),
]  # fmt: skip
TURNED = [
    ("We oppose legislation that would weaken encryption.", "We support legislation that would weaken encryption."),
    ("We will fight any order to weaken encryption.", "We will honour any order to weaken encryption."),
    (
        "We will vote against laws that weaken the right to strike.",
        "We will vote for laws that weaken the right to strike.",
    ),
    ("We ended our work with the border agency.", "We have begun working with the border agency again."),
    ("We have closed our office in the settlement.", "We have opened our office in the settlement."),
    ("We will not drill for gas in Rakhine.", "Drilling for gas in Rakhine will resume next year."),
]
NO_GAIN = [
    ("We do not tolerate criticism.", "We do not tolerate criticism or dissent."),
    ("We do not sell kits.", "We do not sell or recall kits."),
    ("We publish our supplier list.", "We publish our supplier list and, where appropriate, our audits."),
    ("We assess our suppliers.", "We assess our suppliers and workers."),
    ("We disclose our suppliers.", "We disclose our suppliers and charge a fee for access."),
    ("We disclose the names of suppliers.", "We disclose the names of suppliers and informants."),
    ("The ban on the use of the hotline by agents is temporary.", "The ban on the use of the hotline is permanent."),
    ("The ban on strikes is temporary.", "The ban on strikes is permanent."),
    ("We investigate complaints.", "We investigate complaints and disclose the names of complainants."),
    ("Audits may be announced.", "Audits are announced."),
    (
        "Complaints are reviewed by the works council.",
        "Complaints are reviewed by an independent expert chosen by management.",
    ),
    ("We monitor known abusers.", "We monitor known or suspected union members."),
    ("We consult communities.", "We obtain the consent of communities where possible."),
]


@pytest.mark.parametrize(("before", "after", "reason"), WEAKER)
def test_weaker(lexicon: Lexicon, before: str, after: str, reason: str) -> None:
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.WEAKENED
    assert reason in finding.reasons


@pytest.mark.parametrize(("before", "after", "reason"), FIRMER)
def test_firmer(lexicon: Lexicon, before: str, after: str, reason: str) -> None:
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.STRENGTHENED
    assert reason in finding.reasons


def test_a_french_denial_is_told_with_its_particle(lexicon: Lexicon) -> None:
    before = "Nous ne vendons pas ces produits à la police."
    after = "Nous ne vendons plus directement ces produits à la police."
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.WEAKENED
    assert finding.reasons[:2] == ("modality: ne … pas → ne … plus", "channel: nothing → directement")


@pytest.mark.parametrize(("before", "after"), TURNED)
def test_turned_round(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.REVERSED


@pytest.mark.parametrize(("before", "after"), NO_GAIN)
def test_what_only_sounds_firmer_is_not_called_so(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict not in (Verdict.STRENGTHENED, Verdict.REWORDED)
