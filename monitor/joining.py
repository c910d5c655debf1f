"""A document merged into another, or split in two: by a person, logged, and undoable.

On Record tells a page that moved by its content; where it did not see that (the move and a rewrite fell together), a
person says so, and the old document goes on with the new one's captures. The other way round, where an address was given
to another text, the captures from some day on become a document of their own. What either shows is derived again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.errors import ConfigError, Problem
from monitor.rereading import rederive
from monitor.tools import Tools
from storage import acts, documents, joining, leases
from storage.acts import Act
from storage.documents import DocumentRow

JOININGS: Final = ("merge", "split")


def merge(tools: Tools, old: DocumentRow, new: DocumentRow) -> int:
    """Let ``old`` go on as ``new``; the number of the act. Raises ConfigError with the reason where that cannot be."""
    if old.id == new.id:
        raise _no("a document cannot be merged with itself")
    if old.company_id != new.company_id:
        raise _no(f"{old.slug} and {new.slug} belong to two companies")
    if new.request_id is None or new.current_version_id is None:
        raise _no(f"{new.slug} has nothing to go on with: name the document that is watched now second")
    with tools.database.write() as conn:
        if old.state == "live" and old.request_id is not None and _is_asked(tools, old):
            raise _no(f"{old.slug} is still watched at an address of its own: pause its source first")
        untold = joining.first_capture(conn, new.id)
        data = joining.merge(conn, old, new, tools.now())
        rederive(conn, tools, old.id, untold={untold} if untold is not None else set())
        return acts.log(conn, "merge", f"{old.slug} goes on as {new.slug}", data, tools.now())


def split(tools: Tools, document: DocumentRow, since: datetime) -> tuple[int, str]:
    """Make what the address shows since then a document of its own: the act's number and the new document's name."""
    if document.request_id is None:
        raise _no(f"{document.slug} is no longer captured: there is nothing to split")
    with tools.database.write() as conn:
        fetch_id = joining.first_shown_since(conn, document.id, since)
        if fetch_id is None:
            raise _no(
                f"{document.slug} has not changed since {since:%Y-%m-%d %H:%M}: every capture shows what stood before"
            )
        if fetch_id == joining.first_capture(conn, document.id):
            raise _no(f"{document.slug} was first seen then: nothing would be left of it")
        new, data = joining.split(conn, document, fetch_id, tools.now())
        for each in (document.id, new):
            rederive(conn, tools, each, untold=())
        slug = documents.by_id(conn, new).slug
        return acts.log(conn, "split", f"{document.slug} since {since:%Y-%m-%d} is {slug}", data, tools.now()), slug


def undo(tools: Tools, act: Act) -> None:
    """Take a merge or a split back; both documents are derived from their own captures again."""
    with tools.database.write() as conn:
        again = [act.data["old"]]
        if act.act == "merge":
            joining.unmerge(conn, act.data)
            again.append(act.data["new"])
        else:
            joining.unsplit(conn, act.data)
        for document_id in again:
            rederive(conn, tools, document_id, untold=())
        acts.undone(conn, act, tools.now())


def _is_asked(tools: Tools, document: DocumentRow) -> bool:
    assert document.request_id is not None
    with tools.database.read() as conn:
        return leases.request_by_id(conn, document.request_id).next_due_at is not None


def _no(why: str) -> ConfigError:
    return ConfigError([Problem("sources", None, why)])
