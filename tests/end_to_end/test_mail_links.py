"""The pages behind the links of mails: reading changes nothing, one form does one thing once, and nothing else is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from alerts.channels.email import letter_of
from alerts.decide import decide
from alerts.message import compose
from core.config.people import Person
from core.config.settings import Mail
from core.handling import Actor, Handling, Wish, told
from core.links import FeedKind, LinkAct, Links
from core.model import Intent
from storage import feed_addresses, handlings, outbox
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import companies, deliveries, events
from tests.changes import BASE_URL, FIRST_CHANGED, hedge_added
from tests.deliveries import written_everywhere
from tests.hostile import ALL
from web.app import MailDoor, create_app

DESK = Intent("desk", "email", "desk@example.org", ("rights desk: severity is high",))
OSEI = Intent("osei", "email", "A.Osei@example.org", ("rights desk: severity is high",))
PEOPLE = {"osei": Person("osei", "A. Osei", "U012AB3CD", "a.osei@example.org")}
LINKS = Links(b"k" * 32, BASE_URL)
MAIL = Mail("localhost", 25, "none", "onrecord@example.org")


class Site:
    """The pages over an archive with one alert, sent to a desk and to a person."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_database(folder / "onrecord.db")
        self.now: datetime = FIRST_CHANGED
        prepare(self.database)
        app = create_app(
            self.database,
            BlobStore(folder / "blobs"),
            now=lambda: self.now,
            base_url=BASE_URL,
            allowed_hosts=frozenset({"onrecord.example.org"}),
            mail=MailDoor(LINKS, lambda: PEOPLE),
        )
        self.client = TestClient(app, base_url=BASE_URL, raise_server_exceptions=False)
        alert = decide(hedge_added(), base_url=BASE_URL)
        assert alert is not None
        with self.database.write() as conn:
            conn.execute(companies.insert().values(id="halden", name="Halden Biosystems", aliases=[], topics=[]))
            alert_id = outbox.record_alert(conn, replace(alert, document_id=None, change_id=None), FIRST_CHANGED)
            assert alert_id == 1
            self.desk, self.osei = outbox.enqueue(conn, alert_id, [DESK, OSEI], FIRST_CHANGED)

    def link(self, act: LinkAct, delivery: str | None = None) -> str:
        """The path of a link as the mail carries it."""
        return LINKS.address(delivery or self.desk, act, FIRST_CHANGED).removeprefix(BASE_URL)

    @property
    def log(self) -> list[str]:
        with self.database.read() as conn:
            return [told(each) for each in handlings.of_alert(conn, 1)]

    @property
    def everything(self) -> tuple[int, int, list[str]]:
        """Rows that an act would change."""
        with self.database.read() as conn:
            states = list(conn.execute(select(deliveries.c.state)).scalars())
            return len(self.log), len(conn.execute(select(events.c.id)).all()), states


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    yield found
    found.client.close()
    found.database.close()


def test_the_links_of_a_letter_lead_to_pages_that_ask(site: Site) -> None:
    with site.database.write() as conn:
        (claimed, _) = outbox.claim(conn, FIRST_CHANGED, 2, timedelta(minutes=5))
    letter = letter_of(compose(claimed), MAIL, LINKS)
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.findall(rf"{BASE_URL}(/[au]/\S+)", body.get_content())
    assert len(found) == 5
    assert letter["List-Unsubscribe"] == f"<{BASE_URL}{found[4]}>"
    for path, verb in zip(found, ("Acknowledge", "Confirm", "Snooze", "Not relevant", "No more mail"), strict=True):
        page = site.client.get(path)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        assert f'<button class="main" type="submit">{verb}</button>' in page.text
        assert "Nothing has happened yet" in page.text


@pytest.mark.parametrize("act", list(LinkAct))
def test_a_scanner_that_follows_every_link_changes_nothing(site: Site, act: LinkAct) -> None:
    before = site.everything
    for method in ("GET", "HEAD", "GET"):
        answer = site.client.request(method, site.link(act), headers={"purpose": "prefetch"})
        assert answer.status_code == 200
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
        assert site.client.request(method, site.link(act)).status_code == 405
    assert site.everything == before


def test_a_page_shows_no_more_than_the_message_held(site: Site) -> None:
    with site.database.write() as conn:
        note = Wish(Handling.NOTE, text="our source says more")
        handlings.handle(conn, handlings.Asked(1, note, Actor("command", "root")), FIRST_CHANGED)
    page = site.client.get(site.link(LinkAct.ACKNOWLEDGE)).text
    assert "WEAKENED: Halden Biosystems, Responsible sales (critical)" in page
    assert "our source says more" not in page
    assert "root" not in page
    assert "desk@example.org" not in page


@pytest.mark.parametrize(
    ("detail", "title", "found"),
    [
        ("title", "WEAKENED: Halden Biosystems, Responsible sales (critical)", False),
        ("none", "On Record (critical)", False),
    ],
)
def test_where_a_message_said_less_its_pages_say_less(site: Site, detail: str, title: str, found: bool) -> None:
    with site.database.write() as conn:
        conn.execute(deliveries.update().values(detail=detail))
    for answer in (site.client.get(site.link(LinkAct.CONFIRM)), site.client.post(site.link(LinkAct.CONFIRM))):
        assert title in answer.text
        assert ("knowingly" in answer.text) is found
        assert ("Halden" in answer.text) is (detail == "title")


def test_a_form_acts_once_for_whoever_the_mail_was_sent_to(site: Site) -> None:
    answer = site.client.post(site.link(LinkAct.ACKNOWLEDGE), data={"note": "read\r\nit"})
    assert (answer.status_code, ">Acknowledged.<" in answer.text) == (200, True)
    again = site.client.post(site.link(LinkAct.ACKNOWLEDGE))
    assert "This was done already." in again.text
    other = site.client.post(site.link(LinkAct.CONFIRM, site.osei))
    assert ">Confirmed.<" in other.text
    assert site.log == ["Acknowledged by desk@example.org (read it)", "Confirmed by A. Osei"]


def test_choices_are_made_on_the_page(site: Site) -> None:
    answer = site.client.post(site.link(LinkAct.NOT_RELEVANT), data={"reason": "translation"})
    assert "Not relevant: translation." in answer.text
    for act, form, status in (
        (LinkAct.NOT_RELEVANT, {"reason": "boring"}, 403),
        (LinkAct.SNOOZE, {"snooze": "for ever"}, 403),
        (LinkAct.SNOOZE, {}, 403),
    ):
        assert site.client.post(site.link(act), data=form).status_code == status
    refused = site.client.post(site.link(LinkAct.SNOOZE), data={"snooze": "next"})
    assert "there is nothing to snooze" in refused.text
    assert site.log[0] == "Called not relevant (translation) by desk@example.org"


def test_no_more_mail_by_page_and_by_one_click(site: Site) -> None:
    one_click = site.client.post(
        site.link(LinkAct.OFF),
        content="List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert "desk@example.org gets no more alerts from On Record." in one_click.text
    with site.database.read() as conn:
        rows = conn.execute(select(deliveries.c.target, deliveries.c.state, deliveries.c.error)).all()
    reason = "dropped: switched off by desk@example.org (by the link in a mail)"
    assert sorted(tuple(row) for row in rows) == [
        ("A.Osei@example.org", "queued", None),
        ("desk@example.org", "dropped", reason),
    ]
    assert site.client.post(site.link(LinkAct.OFF)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/a/x", "/u/x", "/a/" + "x" * 2_000, "/a/x/y", "/a/", "/b/x"],
)
def test_what_is_no_link_of_ours_acts_on_nothing(site: Site, path: str) -> None:
    before = site.everything
    assert site.client.get(path).status_code in (403, 404)
    assert site.client.post(path).status_code in (403, 404, 405)
    assert site.everything == before


def test_a_link_does_only_what_it_was_made_for(site: Site) -> None:
    token = site.link(LinkAct.ACKNOWLEDGE).removeprefix("/a/")
    before = site.everything
    assert site.client.post(f"/u/{token}").status_code == 403
    off = site.link(LinkAct.OFF).removeprefix("/u/")
    assert site.client.post(f"/a/{off}").status_code == 403
    assert site.everything == before
    site.now = FIRST_CHANGED + timedelta(days=31)
    late = site.client.post(f"/a/{token}")
    assert (late.status_code, "This link was good for 30 days and has run out." in late.text) == (403, True)
    assert site.everything == before


def test_a_form_that_is_too_long_is_refused(site: Site) -> None:
    answer = site.client.post(site.link(LinkAct.ACKNOWLEDGE), data={"note": "x" * 200_000})
    assert (answer.status_code, site.log) == (403, [])


def test_other_pages_take_no_posts_still(site: Site) -> None:
    for path in ("/", "/search", "/companies", "/a", "/u"):
        assert site.client.post(path).status_code in (404, 405)


# --- feeds -----------------------------------------------------------------------------------------------------------

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_a_feed_is_read_without_signing_in_and_holds_what_was_told(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(companies.update().values(topics=["dna"]))
    answer = site.client.get(LINKS.feed("all").removeprefix(BASE_URL))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    feed = fromstring(answer.content)
    assert feed.findtext("a:title", namespaces=ATOM) == "On Record: alerts"
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "WEAKENED: Halden Biosystems, Responsible sales (critical)"
    assert [link.attrib["href"] for link in entry.findall("a:link", ATOM)] == [f"{BASE_URL}/c/halden-sales/6..7"]
    assert entry.findtext("a:summary", "", ATOM).startswith(
        "Found: “knowingly”, “directly to police customers” came in"
    )
    wanted: list[tuple[FeedKind, str, int]] = [("company", "halden", 1), ("company", "other", 0)]
    wanted += [("topic", "dna", 1), ("topic", "x", 0)]
    for kind, name, count in wanted:
        found = fromstring(site.client.get(LINKS.feed(kind, name).removeprefix(BASE_URL)).content)
        assert len(found.findall("a:entry", ATOM)) == count


def test_an_address_nobody_signed_opens_no_feed(site: Site) -> None:
    path = LINKS.feed("company", "halden").removeprefix(BASE_URL)
    for wrong in (path[:-1], f"{path}x", "/feed/all", "/feed/" + "x" * 900):
        assert site.client.get(wrong).status_code == 403
    assert site.client.post(path).status_code == 405
    assert site.client.get(f"/a/{path.removeprefix('/feed/')}").status_code == 403


def test_an_address_that_was_ended_opens_its_feed_no_more_and_others_stay(site: Site) -> None:
    old, other = (LINKS.feed(kind, name).removeprefix(BASE_URL) for kind, name in FEEDS)
    with site.database.write() as conn:
        serial = feed_addresses.end(conn, "company", "halden", "A. Osei", FIRST_CHANGED)
    new = LINKS.feed("company", "halden", serial).removeprefix(BASE_URL)
    assert [site.client.get(path).status_code for path in (old, other, new)] == [403, 200, 200]
    assert "this address of a feed was ended" in site.client.get(old).text.lower()
    with site.database.write() as conn:
        feed_addresses.end(conn, "company", "halden", "A. Osei", FIRST_CHANGED)
    assert [site.client.get(path).status_code for path in (old, other, new)] == [403, 200, 403]


FEEDS: list[tuple[FeedKind, str]] = [("company", "halden"), ("topic", "dna")]


@pytest.mark.parametrize("half", [ALL[:30], ALL[30:]], ids=["one half", "the other"])  # a feed holds fifty
def test_sixty_hostile_pages_make_a_feed_that_is_well_formed(site: Site, half: tuple[str, ...]) -> None:
    assert len(half) == 30
    with site.database.write() as conn:
        for number, text in enumerate(half):
            alert = decide(written_everywhere(text), base_url=BASE_URL)
            assert alert is not None
            plain = replace(alert, fingerprint=f"{number:064}", document_id=None, change_id=None)
            outbox.record_alert(conn, plain, FIRST_CHANGED)
    body = site.client.get(LINKS.feed("all").removeprefix(BASE_URL)).content
    feed = fromstring(body)
    assert len(feed.findall("a:entry", ATOM)) == 31
    assert {element.tag.rpartition("}")[2] for element in feed.iter()} == {
        "feed", "title", "id", "link", "updated", "author", "name", "entry", "summary",
    }  # fmt: skip
    links = [element.attrib["href"] for element in feed.iter() if "href" in element.attrib]
    assert all(link.startswith(BASE_URL) for link in links)
    words = "".join(element.text or "" for element in feed.iter() if element.tag.endswith(("title", "summary")))
    assert not re.search(r"(?i)https?://|www\.|[\u202a-\u202e\u2066-\u2069\u200b]", words)
