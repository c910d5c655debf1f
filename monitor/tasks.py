"""Does the work people ask for on pages: claims a task row, says how far it is, keeps the result or the reason.

A kind of work is a function in ``KINDS``; what it gives is plain data for the row. It asks ``say`` often: that is where
a stop, a cancelled task or a lost lease ends it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from core.errors import OnRecordError
from core.rules.ruleset import RuleSet
from core.text.visible import one_line
from core.wording import counted
from monitor.backtesting import backtest
from monitor.tools import Clock, Tools
from storage import fetches, search, sources, tasks
from storage.engine import Database
from storage.tasks import Task

log = logging.getLogger(__name__)

LONGEST_WAIT: Final = timedelta(minutes=3)  # for an answer to "check now"; the check itself goes on after it
LOOK: Final = 0.5  # seconds between two looks, and between two reports
MOST_ROWS: Final = 500

Json = dict[str, Any]


class Say(Protocol):
    """How far the work is, in numbers and words."""

    def __call__(self, done: int, total: int | None, said: str) -> None: ...


class Ended(Exception):
    """The task is no longer to be done here: cancelled, or the daemon stops."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a kind of work is given."""

    tools: Tools
    rules: RuleSet
    arguments: Mapping[str, Any]
    say: Say


def do_next(tools: Tools, rules: RuleSet, is_stopping: Callable[[], bool]) -> bool:
    """Claim the longest waiting task and do it. False where none waits."""
    database, now = tools.database, tools.now
    with database.read() as conn:
        if not tasks.is_waiting(conn, now()):
            return False
    with database.write() as conn:
        task = tasks.claim(conn, now())
    if task is None:
        return False
    reporter = _Reporter(database, now, task, is_stopping)
    try:
        result = KINDS[task.kind](Work(tools, rules, task.arguments, reporter))
    except Ended:
        with database.write() as conn:
            tasks.give_back(conn, task)  # a cancelled one is no longer ours, and stays cancelled
    except (OnRecordError, KeyError, ValueError) as error:
        why = f"this program cannot do {task.kind!r}" if task.kind not in KINDS else str(error)
        _fail(database, task, why, now)
    except Exception:  # the edge of a task: one that meets a fault of ours must not be claimed for ever
        log.exception("task %s (%s) failed", task.id, task.kind)
        _fail(database, task, "On Record made a mistake; its log says more", now)
    else:
        with database.write() as conn:
            tasks.finish(conn, task, result, now=now())
    return True


def _fail(database: Database, task: Task, why: str, now: Clock) -> None:
    with database.write() as conn:
        tasks.fail(conn, task, one_line(why, 500), now=now())


class _Reporter:
    """Writes progress to the row, at most every half second."""

    def __init__(self, database: Database, now: Clock, task: Task, is_stopping: Callable[[], bool]) -> None:
        self._database, self._now, self._task, self._is_stopping = database, now, task, is_stopping
        self._next = 0.0

    def __call__(self, done: int, total: int | None, said: str) -> None:
        if self._is_stopping():
            raise Ended
        at = time.monotonic()
        if at < self._next:
            return
        self._next = at + LOOK
        with self._database.write() as conn:
            if not tasks.report(conn, self._task, done, total, said, now=self._now()):
                raise Ended


# --- kinds of work ---------------------------------------------------------------------------------------------------


def _check(work: Work) -> Json:
    """``sources``: ids. Makes them due, and waits until each own address was asked."""
    tools = work.tools
    wanted = [str(one) for one in work.arguments["sources"]]
    with tools.database.write() as conn:
        before = {
            source: (request, fetches.newest_of(conn, request))
            for source, request in sources.due_now(conn, wanted, tools.now()).items()
        }
    answers: dict[str, Json] = {}
    until = time.monotonic() + LONGEST_WAIT.total_seconds()
    while len(answers) < len(before) and time.monotonic() < until:
        with tools.database.read() as conn:
            for source, (request, was) in before.items():
                newest = fetches.newest_of(conn, request)
                if source not in answers and newest and newest != was:
                    fetch = fetches.fetch_by_id(conn, newest)
                    grade = fetches.grade_of(conn, newest)
                    answers[source] = {
                        "source": source,
                        "at": fetch.finished_at.isoformat(),
                        "status": fetch.status,
                        "reason": fetch.reason.value if fetch.reason else None,
                        "grade": grade.level.value if grade else None,
                    }
        work.say(len(answers), len(before), f"{counted(len(answers), 'address', 'addresses')} of {len(before)} asked")
        time.sleep(LOOK)
    unwatched = sorted(set(wanted) - set(before))
    return {"asked": list(answers.values()), "waiting": sorted(set(before) - set(answers)), "unwatched": unwatched}


def _backtest(work: Work) -> Json:
    """``rules``: the name of a rule or a pack, or ``all``."""
    name = str(work.arguments["rules"])
    wanted = {rule.id for rule in work.rules.rules if name in ("all", rule.id, rule.pack)}
    if not wanted:
        raise ValueError(f"no rule and no pack is called {name!r}")

    def judged(done: int, total: int) -> None:
        work.say(done, total, f"{done:,} of {counted(total, 'recorded change')} judged")

    with work.tools.database.read() as conn:
        tried = backtest(conn, work.rules, wanted, work.tools.commitments, on_change=judged)
    return {
        "rules": list(tried.rules),
        "outcome": tried.outcome,
        "changes": tried.changes,
        "alerts": [
            {
                "change": one.change_id,
                "at": one.at.isoformat(),
                "company": one.company,
                "document": one.document,
                "severity": one.severity.value,
                "rules": sorted({match.rule for match in one.matches}),
                "words": [word for match in one.matches for word in match.words][:12],
            }
            for one in tried.alerts[:MOST_ROWS]
        ],
        "alerts_total": len(tried.alerts),
        "standing": tried.standing,
        "standing_in": tried.standing_in,
        "weeks": round(tried.weeks, 1),
        "per_week": round(tried.per_week, 2),
        "gaps": len(tried.gaps),
    }


def _search(work: Work) -> Json:
    """``q``: a query that no word of the index narrows; every passage is read."""
    found: list[Json] = []
    total = 0

    def heard(done: int, of: int) -> None:
        work.say(done, of, f"{done:,} of {of:,} passages read, {counted(total, 'answer')}")

    with work.tools.database.read() as conn:
        for one in search.stream(conn, str(work.arguments["q"]), heard=heard):
            total += 1
            if len(found) < MOST_ROWS:
                found.append(
                    {
                        "passage": str(one.passage_id),
                        "text": one.text,
                        "company": one.company_id,
                        "document": one.document,
                        "heading": one.heading,
                        "first_seen": one.first_seen_at.isoformat(),
                        "last_seen": one.last_seen_at.isoformat() if one.last_seen_at else None,
                        "gone_since": one.gone_since.isoformat() if one.gone_since else None,
                        "spans": [list(span) for span in one.spans],
                    }
                )
    return {"total": total, "found": found}


KINDS: Final[dict[str, Callable[[Work], Json]]] = {
    "check": _check,
    "backtest": _backtest,
    "search": _search,
}
