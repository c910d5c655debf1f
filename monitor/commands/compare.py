"""``onrecord diff``: two versions of a document, passage by passage, the changed words marked; moves are moves.

``[-went out-]`` and ``{+came in+}`` are there without any colour; a terminal gets bold and struck words besides.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from core.citing import where_it_stands
from core.errors import NotFound
from core.model import Act, Edit, Reading, VersionRef
from core.relinks import relinked
from core.sides import under_in_words
from core.text.diff import compare
from core.text.visible import flat, one_line
from core.text.words import Segment, word_diff
from core.wording import counted, long_date
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of, document_called
from monitor.home import Home
from monitor.narrator import verdict_word
from storage import changes, versions
from storage.documents import DocumentRow

MARKS: Final = {"same": ("", ""), "out": ("[-", "-]"), "in": ("{+", "+}")}
STYLES: Final = {"same": "", "out": "\x1b[9m", "in": "\x1b[1m"}
SIGNS: Final = {Act.ADDED: "+", Act.REMOVED: "−", Act.REWORDED: "≠", Act.MOVED: "→", Act.RESTORED: "↩"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One edit in words."""

    act: Act
    heading: tuple[str, ...]
    was_under: tuple[str, ...]
    before: str | None
    after: str | None
    words: tuple[Segment, ...]
    under: str  # of words that stand while what stood over them is another, or went: what is said of that
    stream: str


def diff(home: Home, environ: Mapping[str, str], name: str, numbers: Sequence[int], *, as_json: bool) -> int:
    """Compare two versions (without numbers: the last change). Raises NotFound."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        document = document_called(conn, name)
        before, after = _sides(conn, document, numbers)
        old, new = versions.load(conn, before.id), versions.load(conn, after.id)
        stored = changes.between(conn, document.id, before.id, after.id)
    edits = compare(old.reading, old.forms, new.reading, new.forms)
    links = relinked(old.reading, new.reading, document.url)
    pieces = [piece(old.reading, new.reading, edit) for edit in edits]
    change = stored.change if stored else None
    about: dict[str, Any] = {
        "change": change.id if change else None,
        "class": change.change_class.value if change else None,
        "verdict": change.verdict.value if change and change.verdict else None,
        "severity": stored.severity.value if stored and stored.severity else None,
        "reasons": list(change.reasons) if change else [],
    }
    if as_json:
        sides = {"before": _version(before), "after": _version(after)}
        led = [{"words": each.words, "before": each.before, "after": each.after} for each in links]
        emit({"document": document.slug, **sides, **about, "edits": [_plain(each) for each in pieces], "links": led})
        return 0
    facts = [about["class"], verdict_word(about["verdict"] or ""), about["severity"]]
    say(
        f"{document.slug}  version {before.number} → {after.number}  {' · '.join(str(fact) for fact in facts if fact)}".rstrip()
    )
    say(f"first seen {long_date(before.seen_at)} → {long_date(after.seen_at)}")
    _print(pieces)
    for each in links:
        say(f"⇢ {each}")
    note(counted(len(pieces), "edit") if pieces else "The words are the same in both.")
    return 0


def _sides(conn: Connection, document: DocumentRow, numbers: Sequence[int]) -> tuple[VersionRef, VersionRef]:
    if len(numbers) == 2:
        return versions.by_number(conn, document.id, numbers[0]), versions.by_number(conn, document.id, numbers[1])
    if len(numbers) == 1:
        if document.current_version_id is None:
            raise NotFound(f"{document.slug} has no version yet")
        return versions.by_number(conn, document.id, numbers[0]), versions.ref(conn, document.current_version_id)
    for stored in changes.of_document(conn, document.id, limit=50):
        if stored.change.before_version and stored.change.after_version:
            return stored.change.before_version, stored.change.after_version
    there = versions.numbers(conn, document.id)
    if len(there) < 2:
        raise NotFound(f"{document.slug} has {counted(len(there), 'version')}: there is nothing to compare")
    return there[-2], there[-1]


def piece(before: Reading, after: Reading, edit: Edit) -> Piece:
    """One edit with its words, where it stands and where it stood."""
    old = " ".join(before.places[at].text for at in edit.before) if edit.before else None
    new = " ".join(after.places[at].text for at in edit.after) if edit.after else None
    was_under = before.heading_path(edit.before[0]) if edit.before else ()
    heading = after.heading_path(edit.after[0]) if edit.after else was_under
    stream = after.places[edit.after[0]].stream if edit.after else before.places[edit.before[0]].stream
    words = tuple(word_diff(old or "", new or ""))
    under = under_in_words(before, after, edit) if edit.lost_lead_in else ""
    return Piece(edit.act, heading, was_under, old, new, words, under, stream)


def _version(version: VersionRef) -> dict[str, Any]:
    return {"number": version.number, "digest": version.digest, "first_seen": version.seen_at}


def _plain(each: Piece) -> dict[str, Any]:
    return {
        "act": each.act.value,
        "heading": list(each.heading),
        "was_under": list(each.was_under),
        "before": each.before,
        "after": each.after,
        "words": [list(segment) for segment in each.words],
        "lost_lead_in": bool(each.under),
        "stream": each.stream,
    }


def _print(pieces: Sequence[Piece]) -> None:
    is_styled = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    under = ""
    for each in pieces:
        path = " › ".join(one_line(part, 100) for part in each.heading)
        here = where_it_stands(path, each.stream) or "(before the first heading)"
        if here != under:
            under = here
            say(f"\n{under}")
        what = "the same words" if each.under else each.act.value
        say(f"{SIGNS[each.act]} {what}{_moved(each)}")
        say(f"    {marked(each.words, is_styled=is_styled)}")


def _moved(each: Piece) -> str:
    if each.under:
        return f": {each.under}"
    if each.act is Act.MOVED and each.was_under != each.heading:
        return f" from {' › '.join(one_line(part, 60) for part in each.was_under) or 'the top'}"
    return " within its section" if each.act is Act.MOVED else ""


def marked(words: Sequence[Segment], *, is_styled: bool = False) -> str:
    """The words on one line, what went out and came in between marks; spaces stay outside them."""
    shown = []
    for op, text in words:
        text = flat(text)
        core = text.strip()
        if op == "same" or not core:
            shown.append(text)
            continue
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        start, end = MARKS[op]
        style, reset = (STYLES[op], "\x1b[0m") if is_styled else ("", "")
        shown.append(f"{lead}{style}{start}{core}{end}{reset}{tail}")
    return "".join(shown).strip()
