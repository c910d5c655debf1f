"""Pages one works with: alerts, sources, rules, outbox, tasks; what they ask for, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.access import Role
from core.model import Act, Intent
from core.report import from_plain, to_plain
from core.wording import OF_ACT
from storage import audit, changes, handlings, notices, outbox, overview, tasks
from tests.web_archive import NOW, SALES_SLUG, Seeded, seed, sign_in
from web import today

HEADERS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """An archive of its own: these tests change it."""
    found = seed(Path(tmp_path_factory.mktemp("working")))
    yield found
    found.database.close()


def browser(archive: Seeded, role: Role) -> TestClient:
    made = TestClient(archive.app, raise_server_exceptions=False, follow_redirects=False)
    made.cookies.set("onrecord", sign_in(archive.database, role))
    return made


def sent(client: TestClient, page: str, address: str, **fields: object) -> tuple[int, str]:
    token = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(page).text)
    assert token is not None
    answer = client.post(address, data={"token": token[1], **fields}, headers=HEADERS)
    return answer.status_code, answer.headers.get("location", answer.text)


# --- alerts ----------------------------------------------------------------------------------------------------------


def test_an_alert_shows_what_was_told_and_why_it_went_where_it_went(own: Seeded) -> None:
    with own.database.read() as conn:
        newest = notices.alert_rows(conn, 1)[0]
    client = browser(own, "reader")
    text = client.get(f"/alert/{newest.id}").text
    assert "Why it was told" in text
    assert "no route took it, so the default applies" in text
    assert f"/c/{SALES_SLUG}/" in text or "/c/" in text
    assert "Acknowledge" not in text  # a reader only reads
    listed = client.get("/alerts?format=json").json()["alerts"]
    assert listed[0]["id"] == newest.id
    feed = client.get("/alerts?format=atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert feed.text.count("<summary>Found: ") == len(listed)
    assert "<summary></summary>" not in feed.text
    assert client.get("/alerts?format=csv").content.startswith(b"\xef\xbb\xbf")
    assert client.get("/alert/99999").status_code == 404
    assert client.get("/alert/x").status_code == 404


def test_an_analyst_handles_an_alert_through_the_one_function_all_doors_use(own: Seeded) -> None:
    client = browser(own, "analyst")
    assert sent(client, "/alert/1", "/alert/1/acknowledge") == (303, "/alert/1#log")
    with own.database.read() as conn:
        [deed] = audit.newest(conn, 1)
    assert (deed.who, deed.act, deed.about) == ("the-analyst", "alert: acknowledge", "1")
    assert sent(client, "/alert/1", "/alert/1/note", text="Asked the company.") == (303, "/alert/1#log")
    assert sent(client, "/alert/1", "/alert/1/snooze", until="week")[0] == 303
    assert sent(client, "/alert/1", "/alert/1/not-relevant", reason="formatting")[0] == 303
    assert sent(client, "/alert/1", "/alert/1/fly")[0] == 400
    assert sent(client, "/alert/1", "/alert/1/snooze", until="for ever")[0] == 400
    with own.database.read() as conn:
        done = handlings.of_alert(conn, 1)
    assert [(one.what.value, one.actor.door, one.actor.name) for one in done][:2] == [
        ("acknowledge", "page", "the-analyst"),
        ("note", "page", "the-analyst"),
    ]
    assert "Asked the company." in client.get("/alert/1").text


# --- work that is asked for ------------------------------------------------------------------------------------------


def test_check_now_is_a_task_an_operator_asks_for(own: Seeded) -> None:
    client = browser(own, "operator")
    status, address = sent(client, "/sources", "/sources/check", source=["halden-sales", "kestrel-news"])
    assert (status, address[:7]) == (303, "/tasks/")
    page = client.get(address).text
    assert "Check now: halden-sales, kestrel-news" in page
    assert "It waits for the daemon" in page
    with own.database.write() as conn:
        task = tasks.claim(conn, NOW)
        assert task is not None
        assert task.arguments == {"sources": ["halden-sales", "kestrel-news"]}
        assert tasks.report(conn, task, 1, 2, "one address of 2 asked", now=NOW)
    page = client.get(address).text
    assert 'value="50"' in page
    assert "one address of 2 asked" in page
    with own.database.write() as conn:
        asked = [{"source": "halden-sales", "at": "", "status": 200, "reason": None, "grade": "good"}]
        tasks.finish(conn, task, {"asked": asked, "waiting": ["kestrel-news"], "unwatched": []}, now=NOW)
    page = client.get(address).text
    assert "Still to be asked, as politeness allows: kestrel-news." in page
    assert "hx-trigger" not in page
    assert sent(client, "/sources", "/sources/check")[0] == 400
    assert browser(own, "analyst").post("/sources/check").status_code == 403


def test_sources_say_what_cannot_be_seen(own: Seeded) -> None:
    client = browser(own, "reader")
    unseen = client.get("/sources?only=unseen").text
    assert "kestrel-news" in unseen
    assert "Not seen" in unseen
    assert "halden-sales" not in unseen
    assert 'type="checkbox"' not in unseen  # a reader asks for nothing
    rows = client.get("/sources?format=json&company=halden").json()
    assert [(one["id"], one["state"]) for one in rows["sources"]] == [("halden-sales", "seen")]


def test_a_backtest_is_asked_for_with_its_progress_on_its_page(own: Seeded) -> None:
    client = browser(own, "analyst")
    assert "hedge.knowingly" in client.get("/rules").text
    fired = client.get("/rules/fired/hedge.knowingly").text
    assert "will not knowingly" in fired
    assert client.get("/rules/fired/nothing").status_code == 404
    status, address = sent(client, "/rules", "/rules/backtest", rules="hedging")
    assert status == 303
    assert "Backtest: hedging" in client.get(address).text
    assert "Backtest: hedging" in client.get("/rules").text
    assert sent(client, "/rules", "/rules/backtest", rules="")[0] == 400
    assert sent(client, address, f"{address}/cancel") == (303, address)
    assert "Nothing was kept of it." in client.get(address).text
    assert client.get("/tasks/99999").status_code == 404
    assert "Backtest: hedging" in client.get("/tasks").text


def test_the_outbox_is_minded_by_an_operator(own: Seeded) -> None:
    with own.database.write() as conn:
        intent = Intent("team", "email", "desk@example.org", ("the route for police",))
        [delivery] = outbox.enqueue(conn, 1, [intent], NOW)
    client = browser(own, "operator")
    assert "desk@example.org" in client.get("/outbox").text
    assert sent(client, "/outbox", f"/outbox/{delivery}/drop", reason=" ")[0] == 400
    assert sent(client, "/outbox", f"/outbox/{delivery}/drop", reason="moved away") == (303, "/outbox")
    assert "desk@example.org" not in client.get("/outbox").text
    assert sent(client, "/outbox", f"/outbox/{delivery}/again") == (303, "/outbox")
    assert sent(client, "/outbox", "/outbox/none/again")[0] == 404
    with own.database.read() as conn:
        assert [one.act for one in audit.newest(conn, 2)] == ["sent again", "message given up"]
    assert "Give up" not in browser(own, "reader").get("/outbox").text


# --- search ----------------------------------------------------------------------------------------------------------


def test_a_time_that_has_not_come_is_named(own: Seeded) -> None:
    client = browser(own, "reader")
    assert "The time that is asked for has not come yet." in client.get("/search?q=sell%20added:2099").text
    assert "has not come yet" not in client.get("/search?q=sell%20added:2001").text


def test_an_answer_without_words_says_why_it_is_one(own: Seeded) -> None:
    page = browser(own, "reader").get("/search?q=verdict:weakened%20company:halden").text
    assert "It answers because of what became of a promise in it: " in page
    assert 'href="/commitments?company=halden"' in page
    [first, *_] = browser(own, "reader").get("/search?q=verdict:weakened&format=json").json()["hits"]
    assert "weakened" in first["verdicts"]
    assert browser(own, "reader").get("/search?q=xinjiang&format=json").json()["hits"][0]["verdicts"] == []


def test_search_counts_and_names_who_never_said_it(own: Seeded) -> None:
    client = browser(own, "reader")
    page = client.get("/search?q=xinjiang").text
    assert "Of whom, and when" in page
    assert 'href="/search?q=%28xinjiang%29%20company%3Ahalden"' in page
    (answer, *_) = client.get("/search?q=xinjiang&format=list").json()
    assert list(answer) == ["passage", "text", "company", "document", "url", "heading", "first_seen", "last_seen",
                            "gone_since", "still", "match"]  # fmt: skip
    assert answer["match"] == ["Xinjiang"]
    assert client.get("/search?q=新疆&format=json").json()["read_as"] == "“新疆”"
    counts = client.get("/search/counts?q=xinjiang&format=json").json()["counts"]
    assert [(key, many) for key, _, many in counts["companies"]] == [("halden", 3)]
    never = client.get("/search/never?q=xinjiang&format=json").json()
    assert [one["company_id"] for one in never["silent"]] == ["hostile", "mingchuan"]
    chosen = client.get("/search/never?q=xinjiang&company=halden").text
    assert "Every one of them was seen to say it." in chosen
    assert client.get("/search/never?q=xinjiang&company=nobody").status_code == 404
    rows = client.get("/search?q=xinjiang&format=csv").text.splitlines()
    assert len(rows) == 4
    assert rows[0].endswith('"still","match"')


def test_a_search_without_a_word_is_offered_as_a_task(own: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.LARGEST_READING", 3)
    client = browser(own, "analyst")
    page = client.get("/search?q=/fact.specific/")
    assert (page.status_code, "This takes reading everything" in page.text) == (400, True)
    assert "cannot be understood" not in page.text
    status, address = sent(client, "/search?q=/fact.specific/", "/search/task", q="/fact.specific/")
    assert status == 303
    assert "Read every passage: /fact.specific/" in client.get(address).text
    refused = client.get("/search.json?q=/fact.specific/")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert "have it done as a task" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"never sold', "the quotation that begins here has no end"),
        ("*", "an asterisk stands at the end of a word"),
        ("?", "no letter or digit"),
        (" ".join(f"w{n}" for n in range(600)), "a query may have 64 words"),
        (" ".join(["term"] * 10_000), "a query may have 4,000 characters"),
        ("audit seen:9999", "no date"),
        ("audit still:perhaps", "still: is yes, no or unknown"),
    ],
)
def test_a_bad_query_says_where_and_why(own: Seeded, query: str, said: str) -> None:
    client = browser(own, "reader")
    page = client.get("/search", params={"q": query})
    assert page.status_code == 400
    assert said in page.text
    assert "at character " in page.text
    assert client.get("/search.json", params={"q": query}).json()["status"] == 400


@pytest.mark.parametrize(
    "address",
    [
        "/d/nobody/nothing", f"/v/{SALES_SLUG}/99", f"/c/{SALES_SLUG}/1..99", "/company/nobody", f"/cite/{SALES_SLUG}/99",
        f"/capture/{SALES_SLUG}/99", "/timemap/nobody/nothing", "/timegate/nobody/nothing", f"/q/{'0' * 64}/{SALES_SLUG}",
        "/passage/1/halden/responsible-sales", "/passage/1/nobody", f"/frame/{'0' * 64}", "/people/99/link",
        f"/tasks/{9 * 10**20}", f"/passage/{9 * 10**20}/{SALES_SLUG}", f"/?start={9 * 10**20}",
        f"/alerts?start={9 * 10**20}", f"/sources?start=-{9 * 10**20}", f"/audit?start={9 * 10**20}",
    ],
)  # fmt: skip
def test_ids_that_do_not_exist(own: Seeded, address: str) -> None:
    found = browser(own, "operator").get(address, headers={"accept": "application/json"})
    assert found.status_code in (404, 405)
    assert found.headers["content-type"] == "application/problem+json"


def test_a_day_in_the_future_shows_the_newest(own: Seeded) -> None:
    page = browser(own, "reader").get(f"/d/{SALES_SLUG}?asof=2999-01-01")
    assert page.status_code == 200
    assert "Version 4" in page.text


# --- today -----------------------------------------------------------------------------------------------------------


def test_the_heading_below_a_quote_is_the_one_it_stands_under(own: Seeded) -> None:
    with own.database.read() as conn:
        [change_id] = overview.recent_changes(conn, NOW - timedelta(days=1), limit=1)
        [stored] = changes.by_ids(conn, [change_id])
        [told] = overview.told(conn, [change_id]).values()
        report = from_plain(told.report)
        beside = replace(report.quotes[0], mark=OF_ACT[Act.MOVED], heading_path=("You may also like",))
        assert report.where is not None
        where = replace(report.where, heading_path=beside.heading_path)  # a report says where its first quote stands
        first = replace(told, report=to_plain(replace(report, quotes=(beside, *report.quotes), where=where)))
        row = today._row(conn, stored, first, NOW, None)
    assert "under “Where we do not sell”" in row.facts
    assert not any("You may also like" in fact for fact in row.facts)
