"""Verdicts with their reasons in words, passages of several sentences, lead-ins, and what is not a rewording."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.matching import gravest
from core.model import Finding, Verdict


def reasons(lexicon: Lexicon, before: str, after: str) -> tuple[str, tuple[str, ...]]:
    finding = lexicon.compare(before, after)
    return finding.verdict.value, finding.reasons


def test_a_narrower_place_is_told_with_both_places(lexicon: Lexicon) -> None:
    before, after = "We will not sell to police in China.", "We will not sell to police in Xinjiang."
    assert reasons(lexicon, before, after) == ("WEAKENED", ("place: China → Xinjiang",))
    assert lexicon.compare(before, after).dimensions == (("places", "-"),)


def test_a_hedge_is_told_by_its_words(lexicon: Lexicon) -> None:
    before, after = "We will not source cotton from Xinjiang.", "We will not knowingly source cotton from Xinjiang."
    assert reasons(lexicon, before, after) == ("WEAKENED", ("hedge added: knowingly",))


def test_weaker_here_and_firmer_there_is_never_netted_off(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "We will not sell biometric equipment to police in Xinjiang.",
        "We will not knowingly sell biometric equipment to police in China.",
    )
    assert finding.verdict is Verdict.MIXED
    assert set(finding.dimensions) == {("places", "+"), ("hedges", "-")}


def test_a_promise_turned_round_is_reversed(lexicon: Lexicon) -> None:
    verdict, why = reasons(
        lexicon, "We will not sell cameras to police.", "We will not stop selling cameras to police."
    )
    assert verdict == "REVERSED"
    assert why[0] == "stance: sell restrained → permitted"


def test_an_empty_side_is_new_or_removed(lexicon: Lexicon) -> None:
    assert lexicon.compare("", "We will not sell drones.").verdict is Verdict.NEW
    assert lexicon.compare("We will not sell drones.", "  ").verdict is Verdict.REMOVED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We raise wages.", "We lower wages."),
        ("Fewer than ten requests are answered.", "More than ten requests are answered."),
        ("We notify users before we disclose data.", "We notify users after we disclose data."),
    ],
)
def test_opposites_force_a_reader(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.UNCLASSIFIED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We will suspend, where possible, and publish.", "We will suspend and publish, where possible."),
        ("We will not sell to police and will audit banks.", "We will not audit banks and will sell to police."),
        ("Suppliers must report to workers.", "Workers must report to suppliers."),
        ("We never sold these kits.", "We never sell these kits."),
        ("We will not sell to any agency.", "We will not sell to every agency."),
        ("We will delete data after 7 days.", "We will delete data after 9 days."),
        ("We do not sell to police.", "We will not sell to police."),
        ("We give a reason for each sale.", "We give a reasonable sale for each."),
        ("Our suppliers respect their rights.", "Our suppliers respect our rights."),
    ],
)
def test_what_looks_the_same_and_is_not_is_no_rewording(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict not in (Verdict.REWORDED, Verdict.STRENGTHENED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We won’t sell drones.", "We will not sell drones."),
        ("We will repay fees within 30 days.", "We will repay fees within thirty days."),
        ("We prohibit not only slavery but also debt bondage.", "We prohibit slavery and debt bondage."),
        ("We trace cotton, tin and cobalt.", "We trace cobalt, cotton and tin."),
        ("Within 30 days, we will repay fees.", "We will repay fees within 30 days."),
        ("We audit suppliers.[1]", "We audit suppliers."),
        ("We ban child labour.", "We ban child labor."),
        ("We do not use third-party data.", "We do not use third party data."),
        ("We will nоt sell drones.", "We will not sell drones."),  # a Cyrillic o in "not"
    ],
)
def test_the_same_promise_in_other_clothes_is_a_rewording(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.REWORDED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The board oversees the policy and reviews it every year.", "The policy is overseen, and reviewed annually, by the board."),
        ("We left the market in 2022. We have no plans to return.", "We left the market in 2022, and we have no plans to return."),
        ("We prohibit retaliation against anyone who, in good faith, reports abuse.", "Retaliation against anyone who reports abuse in good faith is prohibited."),
        ("We will cease selling batons to prisons.", "We will stop the sale of batons to prisons."),
        ("Suppliers must not charge fees. They must also pay for travel.", "Suppliers must not charge fees and must also pay for travel."),
        ("We reject access to our users' data.", "Access to the data of our users is rejected by us."),
        ("We have never, in any country, sold cameras to police.", "We have never sold cameras to police in any country."),
    ],
)  # fmt: skip
def test_the_same_promise_built_another_way_is_a_rewording(lexicon: Lexicon, before: str, after: str) -> None:
    assert reasons(lexicon, before, after) == ("REWORDED", ("the same content in other words",))
    assert lexicon.compare(after, before).verdict is Verdict.REWORDED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Police may audit suppliers.", "Police may be audited by suppliers."),
        ("Goods from the region are banned from our stores.", "Goods from our stores are banned from the region."),
        ("If asked, we delete the data and inform the user.", "We delete the data and inform the user if asked."),
        ("We will publish the names of all sites, and addresses on request.", "We will publish addresses of all sites, and the names on request."),
        ("Workers in China audit our sites.", "Workers audit our sites in China."),
        ("The panel meets monthly and reports to the board.", "The panel reports monthly and meets to the board."),
        ("We audit suppliers in China and train workers.", "We audit suppliers and train workers in China."),
        ("The report is published.", "We publish the report."),
        ("No worker pays for a job.", "No worker pays us for a job."),
    ],
)  # fmt: skip
def test_the_same_words_about_something_else_are_no_rewording(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict not in (Verdict.REWORDED, Verdict.STRENGTHENED)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reason"),
    [
        ("We do not sell it to police, whether by us or by dealers.", "We do not sell it to police.", "WEAKENED",
         "clause gone: whether by us or by dealers"),
        ("We screen customers before signing a contract.", "We screen customers upon signing a contract.", "WEAKENED",
         "condition: before signing a contract → upon signing a contract"),
        ("Suppliers must provide a contract and a payslip to workers.",
         "Suppliers must provide a contract or a payslip to workers.", "WEAKENED", "list: and → or"),
        ("We will pay back the fees.", "We will agree a schedule to pay back the fees.", "WEAKENED",
         "only on the way to it: agree schedule"),
        ("No data is transferred without a warrant.", "No data is transferred without a warrant or other lawful basis.",
         "WEAKENED", "condition: without a warrant → without a warrant or other lawful basis"),
        ("We aim to audit all suppliers.", "We have audited all suppliers.", "STRENGTHENED", "modality: aim to → done"),
        ("Every site will have a committee elected by secret ballot.", "Every site will have a committee.", "WEAKENED",
         "how it is done gone: elected by secret ballot"),
        ("Our policy applies to our staff.", "Our policy applies to our staff and to joint ventures.", "STRENGTHENED",
         "covers more: and to joint ventures"),
        ("The company will not seek contracts in Xinjiang.", "The company will continue to seek contracts in Xinjiang.",
         "REVERSED", "stance: what was denied is said"),
        ("Our stores in the zone were closed, and we will not open others.", "Our stores in the zone were closed pending a review.",
         "WEAKENED", "sentence gone: we will not open others."),
        ("At least 90 percent of our tin is certified.", "Up to 90 percent of our tin is certified.", "WEAKENED",
         "number: at least → up to"),
        ("We remedy harm that we cause or contribute to.", "We remedy harm that we cause.", "WEAKENED",
         "condition: that we cause or contribute to → that we cause"),
        ("Personal data is deleted after 30 days.", "Personal data is deleted after 12 months.", "WEAKENED",
         "condition: after 30 days → after 12 months"),
        ("We disclose data only where there is a risk to life.", "We disclose data only where we believe there is a risk to life.",
         "WEAKENED", "condition: where there is a risk to life → where we believe there is a risk to life"),
    ],
)  # fmt: skip
def test_each_reason_is_told(lexicon: Lexicon, before: str, after: str, verdict: str, reason: str) -> None:
    finding = lexicon.compare(before, after)
    assert (finding.verdict.value, reason in finding.reasons) == (verdict, True), finding.reasons


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Users can appeal a removal.", "Users must appeal a removal within ten days."),
        ("You may object to face scans.", "You must object to face scans in writing."),
        ("We may identify protesters.", "We will identify protesters."),
        ("We may monitor workers.", "We will monitor workers."),
        ("We may share user data with police.", "We will share user data with police."),
        ("We plan to review our ban on drone exports.", "We will review our ban on drone exports."),
        ("We will audit suppliers.", "We will stop auditing suppliers."),
        ("We publish a report.", "We no longer publish a report."),
        ("We plan to expand in the region.", "We will expand in the region."),
        ("We may comply with government requests.", "We will comply with government requests."),
        ("We may train police.", "We will train police."),
        ("We may notify the authorities.", "We will notify the authorities."),
        ("We may suspend user accounts.", "We will suspend user accounts."),
        ("We may terminate workers who strike.", "We will terminate workers who strike."),
        ("We will remedy harm we cause or contribute to.", "We will remedy harm we cause."),
        ("Our tools are not used in prisons.", "Our tools are not sold for use in prisons."),
        ("We report unlawful content to police.", "We report content to police."),
        ("We may give workers warnings.", "We will give workers warnings."),
        ("We check passengers.", "We check passengers before boarding."),
        ("We investigate every complaint.", "We investigate every complaint once a year."),
        ("Our monitoring policy covers sites.", "Our monitoring policy covers sites and workers."),
        ("Our policy applies to staff.", "Our policy applies to staff and, at their option, to suppliers."),
        ("We provide data to police.", "We provide data to police, regardless of the law."),
        ("We may test workers for drugs.", "We will test workers for drugs."),
    ],
)
def test_a_firmer_word_for_those_it_does_not_protect_is_not_firmer(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict not in (Verdict.REWORDED, Verdict.STRENGTHENED)


# --- passages ----------------------------------------------------------------------------------------------------


def test_a_sentence_lost_from_a_passage_weakens_it(lexicon: Lexicon) -> None:
    verdict, why = reasons(
        lexicon, "Workers never pay fees. We repay any fee that was charged.", "Workers never pay fees."
    )
    assert (verdict, why) == ("WEAKENED", ("sentence gone: We repay any fee that was charged.",))


def test_a_plain_promise_added_to_a_passage_strengthens_it(lexicon: Lexicon) -> None:
    verdict, why = reasons(
        lexicon, "We will not sell drones.", "We will not sell drones. We will publish the results of all audits."
    )
    assert (verdict, why) == ("STRENGTHENED", ("sentence added: We will publish the results of all audits.",))


@pytest.mark.parametrize(
    "excuse",
    [
        "We will review this position in 2027.",
        "The ban ends in 2027.",
        "Sales through partners remain possible.",
        "Nothing in this statement limits our lawful business.",
        "We will end this commitment in 2027.",
        "However, we may resume sales.",
        "It covers new contracts only.",
    ],
)
def test_a_sentence_that_takes_back_is_never_a_strengthening(lexicon: Lexicon, excuse: str) -> None:
    promise = "We will not sell drones to the army."
    assert lexicon.compare(promise, f"{promise} {excuse}").verdict in (Verdict.UNCLASSIFIED, Verdict.WEAKENED)


def test_one_sentence_split_in_two_is_compared_with_both(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "We will audit cotton suppliers and publish the audit reports.",
        "We will audit cotton suppliers. We may publish the audit reports.",
    )
    assert finding.verdict in (Verdict.WEAKENED, Verdict.UNCLASSIFIED, Verdict.MIXED)
    assert not any(reason.startswith("sentence added") for reason in finding.reasons)


def test_weaker_in_one_sentence_and_firmer_in_another_is_mixed(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "We will not sell drones to police in China. We aim to publish all audits.",
        "We will not sell drones to police in Xinjiang. We will publish all audits.",
    )
    assert finding.verdict is Verdict.MIXED


def test_sentences_in_another_order_are_the_same_passage(lexicon: Lexicon) -> None:
    one, two = "We will not sell drones to police.", "We audit all cotton suppliers."
    assert lexicon.compare(f"{one} {two}", f"{two} {one}").verdict is Verdict.REWORDED


# --- lists -------------------------------------------------------------------------------------------------------


def test_an_item_inherits_its_lead_in(lexicon: Lexicon) -> None:
    lead = "We will not sell:"
    finding = lexicon.compare("Drones to police.", "Armed drones to police.", lead_in_before=lead, lead_in_after=lead)
    assert finding.verdict not in (Verdict.STRENGTHENED, Verdict.REWORDED)


def test_an_item_whose_lead_in_went_is_removed(lexicon: Lexicon) -> None:
    finding = lexicon.compare("Weapons", "Weapons", lead_in_before="Applications we will not pursue")
    assert finding.verdict is Verdict.REMOVED
    assert finding.reasons == ("the words that made it a promise are gone: Applications we will not pursue",)
    assert lexicon.compare("Weapons", "Weapons", lead_in_after="Applications we will not pursue").verdict is Verdict.NEW


def test_a_softer_lead_in_weakens_its_items(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "sell drones to police", "sell drones to police", lead_in_before="We will not:", lead_in_after="We aim not to:"
    )
    assert finding.verdict is Verdict.WEAKENED
    assert finding.dimensions == (("modality", "-"),)


def test_a_shorter_list_is_weaker(lexicon: Lexicon) -> None:
    before = "Our code bans slavery, debt bondage and human trafficking."
    after = "Our code bans slavery and human trafficking."
    assert reasons(lexicon, before, after) == ("WEAKENED", ("list shorter: debt bondage",))


def test_company_names_are_subjects(lexicon: Lexicon) -> None:
    names = ("Northwind", "Northwind Trading")
    finding = lexicon.compare("Northwind will not sell drones.", "We will not sell drones.", company_names=names)
    assert finding.verdict is Verdict.REWORDED
    frame = lexicon.frame("Northwind does not source cotton from Xinjiang.", company_names=names)
    assert frame.actor == "we"


def test_gravest_puts_what_hurts_first() -> None:
    def of(*verdicts: Verdict) -> list[Finding]:
        return [Finding(verdict) for verdict in verdicts]

    assert gravest([]) is None
    assert gravest(of(Verdict.STRENGTHENED, Verdict.REWORDED)) is Verdict.STRENGTHENED
    assert gravest(of(Verdict.STRENGTHENED, Verdict.UNCLASSIFIED)) is Verdict.UNCLASSIFIED
    assert gravest(of(Verdict.NEW, Verdict.WEAKENED, Verdict.MIXED)) is Verdict.WEAKENED
    assert gravest(of(Verdict.WEAKENED, Verdict.REMOVED, Verdict.REVERSED)) is Verdict.REVERSED


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("The board approves every sale.", "The board is informed of every sale.", "softer word: approves → informed"),
        ("We provide access to remedy.", "We support access to remedy.", "softer word: provide → support"),
        ("We pay workers a living wage.", "We aim to pay workers a living wage.", "modality: plain statement → aim to"),
        ("All government contracts are audited.", "Large government contracts are audited.", "object: all → large"),
        ("We require a warrant.", "We require a warrant or a letter.", "one more way: or a letter"),
        ("We hold ourselves to the stricter of law and code.", "We hold ourselves to law and code.",
         "standard gone: stricter"),
        ("We conduct at least four audits a year.", "We conduct at least two audits a year.", "number: 4 → 2"),
        ("No employee works more than 48 hours a week.", "No employee works more than 60 hours a week.",
         "number: 48 → 60"),
        ("We do not sell to customers who abuse rights.", "We do not sell to customers who were convicted of abusing rights.",
         "condition: who abuse rights → who were convicted of abusing rights"),
        ("We will not sell drones.", "We will not sell drones while sanctions are in force.",
         "moment added: while sanctions are in force"),
        ("We will leave and will not return until peace is made.", "We will leave.",
         "part gone: and will not return until peace is made"),
    ],
)  # fmt: skip
def test_what_weakens_is_told_by_its_reason(lexicon: Lexicon, before: str, after: str, told: str) -> None:
    finding = lexicon.compare(before, after)
    assert finding.verdict is Verdict.WEAKENED
    assert told.lower() in [reason.lower() for reason in finding.reasons]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Suppliers are prohibited from using prison labour.", "Suppliers must not use prison labour."),
        ("Suppliers are obliged to report incidents.", "Suppliers are required to report incidents."),
        ("The company will not sell its drones to the army.", "We will not sell our drones to the army."),
        ("We protect the privacy of our users.", "We protect our users' privacy."),
        ("We respect the rights of indigenous peoples.", "We respect indigenous peoples' rights."),
        ("All suppliers must sign our code.", "Each supplier must sign our code."),
        ("Where we cause harm, we will provide remedy.", "We will provide remedy where we cause harm."),
        ("We carry out due diligence.", "We conduct due diligence."),
    ],
)
def test_other_words_for_the_same(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.REWORDED
    assert lexicon.compare(after, before).verdict is Verdict.REWORDED


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("We do not tolerate child labour.", "We do not tolerate child labour or forced labour.", "STRENGTHENED"),
        ("We do not tolerate criticism.", "We do not tolerate criticism or dissent.", "UNCLASSIFIED"),
        ("We do not sell to police.", "We do not sell to police or prisons.", "STRENGTHENED"),
        ("We do not answer reporters.", "We do not answer reporters or unions.", "UNCLASSIFIED"),
    ],
)
def test_a_longer_list_of_what_is_denied_is_firmer_where_that_protects(
    lexicon: Lexicon, before: str, after: str, verdict: str
) -> None:
    assert lexicon.compare(before, after).verdict.value == verdict


def test_a_ban_that_was_kept_and_is_lifted_is_reversed(lexicon: Lexicon) -> None:
    before, after = (
        "We will keep the ban on facial recognition in place.",
        "We will lift the ban on facial recognition.",
    )
    assert reasons(lexicon, before, after)[0] == "REVERSED"
    assert reasons(lexicon, before, after)[1][0] == "stance: keep the ban → lift the ban"


def test_a_freedom_that_suppliers_must_grant_is_no_freedom_of_theirs(lexicon: Lexicon) -> None:
    before, after = "We encourage suppliers to allow unions.", "We require suppliers to allow unions."
    assert lexicon.compare(before, after).verdict is Verdict.STRENGTHENED
    assert lexicon.frame("We allow suppliers to use prison labour.").stance == "permits"


def test_what_is_never_disclosed_without_a_warrant_is_held_back(lexicon: Lexicon) -> None:
    before = "We never disclose content without a warrant."
    assert lexicon.frame(before).stance == "restrains"
    assert lexicon.compare(before, "We rarely disclose content without a warrant.").verdict in (
        Verdict.WEAKENED,
        Verdict.REVERSED,
    )
