"""Windows, buttons and boxes that sites put round and into their texts: coming or going, they wake nobody.

Each stands on the page of an invented company, built as such things are built today, once on a page that says which part
is its main one and once on a page that does not. A promise inside any of them is heard all the same.
"""

from __future__ import annotations

import re

import pytest

from core.classify import classify
from core.model import ChangeClass
from core.text.diff import compare
from tests.end_to_end.test_noise_and_change import PAGE, guard, shown

PLAIN = (
    re.sub(r"</?main>", "", PAGE)
    .replace("<h1>", '<div class="col-12"><h1>')
    .replace('<div class="viewers">', '</div><div class="viewers">')
)

# Windows that ask for consent; each with something that reads like a commitment.
CONSENT = {
    "trustcommander": '<div id="tc-privacy-wrapper"><div id="footer_tc_privacy"><p>With your consent our partners use cookies. You may withdraw your consent at any time.</p><button>OK</button></div></div>',
    "css_module": '<div class="CookieConsent_root__x1Zq"><p>We do not set cookies without your consent.</p><button>Fine</button></div>',
    "camel_case": '<div class="cookieBanner"><p>You can refuse all cookies. We will not track you with cookies then.</p><a href="#">Refuse</a></div>',
    "by_id": '<div id="gdprModal"><p>We must ask for your consent before we set cookies.</p><button>Yes</button></div>',
    "custom_element": "<cookie-banner><p>We may not use trackers unless you give your consent.</p><button>Agree</button></cookie-banner>",
    "test_id": '<div data-testid="consent-banner"><p>You have the right to withdraw your consent to cookies at any time.</p></div>',
    "modal": '<div class="a1" role="dialog" aria-modal="true"><p>Our 812 partners must ask for your consent to cookies.</p><div><p>Strictly necessary cookies cannot be switched off and do not store personal data on your device.</p></div></div>',
    "fixed": '<div class="x9" style="position: fixed; bottom: 0"><p>We never sell what cookies tell us about your browser.</p><span>Got it</span></div>',
    "unnamed": '<div class="css-1q2w3e"><div class="css-77aa"><p>This site uses cookies. You can refuse them, and we will not set cookies then.</p><div><button>Accept</button><button>Refuse</button></div></div></div>',
    "unnamed_german": '<div class="kx"><p>Wir setzen Cookies nur mit deiner Einwilligung. Du kannst deine Einwilligung jederzeit widerrufen.</p><button>Ablehnen</button><button>Zustimmen</button></div>',
    "unnamed_french": '<section class="z"><p>Avec votre consentement, nos partenaires déposent des cookies. Vous pouvez retirer votre consentement à tout moment.</p><button>Refuser</button></section>',
    "preferences": '<div class="ot-pc-content"><h3>Your choices</h3><ul><li>Strictly necessary cookies: always on, these cookies cannot be refused</li><li>Marketing cookies: you must give your consent</li></ul><button>Save</button></div>',
    "do_not_sell": '<div class="footer-links"><a href="/ccpa">Do Not Sell or Share My Personal Information</a></div>',
}
# Boxes beside the text.
BOXES = {
    "chat": '<div class="chat-launcher"><p>Hello! How can we help you today? Our team answers within minutes.</p><button>Start</button></div>',
    "feedback": '<div class="feedback"><p>Was this page helpful?</p><button>Yes</button><button>No</button><span>12 of 30 people found this helpful</span></div>',
    "newsletter_form": '<form action="/n"><p>Stay informed. We will never share your address and you can unsubscribe from the newsletter at any time.</p><label>Your e-mail address</label><input type="email"><button>Sign up</button></form>',
    "unnamed_field": '<div class="css-9x"><div><h3>News for your desk</h3><p>Join forty thousand readers and get the best of our stories each week.</p></div><div><input type="email"><div role="button">Join</div></div></div>',
    "captcha": '<div class="grecaptcha-note">This site is protected by reCAPTCHA and the privacy policy of its maker applies.</div>',
    "old_browser": '<div class="browser-warning"><p>Your browser is out of date. Please use a newer one to see all of this site.</p></div>',
    "live_region": '<div aria-live="polite"><p>You are offline. You are looking at a page that was saved earlier on this device.</p></div>',
    "status": '<div role="status">Loading more of the content of this page, please wait a moment</div>',
    "back_to_top": '<a href="#" class="backToTop">Back to the top of this page</a>',
    "toc": '<nav aria-label="On this page"><ul><li><a href="#a">Where we do not sell</a></li><li><a href="#b">How we check</a></li><li><a href="#c">What follows from it for distributors and their customers</a></li></ul></nav>',
    "book_menu": '<div class="footer-menu"><ul><li><a href="/b">All the Light We Cannot See</a></li><li><a href="/c">Never Let Me Go</a></li></ul></div>',
    "drawer": '<div class="MuiDrawer-root"><p>Choose the country that you would like to see products, prices and events for.</p></div>',
    "share_hashes": '<div class="SocialShare__wrap-sc-1x"><span>Share this with people who would like to read it as well</span></div>',
    "app_banner": '<div class="smartbanner"><p>Read faster in our application for telephones, it costs nothing and takes a minute.</p><a href="/app">Get it</a></div>',
}  # fmt: skip
# Buttons and labels within the text itself.
LABELS = {
    "button": "<button>Print this page</button>",
    "link_button": '<p><a class="btn" href="/register">Create account</a></p>',
    "role_button": '<div role="button">Expand everything</div>',
    "switch": "<details open><summary>See Details</summary></details>",
    "copy": "<div><span>Copy link</span></div>",
    "headed_switches": "<div><h3>Was this helpful?</h3><button>Yes</button><button>No</button></div>",
    "select": "<select><option>Choose a version of this policy</option></select>",
}


def class_of(was: str, now: str) -> tuple[ChangeClass, tuple[str, ...]]:
    before, after = shown(was), shown(now)
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    found = classify(before.reading, after.reading, edits, guard())
    return found.change_class, found.reasons


def with_box(page: str, box: str, where: str) -> str:
    """The page with a box in the place where such boxes stand."""
    anchor = {"end": "<footer>", "start": "<header>", "inside": "<h2>How we check</h2>"}[where]
    assert page.count(anchor) == 1
    return page.replace(anchor, box + anchor)


PAGES = {"main": PAGE, "plain": PLAIN}
BESIDE = CONSENT | BOXES


def test_there_are_enough_widgets() -> None:
    assert len(CONSENT) >= 12
    assert len(BOXES) >= 12
    assert len(LABELS) >= 6
    assert "<main>" not in PLAIN


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("where", ["start", "end"])
@pytest.mark.parametrize("name", BESIDE)
def test_a_box_that_comes_or_goes_wakes_nobody(name: str, where: str, page: str) -> None:
    with_it = with_box(PAGES[page], BESIDE[name], where)
    for was, now in ((PAGES[page], with_it), (with_it, PAGES[page])):
        found, why = class_of(was, now)
        assert found is not ChangeClass.SUBSTANTIVE, why


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", LABELS)
def test_a_label_inside_the_text_wakes_nobody(name: str, page: str) -> None:
    with_it = with_box(PAGES[page], LABELS[name], "inside")
    for was, now in ((PAGES[page], with_it), (with_it, PAGES[page])):
        found, why = class_of(was, now)
        assert found is not ChangeClass.SUBSTANTIVE, why


@pytest.mark.parametrize(
    "promise", ["Norrvik does not sell readers to the police.", "We will never use forced labour."]
)
@pytest.mark.parametrize("name", BESIDE)
def test_a_promise_in_a_box_arrives(name: str, promise: str) -> None:
    box = re.sub(r"^(<[^>]+>)", rf"\1<p>{promise}</p>", BESIDE[name])
    for was, now in (
        (with_box(PAGE, BESIDE[name], "end"), with_box(PAGE, box, "end")),
        (with_box(PLAIN, box, "end"), PLAIN),
    ):
        assert class_of(was, now)[0] is ChangeClass.SUBSTANTIVE


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("<p>The building has these colours:</p>", "<p>Norrvik Data</p><p>Acme Cloud</p><p>Blue Mail</p><p>Orrin Print</p>"),
        ("<p>No exceptions.</p>", "<p>Suspended.</p>"),
        ("<h2>Targets</h2>", "<h2>Hopes</h2>"),
        ('<button aria-expanded="false">What happens next?</button>', '<button aria-expanded="false">What never happens?</button>'),
        ("<dt>Misuse</dt>", "<dt>Abuse</dt>"),
    ],
)  # fmt: skip
def test_short_lines_that_say_something_are_heard(was: str, now: str) -> None:
    assert PAGE.count(was) == 1
    assert class_of(PAGE, PAGE.replace(was, now))[0] is ChangeClass.SUBSTANTIVE


def test_names_in_lines_of_their_own_are_a_list() -> None:
    names = "<p>Norrvik Data</p><p>Acme Cloud</p><p>Blue Mail</p><p>Orrin Print</p>"
    was = with_box(PAGE, names, "inside")
    assert class_of(was, was.replace("<p>Blue Mail</p>", ""))[0] is ChangeClass.SUBSTANTIVE
