"""Another program's watch list put into sources.yaml, as a person would: what is added, known, and left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import onrecord

MINE = """\
companies:
  - name: Acme   # ours
    sources:
      - {kind: page, url: "https://acme.example/ethics"}
"""
OPML = """<opml version="2.0"><body><outline text="Halden Bio">
<outline text="News" xmlUrl="https://halden.example/feed.xml"/></outline>
<outline text="Acme"><outline text="Ethics" type="link" url="https://acme.example/ethics"/></outline></body></opml>"""
JOBS = """name: Policy
url: https://halden.example/policy
filter: [{css: main}]
---
name: Odd
command: cat /etc/passwd
"""


def test_lists_go_into_the_file_and_what_stays_behind_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MINE)
    (tmp_path / "feeds.opml").write_text(OPML)
    (tmp_path / "urls.yaml").write_text(JOBS)
    ran = onrecord("--home", tmp_path, "sources", "import", tmp_path / "feeds.opml", tmp_path / "urls.yaml", "--json")
    assert ran.status == 0, ran.err
    assert [(line["status"], line["url"] or line["what"]) for line in ran.lines] == [
        ("added", "https://halden.example/feed.xml"),
        ("added", "https://halden.example/policy"),
        ("known", "https://acme.example/ethics"),
        ("left", "Odd: command cat /etc/passwd"),
    ]
    text = (tmp_path / "sources.yaml").read_text()
    assert text.startswith(MINE)
    assert '- {kind: page, url: "https://halden.example/policy", select: [main], note: Policy}' in text
    assert (tmp_path / "sources.yaml.before").read_text() == MINE
    assert onrecord("--home", tmp_path, "validate").status == 0


def test_a_selector_of_an_older_sort_is_taken_over_without_a_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "sources.yaml").write_text(MINE)
    (tmp_path / "list.csv").write_text("company,url,select\nHalden,https://halden.example/policy,p:contains('x')\n")
    ran = onrecord("--home", tmp_path, "sources", "import", tmp_path / "list.csv")
    assert ran.status == 0, ran.err
    assert "p:contains('x')" in (tmp_path / "sources.yaml").read_text()
    assert onrecord("--home", tmp_path, "validate").status == 0
    assert [str(each.message) for each in recwarn if each.category is FutureWarning] == []


def test_a_rehearsal_writes_nothing_and_off_means_off(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text(OPML)
    dry = onrecord("--home", tmp_path, "sources", "import", tmp_path / "feeds.opml", "--dry-run")
    assert (dry.status, "two sources would be added." in dry.err) == (0, True)
    assert not (tmp_path / "sources.yaml").exists()
    onrecord("--home", tmp_path, "sources", "import", tmp_path / "feeds.opml", "--off", "--name", "Halden")
    assert (tmp_path / "sources.yaml").read_text().count("enabled: false") == 2


def test_a_company_that_is_not_there_is_not_made_by_a_slip_of_the_pen(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MINE)
    (tmp_path / "feeds.opml").write_text(OPML)
    slip = onrecord("--home", tmp_path, "sources", "import", tmp_path / "feeds.opml", "--company", "acmee")
    assert slip.status == 2
    assert 'there is no company "acmee" (--name makes a new one)' in slip.err
    assert (tmp_path / "sources.yaml").read_text() == MINE
    made = onrecord("--home", tmp_path, "sources", "import", tmp_path / "feeds.opml", "--name", "Vesta Works")
    assert 'name: "Vesta Works"' in (tmp_path / "sources.yaml").read_text(), made.err


def test_ranges_and_parts_are_carried_into_the_file(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MINE)
    whole = {"fetch": "https://vesta.example/a", "select": {"startBefore": "h1", "endBefore": "footer"}}
    two = [{"fetch": "https://vesta.example/b"}, {"fetch": "https://vesta.example/c", "remove": ["nav"]}]
    terms = {"Terms of Service": whole, "Privacy Policy": {"select": "main", "combine": two}}
    (tmp_path / "Vesta.json").write_text(json.dumps({"name": "Vesta", "terms": terms}))
    ran = onrecord("--home", tmp_path, "sources", "import", tmp_path / "Vesta.json")
    assert (ran.status, ran.err.splitlines()[0]) == (0, "two sources added to sources.yaml.")
    text = (tmp_path / "sources.yaml").read_text()
    assert "select: [{start_before: h1, end_before: footer}]" in text
    assert 'parts: [{url: "https://vesta.example/c", remove: [nav]}]' in text
    assert onrecord("--home", tmp_path, "validate").status == 0
    again = onrecord("--home", tmp_path, "sources", "import", tmp_path / "Vesta.json")
    assert "two sources already there" in again.err


def test_a_file_of_no_format_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MINE)
    (tmp_path / "x.json").write_text(json.dumps({"some": "thing"}))
    ran = onrecord("--home", tmp_path, "sources", "import", tmp_path / "x.json")
    assert (ran.status, "x.json: no list that can be carried over: as changedetection, " in ran.err) == (2, True)
    assert onrecord("--home", tmp_path, "sources", "import", tmp_path / "x.json", "--format", "xls").status == 2
    assert (tmp_path / "sources.yaml").read_text() == MINE
