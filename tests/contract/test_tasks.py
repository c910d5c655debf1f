"""Work a person asks for: asked once, claimed once, reported, finished; taken up again where its daemon died."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import NotFound
from storage import tasks
from storage.engine import Database
from tests.archive import START

MINUTE = timedelta(minutes=1)


def asked(database: Database, kind: str = "backtest", **arguments: object) -> int:
    with database.write() as conn:
        return tasks.ask(conn, kind, arguments, asked_by="ada", now=START)


def claimed(database: Database, at: timedelta = MINUTE) -> tasks.Task | None:
    with database.write() as conn:
        return tasks.claim(conn, START + at)


def test_the_longest_waiting_is_claimed_first_and_once(database: Database) -> None:
    first, second = asked(database, rules="all"), asked(database, rules="hedging")
    with database.read() as conn:
        assert tasks.is_waiting(conn, START)
    one, two, three = (claimed(database) for _ in range(3))
    assert one is not None
    assert two is not None
    assert (one.id, one.state, one.arguments, one.asked_by) == (first, "running", {"rules": "all"}, "ada")
    assert two.id == second
    assert three is None


def test_the_same_work_is_not_asked_twice_while_it_waits_or_runs(database: Database) -> None:
    first = asked(database, rules="all")
    assert asked(database, rules="all") == first
    task = claimed(database)
    assert asked(database, rules="all") == first
    assert task is not None
    with database.write() as conn:
        assert tasks.finish(conn, task, {"alerts": 3}, now=START + MINUTE)
    assert asked(database, rules="all") != first


def test_progress_and_result_stand_on_the_row(database: Database) -> None:
    asked(database)
    task = claimed(database)
    assert task is not None
    with database.write() as conn:
        assert tasks.report(conn, task, 3, 9, "3 of 9 changes", now=START + MINUTE)
    with database.read() as conn:
        told = tasks.by_id(conn, task.id)
    assert (told.done, told.total, told.said, told.is_over) == (3, 9, "3 of 9 changes", False)
    with database.write() as conn:
        assert tasks.finish(conn, task, {"alerts": 3}, now=START + 2 * MINUTE)
        assert not tasks.report(conn, task, 4, 9, "", now=START + 2 * MINUTE)
    with database.read() as conn:
        told = tasks.by_id(conn, task.id)
    assert (told.state, told.result, told.finished_at) == ("done", {"alerts": 3}, START + 2 * MINUTE)


def test_one_whose_daemon_died_is_claimed_again_and_the_old_token_counts_no_more(database: Database) -> None:
    asked(database)
    dead = claimed(database)
    assert claimed(database, 2 * MINUTE) is None
    again = claimed(database, 7 * MINUTE)
    assert dead is not None
    assert again is not None
    assert again.id == dead.id
    with database.write() as conn:
        assert not tasks.finish(conn, dead, {}, now=START)
        assert tasks.fail(conn, again, "the archive cannot be read", now=START + 8 * MINUTE)
    with database.read() as conn:
        assert (tasks.by_id(conn, dead.id).state, tasks.by_id(conn, dead.id).error) == (
            "failed",
            "the archive cannot be read",
        )


def test_a_cancelled_task_is_told_so_at_its_next_report(database: Database) -> None:
    id_ = asked(database)
    task = claimed(database)
    assert task is not None
    with database.write() as conn:
        assert tasks.cancel(conn, id_, now=START + MINUTE)
        assert not tasks.report(conn, task, 1, 2, "", now=START + MINUTE)
        tasks.give_back(conn, task)
        assert not tasks.cancel(conn, id_, now=START + MINUTE)
    assert claimed(database, 9 * MINUTE) is None


def test_what_is_long_over_is_forgotten(database: Database) -> None:
    id_ = asked(database)
    with database.write() as conn:
        tasks.cancel(conn, id_, now=START)
        tasks.tidy(conn, START + timedelta(days=31))
    with database.read() as conn, pytest.raises(NotFound, match="there is no task"):
        tasks.by_id(conn, id_)
