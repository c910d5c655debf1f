"""Pages that are not the page: walls, errors, shells, in five languages. None becomes content or looks like a removal.

Each is shown twice in a row (a wall often stands for an hour) in place of a normal policy, then the policy is back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.course import Shown, Step, chart
from core.grade import grade_page
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    Fetch,
    GradeLevel,
    Purpose,
    Reading,
    Source,
    VersionRef,
)
from core.text.read import read
from storage import changes
from storage.schema import alerts
from storage.schema import changes as change_rows
from tests.site import START, World, world

URL = "https://norrvik.example/responsibility/human-rights-policy"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = (Path(__file__).resolve().parents[1] / "data" / "noise" / "policy.html").read_bytes()
SHORT = (
    b"<html lang=en><head><title>Sales</title></head><body><nav><a href=/p>Products</a> <a href=/i>Investors</a></nav>"
    b"<h1>Responsible sales</h1><p>Norrvik does not sell human identification equipment to police agencies in regions "
    b"where it may be used against minorities.</p><p>We assess every new distributor before the first order and repeat "
    b"that assessment once every two years.</p><p>Where we learn of misuse we suspend deliveries within ten working "
    b"days and publish the reason.</p><footer>Norrvik Instruments AB</footer></body></html>"
)
FRAME = (
    "<header><nav><ul><li><a href='/products'>Products</a></li><li><a href='/careers'>Careers</a></li>"
    "<li><a href='/investors'>Investors</a></li><li><a href='/press'>Press room</a></li></ul></nav></header>",
    "<footer><p>Norrvik Instruments AB, Storgatan 4, 211 42 Malmo</p><p>All rights reserved.</p><ul><li><a href='/legal'>"
    "Legal notice</a></li><li><a href='/sitemap'>Site map</a></li></ul></footer>",
)


def in_frame(body: str, title: str = "Norrvik") -> bytes:
    return f"<html lang=en><head><title>{title}</title></head><body>{FRAME[0]}{body}{FRAME[1]}</body></html>".encode()


def bare(body: str, title: str = "") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


CARDS = "".join(
    f"<div class=card><h3><a href=/n{at}>News number {at} from our laboratories</a></h3><p>Our colleagues in {town} have "
    f"opened a new training room where customers learn to use reader number {at} in one afternoon.</p></div>"
    for at, town in enumerate(("Lund", "Kiel", "Lyon", "Porto", "Turin", "Graz", "Brno", "Gent"))
)
COUNTRIES = "".join(f"<li><a href=/{at}>Country {at} (English)</a></li>" for at in range(90))
PARKED = (
    "<h1>norrvik.example</h1><p>This domain may be for sale. Ask about its price today and own it tomorrow.</p><ul>"
    + "".join(
        f"<li><a href=/s{at}>{word}</a></li>"
        for at, word in enumerate(
            ("Cheap flights", "Car insurance", "Hotel deals", "Online degrees", "Credit cards", "Lab equipment")
        )
    )
    + "</ul><p>The sponsored listings displayed above are served automatically by a third party. Neither the service "
    "provider nor the domain owner maintain any relationship with the advertisers.</p>"
)
CONSENT = (
    "<div class=cmp><h2>Your choices</h2><p>We and our 812 partners store and read information on your device, such as "
    "unique identifiers in cookies, to process personal data. You may accept or manage your choices by clicking below, "
    "including your right to object where legitimate interest is used, or at any time in the data protection page.</p>"
    "<p>These choices will be signalled to our partners and will not affect browsing data. We and our partners process "
    "data to provide precise location, to scan device characteristics, and for advertising that fits your interests.</p>"
    "<button>Manage</button><button>Accept all</button></div>"
)

BAD: dict[str, bytes] = {
    "wall_en": bare("<h1>One more step</h1><p>Please complete the check below to verify you are human before we let you in.</p><p>Ray 8f3a77</p>", "Just a moment"),
    "wall_zh": bare("<h1>安全验证</h1><p>为了保护网站安全，请完成验证后继续访问本页面，感谢您的配合与理解。</p>"),
    "wall_fr": bare("<h1>Accès refusé</h1><p>Votre demande ressemble à celle d’un robot ; vérifiez que vous êtes humain pour continuer la visite.</p>"),
    "wall_de": bare("<h1>Zugriff verweigert</h1><p>Ihre Anfrage wurde blockiert. Bitte bestätigen Sie, dass Sie ein Mensch sind, um fortzufahren.</p>"),
    "wall_es": bare("<h1>Acceso denegado</h1><p>Su solicitud ha sido bloqueada; verifique que es humano para continuar con la visita de esta página.</p>"),
    "wall_unknown_words": bare("<h1>Hold on</h1><p>Our shield would like to look at your device for a few seconds. You will go on by yourself afterwards.</p><p>Case 8f3a77</p>"),
    "soft_404_en": in_frame("<h1>Oops</h1><p>The page you are looking for has taken a day off. Try the search or go back to the start.</p>"),
    "soft_404_zh": in_frame("<h1>页面不存在</h1><p>抱歉，您访问的页面不存在或已被删除，请返回首页或使用搜索功能。</p>"),
    "soft_404_fr": in_frame("<h1>Page introuvable</h1><p>La page que vous recherchez n’existe pas ou plus ; revenez à l’accueil ou lancez une recherche.</p>"),
    "soft_404_de": in_frame("<h1>Seite nicht gefunden</h1><p>Diese Seite gibt es leider nicht. Gehen Sie zur Startseite oder nutzen Sie die Suche.</p>"),
    "soft_404_es": in_frame("<h1>Página no encontrada</h1><p>La página que busca no existe; vuelva al inicio o utilice el buscador de nuestro sitio.</p>"),
    "soft_404_unknown_words": in_frame("<h1>Lost?</h1><p>Nothing lives at this address. Perhaps the menu above brings you to where you wanted to be.</p>"),
    "soft_404_with_news": in_frame("<h1>Lost?</h1><p>Nothing lives at this address. Perhaps one of these helps:</p>" + CARDS),
    "soft_404_with_all_the_news": in_frame("<h1>Page not found</h1><p>Nothing lives at this address. Perhaps one of these helps:</p>" + CARDS + CARDS.replace("reader", "sequencer")),
    "home_page": in_frame("<h1>Instruments for life</h1>" + CARDS),
    "maintenance_en": bare("<h1>Back soon</h1><p>Our website is down for maintenance until six o’clock this evening. We are sorry for the trouble.</p>"),
    "maintenance_zh": bare("<h1>系统维护</h1><p>网站正在进行系统维护，预计今天晚上六点恢复访问，给您带来不便敬请谅解。</p>"),
    "maintenance_fr": bare("<h1>Site en maintenance</h1><p>Nous améliorons notre site ; il sera de retour ce soir à dix-huit heures, merci de votre patience.</p>"),
    "maintenance_de": bare("<h1>Wartungsarbeiten</h1><p>Unsere Seiten werden gerade gewartet und sind heute Abend ab achtzehn Uhr wieder für Sie da.</p>"),
    "maintenance_es": bare("<h1>En mantenimiento</h1><p>Estamos mejorando nuestro sitio; volverá a estar disponible esta tarde a partir de las seis.</p>"),
    "application_error": in_frame("<h1>Something went wrong</h1><p>An unexpected error happened while this page was made for you. Try again in a moment.</p>"),
    "stack_trace": bare("<h1>Server Error in '/' Application.</h1><pre>Object reference not set to an instance of an object.\nat Norrvik.Web.Pages.Policy.Render(HtmlTextWriter writer) in C:\\build\\Policy.cs:line 88\nat System.Web.UI.Control.RenderChildren(HtmlTextWriter writer, ICollection children)\nat System.Web.UI.Page.ProcessRequestMain(Boolean before, Boolean after)</pre>"),
    "json_error_as_html": b'{"error":{"code":500,"message":"upstream connect error or disconnect before headers"},"trace":"7f3e9c"}',
    "consent_wall": bare(CONSENT, "Your choices"),
    "consent_wall_in_frame": in_frame(CONSENT),
    "login": in_frame("<h1>Welcome</h1><form><label>E-mail</label><input type=email><label>Password</label><input type=password><button>Go on</button><p>New here? Ask your contact at Norrvik for an account.</p></form>"),
    "login_zh": bare("<h1>用户登录</h1><form><p>请登录后继续访问本网站的内容，如果没有账号请联系管理员开通。</p><input type=password></form>"),
    "shell": bare("<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript><script></script><script></script><script></script>"),
    "shell_with_frame": in_frame("<div id=app></div><script src=1></script><script src=2></script><script src=3></script>"),
    "only_the_frame": in_frame("<main></main>"),
    "loading": in_frame("<main><div class=spinner>Loading…</div></main>"),
    "parked": bare(PARKED, "norrvik.example"),
    "choose_your_country": bare("<h1>Choose your country</h1><ul>" + COUNTRIES + "</ul>"),
    "truncated_early": POLICY[:900],
    "truncated_in_a_tag": POLICY[: POLICY.index(b"<h1>") + 2],
    "age_gate": bare("<h1>Are you a health professional?</h1><p>The content of this site is meant for professionals only. Please say who you are before you go on.</p><button>Yes</button><button>No</button>"),
    "survey": in_frame("<h1>Tell us what you think</h1><p>Would you take part in a survey of three minutes after your visit? Your answers help us to make this site better.</p><button>Yes</button><button>No</button>"),
}  # fmt: skip


@pytest.fixture
def norrvik(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.site.shows("https://norrvik.example/", SHORT)  # the site as a whole answers
        made.watch(Source("acme/policy", "acme", "page", URL, role="human-rights", every=HOUR))
        yield made


def number_of(made: World, table: object) -> int:
    with made.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a table


def statuses(made: World, *pages: bytes, after: timedelta = 2 * HOUR) -> list[str]:
    said: list[str] = []
    for shown in pages:
        made.site.shows(URL, shown)
        said += [checked.taken.status for checked in made.check(after) if checked.url == URL]
    return said


def told(made: World) -> list[Change]:
    """Changes on record, oldest first."""
    with made.database.read() as conn:
        return [
            changes.by_id(conn, at).change for at in conn.execute(select(change_rows.c.id).order_by("id")).scalars()
        ]


def test_bad_captures_change_nothing(norrvik: World) -> None:
    assert len(BAD) >= 30
    assert statuses(norrvik, POLICY) == ["new"]
    for name, bad in BAD.items():
        said = statuses(norrvik, bad, bad)
        assert set(said) <= {"failed", "suspect"}, (name, said)
        assert set(statuses(norrvik, POLICY)) == {"unchanged"}, name
    assert number_of(norrvik, change_rows) == 0
    assert number_of(norrvik, alerts) == 0


def step_of(policy: Reading, bad: bytes) -> Step:
    """What one capture of a bad page would be, with no phrase known."""
    reading = read(bad, content_type="text/html; charset=utf-8", url=URL)
    if grade_page(reading, phrases={}).level is GradeLevel.BAD:
        return Step.BAD
    stands = Shown(VersionRef(1, 1, "d", START, 1), policy, tuple(hash(place.text) for place in policy.places))
    fetch = Fetch(URL, Purpose.WATCH, START, START, 200, final_url=URL)
    return chart(reading, tuple(hash(place.text) for place in reading.places), fetch, stands).step


@pytest.mark.parametrize("policy", [POLICY, SHORT], ids=["long", "short"])
def test_without_any_phrase_nine_in_ten_are_refused(policy: bytes) -> None:
    stood = read(policy, content_type="text/html; charset=utf-8", url=URL)
    steps = {name: step_of(stood, bad) for name, bad in BAD.items() if name != "json_error_as_html"}
    believed = [name for name, step in steps.items() if step in (Step.ACCEPT, Step.AGREES)]
    doubted = [name for name, step in steps.items() if step is Step.SUSPECT]
    assert believed == []
    assert len(doubted) <= len(steps) // (10 if policy is POLICY else 3), doubted


@pytest.mark.parametrize("name", ["home_page", "consent_wall", "parked"])
def test_what_replaces_a_short_policy_at_length_is_a_swap_by_that_name(norrvik: World, name: str) -> None:
    """Nothing in them tells a whole other page from a new document: it is told as what it is, never as a removal."""
    statuses(norrvik, SHORT, BAD[name], BAD[name], SHORT)
    assert {change.change_class for change in told(norrvik)} <= {ChangeClass.VARIANT}
    assert {change.event for change in told(norrvik)} <= {DocumentEvent.SWAPPED, None}


# --- near misses: poor captures by their looks, and the truth ---------------------------------------------------------

THIRD = POLICY[: POLICY.index(b"<h2>How we check")] + POLICY[POLICY.index(b"<p>The board reviews") :]
NOTICE = (
    POLICY[: POLICY.index(b"<h1>")]
    + b"<h1>Human rights policy</h1><p>This policy has been withdrawn by the board on 4 May of this year.</p>"
    + b"<p>Customers and neighbours may ask the head office in writing why that was done.</p>"
    + POLICY[POLICY.index(b"</main>") :]
)


def test_a_policy_cut_to_a_third_is_doubted_confirmed_and_told(norrvik: World) -> None:
    assert statuses(norrvik, POLICY, THIRD) == ["new", "suspect"]
    assert statuses(norrvik, THIRD, after=HOUR) == ["changed"]
    (change,) = told(norrvik)
    assert change.change_class is ChangeClass.SUBSTANTIVE
    assert sum(edit.act is Act.REMOVED for edit in change.edits) >= 10
    assert number_of(norrvik, alerts) == 1


def test_a_notice_in_the_place_of_a_policy_is_told_after_a_week(norrvik: World) -> None:
    said = statuses(norrvik, POLICY, NOTICE)
    assert said == ["new", "failed"]
    for _ in range(9):
        said += norrvik.statuses(DAY)
    assert "gone" in said
    (change,) = told(norrvik)
    assert change.event is DocumentEvent.GONE
    assert change.window.first_changed_at == START + 4 * HOUR
    assert number_of(norrvik, alerts) == 1


def test_a_notice_of_a_few_days_is_no_claim(norrvik: World) -> None:
    said = statuses(norrvik, POLICY, *[NOTICE] * 4, after=DAY)
    assert set(said[1:]) == {"failed"}
    assert statuses(norrvik, POLICY) == ["unchanged"]
    assert told(norrvik) == []


def test_a_wall_that_stays_for_weeks_is_never_a_removal(norrvik: World) -> None:
    said = statuses(norrvik, POLICY, *[BAD["wall_unknown_words"]] * 12, after=DAY)
    assert set(said[1:]) == {"failed"}
    assert told(norrvik) == []


def test_an_empty_frame_that_stays_for_weeks_is_never_a_removal(norrvik: World) -> None:
    frame = POLICY[: POLICY.index(b"<h1>")] + POLICY[POLICY.index(b"</main>") :]
    said = statuses(norrvik, POLICY, *[frame] * 12, after=DAY)
    assert set(said[1:]) == {"failed"}
    assert told(norrvik) == []


MAINTENANCE = "<div class=notice><p>Scheduled maintenance: our web shop will not be available on Sunday.</p></div>"


def test_a_notice_over_the_text_does_not_hide_what_changes_in_it(norrvik: World) -> None:
    page = SHORT.decode()
    with_notice = page.replace("<h1>", MAINTENANCE + "<h1>")
    changed = with_notice.replace("does not sell", "aims not to sell")
    said = []
    for html in (page, with_notice, changed):
        norrvik.site.shows(URL, html.encode())
        said += [(line.taken.status, line.taken.change_class) for line in norrvik.check(DAY)]
    assert [status for status, _ in said] == ["new", "changed", "changed"]
    assert said[-1][1] is ChangeClass.SUBSTANTIVE


def test_a_notice_beside_a_long_text_is_no_reason_to_refuse_a_first_look() -> None:
    text = "".join(
        f"<p>Norrvik tells in part {at} of this policy what it does, for whom and until when.</p>" for at in range(12)
    )
    page = f"<html lang=en><body><h1>Sales</h1>{MAINTENANCE}{text}</body></html>".encode()
    reading = read(page, content_type="text/html; charset=utf-8", url=URL)
    assert grade_page(reading).level is GradeLevel.GOOD
    headed = page.replace(b"<h1>Sales</h1>", b"<h1>Scheduled maintenance</h1>")
    assert grade_page(read(headed, content_type="text/html; charset=utf-8", url=URL)).code == "maintenance"


def test_a_sentence_that_leaves_a_page_of_two_is_a_removal_and_no_other_text(norrvik: World) -> None:
    panel = " An external panel advises the board on sensitive sales of readers, and publishes its advice each spring."
    page = f"<html lang=en><body>{FRAME[0]}<main><h1>Responsibility</h1><p>Human rights matter to us, to our owners and to everybody who works here.{panel}</p></main></body></html>"
    said = []
    for html in (page, page.replace(panel, ""), page.replace(panel, "")):
        norrvik.site.shows(URL, html.encode())
        said += [(line.taken.status, line.taken.change_class, line.taken.grade.code) for line in norrvik.check(DAY)]
    assert said[1:] == [("suspect", None, "collapsed"), ("changed", ChangeClass.SUBSTANTIVE, "collapsed")]
