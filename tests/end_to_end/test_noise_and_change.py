"""What must wake somebody and what must not, on one page of an invented company, through the product's own steps.

Each pair is the same page before and after one replacement. A real change is ``substantive`` whatever surrounds it;
noise never is. Rules and lexicon are the shipped ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from core import matching
from core.classify import Classified, classify
from core.course import Shown, Step, chart
from core.model import ChangeClass, Fetch, Purpose, Source, Verdict, VersionRef
from core.text.diff import compare
from core.text.mask import mask
from core.text.read import read
from monitor.app import lexicon
from tests.site import START, World, rules, world

PAGE = (Path(__file__).resolve().parents[1] / "data" / "noise" / "policy.html").read_text(encoding="utf-8")
URL = "https://norrvik.example/responsibility/human-rights-policy"

# name: (what stands on the page, what stands there instead)
NOISE: dict[str, tuple[str, str]] = {
    "menu_entry": ('<li><a href="/careers">Careers</a></li>', '<li><a href="/jobs">Jobs</a></li>'),
    "menu_longer": (
        '<li><a href="/products">Products</a></li>',
        '<li><a href="/products">Products</a></li><li><a href="/new">New: reader 7</a></li>',
    ),
    "banner": (
        "See us at the spring fair in Gothenburg from 3 to 5 April.",
        "Our autumn catalogue has arrived, order it now and save ten percent.",
    ),
    "banner_gone": (
        '<div class="announcement"><p>See us at the spring fair in Gothenburg from 3 to 5 April.</p></div>',
        "",
    ),
    "stamp_a_day_off": ("Last updated: 3 May 2026", "Last updated: 2 May 2026"),
    "stamp_us_order": ("Last updated: 3 May 2026", "Last updated: May 3, 2026"),
    "published_line": ("Published 2026-05-03", "Published 2026-05-04"),
    "trace_id": ("Reference: 7f3e9c2ab4d15e60", "Reference: 09bd1c77aa23ef41"),
    "uuid": ("Session 3fa85f64-5717-4562-b3fc-2c963f66afa6", "Session 11f85f64-5717-4562-b3fc-2c963f66afff"),
    "page_views": ("This page was viewed 1,204 times.", "This page was viewed 1,377 times."),
    "people_viewed": ("12 people are looking at this page", "31 people are looking at this page"),
    "reading_time": ("Reading time: 5 min", "Reading time: 6 min"),
    "reading_time_words": ("4 minutes read", "5 minutes read"),
    "downloads": ("Download (PDF, 214 KB)", "Download (PDF, 215 KB)"),
    "copyright_year": ("© 2026 Norrvik", "© 2027 Norrvik"),
    "copyright_span": ("© 2026 Norrvik", "© 2019–2027 Norrvik"),
    "share_link": ('<a href="https://share.example/x">Share</a>', '<a href="https://share.example/y">Post this</a>'),
    "share_row": ('<a href="https://share.example/x">Share</a>', ""),
    "email_scrambled": ("ethics@norrvik.example", "[email protected]"),
    "email_at": ("ethics@norrvik.example", "ethics [at] norrvik.example"),
    "quotes_straight": ("“misuse”", '"misuse"'),
    "quotes_french": ("“misuse”", "«misuse»"),
    "apostrophe": ("company’s", "company's"),
    "dash": ("sale – direct or indirect –", "sale - direct or indirect -"),
    "rewrapped": (
        "We assess every new distributor before the first order",
        "We assess every new\n      distributor   before the first order",
    ),
    "nbsp": ("ten working days", "ten&nbsp;working&nbsp;days"),
    "soft_hyphen": ("Those distributors sign", "Those distri&shy;butors sign"),
    "bold": ("does not sell human", "<strong>does not sell</strong> human"),
    "capitals_of_heading": ("<h2>How we check</h2>", "<h2>How We Check</h2>"),
    "heading_rank": ("<h2>How we check</h2>", "<h3>How we check</h3>"),
    "list_as_paragraph": (
        "<ul class=audit><li>the results of audits;</li><li>the number of complaints;</li><li>the orders we refused.</li></ul>",
        "<p>the results of audits; the number of complaints; the orders we refused.</p>",
    ),
    "paragraph_cut": (
        "once every two years. The result is kept for ten years.</p>",
        "once every two years.</p><p>The result is kept for ten years.</p>",
    ),
    "bullets_of_another_sort": (
        "<ul class=audit><li>the results of audits;</li>",
        "<ul class=audit><li>• the results of audits;</li>",
    ),
    "consent_wording": (
        "We use cookies to measure visits.",
        "We and 812 partners store information on your device to measure visits and to show advertising.",
    ),
    "consent_gone": (
        '<div id="onetrust-banner-sdk"><p>We use cookies to measure visits.</p><button>Accept</button></div>',
        "",
    ),
    "stock_price": ("NORR 214.50 +1.2 %", "NORR 209.10 -0.8 %"),
    "currency": ("1 EUR = 11.31 SEK", "1 EUR = 11.28 SEK"),
    "related_news_date": ("12 April 2026 | by A. Lind", "2 May 2026 | by K. Berg"),
    "related_news": (
        "The reader weighs less than four kilograms and can be carried anywhere.",
        "Two hundred visitors came to the opening of our new laboratory in Umeå.",
    ),
    "related_title": ("A new reader for small laboratories", "Open day in Umeå"),
    "link_target_trace": ('href="/annex?sid=1"', 'href="/annex?sid=2#top"'),
    "new_window_hint": (">Annex two</a>", ">Annex two (opens in a new window)</a>"),
    "footer_address": ("Storgatan 4, 211 42 Malmö", "Storgatan 6, 211 42 Malmö"),
    "footer_links": (
        '<li><a href="/sitemap">Site map</a></li>',
        '<li><a href="/sitemap">Site map</a></li><li><a href="/modern">Accessibility</a></li>',
    ),
    "language_picker": ("<li>Deutsch</li>", "<li>Deutsch</li><li>Suomi</li>"),
    "newsletter": ("Receive our news once a month.", "Join forty thousand readers of our letter today."),
    "search_box": ("<label>Search this site</label>", "<label>What are you looking for?</label>"),
    "country_list": ("<option>Sweden</option>", "<option>Sweden</option><option>Switzerland</option>"),
    "relative_time": ("Checked 3 days ago", "Checked 4 days ago"),
    "clock": ("Server time 09:31 UTC", "Server time 21:07 UTC"),
    "experiment": ('<span class="ab">Group A</span>', '<span class="ab">Group B</span>'),
    "blocks_moved": (
        "<aside><p>Aside one about our history.</p></aside><div class=promo><p>Win a reader for your school in our spring draw.</p></div>",
        "<div class=promo><p>Win a reader for your school in our spring draw.</p></div><aside><p>Aside one about our history.</p></aside>",
    ),
}

CHANGES: dict[str, tuple[str, str]] = {
    "one_word": ("does not sell human identification", "does not market human identification"),
    "negation_gone": ("Norrvik does not sell", "Norrvik does sell"),
    "negation_added": ("The board publishes the reason", "The board does not publish the reason"),
    "number": ("ten working days", "thirty working days"),
    "figure": ("fined up to 50,000 euro", "fined up to 5,000 euro"),
    "percent": ("at least 20 % of sites", "at least 2 % of sites"),
    "item_dropped": ("<li>private guards abroad;</li>", ""),
    "item_added": ("<li>private guards abroad;</li>", "<li>private guards abroad;</li><li>border agencies;</li>"),
    "last_item_dropped": ("<li>anyone who resells to them.</li>", ""),
    "lead_in_gone": ("<p>We will never sell readers to:</p>", ""),
    "lead_in_softened": ("We will never sell readers to:", "We will try not to sell readers to:"),
    "lead_in_reversed": ("We will never sell readers to:", "We may sell readers to:"),
    "hedge_added": ("we will suspend deliveries", "we will, where reasonable, suspend deliveries"),
    "hedge_moved": ("Where possible, suppliers must pay workers within a month and tell them the sum.", "Suppliers must pay workers within a month and, where possible, tell them the sum."),
    "must_to_should": ("Suppliers must give", "Suppliers should give"),
    "heading_changed": ("<h2>Where we do not sell</h2>", "<h2>Where we sell with care</h2>"),
    "heading_narrowed": ("<h2>Raising concerns</h2>", "<h2>Raising concerns of employees</h2>"),
    "heading_gone": ("<h2>Raising concerns</h2>", ""),
    "row_gone": ("<tr><td>Southern islands</td><td>readers and kits</td></tr>", ""),
    "row_changed": ("<td>readers and kits</td>", "<td>readers</td>"),
    "row_added": ("<tr><td>Southern islands</td>", "<tr><td>Western valleys</td><td>nothing</td></tr><tr><td>Southern islands</td>"),
    "cell_number": ("<td>every 12 months</td>", "<td>every 24 months</td>"),
    "footnote_changed": ("Regions are listed in annex two.", "Regions are chosen by the sales team."),
    "footnote_gone": ("<li>Regions are listed in annex two.</li>", ""),
    "binding_date": ("applies from 1 January 2027", "applies from 1 January 2029"),
    "deadline": ("by 30 June of each year", "by 31 December of each year"),
    "effective_line": ("Effective 1 June 2026", "Effective 1 December 2026"),
    "target_year": ("By 2028 every supplier", "By 2035 every supplier"),
    "contact_address": ("ethics@norrvik.example", "office@norrvik.example"),
    "contact_phone": ("+46 40 123 45 67", "+46 8 999 00 11"),
    "contact_gone": ("<p>Write to ethics@norrvik.example or call +46 40 123 45 67.</p>", ""),
    "clause_cut_and_changed": ("Distributors report every sale to us, and distributors sign a declaration about each end user.", "Distributors report some sales to us.</p><p>And distributors sign a declaration about each end user."),
    "joined_and_changed": ("kept for ten years.</p>\n<p>An outside body repeats", "kept for five years. An outside body repeats"),
    "into_an_accordion": ("<p>Complaints are answered within thirty days.</p>", "<details><summary>Answers</summary><p>Complaints are answered within ninety days.</p></details>"),
    "section_gone": ("<h2>Suppliers</h2>\n<p>Suppliers must give their workers written contracts in a language they understand.</p>\n<p>Where possible, suppliers must pay workers within a month and tell them the sum.</p>", ""),
    "sentence_gone": ("The board publishes the reason for each suspension. ", ""),
    "sentence_added": ("kept for ten years.</p>", "kept for ten years. Exceptions are made by the head of sales.</p>"),
    "last_sentence_gone": ("<p>The board reviews this policy every year.</p>", ""),
    "first_sentence_gone": ("<p>This policy binds every company of the Norrvik group.</p>", ""),
    "all_to_most": ("binds every company of", "binds most companies of"),
    "scope_narrowed": ("in regions where it may be used against minorities", "in regions under sanctions"),
    "subject_changed": ("Norrvik does not sell", "Our parent company does not sell"),
    "and_to_or": ("readers and their parts", "readers or their parts"),
    "comma_number": ("2,500 euro", "25,00 euro"),
    "accordion_changed": ("within five days in the accordion", "within fifty days in the accordion"),
    "hidden_tab_changed": ("The tab says that auditors may come unannounced.", "The tab says that auditors may come by appointment."),
    "details_gone": ("<details><summary>Who may complain?</summary><p>Workers, neighbours and customers may complain.</p></details>", ""),
    "chinese_negation": ("我们不会向警方出售识别设备", "我们会向警方出售识别设备"),
    "chinese_number": ("至少每两年重复一次评估", "至少每三年重复一次评估"),
    "chinese_item": ("<li>继续供货</li>", ""),
    "german_negation": ("Wir liefern keine Lesegeräte an die Polizei.", "Wir liefern Lesegeräte an die Polizei."),
    "french_hedge": ("Nous ne vendons pas de lecteurs à la police.", "Nous ne vendons en principe pas de lecteurs à la police."),
    "spanish_verb": ("Los proveedores deben pagar", "Los proveedores pueden pagar"),
    "arabic_negation": ("لا نبيع الأجهزة للشرطة", "نبيع الأجهزة للشرطة"),
    "link_text": (">Annex two</a>", ">Annex three</a>"),
    "definition_changed": ("<dd>use against people because of their beliefs</dd>", "<dd>use against people because of their beliefs, as decided by us</dd>"),
    "term_gone": ("<dt>Misuse</dt><dd>use against people because of their beliefs</dd>", ""),
    "promise_in_footer_changed": ("Norrvik does not use forced labour.", "Norrvik aims to avoid forced labour."),
    "promise_in_footer_gone": ("<p>Norrvik does not use forced labour.</p>", ""),
    "promise_in_banner": ("See us at the spring fair in Gothenburg from 3 to 5 April.", "We will no longer publish human rights reports."),
    "promise_in_consent": ("We use cookies to measure visits.", "We will sell biometric data about visitors to the police."),
    "promise_in_menu": ('<li><a href="/careers">Careers</a></li>', '<li><a href="/careers">Careers</a></li><li><a href="/n">Statement on Xinjiang</a></li>'),
    "withdrawn_line": ("<h1>Human rights policy</h1>", "<h1>Human rights policy</h1><p>This policy has been withdrawn.</p>"),
    "withdrawn_label": ("<h1>Human rights policy</h1>", "<h1>Human rights policy (withdrawn)</h1>"),
    "stamp_into_promise": ("Last updated: 3 May 2026", "Last updated: 3 May 2026. Sales to the police are no longer excluded."),
    "date_in_promise": ("suppliers audited before 1 March 2026", "suppliers audited before 1 March 2020"),
    "clock_in_promise": ("The line is open from 08:00 to 18:00", "The line is open from 10:00 to 11:00"),
    "id_in_promise": ("under standard SA8000:2026", "under standard SA8000:2014"),
    "long_item_number": ("order 1234567890123 was refused because of human rights", "order 9876543210987 was refused because of human rights"),
    "full_stop_moves": ("We stop. Only then we ask.", "We stop only then. We ask."),
    "short_item_at_the_end": ("<li>no drones</li>", ""),
    "short_sentence_at_the_end": ("<p>No exceptions.</p>", "<p>Few exceptions.</p>"),
    "label_in_table": ("<td>not sold</td>", "<td>sold</td>"),
    "reordered_words": ("first repair, then report", "first report, then repair"),
    "struck_out": ("Deliveries to state agencies end", "<del>Deliveries to state agencies end</del> Deliveries to some state agencies end"),
    "currency_of_a_promise": ("a fund of 2 million euro for victims", "a fund of 2 million kronor for victims"),
    "relative_time_of_a_promise": ("answered at most 2 days ago", "answered at most 90 days ago"),
    "decimal": ("below 0.5 percent", "below 5 percent"),
    "plain_decimal": ("are wiped after 1.5 days", "are wiped after 15 days"),
    "plain_currency": ("costs $40 a copy", "costs €40 a copy"),
    "plain_percent": ("is paid back in 3 % of cases", "is paid back in 3 ‰ of cases"),
    "plain_sign": ("stores samples at -5 degrees", "stores samples at 5 degrees"),
    "plain_word": ("The cafeteria opens to neighbours", "The cafeteria opens to relatives"),
    "plain_item": ("<li>blue</li>", ""),
    "plain_item_in_paragraphs": ("<p>• Lund</p>", ""),
    "plain_views": ("The archive holds 1,204 letters", "The archive holds 1,377 letters"),
    "plain_minutes": ("The tour takes 5 minutes", "The tour takes 50 minutes"),
    "drawing": ("The board hears of it", "The owner hears of it"),
    "shadow_root": ("Spare parts are kept for ten years", "Spare parts are kept for two years"),
    "short_last_item": ("<li>no kits</li>", "<li>few kits</li>"),
    "version_of_standard": ("ISO 45001", "ISO 9001"),
}  # fmt: skip


def in_list(lead_in: str, *items: str) -> str:
    return f"<p>{lead_in}</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


# Lines of a policy that stand in a footer, or where labels stand.
BESIDE: dict[str, tuple[str, str]] = {
    "days": ("<p>We answer complaints within 10 days</p>", "<p>We answer complaints within 90 days</p>"),
    "target": ("<p>Living wages by 2027</p>", "<p>Living wages by 2037</p>"),
    "sum": ("<p>Minimum wage: CHF 24</p>", "<p>Minimum wage: CHF 20</p>"),
    "share": ("<p>100% of sites audited</p>", "<p>60% of sites audited</p>"),
    "who_hears": ("<p>Complaints: independent ombudsman</p>", "<p>Complaints: legal department</p>"),
    "scope": ("<p>Applies to: all group companies</p>", "<p>Applies to: head office</p>"),
    "status": ("<p>Status: in force</p>", "<p>Status: under review</p>"),
    "expiry": ("<p>Policy in force from 1 March 2025</p>", "<p>Policy in force from 1 March 2025 until 31 December 2026</p>"),
    "hotline": ("<p>The hotline is open day and night</p>", "<p>The hotline is open Monday to Friday</p>"),
    "end": ("", "<p>This policy is no longer in force and has been replaced by our general terms.</p>"),
    "exception": ("<p>Exceptions to this policy need the approval of the board.</p>", "<p>Exceptions to this policy need the approval of a manager.</p>"),
    "german": ("<p>Diese Erklärung gilt für alle Werke.</p>", "<p>Diese Erklärung gilt für das Stammwerk.</p>"),
    "french": ("<p>Cette politique lie tous nos fournisseurs directs.</p>", "<p>Cette politique engage quelques fournisseurs directs.</p>"),
    "spanish": ("<p>Esta política obliga a todas las filiales.</p>", "<p>Esta política orienta a las filiales grandes.</p>"),
    "chinese": ("<p>本政策适用于所有子公司</p>", "<p>本政策适用于总部</p>"),
    "item_of_a_list": (in_list("We do not sell to:", "police", "armies", "prisons"), in_list("We do not sell to:", "police", "prisons")),
    "introduction": (in_list("We prohibit:", "ethnic profiling", "mass surveillance"), in_list("We discourage:", "ethnic profiling", "mass surveillance")),
    "introduction_that_is_a_line": (in_list("Complaints may be made by:", "post", "phone"), in_list("Complaints are heard by:", "post", "phone")),
    "item_under_another_introduction": (
        in_list("We will not supply:", "spyware", "face scanners") + in_list("We may supply:", "routers"),
        in_list("We will not supply:", "spyware") + in_list("We may supply:", "face scanners", "routers"),
    ),
    "answer": ("<p>Police: ✗</p>", "<p>Police: ✓</p>"),
}  # fmt: skip
BESIDE_AND_NOISE: dict[str, tuple[str, str]] = {
    "address": ("<p>Norrvik, 12 Main Street</p>", "<p>Norrvik, 99 High Street</p>"),
    "hours": ("<p>Mon–Fri 9:00–17:00</p>", "<p>Mon–Fri 8:00–18:00</p>"),
    "rating": ("<p>Excellent 4.6 | 12,401 reviews</p>", "<p>Excellent 4.7 | 12,559 reviews</p>"),
    "award": ("<p>Winner: Best Employer 2024</p>", "<p>Winner: Best Employer 2025</p>"),
    "offer": ("<p>Only 3 days left to save 20%</p>", "<p>Only 1 day left to save 20%</p>"),
    "visited": ("<p>Last visited: 3 pages</p>", "<p>Last visited: 1 page</p>"),
    "tags": ("<p>Tags: shoes, Graz, spring</p>", "<p>Tags: shoes, Lyon, summer</p>"),
    "future": ("<p>未来出行</p>", "<p>未来能源</p>"),
    "answers": ("<p>Was this page of use? Yes, not really</p>", "<p>Did this answer your question? Yes, no</p>"),
    "app": ("", "<p>Get the app and track your orders on the go.</p><a href=/a>App Store</a>"),
    "share_this": ("<p>Share this policy with a colleague.</p>", "<p>Print this policy or send it on.</p>"),
    "was_it_helpful": ("<p>Was this policy helpful to you?</p>", "<p>Did this statement answer your question?</p>"),
    "cookies": ("", "<p>By staying here you agree to cookies as this policy on cookies says.</p><button>OK</button>"),
}


def fetch() -> Fetch:
    return Fetch(URL, Purpose.WATCH, START, START, 200, final_url=URL)


def form_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


@cache
def guard() -> matching.Guard:
    return matching.guard_for(rules(), lexicon())


def shown(html: str) -> Shown:
    reading = read(html.encode(), content_type="text/html; charset=utf-8", url=URL)
    forms = tuple(
        form_of(place.text if guard()(place.text, reading.lead_in(at)) else mask(place.text))
        for at, place in enumerate(reading.places)
    )
    return Shown(VersionRef(1, 1, "d", START, 1), reading, forms)


@cache
def standing() -> Shown:
    return shown(PAGE)


def judged(was: str, now: str) -> Classified:
    """The class of the change from the page to the page with one replacement."""
    assert PAGE.count(was) == 1, f"{was!r} stands {PAGE.count(was)} times on the page"
    return between(standing(), shown(PAGE.replace(was, now)))


def judged_beside(was: str, now: str, *, end: str = "</footer>") -> Classified:
    """The class of a change in what stands beside the text; with ``</main>``, at its end."""
    assert PAGE.count(end) == 1
    return between(shown(PAGE.replace(end, was + end)), shown(PAGE.replace(end, now + end)))


def between(before: Shown, after: Shown) -> Classified:
    course = chart(after.reading, after.forms, fetch(), before)
    assert course.step in (Step.ACCEPT, Step.AGREES), course.grade
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    return classify(before.reading, after.reading, edits, guard())


# --- what only its past tells from a statement ------------------------------------------------------------------------

PRAISE = (
    "The new reader saved us a whole week in spring, and the team was kind.",
    "Our students love the small reader.",
)


def statuses(made: World, *pages: str) -> list[str]:
    said: list[str] = []
    for html in pages:
        made.site.shows(URL, html.encode())
        lines = [line for line in made.check(timedelta(days=1)) if line.url == URL]  # not what the page links to
        said += [f"{line.taken.status} {line.taken.change_class or ''}".strip() for line in lines]
    return said


@pytest.fixture
def norrvik(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.watch(Source("acme/policy", "acme", "page", URL, role="human-rights", every=timedelta(hours=6)))
        yield made


def praising(at: int) -> str:
    return PAGE.replace("<p>The archive holds", f"<p>{PRAISE[at]}</p><p>The archive holds")


def test_praise_by_turns_is_learned_and_a_promise_in_its_place_is_loud(norrvik: World) -> None:
    said = statuses(norrvik, *[praising(at % 2) for at in range(8)])
    assert said[0] == "new"
    assert set(said[-4:]) == {"changed variant"}
    broken = praising(0).replace("Norrvik does not sell", "Norrvik does sell")
    assert statuses(norrvik, broken) == ["changed substantive"]


def test_a_promise_that_comes_and_goes_is_told_each_way_first(norrvik: World) -> None:
    without = PAGE.replace("<p>We will never sell readers to:</p>", "")
    assert statuses(norrvik, PAGE, without, PAGE)[1:] == ["changed substantive", "changed substantive"]


def test_there_are_enough_pairs() -> None:
    assert len(NOISE) >= 40
    assert len(CHANGES) >= 60


@pytest.mark.parametrize("name", NOISE)
def test_noise_wakes_nobody(name: str) -> None:
    found = judged(*NOISE[name])
    assert found.change_class is not ChangeClass.SUBSTANTIVE, found.reasons


@pytest.mark.parametrize("name", CHANGES)
def test_a_real_change_is_substantive(name: str) -> None:
    found = judged(*CHANGES[name])
    assert found.change_class is ChangeClass.SUBSTANTIVE, found.reasons


@pytest.mark.parametrize("name", BESIDE)
def test_a_line_of_the_policy_beside_its_text_is_substantive(name: str) -> None:
    found = judged_beside(*BESIDE[name])
    assert found.change_class is ChangeClass.SUBSTANTIVE, found.reasons


@pytest.mark.parametrize("name", ["introduction", "item_under_another_introduction", "answer", "status"])
def test_and_so_it_is_at_the_end_of_the_text(name: str) -> None:
    found = judged_beside(*BESIDE[name], end="</main>")
    assert found.change_class is ChangeClass.SUBSTANTIVE, found.reasons


@pytest.mark.parametrize("name", BESIDE_AND_NOISE)
def test_what_else_stands_in_a_footer_wakes_nobody(name: str) -> None:
    found = judged_beside(*BESIDE_AND_NOISE[name])
    assert found.change_class is not ChangeClass.SUBSTANTIVE, found.reasons


def test_what_went_into_a_list_of_the_opposite_is_judged_with_its_introduction() -> None:
    before, after = (
        shown(PAGE.replace("</main>", text + "</main>")) for text in BESIDE["item_under_another_introduction"]
    )
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    findings = matching.find_verdicts(before.reading, after.reading, edits, lexicon())
    assert [found.verdict for found in findings] == [Verdict.REVERSED]


def test_a_promise_that_is_struck_out_is_removed() -> None:
    promise = "<p>We will not work with militias.</p>"
    struck = promise.replace("<p>", "<p><del>").replace("</p>", "</del></p>")
    before, after = (shown(PAGE.replace("</main>", text + "</main>")) for text in (promise, struck))
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    assert classify(before.reading, after.reading, edits, guard()).change_class is ChangeClass.SUBSTANTIVE
    findings = matching.find_verdicts(before.reading, after.reading, edits, lexicon())
    assert [found.verdict for found in findings] == [Verdict.REMOVED]
    assert "⟨struck out: We will not work with militias.⟩" in [place.text for place in after.reading.places]
