"""Work people ask for on pages, as the daemon does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Fetch, FetchReason, Purpose
from core.rules.ruleset import RuleSet
from monitor import tasks as doing
from storage import record, sources, tasks
from storage.leases import request_by_id
from storage.tasks import Task
from tests.web_archive import NEWS, NOW, Seeded, seed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    found = seed(Path(tmp_path_factory.mktemp("tasks")))
    yield found
    found.database.close()


def done(archive: Seeded, kind: str, *, is_stopping: bool = False, **arguments: object) -> Task:
    with archive.database.write() as conn:
        id_ = tasks.ask(conn, kind, arguments, asked_by="ada", now=NOW)
    rules = archive.tools.rules
    assert isinstance(rules, RuleSet)
    assert doing.do_next(archive.tools, rules, lambda: is_stopping)
    with archive.database.read() as conn:
        return tasks.by_id(conn, id_)


def test_a_backtest_gives_the_alerts_a_pack_would_have_raised(archive: Seeded) -> None:
    task = done(archive, "backtest", rules="hedging")
    assert task.state == "done", task.error
    assert task.result is not None
    found = [(one["document"], one["words"]) for one in task.result["alerts"]]
    assert ("halden/responsible-sales", ["will not knowingly"]) in [(name, words[:1]) for name, words in found]
    assert task.result["alerts_total"] == len(found)


def test_a_rule_that_is_not_there_fails_with_its_name(archive: Seeded) -> None:
    task = done(archive, "backtest", rules="nonsense")
    assert (task.state, task.error) == ("failed", "no rule and no pack is called 'nonsense'")


def test_a_search_that_no_word_narrows_reads_everything(archive: Seeded) -> None:
    task = done(archive, "search", q="/fact.specific/")
    assert task.result is not None
    assert [(one["document"], one["gone_since"] is not None) for one in task.result["found"]] == [
        ("halden/responsible-sales", True)
    ]
    assert task.result["total"] == 1
    assert done(archive, "search", q="(police").error == "at character 1: this bracket is not closed"


def test_work_nobody_knows_is_refused(archive: Seeded) -> None:
    assert done(archive, "fly").error == "this program cannot do 'fly'"


def test_a_stop_leaves_the_task_for_the_next_start(archive: Seeded) -> None:
    task = done(archive, "backtest", is_stopping=True, rules="all")
    assert task.state == "queued"
    with archive.database.write() as conn:
        tasks.cancel(conn, task.id, now=NOW)


def test_check_now_makes_a_source_due_and_tells_its_answer(archive: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    database = archive.database

    def watcher_asks(_seconds: float) -> None:
        """In place of the pause between two looks: the watch finds the address due, and asks it."""
        with database.write() as conn:
            request = request_by_id(conn, sources.start_requests(conn, [NEWS.id])[NEWS.id])
            assert request.next_due_at == NOW
            fetch = Fetch(NEWS.url, Purpose.WATCH, NOW, NOW, reason=FetchReason.TIMEOUT, transient=True)
            record.record_fetch(conn, request.id, fetch)

    monkeypatch.setattr("monitor.tasks.time.sleep", watcher_asks)
    task = done(archive, "check", sources=[NEWS.id, "never-watched"])
    assert task.result == {
        "asked": [
            {"source": NEWS.id, "at": NOW.isoformat(), "status": None, "reason": "timeout", "grade": None},
        ],
        "waiting": [],
        "unwatched": ["never-watched"],
    }


def test_nothing_waits(archive: Seeded) -> None:
    rules = replace(archive.tools).rules
    assert isinstance(rules, RuleSet)
    assert not doing.do_next(archive.tools, rules, lambda: False)
