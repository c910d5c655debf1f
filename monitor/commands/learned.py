"""What the machine has learned about a page, in lines for people; ``always:`` of its source overrules each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from core.text.visible import one_line
from core.wording import counted
from monitor.commands.output import say
from storage.documents import DocumentRow
from storage.habits import habits

DOCUMENTS: Final = 20  # of a source, whose habits are listed
WIDTH: Final = 120


def of_document(conn: Connection, document_id: int) -> list[str]:
    """A line for each habit of one document."""
    found = habits(conn, document_id)
    told = [f"variant {number} began to be shown {counted(times, 'time')}" for number, times in found.variants]
    told += [f"came and went {counted(times, 'time')}: {one_line(text, WIDTH)}" for text, times in found.flickering]
    told += [f"compared without its volatile parts: {one_line(text, WIDTH)}" for text in found.volatile]
    told += [f"stands on most pages of the site: {one_line(text, WIDTH)}" for text in found.furniture]
    told += [f"worded anew at nearly every visit: {one_line(text, WIDTH)}" for text in found.restless]
    return told


def of_source(conn: Connection, documents: Sequence[DocumentRow]) -> list[str]:
    """The same for the documents of a source, named where there are several."""
    return [
        line if len(documents) == 1 else f"{row.slug}: {line}"
        for row in documents[:DOCUMENTS]
        for line in of_document(conn, row.id)
    ]


def print_lines(learned: Sequence[str]) -> None:
    """On a terminal, with what to do about it."""
    for line in learned:
        say(f"learned: {line}")
    if learned:
        say("to hear of such a passage all the same, name words of it under always: of its source in sources.yaml")
