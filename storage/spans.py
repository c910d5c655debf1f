"""Lives of forms in documents: opened and closed as versions are accepted, by what two lists of integers differ in.

A span is derived: this is the fast path of what a rebuild from the readings would give. Its cost depends on how much
changed, never on how long the document has been watched. ``lineage`` 0 means the span began its own line; otherwise
it is the id of the span that did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, case, func, insert, or_, select, update

from core.model import Act, Edit, Reading
from core.sides import differ_in_figures
from storage.chunks import chunks
from storage.packing import STREAMS, Columns
from storage.schema import documents, fetches, passages, span_texts, spans
from storage.upsert import insert_or_ignore

LONGEST_HEADING = 500
STRETCH = 6  # visits in a row that are looked at for a passage that never stays
STILL = 1  # of them, at most so many that brought no other wording
STRETCH_WITHIN = timedelta(days=30)
MOST_WORDINGS = 100


@dataclass(frozen=True, slots=True)
class FormLife:
    """What is known of a form in a document: how often it came, how often it went, whether it stands now.

    ``last_fetch_id`` is None while it stands: then it is the document's last good capture.
    """

    times_seen: int
    times_gone: int
    open: bool
    first_fetch_id: int
    last_fetch_id: int | None


class Moment(NamedTuple):
    """Just before a capture was judged: what is asked as of it knows of no later capture, and of no later import."""

    at: datetime
    fetch_id: int


class Step(NamedTuple):
    """From one accepted capture of a document and variant to the next; ``last_good`` is the one before."""

    document_id: int
    variant: int
    fetch_id: int
    last_good: int | None


# Statements of every change are built once: building one costs more than running it.
_FORMS = spans.c.form.in_(bindparam("b_forms", expanding=True))
_STANDING = (
    select(spans.c.id, spans.c.form, spans.c.heading, spans.c.lineage)
    .where(
        spans.c.document_id == bindparam("b_document"),
        spans.c.variant == bindparam("b_variant"),
        spans.c.last_fetch_id.is_(None),
        _FORMS,
    )
    .order_by(spans.c.id)
)
_LINES = select(spans.c.id, spans.c.form, spans.c.lineage).where(
    spans.c.id.in_(
        select(func.max(spans.c.id))
        .where(spans.c.document_id == bindparam("b_document"), _FORMS)
        .group_by(spans.c.form)
    )
)
_END = (
    update(spans)
    .where(spans.c.id.in_(bindparam("b_ids", expanding=True)))
    .values(last_fetch_id=bindparam("b_last"), gone_fetch_id=bindparam("b_gone"))
)
_OPEN = insert(spans)
_LIVES = (
    select(
        spans.c.form,
        func.count(spans.c.first_fetch_id.distinct()).label("seen"),
        func.count(spans.c.gone_fetch_id.distinct()).label("gone"),
        func.sum(case((spans.c.last_fetch_id.is_(None), 1), else_=0)).label("standing"),
        func.min(spans.c.first_fetch_id).label("first"),
        func.max(spans.c.last_fetch_id).label("last"),
    )
    .where(spans.c.document_id == bindparam("b_document"), _FORMS)
    .group_by(spans.c.form)
)


def known_by(captures: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That a capture had been made by the moment ``b_at``, ``b_fetch``."""
    return captures.c.started_at <= bindparam("b_at"), captures.c.id < bindparam("b_fetch")


_GONE = fetches.alias("gone")
_ROOT = case((spans.c.lineage == 0, spans.c.id), else_=spans.c.lineage).label("root")
# What stood at a moment: of the document's past as of its present.
_ROOTS = (
    select(
        spans.c.form,
        passages.c.text,
        _ROOT,
    )
    .join(passages, passages.c.id == spans.c.passage_id)
    .join(fetches, fetches.c.id == spans.c.first_fetch_id)
    .outerjoin(_GONE, _GONE.c.id == spans.c.gone_fetch_id)
    .where(
        spans.c.document_id == bindparam("b_document"),
        _FORMS,
        *known_by(fetches),
        ~and_(*known_by(_GONE), _GONE.c.id.is_not(None)),
    )
    .order_by(spans.c.id)
)
_VISITS = (
    select(fetches.c.id)
    .join(documents, documents.c.request_id == fetches.c.request_id)
    .where(
        documents.c.id == bindparam("b_document"),
        fetches.c.started_at >= bindparam("b_since"),
        *known_by(fetches),
        fetches.c.reason.is_(None),
        fetches.c.purpose != "rehearsal",
    )
    .order_by(fetches.c.id.desc())  # the newest in the archive first: however long a page is watched, few rows are read
    .limit(STRETCH)
)
_WORDINGS = (
    select(_ROOT, passages.c.text, spans.c.first_fetch_id)
    .join(passages, passages.c.id == spans.c.passage_id)
    .join(fetches, fetches.c.id == spans.c.first_fetch_id)
    .where(
        spans.c.document_id == bindparam("b_document"),
        or_(
            spans.c.lineage.in_(bindparam("b_roots", expanding=True)),
            spans.c.id.in_(bindparam("b_roots", expanding=True)),
        ),
        fetches.c.started_at >= bindparam("b_since"),
        *known_by(fetches),
    )
    .order_by(fetches.c.started_at.desc(), spans.c.id.desc())
)


class Standing(NamedTuple):
    """A span that was open before the step."""

    id: int
    heading: str
    lineage: int


def advance(
    conn: Connection, step: Step, before: Columns | None, after: Columns, reading: Reading, edits: Sequence[Edit]
) -> None:
    """Close the spans of forms that went, open those of forms that came, and carry lineage over rewordings.

    ``before`` is None where nothing stood (a first version, or a document that was gone); ``reading`` is the text of
    ``after``.
    """
    counted_before = Counter(before.forms if before else ())
    counted_after = Counter(after.forms)
    went = counted_before - counted_after
    came = counted_after - counted_before
    renamed = _renamed(before, after, went, came)
    ancestors = _ancestors(before, after, edits)
    reworded_texts = _new_texts(before, after, came)
    wanted = {*went, *(old for old, _ in renamed), *ancestors.values(), *reworded_texts.values()}
    standing = _standing(conn, step, wanted)
    _rename(conn, standing, renamed)
    _close(conn, step, standing, went, _headings(after, reading, went))
    rows = _opened(step, after, reading, came)
    _carry_lineage(conn, step, rows, ancestors, standing)
    if rows:
        conn.execute(_OPEN, [row for _, row in rows])
    insert_or_ignore(
        conn,
        span_texts,
        [
            {"passage_id": p, "span_id": standing[form][0].id}
            for p, form in reworded_texts.items()
            if standing.get(form)
        ],
    )


def close_all(conn: Connection, step: Step) -> None:
    """The document is gone: everything that stood there was last seen then and is absent since this capture."""
    conn.execute(
        update(spans)
        .where(spans.c.document_id == step.document_id, spans.c.last_fetch_id.is_(None))
        .values(last_fetch_id=step.last_good, gone_fetch_id=step.fetch_id)
    )


def form_history(conn: Connection, document_id: int, forms: Sequence[int]) -> dict[int, FormLife]:
    """The lives of these forms in a document; forms it never showed are missing."""
    found: dict[int, FormLife] = {}
    for some in chunks(list(dict.fromkeys(forms))):
        for row in conn.execute(_LIVES, {"b_document": document_id, "b_forms": some}):
            last = None if row.standing else row.last
            found[row.form] = FormLife(row.seen, row.gone, bool(row.standing), row.first, last)
    return found


def restless(conn: Connection, document_id: int, forms: Sequence[int], moment: Moment) -> dict[int, tuple[str, ...]]:
    """Those of the forms that stood at a moment and never stay, each with its wordings of late.

    Nearly every one of the last ``STRETCH`` visits had brought another wording that differs in figures alone: a few edits
    among many visits make no such passage, nor does anything that came later.
    """
    found: dict[int, tuple[str, ...]] = {}
    of = {
        "b_document": document_id,
        "b_since": moment.at - STRETCH_WITHIN,
        "b_at": moment.at,
        "b_fetch": moment.fetch_id,
    }
    visits = set(conn.execute(_VISITS, of).scalars())
    if len(visits) < STRETCH:
        return found
    for some in chunks(list(dict.fromkeys(forms))):
        standing = conn.execute(_ROOTS, {**of, "b_forms": some}).all()
        of_line: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for roots in chunks(sorted({row.root for row in standing})):
            for root, text, fetch_id in conn.execute(_WORDINGS, {**of, "b_roots": roots}):
                of_line[root].append((text, fetch_id))
        for row in standing:
            alike = [each for each in of_line[row.root] if differ_in_figures(each[0], row.text)]
            if len(visits & {fetch_id for _, fetch_id in alike}) >= STRETCH - STILL:
                found[row.form] = tuple(dict.fromkeys(text for text, _ in alike))[:MOST_WORDINGS]
    return found


def _renamed(before: Columns | None, after: Columns, went: Counter[int], came: Counter[int]) -> list[tuple[int, int]]:
    """Equal texts whose form alone differs (the mask or the rules changed): the same life under another number.

    They are taken out of ``went`` and ``came``.
    """
    pairs: list[tuple[int, int]] = []
    if before is None or not went or not came:
        return pairs
    old_forms: dict[int, list[int]] = defaultdict(list)
    for passage, form in zip(before.passages, before.forms, strict=True):
        if form in went:
            old_forms[passage].append(form)
    for passage, form in zip(after.passages, after.forms, strict=True):
        if came[form] > 0 and old_forms[passage] and went[old_forms[passage][-1]] > 0:
            old = old_forms[passage].pop()
            pairs.append((old, form))
            went[old] -= 1
            came[form] -= 1
    for counter in (went, came):
        for form in [form for form, count in counter.items() if count <= 0]:
            del counter[form]
    return pairs


def _ancestors(before: Columns | None, after: Columns, edits: Sequence[Edit]) -> dict[int, int]:
    """Index of a reworded place to the form it replaced."""
    if before is None:
        return {}
    return {
        place: before.forms[edit.before[0]]
        for edit in edits
        if edit.act in (Act.REWORDED, Act.RESTORED) and edit.before
        for place in edit.after
        if after.forms[place] != before.forms[edit.before[0]]
    }


def _new_texts(before: Columns | None, after: Columns, came: Counter[int]) -> dict[int, int]:
    """Passages that are new while their form goes on (a masked token differs): passage id to form."""
    known = set(before.passages if before else ())
    return {
        passage: form
        for passage, form in zip(after.passages, after.forms, strict=True)
        if before is not None and passage not in known and form not in came
    }


def _standing(conn: Connection, step: Step, forms: Iterable[int]) -> dict[int, list[Standing]]:
    """Open spans by form, the oldest first."""
    found: dict[int, list[Standing]] = defaultdict(list)
    for some in chunks(sorted(forms)):
        of = {"b_document": step.document_id, "b_variant": step.variant, "b_forms": some}
        for row in conn.execute(_STANDING, of):
            found[row.form].append(Standing(row.id, row.heading, row.lineage))
    return found


def _rename(conn: Connection, standing: dict[int, list[Standing]], renamed: list[tuple[int, int]]) -> None:
    for old, new in renamed:
        if standing[old]:
            conn.execute(update(spans).where(spans.c.id == standing[old].pop(0).id).values(form=new))


def _headings(after: Columns, reading: Reading, forms: Iterable[int]) -> dict[int, set[str]]:
    wanted = set(forms)
    found: dict[int, set[str]] = defaultdict(set)
    for place, form in enumerate(after.forms):
        if form in wanted:
            found[form].add(_heading(reading, place))
    return found


def _close(
    conn: Connection,
    step: Step,
    standing: dict[int, list[Standing]],
    went: Counter[int],
    still_under: dict[int, set[str]],
) -> None:
    """Of several equal ones, first those whose heading no longer has it, then the newest."""
    ids: list[int] = []
    for form, count in went.items():
        order = sorted(standing.get(form, ()), key=lambda span: (span.heading in still_under.get(form, ()), -span.id))
        ids += [span.id for span in order[:count]]
    for some in chunks(sorted(ids)):
        conn.execute(_END, {"b_ids": some, "b_last": step.last_good, "b_gone": step.fetch_id})


def _opened(step: Step, after: Columns, reading: Reading, came: Counter[int]) -> list[tuple[int, dict[str, int | str]]]:
    """A row for each place whose form came, with the place's index; of equal ones the last in the page."""
    left = Counter(came)
    rows: list[tuple[int, dict[str, int | str]]] = []
    for place in range(len(after.forms) - 1, -1, -1):
        form = after.forms[place]
        if left[form] > 0:
            left[form] -= 1
            row: dict[str, int | str] = {
                "document_id": step.document_id,
                "variant": step.variant,
                "form": form,
                "passage_id": after.passages[place],
                "stream": STREAMS[after.streams[place]],
                "heading": _heading(reading, place),
                "first_fetch_id": step.fetch_id,
                "lineage": 0,
            }
            rows.append((place, row))
    rows.reverse()
    return rows


def _carry_lineage(
    conn: Connection,
    step: Step,
    rows: list[tuple[int, dict[str, int | str]]],
    ancestors: dict[int, int],
    standing: dict[int, list[Standing]],
) -> None:
    """A reworded passage goes on the line of the one it replaced; one that came back goes on its own old line."""
    if step.last_good is None:
        return
    returned = _lines(conn, step, {int(row["form"]) for place, row in rows if place not in ancestors})
    for place, row in rows:
        if place in ancestors:
            old = standing.get(ancestors[place])
            row["lineage"] = (old[0].lineage or old[0].id) if old else 0
        else:
            row["lineage"] = returned.get(int(row["form"]), 0)


def _lines(conn: Connection, step: Step, forms: set[int]) -> dict[int, int]:
    """The line of the newest span of each form in the document, of those it has shown before."""
    found: dict[int, int] = {}
    for some in chunks(sorted(forms)):
        rows = conn.execute(_LINES, {"b_document": step.document_id, "b_forms": some})
        found.update((row.form, row.lineage or row.id) for row in rows)
    return found


def _heading(reading: Reading, place: int) -> str:
    return " › ".join(reading.heading_path(place))[:LONGEST_HEADING]
