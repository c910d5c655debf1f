"""``sources test`` before anything is watched: the whole reference list, and sources that are switched off.

Nobody outside this machine is asked here: the fetcher's place is taken by one for which no name exists.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from core.model import Ask, Fetch, FetchReason
from monitor.commands import trying
from monitor.fetcher import Fetcher
from monitor.home import Home
from monitor.tools import Clock
from tests.site import Got


def offline(_fetcher: Fetcher, ask: Ask, now: Clock) -> Got:
    reason = "there is no such name"
    return Got(Fetch(ask.url, ask.purpose, now(), now(), None, FetchReason.DNS, reason, transient=True), b"")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Fetcher, "fetch", offline)
    settings = "fetch: {host_gap_seconds: 0, contact: watch@example.org}\n"
    (tmp_path / "settings.yaml").write_text(settings, encoding="utf-8")
    return tmp_path


def test_every_entry_of_the_reference_list_is_reported_with_its_line(
    shared: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (shared / "domain" / "sources-seed.yaml").read_text(encoding="utf-8")
    (home / "sources.yaml").write_text(text, encoding="utf-8")
    assert trying.test(Home(home), {}, [], as_json=True, with_all=True) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 134
    lines = text.splitlines()
    assert all("kind:" in lines[row["line"] - 1] or "url:" in lines[row["line"] - 1] for row in rows)
    assert Counter(row["health"] for row in rows) == {"bad": 134}
    assert all("no such name" in " ".join(row["notes"]) for row in rows)


def test_a_source_that_is_off_may_be_tried_by_its_name_and_is_left_off(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sources.yaml").write_text(
        "companies:\n  - name: Acme\n    sources:\n"
        "      - {id: acme/a, kind: page, url: 'https://acme.example/a', enabled: false}\n"
        "      - {id: acme/b, kind: page, url: 'https://acme.example/b'}\n",
        encoding="utf-8",
    )
    for wanted, tried in ((["acme/a"], ["acme/a"]), ([], ["acme/b"]), (["acme"], ["acme/a", "acme/b"])):
        assert trying.test(Home(home), {}, wanted, as_json=True, with_all=False) == 0
        assert [json.loads(line)["source"] for line in capsys.readouterr().out.splitlines()] == tried
