"""Lines that sites write into their texts, and lines of the text that look like them, on three builds of one made page.

What counts readers, turns pages, opens an office or asks for an opinion wakes nobody; an answer, a sign, a limit or a
notice of the page's end is told, wherever it stands.
"""

from __future__ import annotations

import pytest

from core.classify import classify
from core.model import ChangeClass
from core.text.diff import compare
from tests.end_to_end.test_noise_and_change import guard, shown

TEXT = (
    "<h1>Rights at work</h1><p>This policy holds for everybody who is paid by the company, in every country and in every plant.</p>"
    "<h2>Pay</h2><p>Suppliers must pay their workers at least the legal minimum wage for all hours that they have worked.</p>"
    "{mid}<h2>How it is kept</h2><p>A group of the board meets four times a year and goes through the reports of every region and plant.</p>{end}"
)
BUILDS = {
    "named": "<body><header><nav><a href=/>Home</a></nav></header><main><article>{text}</article></main><footer>{foot}<p>© 2025 Acme</p></footer></body>",
    "unnamed": "<body><div class=a1><div class=b2><a href=/>Home</a> <a href=/us>Us</a></div><div class=c3><div class=d4>{text}</div></div><div class=e5>{foot}<p>© 2025 Acme</p></div></div></body>",
    "table": "<body bgcolor=white><table><tr><td width=150><a href=/>Home</a></td><td>{text}{foot}<p><font size=1>© 2025 Acme</font></td></tr></table></body>",
}


def page(build: str, where: str, box: str) -> str:
    slots = {"mid": "", "end": "", "foot": ""} | {where: f"<div>{box}</div>" if box else ""}
    text = TEXT.format(mid=slots["mid"], end=slots["end"])
    return f"<html lang=en><title>Rights</title>{BUILDS[build].format(text=text, foot=slots['foot'])}</html>"


def class_between(build: str, where: str, was: str, now: str) -> tuple[ChangeClass, tuple[str, ...]]:
    before, after = shown(page(build, where, was)), shown(page(build, where, now))
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    assert edits, "nothing differs"
    found = classify(before.reading, after.reading, edits, guard())
    return found.change_class, found.reasons


# name: (where, before, after)
NOISE = {
    "rating": ("end", "<p>4.6 out of 5 stars (12,401 reviews)</p>", "<p>4.7 out of 5 stars (12,559 reviews)</p>"),
    "rating_of_readers": ("end", "<p>Rate this article: 4.2/5 (31 votes)</p>", "<p>Rate this article: 4.3/5 (35 votes)</p>"),
    "helpful": ("mid", "<p>12 out of 30 found this helpful</p>", "<p>14 out of 33 found this helpful</p>"),
    "poll_of_links": ("end", "<p>Did you find what you were looking for?</p><a href='#'>Yes</a> <a href='#'>No</a>", ""),
    "poll_of_buttons": ("end", "", "<p>How useful was this page to you today?</p><button>Useful</button><button>Not useful</button>"),
    "pages": ("end", "<p>Page 1 of 7 · Next</p>", "<p>Page 1 of 8 · Next</p>"),
    "results": ("end", "<p>Showing 1–10 of 212 results</p>", "<p>Showing 1–10 of 219 results</p>"),
    "reading_time": ("mid", "<p>Reading time: about 5 minutes</p>", "<p>Reading time: about 6 minutes</p>"),
    "jobs": ("end", "<p>342 open positions worldwide</p>", "<p>358 open positions worldwide</p>"),
    "stock": ("end", "<p>NYSE: EXC $104.22 as of 4:00 PM ET</p>", "<p>NYSE: EXC $99.10 as of 4:00 PM ET</p>"),
    "rate": ("end", "<p>1 EUR = 1.0831 USD</p>", "<p>1 EUR = 1.0794 USD</p>"),
    "weather": ("end", "<p>14 °C, light rain</p>", "<p>21 °C, clear sky</p>"),
    "countdown": ("end", "<p>Sale ends in 2 days 11 hours</p>", "<p>Sale ends in 1 day 3 hours</p>"),
    "translated": ("mid", "", "<p>This page was translated automatically.</p>"),
    "switch": ("mid", "<p>Show more</p>", "<p>Show less</p>"),
    "hours": ("end", "<h3>Opening hours</h3><p>Mon - Fri: 09:00 - 17:30</p><p>Sat: closed</p>", "<h3>Opening hours</h3><p>Mon - Fri: 08:30 - 18:00</p><p>Sat: 10:00 - 14:00</p>"),
    "hours_german": ("end", "<p>Öffnungszeiten: Montag bis Freitag 9–17 Uhr</p>", "<p>Öffnungszeiten: Montag bis Donnerstag 9–18 Uhr</p>"),
    "telephone": ("end", "<p>Tel.: (415) 555-0134</p>", "<p>Tel.: (415) 555-0178</p>"),
    "address": ("end", "<p>Acme GmbH, Hauptstraße 12, 10115 Berlin</p>", "<p>Acme GmbH, Lindenweg 4, 10117 Berlin</p>"),
    "address_british": ("end", "<p>Acme Ltd, 12 Old Street, London EC1V 9BD</p>", "<p>Acme Ltd, 40 New Road, London N1 9AG</p>"),
    "open": ("end", "<p>We are open Monday to Friday from 9 am to 5 pm.</p>", "<p>We are open Monday to Saturday from 9 am to 6 pm.</p>"),
    "rating_label": ("end", "<p>Average rating: 4.5 out of 5 stars, based on 210 reviews</p>", "<p>Average rating: 4.6 out of 5 stars, based on 215 reviews</p>"),
    "share_of_readers": ("end", "<p>78% of readers found this useful</p>", "<p>81% of readers found this useful</p>"),
    "signed": ("mid", "<p>Published on 2 May 2025 by Jane Doe</p>", "<p>Published on 3 May 2025 by Jane Doe</p>"),
    "made_in": ("end", "<p>Page generated in 0.32 seconds</p>", "<p>Page generated in 0.41 seconds</p>"),
    "turned": ("end", "<div><a href=/a>Previous: Terms</a></div><div><a href=/b>Next: Cookies</a></div>", "<div><a href=/a>Previous: Terms</a></div><div><a href=/c>Next: Imprint</a></div>"),
    "turned_chinese": ("end", "<div><a href=/b>下一篇：版权信息</a></div>", "<div><a href=/c>下一篇：使用条款</a></div>"),
    "teasers": ("end", "<h3>Read on</h3><ul><li><a href=/1>How the old battery line was rebuilt in six months by three engineers from Porto</a></ul>", "<h3>Read on</h3><ul><li><a href=/2>Why the headquarters moved to the harbour of Rotterdam after forty years in a forest</a></ul>"),
    "reviews": ("end", "<h3>Reviews</h3><p>38 reviews</p>", "<h3>Reviews</h3><p>41 reviews</p>"),
    "reviews_of_customers": ("end", "<h3>Customer reviews</h3><p>4.5 / 5 (412 reviews)</p>", "<h3>Customer reviews</h3><p>4.6 / 5 (431 reviews)</p>"),
    "call_us": ("end", "<h3>Contact us</h3><p>Tel: +41 44 111 22 33</p>", "<h3>Contact us</h3><p>Tel: +41 44 999 88 77</p>"),
    "office": ("end", "<h3>Head office</h3><p>Acme AG, Hauptstrasse 12, 10115 Berlin</p>", "<h3>Head office</h3><p>Acme AG, Lindenweg 4, 10117 Berlin</p>"),
    "translated_with_errors": ("mid", "", "<p>This page has been translated by machine and may contain errors.</p>"),
    "row_that_dates_the_page": ("end", "<table><tr><td>Version 3</td><td>Last updated</td><td>3 May 2025</td></tr></table>", "<table><tr><td>Version 3</td><td>Last updated</td><td>4 June 2025</td></tr></table>"),
    "introduced_date": ("end", "<dl><dt>Last updated</dt><dd>3 May 2025</dd></dl>", "<dl><dt>Last updated</dt><dd>4 June 2025</dd></dl>"),
    "teaser_in_a_link": ("end", "<a href=/1><h4>A new plant</h4><p>The plant in Ohio has four hundred desks and makes batteries for cars and buses.</p></a>", "<a href=/2><h4>An award</h4><p>The award goes to the design of the new phone that was shown in spring this year.</p></a>"),
    "cookies_in_a_named_box": ("mid", "", "<div class=cookie-banner><p>We use what is stored on your device to see how many people come and from which place.</p><button>Accept</button></div>"),
    "app_in_a_named_box": ("mid", "", "<div class=promo><p>Read faster in our application for telephones, it costs nothing and takes a minute.</p><a href=/app>Get it</a></div>"),
}  # fmt: skip
REAL = {
    "answer": ("mid", "<p>Do we sell to the police?</p><p>No</p>", "<p>Do we sell to the police?</p><p>Yes</p>"),
    "answer_at_the_end": ("end", "<h3>Is face recognition used?</h3><p>No.</p><a href=/x>Learn more</a>", "<h3>Is face recognition used?</h3><p>In some places.</p><a href=/x>Learn more</a>"),
    "label_replaced": ("mid", "<h3>Facial recognition</h3><p>Banned</p>", "<h3>Facial recognition</h3><p>Permitted</p>"),
    "sign": ("end", "<p>Union allowed ✓</p>", "<p>Union allowed ✗</p>"),
    "figure_first": ("end", "<p>412 requests refused</p>", "<p>12 requests refused</p>"),
    "figure_beside": ("foot", "<p>Requests refused: 412</p>", "<p>Requests refused: 12</p>"),
    "age_beside": ("foot", "<p>Minimum age: 16</p>", "<p>Minimum age: 14</p>"),
    "short_sentence": ("end", "<p>Views of workers are heard</p>", "<p>Views of managers are heard</p>"),
    "standing": ("mid", "", "<p>Superseded</p>"),
    "standing_at_the_end": ("end", "<p>Adopted</p>", "<p>Draft</p>"),
    "version": ("end", "<p>Policy version 3</p>", "<p>Policy version 2</p>"),
    "channel": ("end", "<p><a href=/report>Report a concern</a></p>", ""),
    "desk": ("end", "<p>The complaints desk is open Monday to Friday, 9:00 to 17:00.</p>", "<p>The complaints desk is open on Monday, 9:00 to 10:00.</p>"),
    "score": ("end", "<p>Audit score: 4.5 out of 5</p>", "<p>Audit score: 2.5 out of 5</p>"),
    "archived": ("foot", "", "<p>This page is archived.</p>"),
    "ombudsman": ("foot", "<p>Ombudsman: Dr Maria Keller, +1 800 555 0199</p>", ""),
    "span_of_hours": ("mid", "<p>No night shifts: 22:00–06:00</p>", "<p>No night shifts: 02:00–04:00</p>"),
    "hour": ("mid", "<p>Gates of the dormitory close at 23:00.</p>", "<p>Gates of the dormitory close at 20:00.</p>"),
    "hours_of_work": ("end", "<p>Working hours: Monday to Friday, 9am – 5pm</p>", "<p>Working hours: Monday to Saturday, 7am – 9pm</p>"),
    "hours_of_the_hotline": ("end", "<h3>Hotline for workers</h3><p>Mon–Fri 9:00–17:00</p>", "<h3>Hotline for workers</h3><p>Mon 9:00–10:00</p>"),
    "telephone_lost": ("end", "<h3>Ombudsman</h3><p>Dr Maria Keller</p><p>Tel.: +41 44 555 01 02</p>", "<h3>Ombudsman</h3><p>Dr Maria Keller</p>"),
    "telephone_amid_the_text": ("mid", "<p>Tel.: (415) 555-0134</p>", "<p>Tel.: (415) 555-0178</p>"),
    "heat": ("mid", "<p>Work stops at 35 °C</p>", "<p>Work stops at 45 °C</p>"),
    "found": ("mid", "<p>Auditors found 12 of 30 sites in breach.</p>", "<p>Auditors found 1 of 30 sites in breach.</p>"),
    "reviews": ("mid", "<p>12,401 supplier reviews in 2025</p>", "<p>401 supplier reviews in 2025</p>"),
    "page_of_a_code": ("mid", "<p>See page 7 of the code for bans.</p>", "<p>See page 8 of the code for bans.</p>"),
    "rank_of_a_translation": ("end", "", "<p>This text is a machine translation; where it differs, the English text is binding.</p>"),
    "item_of_three": ("mid", "<p>We keep none of these:</p><div><div>Fingerprints</div><div>Voices</div><div>Faces</div></div>", "<p>We keep none of these:</p><div><div>Fingerprints</div><div>Faces</div></div>"),
    "last_line": ("end", "<p>Nobody is above this code.</p><div><a href=/c>Next: Imprint</a></div>", "<div><a href=/c>Next: Imprint</a></div>"),
    "row_of_dates": ("mid", "<table><tr><th>Phase out coal</th><th>Phase out gas</th></tr><tr><td>31 December 2025</td><td>31 December 2030</td></tr></table>", "<table><tr><th>Phase out coal</th><th>Phase out gas</th></tr><tr><td>31 December 2035</td><td>31 December 2050</td></tr></table>"),
    "row_at_the_end": ("end", "<table><tr><th>Site</th><th>Closed by</th></tr><tr><td>1 May 2026</td></tr></table>", "<table><tr><th>Site</th><th>Closed by</th></tr><tr><td>1 May 2036</td></tr></table>"),
    "row_of_audits": ("end", "<table><tr><th>Site</th><th>Audit</th></tr><tr><td>Dhaka</td><td>revised on 1 May 2026</td></tr></table>", "<table><tr><th>Site</th><th>Audit</th></tr><tr><td>Dhaka</td><td>revised on 1 May 2029</td></tr></table>"),
    "date_of_a_section": ("mid", "<h3>Coal is phased out by</h3><p>31 December 2030</p>", "<h3>Coal is phased out by</h3><p>31 December 2050</p>"),
    "date_amid_the_text": ("mid", "<p>Last furnace</p><p>31 December 2030</p>", "<p>Last furnace</p><p>31 December 2050</p>"),
    "date_of_a_term": ("mid", "<dl><dt>Coal</dt><dd>31 December 2030</dd></dl>", "<dl><dt>Coal</dt><dd>31 December 2050</dd></dl>"),
    "date_of_an_item": ("mid", "<p>We stop to burn coal by:</p><ul><li>31 December 2030</li></ul>", "<p>We stop to burn coal by:</p><ul><li>31 December 2050</li></ul>"),
    "visits_to_plants": ("mid", "<h3>Due diligence in 2025</h3><p>212 reviews</p>", "<h3>Due diligence in 2025</h3><p>3 reviews</p>"),
    "posts_taken_down": ("mid", "<h3>Posts taken down at the wish of states</h3><p>412 posts</p>", "<h3>Posts taken down at the wish of states</h3><p>9,412 posts</p>"),
    "rating_by_workers": ("mid", "<h3>What workers say of us</h3><p>4.5 out of 5 (12 reviews)</p>", "<h3>What workers say of us</h3><p>1.2 out of 5 (2,112 reviews)</p>"),
    "rating_of_a_mine": ("mid", "<h3>Rating of the mine</h3><p>4.5 / 5</p>", "<h3>Rating of the mine</h3><p>1.5 / 5</p>"),
    "price_paid": ("mid", "<h3>Price paid to farmers</h3><p>EUR 24.00 +1.00</p>", "<h3>Price paid to farmers</h3><p>EUR 20.00 -4.00</p>"),
    "price_alone": ("mid", "<p>CHF 24.00 +1.00</p>", "<p>CHF 20.00 -4.00</p>"),
    "hourly_wages": ("mid", "<h3>Wages, hourly</h3><p>BDT 113.00 +5.00</p>", "<h3>Wages, hourly</h3><p>BDT 90.00 -23.00</p>"),
    "claims_close": ("mid", "<h3>Claims</h3><p>Registration closes in 300 days</p>", "<h3>Claims</h3><p>Registration closes in 2 days</p>"),
    "time_to_appeal": ("mid", "<h3>Time left to appeal</h3><p>30 days 0 hours 0 min left</p>", "<h3>Time left to appeal</h3><p>2 days 0 hours 0 min left</p>"),
    "jobs_kept": ("mid", "<h3>Jobs kept at the closing plant</h3><p>212 open positions</p>", "<h3>Jobs kept at the closing plant</h3><p>2 open positions</p>"),
    "break": ("mid", "<h3>Break</h3><p>0:45</p>", "<h3>Break</h3><p>0:05</p>"),
    "gates": ("mid", "<h3>Gates of the dormitory</h3><p>22:00</p>", "<h3>Gates of the dormitory</h3><p>18:00</p>"),
    "code_in_force": ("mid", "<h3>Code in force</h3><p>Version 3.1.2</p>", "<h3>Code in force</h3><p>Version 1.0.0</p>"),
    "who_did_it": ("mid", "<h3>Who did the study</h3><p>By Greenpeace | 3 May 2025</p>", "<h3>Who did the study</h3><p>By Acme PR | 3 May 2025</p>"),
    "plants_checked": ("mid", "<h3>Plants checked</h3><p>Page 12 of 30</p>", "<h3>Plants checked</h3><p>Page 2 of 30</p>"),
    "translated_and_cut": ("mid", "", "<p>Automatically translated. Sites in the north are left out.</p>"),
    "translation_of_less": ("mid", "<p>This is a machine translation of the text for Lyon and Turin.</p>", "<p>This is a machine translation of the text for Lyon.</p>"),
    "clinic": ("end", "<h3>Clinic</h3><p>Mon - Sun 8–20</p>", "<h3>Clinic</h3><p>Mon 8–9</p>"),
    "patrols": ("end", "<h3>Patrols</h3><p>Monday and Friday, 9:00 – 10:00</p>", "<h3>Patrols</h3><p>Monday to Sunday, 0:00 – 24:00</p>"),
    "trusted_person": ("end", "<h3>Vertrauensperson</h3><p>Tel: +41 44 111 22 33</p>", "<h3>Vertrauensperson</h3><p>Tel: +41 44 999 88 77</p>"),
    "compliance_officer": ("end", "<h3>Compliance Officer</h3><p>Tel: +41 44 111 22 33</p>", "<h3>Compliance Officer</h3><p>Tel: +41 44 999 88 77</p>"),
    "union_office": ("end", "<h3>Union office</h3><p>Mon-Fri 8:00-18:00</p>", "<h3>Union office</h3><p>Mon 8:00-9:00</p>"),
    "spills": ("end", "<h3>Spills and leaks</h3><p>Zurich</p><p>Tel: +41 44 111 22 33</p>", "<h3>Spills and leaks</h3><p>Zurich</p><p>Tel: +41 44 999 88 77</p>"),
    "factories": ("end", "<h3>Factories</h3><p>Acme AG, Hauptstrasse 12, 10115 Berlin</p>", "<h3>Factories</h3><p>Acme AG, Lindenweg 4, 10117 Berlin</p>"),
    "moratorium": ("end", "<p>Our moratorium ends in 30 days</p>", ""),
    "aid_ends": ("end", "<p>Aid programme ends in 365 days</p>", "<p>Aid programme ends in 10 days</p>"),
    "by_invitation": ("end", "<p>By invitation only | 3 March 2025</p>", ""),
    "by_us": ("mid", "", "<p>By us and only where we choose | 1 May 2025</p>"),
    "lights_out": ("mid", "<h3>Dormitory</h3><p>Lights-out time: 23:00</p>", "<h3>Dormitory</h3><p>Lights-out time: 20:00</p>"),
    "nowhere": ("mid", "<p>Such fees are nowhere paid back by the company.</p>", "<p>Such fees are now here paid back by the company.</p>"),
    "mark_in_another_column": ("mid", "<table><tr><th>Use</th><th>Allowed</th><th>Banned</th></tr><tr><td>Face match</td><td></td><td>✓</td></tr></table>", "<table><tr><th>Use</th><th>Allowed</th><th>Banned</th></tr><tr><td>Face match</td><td>✓</td><td></td></tr></table>"),
    "answer_in_another_column": ("mid", "<table><tr><th>Mill</th><th>Union</th><th>Strike</th></tr><tr><td>Aba</td><td>yes</td><td></td></tr></table>", "<table><tr><th>Mill</th><th>Union</th><th>Strike</th></tr><tr><td>Aba</td><td></td><td>yes</td></tr></table>"),
    "visits_of_a_page_without_prose": ("mid", "<h2>Prison visits</h2><p>412 reviews</p>", "<h2>Prison visits</h2><p>4 reviews</p>"),
    "document_named": ("mid", "<p>See also:</p><div><a href=/a1>Annex 1: list of banned regions</a></div>", "<p>See also:</p><div><a href=/a1>Annex 2: list of regions</a></div>"),
    "limit_amid": ("mid", "", "<p>(US only)</p>"),
    "limit_of_two_words": ("mid", "", "<p>Not binding</p>"),
    "standing_of_the_text": ("mid", "", "<p>Under revision</p>"),
    "limit_at_the_end": ("end", "", "<p>Valid in the EU only</p>"),
    "exclusion_at_the_end": ("end", "", "<p>Excludes joint ventures</p>"),
    "limit_german": ("end", "", "<p>Nur für Angestellte</p>"),
    "note_at_the_end": ("end", "", "<p>¹ Where the law allows</p>"),
    "note_in_the_footer": ("foot", "", "<p>* except in China</p>"),
    "small_print": ("foot", "", "<p><small>May change at any time</small></p>"),
    "star": ("mid", "<p>All farms pay in full</p>", "<p>All farms pay in full*</p>"),
    "age_in_the_footer": ("foot", "<p>Users must be 16 or older</p>", "<p>Users must be 12 or older</p>"),
    "logs_in_the_footer": ("foot", "<p>We log nothing.</p>", "<p>We log everything.</p>"),
    "canary": ("foot", "<p>No secret court orders have been received.</p>", ""),
    "count_in_the_footer": ("foot", "<p>Deaths in 2025: 0</p>", "<p>Deaths in 2025: 5</p>"),
    "list_in_the_footer": ("foot", "<p>Our mills: Peru, Chad, Mali</p>", "<p>Our mills: Peru, Mali</p>"),
    "owner": ("foot", "<p>Owned by its workers</p>", "<p>Owned by Acme Defense</p>"),
    "certificate": ("foot", "<p>SA8000 certified</p>", ""),
    "text_that_counts": ("foot", "", "<p>The English text prevails</p>"),
    "law": ("foot", "<p>Law of Switzerland</p>", "<p>Law of Delaware</p>"),
    "prose_in_a_named_box": ("mid", "", "<div class=feedback><p>Pictures of faces at the gates are kept for ten years and given to the state.</p></div>"),
    "prose_in_a_form": ("mid", "", "<form><p>Of 412 people near the mine nine in ten said that the water is bad.</p></form>"),
    "prose_in_an_aside": ("mid", "", "<aside><p>Of 412 people near the mine nine in ten said that the water is bad.</p></aside>"),
    "name_alone": ("mid", "<p>Chad pipeline</p>", ""),
    "said_of_a_heading": ("end", "<h3>Union</h3><p>Recognised</p>", "<h3>Union</h3><p>Tolerated</p>"),
    "last_heading": ("end", "<h2>Binding rules</h2><p>Equal pay</p>", "<h2>Guiding rules</h2><p>Equal pay</p>"),
    "address_to_write_to": ("end", "<p>Write to ombud@acme.example</p>", "<p>Write to info@acme.example</p>"),
    "said_of_a_term": ("end", "<dl><dt>Kept for</dt><dd>30 days</dd></dl>", "<dl><dt>Kept for</dt><dd>10 years</dd></dl>"),
    "answer_gone": ("mid", "<h3>Facial recognition</h3><p>Banned</p>", "<h3>Facial recognition</h3>"),
}  # fmt: skip


def test_there_are_enough_lines() -> None:
    assert len(NOISE) >= 20
    assert len(REAL) >= 20


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name", NOISE)
def test_a_line_of_the_site_wakes_nobody(name: str, build: str) -> None:
    found, why = class_between(build, *NOISE[name])
    assert found is not ChangeClass.SUBSTANTIVE, why


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name", REAL)
def test_a_line_of_the_text_is_told(name: str, build: str) -> None:
    found, why = class_between(build, *REAL[name])
    assert found is ChangeClass.SUBSTANTIVE, why


@pytest.mark.parametrize("name", ["helpful", "poll_of_links", "pages", "hours", "turned"])
@pytest.mark.parametrize("promise", ["We will never use forced labour.", "Acme does not sell readers to the police."])
def test_a_promise_among_such_lines_arrives(name: str, promise: str) -> None:
    where, was, now = NOISE[name]
    found, why = class_between("unnamed", where, f"<p>{promise}</p>{was}", now)
    assert found is ChangeClass.SUBSTANTIVE, why


def test_a_figure_under_a_label_above_all_prose_is_told() -> None:
    head = (
        "<main><h1>Dormitory rules</h1><p>Gates close at</p><p>{}</p>"
        "<p>This text holds for everybody who lives in one of the houses of the company.</p></main>"
    )
    before, after = (shown(f"<html lang=en><body>{head.format(hour)}</body></html>") for hour in ("22:00", "18:00"))
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    assert classify(before.reading, after.reading, edits, guard()).change_class is ChangeClass.SUBSTANTIVE
