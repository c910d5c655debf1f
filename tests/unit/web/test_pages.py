"""The pages over a real archive, asked in this process: what they say, what they refuse, what they never let through."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from storage import outbox
from storage.blobs import BlobStore
from storage.engine import open_database
from storage.migrate import prepare
from tests.archive import Page, reading
from tests.web_archive import (
    BASE_URL,
    HEDGED,
    NOW,
    RIGHTS_SLUG,
    SALES_SLUG,
    SCRIPT,
    TRAP_SLUG,
    Seeded,
)
from web.app import create_app
from web.wire import HEADERS

PAGES = (
    "/",
    "/?days=366&quiet=true",
    f"/d/{SALES_SLUG}",
    f"/d/{SALES_SLUG}?asof=2021-03-01",
    f"/v/{SALES_SLUG}/1",
    f"/c/{SALES_SLUG}/3..4",
    f"/c/{SALES_SLUG}/3..4?view=inline",
    f"/c/{SALES_SLUG}/1..4?view=changes",
    f"/c/{SALES_SLUG}/4..1",
    f"/d/{TRAP_SLUG}",
    f"/c/{TRAP_SLUG}/1..2",
    f"/c/{RIGHTS_SLUG}/1..2",
    "/search",
    "/search?q=assessments",
    "/search?q=unicorn",
    "/companies",
    "/company/halden",
)


INLINE = frozenset(("a", "b", "del", "i", "ins", "mark", "time"))


class Parsed(HTMLParser):
    """A page as a browser would understand it: elements with attributes, and the text a person reads."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    def all(self, tag: str, cls: str = "") -> list[dict[str, str | None]]:
        return [at for name, at in self.elements if name == tag and cls in ["", *(at.get("class") or "").split()]]


def page(client: TestClient, address: str, status: int = 200) -> Parsed:
    found = client.get(address)
    assert found.status_code == status, found.text[:400]
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    return Parsed(found.text)


# --- what they say ---------------------------------------------------------------------------------------------------


def test_today_is_worst_first_with_words_and_honest_intervals(client: TestClient) -> None:
    today = page(client, "/")
    text = today.text
    assert "Tuesday 24 Nov 2026 Three changes in the last seven days" in text
    assert (
        "3 of 4 sources were seen in the last 24 hours; for the other one, nothing can be said. One address cannot be seen now."
        in text
    )
    order = [text.index(name) for name in ("Halden Biosystems, Resp", "Mingchuan Vision", "Hostile <b>")]
    assert order == sorted(order)
    assert "−Weakened Critical Halden Biosystems, Responsible sales" in text
    assert "Changed between 23 Nov, 17:04 and 23 Nov, 23:09" in text
    assert "Kestrel Optics, kestrel-news refuses us (403), since 19 Nov, 06:00. No good capture yet." in text
    assert "Not seeing a page is not a removal." in text
    assert "kestrel[.]example/newsroom" in text
    links = [at.get("href") for at in today.all("a")]
    assert f"/c/{SALES_SLUG}/3..4" in links


def test_today_marks_the_words_the_verdict_is_about(client: TestClient) -> None:
    found = client.get("/").text
    assert (
        "Halden will not <ins>knowingly</ins> sell <del>or support</del> human identification instruments "
        "<ins>directly to police customers</ins> in Xinjiang or Tibet<del>, whether directly or through distributors</del>."
    ) in found


def test_quiet_changes_are_kept_and_one_click_away(seeded: Seeded) -> None:
    with_quiet = create_app(
        seeded.database,
        seeded.blobs,
        now=lambda: NOW.replace(year=2025, month=6, day=3),
        base_url=None,
        allowed_hosts=frozenset({"testserver"}),
        guest="reader",
    )
    with TestClient(with_quiet) as client:
        loud = page(client, "/?days=2")
        assert "Also kept, told to nobody: " in loud.text
        assert "/?days=2&quiet=true" in [at.get("href") for at in loud.all("a")]
        quiet = page(client, "/?days=2&quiet=true").text
    assert "Kept, and told to nobody" in quiet
    assert "→Moved Halden Biosystems, Responsible sales" in quiet
    assert "Reordered: the same words stand in another place" in quiet


def test_a_day_without_changes_teaches(seeded: Seeded) -> None:
    later = create_app(
        seeded.database,
        seeded.blobs,
        now=lambda: NOW.replace(year=2027),
        base_url=None,
        allowed_hosts=frozenset({"testserver"}),
        guest="reader",
    )
    with TestClient(later) as client:
        text = page(client, "/").text
    assert "No changes in the last seven days" in text
    assert "No words changed in three documents of three companies in these days." in text
    assert "0 of 4 sources were seen in the last 24 hours; for the other four, nothing can be said" in text


def test_a_document_tells_its_life(client: TestClient) -> None:
    text = page(client, f"/d/{SALES_SLUG}").text
    assert "Halden Biosystems · Policy · English Responsible sales Four versions since 20 Feb 2019." in text
    assert "Version 4, first seen 23 Nov 2026, 23:09, still there at 24 Nov 2026, 05:13." in text
    assert "23 Nov 2026wording 3 Halden will not knowingly sell" in text
    assert "Two earlier wordings since 20 Feb 2019" in text
    assert "Following fact-specific assessments" in text
    assert (
        "A passage stood here. Last seen 23 Nov 2026, 17:04; first absent 23 Nov 2026, 23:09. "
        "We will publish the findings of our assessments every year by 30 June."
    ) in text
    assert "Grade Good" in text
    assert re.search(r"Bytes \d+, verified just now", text)


def test_a_citation_names_who_what_where_when_and_the_bytes(client: TestClient, seeded: Seeded) -> None:
    digest = seeded.digests["halden-sales@2026-11-23"]
    assert (
        'Halden Biosystems, "Responsible sales" (English), haldenbio[.]example/responsible-sales, '
        "captured 2026-11-23T23:09:00Z, last seen unchanged 2026-11-24T05:13:00Z, "
        f"snapshot SHA-256 {digest}, {BASE_URL}/v/{SALES_SLUG}/4"
    ) in page(client, f"/d/{SALES_SLUG}").text


def test_a_document_as_of_a_day(client: TestClient) -> None:
    text = page(client, f"/d/{SALES_SLUG}?asof=2021-03-01").text
    assert "As it stood at the end of 1 Mar 2021, UTC." in text
    assert (
        "Version 2, first seen 14 Sep 2020, 00:00, last seen 1 May 2024, 00:00, first absent 2 Jun 2025, 00:00." in text
    )
    assert HEDGED not in text


@pytest.mark.parametrize(
    ("asof", "said"),
    [
        ("2018-01-01", "Nothing was captured up to 1 Jan 2018. This is the first capture, of 20 Feb 2019."),
        ("2999-12-31", "31 Dec 2999 has not come yet. This is what the last good capture showed."),
    ],
)
def test_days_before_the_first_capture_and_days_to_come(client: TestClient, asof: str, said: str) -> None:
    assert said in page(client, f"/d/{SALES_SLUG}?asof={asof}").text


def test_compare_shows_the_fate_of_each_commitment(client: TestClient, seeded: Seeded) -> None:
    text = page(client, f"/c/{SALES_SLUG}/3..4").text
    assert "Of three passages that hold a commitment and changed: one gone, one weaker and one new." in text
    assert "Changed between 23 Nov 2026, 17:04 and 23 Nov 2026, 23:09." in text
    assert "×Removed We will publish the findings of our assessments every year by 30 June." in text
    assert "−hedge added: knowingly" in text
    assert f"{BASE_URL}/c/{SALES_SLUG}/3..4" in text
    for name in ("halden-sales@2025-06-02", "halden-sales@2026-11-23"):
        assert seeded.digests[name] in text


def test_any_two_versions_can_be_compared_and_the_page_says_who_chose(client: TestClient) -> None:
    text = page(client, f"/c/{SALES_SLUG}/1..4").text
    assert (
        "The pair was chosen by hand: version 1 was first seen 20 Feb 2019, 06:00, version 4 23 Nov 2026, 23:09."
        in text
    )
    back = page(client, f"/c/{SALES_SLUG}/4..1").text
    assert "Nothing here in version 1." in back


def test_moves_are_moves(client: TestClient) -> None:
    text = page(client, f"/c/{SALES_SLUG}/2..3").text
    assert "Two differences in the text." in text
    assert "→Moved within its section" in text
    assert "Reordered: the same words stand in another place" in text


def test_the_form_of_two_numbers_leads_to_the_permanent_address(client: TestClient) -> None:
    found = client.get(f"/c/{SALES_SLUG}?a=1&b=3")
    assert (found.status_code, found.headers["location"]) == (303, f"/c/{SALES_SLUG}/1..3")


def test_the_founding_question(client: TestClient) -> None:
    found = page(client, "/search?q=%22fact-specific%20assessments%22")
    text = found.text
    assert "Read as: “fact specific assessments”." in text
    assert (
        "One passage in one document of one company. First seen in Halden Biosystems, 20 Feb 2019; none still there"
        in text
    )
    assert "20 Feb 2019 – 13 Sep 2020" in text
    assert "gone since 14 Sep 2020" in text
    assert f"/c/{SALES_SLUG}/1..2" in [at.get("href") for at in found.all("a")]
    assert len(found.all("mark")) == 1


def test_chinese_is_found_by_two_characters_and_keeps_its_language(client: TestClient) -> None:
    assert "我们不向新疆地区的警务机构出售" in page(client, "/search?q=新疆").text
    quotes = page(client, f"/c/{RIGHTS_SLUG}/1..2").all("p", "said")
    assert {at.get("lang") for at in quotes} == {"zh"}
    assert {at.get("dir") for at in quotes} == {"auto"}


def test_nobody_has_said_this(client: TestClient) -> None:
    text = page(client, "/search?q=unicorn").text
    assert "Nobody has said this Not found in any of three archived documents" in text


def test_companies_and_what_is_kept_of_them(client: TestClient) -> None:
    assert "Halden Biosystems 1 4 Hostile" in page(client, "/companies").text
    text = page(client, "/company/halden").text
    assert "One document; one source watched. Genetic surveillance." in text
    assert "four versions since 20 Feb 2019" in text


def test_what_was_told_is_shown_as_it_was_told(seeded: Seeded, client: TestClient) -> None:
    """Alerts keep their report; the page speaks from it, not anew."""
    with seeded.database.read() as conn:
        assert sum(outbox.counts(conn).values()) >= 3
    rows = client.get("/today.json").json()["changes"]
    assert [row["severity"] for row in rows] == ["critical", "critical", "medium"]


# --- the same as data --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_its_data(client: TestClient, address: str) -> None:
    joint = "&" if "?" in address else "?"
    found = client.get(f"{address}{joint}format=json")
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/json"
    assert isinstance(found.json(), dict)
    links = [at.get("href") or "" for at in Parsed(client.get(address).text).all("a")]
    assert any("format=json" in link for link in links)


@pytest.mark.parametrize(
    "address",
    [f"/d/{SALES_SLUG}.json", f"/v/{SALES_SLUG}/2.json", f"/c/{SALES_SLUG}/3..4.json", "/company/halden.json"],
)
def test_data_at_an_address_of_its_own(client: TestClient, address: str) -> None:
    assert client.get(address).json() == client.get(f"{address.removesuffix('.json')}?format=json").json()


def test_the_data_of_a_comparison(client: TestClient) -> None:
    found = client.get(f"/c/{SALES_SLUG}/3..4.json").json()
    assert found["windows"] == [{"last_seen_at": "2026-11-23T17:04:00Z", "first_changed_at": "2026-11-23T23:09:00Z"}]
    assert [(fate["sign"]["word"], fate["scope"]) for fate in found["fates"]] == [
        ("Removed", "Responsible sales › Where we do not sell"),
        ("Weakened", "Responsible sales › Where we do not sell"),
        ("New", "Responsible sales › Where we do not sell"),
    ]


# --- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/d/halden/nothing", 404, "Document 'halden/nothing' is not in the archive."),
        ("/d/", 404, "Document '' is not in the archive."),
        (f"/v/{SALES_SLUG}/9", 404, "The document has no version 9; it has 1 to 4."),
        (f"/v/{SALES_SLUG}/999999999", 404, "The document has no version 999999999; it has 1 to 4."),
        (f"/v/{SALES_SLUG}/x", 400, "A version is named by its document and its number"),
        (f"/c/{SALES_SLUG}/1..9", 404, "The document has no version 9; it has 1 to 4."),
        (f"/c/{SALES_SLUG}/2..2", 400, "Version 2 is the same as itself; choose two versions to compare."),
        (f"/c/{SALES_SLUG}", 400, "A comparison is named by two version numbers, such as 6..7."),
        (f"/c/{SALES_SLUG}/1..2?view=upside-down", 400, "“upside-down” is no value for view."),
        (f"/d/{SALES_SLUG}?asof=yesterday", 400, "“yesterday” is no day; write it like 2021-03-01."),
        ("/?days=many", 400, "“many” is no value for days."),
        ("/company/nobody", 404, "The company 'nobody' is not in the archive."),
        ("/raw/xyz", 400, "A raw capture is named by its SHA-256"),
        (f"/raw/{'0' * 64}", 404, f"The bytes of snapshot {'0' * 64} are not in this archive."),
        ("/nowhere", 404, "There is no page at this address."),
        ("/static/../app.py", 404, "There is no page at this address."),
    ],
)
def test_a_wrong_address_is_a_clear_page_and_a_problem(
    client: TestClient, address: str, status: int, said: str
) -> None:
    assert said in page(client, address, status).text
    found = client.get(address, headers={"accept": "application/json"})
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    problem = found.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert said in problem["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"never', "the quotation that begins here has no end (at character 1)"),
        ("(a", "this bracket is not closed (at character 1)"),
        ("NOT a", "at least one word or phrase must be asked for"),
        ("s*ell", "an asterisk stands at the end of a word (sell*)"),
        ("***", "an asterisk stands at the end of a word"),
        (" OR ".join(["a"] * 10_000), "a query may have 4,000 characters"),
        (" ".join(f"w{n}" for n in range(500)), "a query may have 64 words and phrases"),
        ("…", "no letter or digit to search for in '…'"),
    ],
)
def test_a_wrong_query_says_where_and_why(client: TestClient, query: str, said: str) -> None:
    found = client.get("/search", params={"q": query})
    assert found.status_code == 400
    assert said in Parsed(found.text).text
    problem = client.get("/search.json", params={"q": query})
    assert (problem.status_code, problem.headers["content-type"]) == (400, "application/problem+json")


def test_a_query_is_shown_again_as_text(client: TestClient) -> None:
    found = client.get("/search", params={"q": SCRIPT})
    assert found.status_code == 200
    assert SCRIPT not in found.text
    assert [at["value"] for at in Parsed(found.text).all("input")] == [SCRIPT]


def test_no_schema_and_no_page_of_a_framework_is_served(client: TestClient) -> None:
    assert {client.get(address).status_code for address in ("/docs", "/redoc", "/openapi.json")} == {404}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("testserver", 200),
        ("testserver:8765", 200),
        ("TESTSERVER.", 200),
        ("127.0.0.1:8765", 200),
        ("evil.example", 421),
        ("testserver.evil.example", 421),
        ("evil.example:8765", 421),
        ("testserver@evil.example", 421),
        ("[::1]:8765", 421),
    ],
)
def test_only_our_own_names_are_answered_to(client: TestClient, host: str, status: int) -> None:
    for address in ("/", "/healthz", "/static/onrecord.css", "/nowhere"):
        found = client.get(address, headers={"host": host})
        assert found.status_code == (404 if status == 200 and address == "/nowhere" else status)
        assert found.headers["content-security-policy"] == HEADERS["content-security-policy"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_forms_can_be_sent(client: TestClient, method: str) -> None:
    for address in ("/", "/search", f"/d/{SALES_SLUG}"):
        found = client.request(method, address)
        assert (found.status_code, found.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    ("method", "address", "headers", "status", "title"),
    [
        ("GET", "/", {"host": "evil.example", "accept": "application/json"}, 421, "Another host was asked for"),
        ("GET", "/today.json", {"host": "evil.example"}, 421, "Another host was asked for"),
        ("PUT", "/sources?format=json", {}, 405, "Not here"),
        ("POST", "/login", {"sec-fetch-site": "cross-site", "accept": "application/json"}, 403, "Sent by another site"),
        ("GET", "/search?q=%22open&format=csv", {}, 400, "This query cannot be understood"),
        ("GET", "/d/nowhere?format=jsonl", {}, 404, "Not in the archive"),
    ],
)
def test_programs_are_refused_with_problem_details(
    client: TestClient, method: str, address: str, headers: dict[str, str], status: int, title: str
) -> None:
    found = client.request(method, address, headers=headers)
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
    assert found.json() | {"detail": ""} == {"type": "about:blank", "title": title, "status": status, "detail": ""}
    assert found.json()["detail"]
    assert found.headers["content-security-policy"] == HEADERS["content-security-policy"]


def test_a_page_takes_no_form(client: TestClient) -> None:
    assert client.post("/search").status_code == 405


def test_reading_changes_nothing(seeded: Seeded, client: TestClient) -> None:
    def rows() -> dict[str, int]:
        with seeded.database.engine.connect() as conn:
            names = [row[0] for row in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
            names = [name for name in names if not name.startswith("passage_index")]  # has no rows of its own
            return {name: conn.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}

    before = rows()
    for address in PAGES:
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert rows() == before


# --- what never gets through ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_no_page_runs_loads_or_styles_anything(client: TestClient, address: str) -> None:
    found = client.get(address)
    for name, value in HEADERS.items():
        assert found.headers[name] == value
    parsed = Parsed(found.text)
    assert {(one["src"] or "").partition("?")[0] for one in parsed.all("script")} <= {
        "/static/onrecord.js",
        "/static/vendor/htmx-2.0.11.min.js",
    }
    assert re.findall(r"<script[^>]*>[^<]", found.text) == []
    assert parsed.all("iframe") == []
    assert parsed.all("img") == []
    assert [at for _, at in parsed.elements if any(name == "style" or name.startswith("on") for name in at)] == []
    for tag, at in parsed.elements:
        for name in ("href", "src", "action"):
            target = at.get(name) or "/"
            assert target.startswith(("/", "#", "?", "data:,")), f"{tag} {name}={target}"
            assert not target.startswith("//")


@pytest.mark.parametrize(
    "address", ["/", f"/d/{TRAP_SLUG}", f"/c/{TRAP_SLUG}/1..2", "/search?q=police", "/company/hostile"]
)
def test_hostile_words_stay_words(client: TestClient, address: str) -> None:
    found = client.get(address)
    assert SCRIPT not in found.text
    assert 'onmouseover="alert' not in found.text
    assert "<b>&" not in found.text
    assert not re.search("[\u202a-\u202e\u200b]", found.text)
    parsed = Parsed(found.text)
    assert "alert('owned')" in parsed.text or address == "/company/hostile"


def test_unseen_characters_are_drawn(client: TestClient) -> None:
    assert "⟨U+202E⟩ecilop⟨U+202C⟩" in page(client, f"/d/{TRAP_SLUG}").text


def test_live_addresses_are_text_and_never_links(client: TestClient) -> None:
    for address in PAGES:
        found = client.get(address)
        assert "https://haldenbio.example" not in found.text
        assert "https://mingchuan.example" not in found.text


# --- the bytes -----------------------------------------------------------------------------------------------------


def test_the_raw_capture_is_a_download_that_can_do_nothing(client: TestClient, seeded: Seeded) -> None:
    digest = seeded.digests["hostile-page@2026-11-23"]
    found = client.get(f"/raw/{digest}")
    assert found.status_code == 200
    assert sha256(found.content).hexdigest() == digest
    assert found.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"] == f'attachment; filename="onrecord-{digest[:16]}.html.txt"'


def test_damaged_bytes_are_shown_as_damaged(client: TestClient, seeded: Seeded) -> None:
    digest = seeded.digests["mingchuan-rights@2026-11-23"]
    path = seeded.blobs.folder / digest[:2] / digest[2:4] / f"{digest}.zst"
    whole = path.read_bytes()
    path.write_bytes(whole[:-4] + b"\0\0\0\0")
    try:
        assert "Damaged" in page(client, f"/d/{RIGHTS_SLUG}").text
        refused = page(client, f"/raw/{digest}", 500)
        assert f"Snapshot {digest} is damaged" in refused.text
        path.unlink()
        assert "Missing" in page(client, f"/d/{RIGHTS_SLUG}").text
    finally:
        path.write_bytes(whole)
    assert "verified just now" in page(client, f"/d/{RIGHTS_SLUG}").text


# --- small things that matter ------------------------------------------------------------------------------------------


def test_health_names_nobody(client: TestClient) -> None:
    found = client.get("/healthz")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


def test_the_style_sheet_is_ours_and_loads_nothing(client: TestClient) -> None:
    found = client.get("/static/onrecord.css")
    assert found.headers["content-type"] == "text/css; charset=utf-8"
    assert "@import" not in found.text
    assert re.findall(r"url\(([^)]*)\)", found.text) == ["#hatch", "#hatch"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_its_style_sheet_is_small(client: TestClient, address: str) -> None:
    style = gzip.compress(client.get("/static/onrecord.css").content, 6)
    assert len(style) + len(gzip.compress(client.get(address).content, 6)) < 60_000


def test_answers_are_compressed(client: TestClient) -> None:
    assert client.get("/", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"


# --- pages that are too large --------------------------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Two versions of 4,000 passages, of which 700 differ; and pages that call 5,000 of them and 300 too many."""
    monkeypatch.setattr("web.changes.MOST_PLACES", 5_000)
    monkeypatch.setattr("web.changes.MOST_DIFFERENT", 300)
    database = open_database(tmp_path / "large.db")
    prepare(database)
    written = Page(database)
    body = [f"Passage number {n} says the same as every other one, and its number is {n}." for n in range(4_000)]
    written.reads(reading(*body, title="Large"))
    body[1_000:1_700] = [f"Wholly different words stand here, {n} of them." for n in range(700)]
    written.reads(reading(*body, title="Large"))
    app = create_app(
        database,
        BlobStore(tmp_path),
        now=lambda: NOW,
        base_url=None,
        allowed_hosts=frozenset({"testserver"}),
        guest="reader",
    )
    yield TestClient(app, raise_server_exceptions=False)
    database.close()


def test_a_very_large_page_opens_in_compare_with_a_note(large: TestClient) -> None:
    text = page(large, "/c/acme/ethics/1..2").text
    assert "These versions are large" in text
    assert "Version 1 is compared up to its 1,300th passage: 400 more passages differ or follow." in text
    assert "Version 2 is compared up to its 1,300th passage: 400 more passages differ or follow." in text
    assert "Passage number 1000 says the same" in text
    assert "1,000 passages are the same" in text
    assert "Rows 1 to 120 of " in text
    following = page(large, "/c/acme/ethics/1..2?start=480").text
    assert "Wholly different words stand here, 299 of them." in following


def test_a_large_change_that_was_recorded_reads_only_what_it_shows(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get(f"/c/{SALES_SLUG}/3..4.json").json()
    monkeypatch.setattr("web.changes.MOST_WORDS", 10)
    large = client.get(f"/c/{SALES_SLUG}/3..4.json").json()
    assert [row for row in large["rows"] if row["kind"] == "pair"] == [
        row for row in whole["rows"] if row["kind"] == "pair"
    ]
    assert large["fates"] == whole["fates"]
    assert [row["count"] for row in large["rows"] if row["kind"] == "fold"] == [3, 5]
    assert len(large["notes"]) == 1


def test_a_very_large_document_comes_in_parts(large: TestClient) -> None:
    first = page(large, "/d/acme/ethics").text
    assert "part 1 of 10" in first
    assert "Passage number 0 says" in first
    assert "Passage number 3999 says" in page(large, "/d/acme/ethics?part=10").text
    assert "part 10 of 10" in page(large, "/d/acme/ethics?part=999").text
