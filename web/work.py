"""Work that was asked for: how far each task is, and what came of it. The daemon does it; here it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.text.visible import one_line
from storage import audit, tasks
from storage.tasks import Task
from web.access import Actor, may
from web.exports import Table, table_of
from web.site import Site

ROWS: Final = 50
MOST_EXPORTED: Final = 100_000  # older ones are tidied away long before


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in words. ``share`` is per cent, None where the whole is not known yet."""

    id: int
    what: str
    kind: str
    asked_by: str
    asked_at: datetime
    state: str
    is_over: bool
    said: str
    share: int | None
    error: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tasks:
    tasks: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task with its result, as its kind gives it."""

    task: TaskRow
    arguments: dict[str, Any]
    result: dict[str, Any] | None
    again: str


def routes(site: Site) -> APIRouter:
    """``/tasks`` and ``/tasks/<id>``."""
    router = APIRouter()

    @router.api_route("/tasks", methods=["GET", "HEAD"])
    @may("reader")
    def all_tasks(request: Request) -> Response:
        with site.database.read() as conn:
            view = Tasks(tuple(map(row_of, tasks.newest(conn, ROWS))))
        columns = ("task", "what", "state", "asked by", "asked at", "finished at", "said", "error")

        def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
            for one in map(row_of, tasks.newest(conn, MOST_EXPORTED)):
                yield one.id, one.what, one.state, one.asked_by, one.asked_at, one.finished_at, one.said, one.error

        return site.answer(request, "tasks.html", view, table=Table("tasks", columns, rows))

    @router.api_route("/tasks/{task_id}", methods=["GET", "HEAD"])
    @may("reader")
    def one_task(request: Request, task_id: int) -> Response:
        with site.database.read() as conn:
            task = tasks.by_id(conn, task_id)
        view = TaskView(row_of(task), task.arguments, task.result, _again(task))
        return site.answer(request, "task.html", view, table=_table(task))

    @router.post("/tasks/{task_id}/cancel")
    @may("analyst")
    def cancel(task_id: int, actor: Actor) -> Response:
        with site.database.write() as conn:
            if tasks.cancel(conn, task_id, now=site.now()):
                audit.note(conn, actor.who.name, "task cancelled", at=site.now(), about=str(task_id))
        return RedirectResponse(f"/tasks/{task_id}", 303)

    return router


def ask(site: Site, actor: Actor, kind: str, arguments: dict[str, Any], about: str) -> Response:
    """Write a task down and lead to its page."""
    with site.database.write() as conn:
        task_id = tasks.ask(conn, kind, arguments, asked_by=actor.who.name, now=site.now())
        audit.note(conn, actor.who.name, f"asked: {kind}", at=site.now(), about=about)
    return RedirectResponse(f"/tasks/{task_id}", 303)


def row_of(task: Task) -> TaskRow:
    """A task in words."""
    return TaskRow(
        id=task.id,
        what=_what(task),
        kind=task.kind,
        asked_by=task.asked_by,
        asked_at=task.asked_at,
        state=task.state,
        is_over=task.is_over,
        said=task.said,
        share=min(100, task.done * 100 // task.total) if task.total else None,
        error=task.error or "",
        started_at=task.started_at,
        finished_at=task.finished_at,
    )


def _what(task: Task) -> str:
    given = task.arguments
    match task.kind:
        case "check":
            named = [one_line(str(one), 60) for one in given.get("sources", [])]
            return f"Check now: {', '.join(named[:3])}{f' and {len(named) - 3} more' if len(named) > 3 else ''}"
        case "backtest":
            return f"Backtest: {one_line(str(given.get('rules', '')), 80)}"
        case "search":
            return f"Read every passage: {one_line(str(given.get('q', '')), 80)}"
        case other:
            return other.capitalize()


def _again(task: Task) -> str:
    """Where to go on from a result."""
    match task.kind:
        case "check":
            return "/sources"
        case "backtest":
            return "/rules"
        case "search":
            return f"/search?q={quote(str(task.arguments.get('q', '')))}"
        case _:
            return "/tasks"


def _table(task: Task) -> Table | None:
    """The rows of a result, where it has some."""
    result = task.result or {}
    for key in ("alerts", "found", "asked"):
        rows = result.get(key)
        if isinstance(rows, list) and rows:
            columns = tuple(rows[0])
            cells = [tuple(_cell(row.get(name)) for name in columns) for row in rows]
            return table_of(f"task-{task.id}", columns, cells)
    return None


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value
