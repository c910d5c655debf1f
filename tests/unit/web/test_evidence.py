"""What a researcher takes along: citations that last, raw captures that cannot act, Mementos."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from core.model import Fetch, Purpose, Reading
from core.statements import Dates, Statement
from monitor.entering import Handed, enter
from monitor.importing import Recorded, import_capture
from storage import documents, packing, passages, pictures, versions
from storage.pictures import Picture
from storage.schema import versions as table
from tests.archive import reading
from tests.web_archive import (
    HALDEN,
    HEDGED,
    NOW,
    RIGHTS_SLUG,
    SALES_SLUG,
    TRAP,
    TRAP_PAGE,
    TRAP_SLUG,
    Seeded,
    seed,
    sign_in,
)
from web.captures import FRAME_POLICY
from web.citing import Said, find_quote

PLACES = [
    Said("One heading"),
    Said("We never sell there.", "One heading"),
    Said("Subscribe to our news", "One heading", "surroundings"),
    Said("Other words.", "One heading"),
    Said("We never  sell\u00a0there.", "One heading"),
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    found = seed(Path(tmp_path_factory.mktemp("evidence")))
    yield found
    found.database.close()


@pytest.fixture
def reader(own: Seeded) -> TestClient:
    made = TestClient(own.app, raise_server_exceptions=False, follow_redirects=False)
    made.cookies.set("onrecord", sign_in(own.database, "reader"))
    return made


def read_again(archive: Seeded, better: Reading, extractor: str = "x2") -> None:
    """The newest capture of the sales page, read by another reader."""
    columns = packing.columns_of(better, packing.forms_of(better, lambda text: text))
    with archive.database.write() as conn:
        texts = {packing.passage_id(place.text): place.text for place in better.places}
        passages.store(conn, texts, {key: key for key in texts})
        newest = select(table).where(table.c.number == 4).order_by(table.c.id).limit(1)
        row = dict(conn.execute(newest).mappings().one())
        row |= {"extractor": extractor, "places": packing.pack(columns)}
        row.pop("id")
        conn.execute(insert(table).values(**row))


def test_a_quote_is_found_where_it_stood_or_nearest_to_it() -> None:
    near = find_quote(PLACES, "never sell there", 4)
    assert near is not None
    assert (near.at, near.where, near.before) == (4, "One heading", ("We never sell there.", "Other words."))
    first = find_quote(PLACES, "never sell there", 0)
    assert first is not None
    assert (first.at, first.spans) == (1, ((3, 19),))
    assert find_quote(PLACES, "always sell there", 0) is None
    assert find_quote(PLACES, "  ", 0) is None
    parted = find_quote([Said("We never"), Said("sell there.")], "never sell there", 0)
    assert parted is not None
    assert parted.at == 0
    around = find_quote(PLACES, "our news", 0)
    assert around is not None
    assert (around.where, around.before, around.after) == ("One heading · outside the text of the page", (), ())


def test_a_passage_is_cited_from_the_search_in_three_forms(reader: TestClient) -> None:
    page = reader.get("/search?q=knowingly").text
    cite = re.search(r'href="(/passage/\d+/halden/responsible-sales)"', page)
    assert cite is not None
    permanent = reader.get(cite[1])
    assert permanent.status_code == 303
    assert re.match(rf"/q/[0-9a-f]{{64}}/{SALES_SLUG}\?quote=", permanent.headers["location"])
    shown = reader.get(permanent.headers["location"]).text
    assert f"<mark>{HEDGED}</mark>" in shown
    for form in ("Plain text", "Chicago", "BibTeX"):
        assert f">{form}</h3>" in shown
    assert "@online{haldenbiosystems-2026-" in shown


def test_a_citation_still_resolves_after_the_capture_was_read_again(own: Seeded, reader: TestClient) -> None:
    cite = re.search(r'href="(/passage/\d+/[\w/-]+)"', reader.get("/search?q=knowingly").text)
    assert cite is not None
    permanent = reader.get(cite[1]).headers["location"]
    read_again(own, reading("A line the old reader missed.", "Another one.", f"{HEDGED} We comply with the law."))
    shown = reader.get(permanent)
    assert f"<mark>{HEDGED}</mark> We comply with the law." in shown.text
    read_again(own, reading("Wholly other words."), extractor="x3")
    shown = reader.get(permanent)
    assert "A better reader reads this capture otherwise" in shown.text
    assert f"<mark>{HEDGED}</mark>" in shown.text


def test_words_that_are_not_in_the_capture_are_said_to_be_missing(own: Seeded, reader: TestClient) -> None:
    digest = own.digests["halden-sales@2026-11-23"]
    page = reader.get(f"/q/{digest}/{SALES_SLUG}?quote=We+always+sell&at=3").text
    assert "These words are not found in the capture as it is read now." in page
    assert "We always sell" in page
    assert reader.get(f"/q/nothing/{SALES_SLUG}").status_code == 400


def test_a_raw_capture_is_drawn_where_nothing_runs_loads_or_leaves(own: Seeded, reader: TestClient) -> None:
    page = reader.get(f"/capture/{TRAP_SLUG}/2")
    assert '<iframe class="raw" src="/frame/' in page.text
    assert ' sandbox title="' in page.text
    frame = re.search(r'src="(/frame/[0-9a-f]{64})"', page.text)
    assert frame is not None
    shown = reader.get(frame[1])
    assert shown.headers["content-security-policy"] == FRAME_POLICY
    assert FRAME_POLICY == "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert TestClient(own.app, follow_redirects=False).get(frame[1]).status_code == 303


PIXEL = b64decode(b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def test_pictures_of_a_capture_stand_beside_it_and_nothing_else_is_served_as_one(
    own: Seeded, reader: TestClient
) -> None:
    digest = sha256(PIXEL).hexdigest()
    own.blobs.put(digest, PIXEL)
    copy = own.digests["mingchuan-rights@2024-02-11"]  # any bytes will do
    with own.database.write() as conn:
        document = documents.by_slug(conn, SALES_SLUG)
        fetch_id = versions.by_number(conn, document.id, 2).fetch_id
        for what, name, kind in (("picture", digest, "image/png"), ("single_file", copy, "multipart/related")):
            pictures.keep(conn, fetch_id, Picture(what, name), size=70, media_type=kind, now=NOW)
    page = reader.get(f"/capture/{SALES_SLUG}/2").text
    assert page.count(f'src="/picture/{digest}"') == 1
    assert [word in page for word in ("Download the picture", "Download the single-file copy")] == [True, True]
    assert "/picture/" not in reader.get(f"/capture/{SALES_SLUG}/3").text
    shown = reader.get(f"/picture/{digest}")
    assert (shown.content, shown.headers["content-type"]) == (PIXEL, "image/png")
    assert shown.headers["content-security-policy"] == "sandbox; default-src 'none'"
    for other in (copy, "0" * 64, "xyz"):
        assert reader.get(f"/picture/{other}").status_code == 404
    assert TestClient(own.app, follow_redirects=False).get(f"/picture/{digest}").status_code == 303


def test_bytes_that_fail_verification_are_shown_as_such(own: Seeded, reader: TestClient) -> None:
    digest = own.digests["mingchuan-rights@2024-02-11"]
    damaged = next(path for path in own.blobs.folder.rglob(f"{digest}*") if path.is_file())
    whole = damaged.read_bytes()
    damaged.chmod(0o600)
    damaged.write_bytes(whole[: len(whole) // 2])
    try:
        page = reader.get(f"/capture/{RIGHTS_SLUG}/1")
        assert page.status_code == 200
        assert "Damaged" in page.text
        assert "iframe" not in page.text
        assert reader.get(f"/frame/{digest}").status_code == 500
        assert reader.get(f"/v/{RIGHTS_SLUG}/1").status_code == 200  # what was read of it still stands
    finally:
        damaged.write_bytes(whole)


def test_a_timemap_names_every_version_and_a_timegate_leads_to_one(reader: TestClient) -> None:
    found = reader.get(f"/timemap/{SALES_SLUG}")
    assert found.headers["content-type"].startswith("application/link-format")
    lines = found.text.strip().split(",\n")
    assert lines[0] == '<https://haldenbio.example/responsible-sales>; rel="original"'
    assert lines[3] == (
        f'<https://onrecord.example.org/v/{SALES_SLUG}/1>; rel="first memento"; datetime="Wed, 20 Feb 2019 06:00:00 GMT"'
    )
    assert len(lines) == 7
    gate = reader.get(f"/timegate/{SALES_SLUG}", headers={"accept-datetime": "Mon, 01 Mar 2021 00:00:00 GMT"})
    assert gate.status_code == 302
    assert gate.headers["vary"] == "accept-datetime"
    assert urlsplit(gate.headers["location"]).path == f"/v/{SALES_SLUG}/2"
    memento = reader.get(f"/v/{SALES_SLUG}/2")
    assert memento.headers["memento-datetime"] == "Mon, 14 Sep 2020 00:00:00 GMT"
    assert 'rel="timemap"' in memento.headers["link"]
    assert reader.get(f"/timegate/{SALES_SLUG}", headers={"accept-datetime": "yesterday"}).status_code == 400


def test_any_two_documents_stand_side_by_side_at_an_address_of_their_own(reader: TestClient) -> None:
    led = reader.get(f"/compare?a={SALES_SLUG}/4&b={RIGHTS_SLUG}")
    assert (led.status_code, led.headers["location"]) == (303, f"/c/{SALES_SLUG}/4..{RIGHTS_SLUG}/2")
    page = reader.get(led.headers["location"]).text
    assert "Two documents stand side by side here" in page
    assert "人权政策" in page
    told = reader.get(f"/c/{SALES_SLUG}/3..{RIGHTS_SLUG}/2?format=json").json()
    assert {fate["sign"]["word"] for fate in told["fates"]} == {"Only in the first", "Only in the other"}
    assert {row["sign"]["word"] for row in told["rows"] if row["kind"] == "pair"} <= {
        "Only in the first", "Only in the other", "Differs, please read"
    }  # fmt: skip
    assert "that hold a commitment and differ: " in told["deck"]
    assert ">Removed<" not in page
    assert "nothing stands in its place" not in page
    assert reader.get(f"/c/{SALES_SLUG}/4..{SALES_SLUG}/4").status_code == 400
    assert reader.get(f"/compare?a={SALES_SLUG}&b=nobody").status_code == 404
    assert "Compare two documents" in reader.get("/compare").text


def test_a_document_is_a_stream_and_a_table(reader: TestClient) -> None:
    feed = reader.get(f"/d/{SALES_SLUG}?format=atom").text
    assert feed.count("<entry>") == 4
    rows = reader.get(f"/d/{SALES_SLUG}?format=csv").text.splitlines()
    assert len(rows) == 5
    today = reader.get("/?days=366&format=atom").text
    assert "<title>On Record: what changed</title>" in today
    assert NOW.year == 2026


def test_words_of_a_footer_are_found_outside_the_text(own: Seeded, reader: TestClient) -> None:
    footer = b"<footer><p>We will not share the address of anybody who writes to us.</p></footer></body>"
    body = TRAP_PAGE.replace(b"</body>", footer)
    headers = (("content-type", "text/html; charset=utf-8"),)
    digest = sha256(body).hexdigest()
    fetch = Fetch(TRAP.url, Purpose.WATCH, NOW, NOW, status=200, final_url=TRAP.url, headers=headers, digest=digest)
    import_capture(own.tools, Recorded(fetch, body))
    [found] = reader.get("/search?q=%22who%20writes%20to%20us%22&format=json").json()["hits"]
    assert (found["heading"], found["where"]) == ("", "outside the text of the page")
    assert "outside the text of the page" in reader.get(found["cite"], follow_redirects=True).text


def test_damaged_bytes_are_named_wherever_their_version_is_shown(own: Seeded, reader: TestClient) -> None:
    digest = own.digests["halden-sales@2020-09-14"]
    [file] = own.blobs.folder.rglob(f"{digest}*")
    kept = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(kept[:-4] + b"oops")
    said = f"Version 2 cannot be proved by its bytes: snapshot {digest} is damaged"
    shown = {at: reader.get(at) for at in (f"/c/{SALES_SLUG}/1..2", f"/cite/{SALES_SLUG}/2")}
    text = reader.get(f"/v/{SALES_SLUG}/2").text
    capture = reader.get(f"/capture/{SALES_SLUG}/2").text
    file.write_bytes(kept)
    assert {at: (answer.status_code, said in answer.text) for at, answer in shown.items()} == dict.fromkeys(
        shown, (200, True)
    )
    assert ("Damaged" in text, HEDGED.split()[0] in text) == (True, True)
    assert ("Damaged" in capture, "<iframe" in capture) == (True, False)
    assert "cannot be proved" not in reader.get(f"/c/{SALES_SLUG}/1..2").text


def test_a_statement_entered_by_hand_is_found_with_the_day_it_was_made_public(own: Seeded, reader: TestClient) -> None:
    words = b"Halden said that it asks for an end-use certificate before every sale to a laboratory."
    said = Statement(HALDEN.id, "An answer to a newspaper", "The Gazette", dates=Dates(public="2024-01-03"))
    enter(own.tools, HALDEN, said, Handed(words, "text/plain; charset=utf-8"))
    page = reader.get("/search?q=%22end-use%20certificate%22").text
    assert "Made public 3 Jan 2024" in page
    assert "a statement entered by hand on" in page
    assert "not watched since" not in page
    [found] = reader.get("/search?q=%22end-use%20certificate%22&format=json").json()["hits"]
    told = "published by The Gazette, made public 2024-01-03"
    for shown in (reader.get(f"/d/{found['document']}").text, reader.get(found["cite"], follow_redirects=True).text):
        assert "A statement entered by hand on " in shown
        assert told in shown
        assert "still there at" not in shown
