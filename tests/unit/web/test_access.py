"""Who may do what: the first link, signing in and out, roles, forms of other sites, and every route that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.access import Role
from storage import accounts, audit
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare
from tests.web_archive import NOW, Seeded, all_routes, sign_in
from web.access import need_of
from web.app import create_app

PASSWORD = "three dull words"
OTHER = "four more dull words"


class Archive:
    """An archive nobody has an account in yet, and a clock that tests move."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_database(folder / "onrecord.db")
        prepare(self.database)
        self.now: datetime = NOW
        self.app = create_app(
            self.database,
            BlobStore(folder),
            now=lambda: self.now,
            base_url=None,
            allowed_hosts=frozenset({"testserver"}),
        )

    def link(self, role: Role = "operator") -> str:
        with self.database.write() as conn:
            return accounts.make_link(conn, role, made_by=accounts.FIRST_START, now=self.now)

    def browser(self) -> TestClient:
        return TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path)
    yield made
    made.database.close()


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def sent(browser: TestClient, address: str, page: str = "", **fields: str) -> tuple[int, str]:
    """The form of a page (that of the address, where none is named) sent as a browser does."""
    form = {"token": token_in(browser.get(page or address).text), **fields}
    answer = browser.post(address, data=form, headers={"sec-fetch-site": "same-origin", "origin": "null"})
    return answer.status_code, answer.headers.get("location", answer.text)


def entered(archive: Archive, name: str = "ada", role: Role = "operator") -> TestClient:
    browser = archive.browser()
    link = f"/welcome/{archive.link(role)}"
    assert sent(browser, link, who=name, password=PASSWORD, again=PASSWORD) == (303, "/")
    return browser


def test_the_first_link_makes_an_operator_once(archive: Archive) -> None:
    link = f"/welcome/{archive.link()}"
    browser = archive.browser()
    assert "You are the first here" in browser.get(link).text
    assert sent(browser, link, who="Ada", password=PASSWORD, again=PASSWORD) == (303, "/")
    assert browser.get("/").status_code == 200
    assert ">ada</a>" in browser.get("/").text
    cookie = next(one for one in browser.cookies.jar if one.name == "onrecord")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    other = archive.browser()
    assert other.get(link).status_code == 410
    with archive.database.read() as conn:
        assert [(one.name, one.role) for one in accounts.list_users(conn)] == [("ada", "operator")]
        assert str(conn.exec_driver_sql("SELECT password FROM users").scalar_one()).startswith("$argon2id$")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"who": "ada", "password": "short", "again": "short"}, "at least 12 characters"),
        ({"who": "ada", "password": PASSWORD, "again": OTHER}, "the two passwords differ"),
        ({"who": "a b", "password": PASSWORD, "again": PASSWORD}, "a name has 2 to 60 letters"),
        ({"who": "ada", "password": "ada ada ada ada", "again": "ada ada ada ada"}, "guessed too easily"),
    ],
)
def test_what_the_first_account_may_not_be(archive: Archive, fields: dict[str, str], said: str) -> None:
    browser = archive.browser()
    link = f"/welcome/{archive.link()}"
    status, page = sent(browser, link, **fields)
    assert (status, said.lower() in page.lower()) == (422, True)
    assert sent(browser, link, who="ada", password=PASSWORD, again=PASSWORD)[0] == 303  # the link still opens


def test_a_link_runs_out_and_a_new_start_ends_the_one_before(archive: Archive) -> None:
    first, second = archive.link(), archive.link()
    browser = archive.browser()
    assert browser.get(f"/welcome/{first}").status_code == 410
    assert browser.get(f"/welcome/{second}").status_code == 200
    archive.now += timedelta(days=1, seconds=1)
    assert browser.get(f"/welcome/{second}").status_code == 410


def test_nobody_reads_without_signing_in(archive: Archive) -> None:
    browser = archive.browser()
    assert browser.get("/").headers["location"] == "/login"
    assert browser.get("/search?q=police").headers["location"] == "/login?next=%2Fsearch%3Fq%3Dpolice"
    refused = browser.get("/search.json?q=police")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert "Nobody has an account here yet" in browser.get("/login").text
    entered(archive)
    assert sent(browser, "/login", who="ada", password=PASSWORD, next="/search?q=police") == (303, "/search?q=police")
    assert browser.get("/search?q=police").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""]
)
def test_signing_in_leads_to_our_own_pages_alone(archive: Archive, elsewhere: str) -> None:
    entered(archive)
    assert sent(archive.browser(), "/login", who="ada", password=PASSWORD, next=elsewhere) == (303, "/")


def test_a_wrong_name_and_a_wrong_password_are_answered_alike_and_then_wait(archive: Archive) -> None:
    entered(archive)
    browser = archive.browser()
    tries = [sent(browser, "/login", who=name, password="not this one") for name in ("ada", "nobody")]
    assert [status for status, _ in tries] == [401, 401]
    assert tries[0][1].count("do not belong together") == tries[1][1].count("do not belong together") == 1
    for _ in range(4):
        assert sent(browser, "/login", who="ada", password="not this one")[0] == 401
    status, page = sent(browser, "/login", who="ada", password=PASSWORD)
    assert (status, "Try again in 6" in page) == (429, True)
    archive.now += timedelta(seconds=61)
    assert sent(browser, "/login", who="ada", password=PASSWORD)[0] == 303


def test_a_session_ends_with_the_password_it_was_opened_with(archive: Archive) -> None:
    mine = entered(archive)
    other = archive.browser()
    assert sent(other, "/login", who="ada", password=PASSWORD)[0] == 303
    assert sent(mine, "/account", old="not this one", password=OTHER, again=OTHER)[0] == 422
    assert sent(mine, "/account", old=PASSWORD, password=OTHER, again=OTHER) == (303, "/account?done=1")
    assert mine.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/login"
    assert sent(archive.browser(), "/login", who="ada", password=PASSWORD)[0] == 401
    assert sent(archive.browser(), "/login", who="ada", password=OTHER)[0] == 303


def test_a_session_ends_when_signed_out_and_after_a_month(archive: Archive) -> None:
    browser = entered(archive)
    assert sent(browser, "/logout", page="/account") == (303, "/login")
    assert browser.get("/").status_code == 303
    assert sent(browser, "/login", who="ada", password=PASSWORD)[0] == 303
    archive.now += timedelta(days=30, seconds=1)
    assert browser.get("/").status_code == 303


def test_forms_of_other_sites_are_refused(archive: Archive) -> None:
    browser = entered(archive)
    token = token_in(browser.get("/account").text)
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://example.org"},
    ):
        assert browser.post("/logout", data={"token": token}, headers=headers).status_code == 403
    for given in ({}, {"token": ""}, {"token": "0" * 64}):
        assert browser.post("/logout", data=given, headers={"sec-fetch-site": "same-origin"}).status_code == 403
    assert browser.post("/logout", json={"token": token}).status_code == 403
    assert browser.post("/logout", data={"token": token, "more": "x" * 200_000}).status_code == 403
    assert browser.get("/").status_code == 200
    signing_in = archive.browser()
    assert signing_in.post("/login", data={"who": "ada", "password": PASSWORD}).status_code == 403


def test_an_operator_decides_who_reads_and_the_last_one_stays(archive: Archive) -> None:
    ada = entered(archive)
    status, page = sent(ada, "/people/invite", page="/people", role="reader")
    assert status == 200
    link = re.search(r"http://testserver(/welcome/[\w-]+)", page)
    assert link is not None
    bert = archive.browser()
    assert sent(bert, link[1], who="bert", password=PASSWORD, again=PASSWORD) == (303, "/")
    assert bert.get("/").status_code == 200
    assert bert.get("/people").status_code == 403
    assert sent(ada, "/people/2/role", page="/people", role="operator")[0] == 303
    assert bert.get("/").status_code == 303  # another role: another session
    assert sent(bert, "/login", who="bert", password=PASSWORD)[0] == 303
    assert bert.get("/people").status_code == 200
    assert sent(ada, "/people/2/close", page="/people")[0] == 303
    assert bert.get("/").status_code == 303
    assert sent(ada, "/people/1/close", page="/people")[0] == 409
    assert sent(ada, "/people/7/close", page="/people")[0] == 404
    assert sent(ada, "/people/1/role", page="/people", role="king")[0] == 400
    status, page = sent(ada, "/people/1/link", page="/people")
    assert "A link for ada" in page
    with archive.database.read() as conn:
        assert [one.act for one in audit.newest(conn)][:3] == ["password link made", "account closed", "signed in"]
    assert "account closed" in ada.get("/audit").text


def test_exports_are_noted_and_looking_is_not(archive: Archive) -> None:
    browser = entered(archive)
    with archive.database.read() as conn:
        before = audit.count(conn)
    browser.get("/companies")
    browser.head("/companies?format=csv")
    browser.get("/companies?format=json")
    with archive.database.read() as conn:
        [newest] = audit.newest(conn, audit.count(conn) - before)
    assert (newest.who, newest.act, newest.about) == ("ada", "export as JSON", "/companies?format=json")


# --- every route ---------------------------------------------------------------------------------------------------


SIGNED = {"/a/{token}", "/u/{token}", "/feed/{token}", "/hooks/{name}", "/hub/{name}"}  # each carries its own right
OPEN_TO_ANYONE = {"/healthz", "/readyz", "/login", "/welcome/{token}", "/static/{name:path}"} | SIGNED


def test_every_route_says_who_may_and_only_these_are_open(seeded: Seeded) -> None:
    routes = all_routes(list(seeded.app.router.routes))
    assert len(routes) >= 20
    silent = [route.path for route in routes if need_of(route.endpoint) is None]
    assert silent == []
    assert {route.path for route in routes if need_of(route.endpoint) == "anyone"} - {"/metrics"} == OPEN_TO_ANYONE
    for route in routes:
        methods = frozenset(route.methods or ())
        assert methods in (frozenset({"GET", "HEAD"}), frozenset({"GET"}), frozenset({"POST"})), route.path


def test_every_route_refuses_whoever_is_not_signed_in_and_whoever_may_not(seeded: Seeded) -> None:
    ranks = ("reader", "analyst", "operator")
    nobody = TestClient(seeded.app, follow_redirects=False)
    reader = TestClient(seeded.app, follow_redirects=False)
    reader.cookies.set("onrecord", sign_in(seeded.database, "reader"))
    tried = 0
    for route in all_routes(list(seeded.app.router.routes)):
        need = need_of(route.endpoint)
        if need == "anyone":
            continue
        address = re.sub(r"\{[^}]+\}", "1", route.path)
        for method in sorted(route.methods or ()):
            tried += 1
            assert nobody.request(method, address).status_code in (303, 401), (method, address)
            if need is not None and ranks.index(need) > 0:
                assert reader.request(method, address).status_code == 403, (method, address)
    assert tried >= 30


def test_a_route_that_says_nothing_is_refused_to_everybody(archive: Archive) -> None:
    archive.app.add_api_route("/forgotten", lambda: "secret")
    browser = entered(archive)
    assert browser.get("/forgotten").status_code == 403
