"""``onrecord search``: who ever said it, where, from when until when; how often, and who never did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.citing import where_it_stands
from core.query.grammar import parse
from core.query.reading import asks_ahead
from core.query.tree import asks
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.app import utc_now
from monitor.commands.ledger import up_to_date
from monitor.commands.output import emit, note, progress, say, table
from monitor.commands.reading import archive_of
from monitor.home import Home
from storage import facets, search, statements
from storage.facets import Facets, Occurrence, Silent
from storage.known_values import refuse_unknown
from storage.search import Found
from storage.statements import Published

Json = dict[str, Any]
MOST_COMPANIES = 20


def find(home: Home, environ: Mapping[str, str], query: str, *, limit: int, as_json: bool) -> int:
    """Passages that answer, as they are found. Raises QueryError."""
    tree = parse(query)
    shown = 0
    opened = up_to_date if asks(tree, "verdict") else archive_of  # verdicts are told by the ledger
    with opened(home, environ) as archive, archive.database.read() as conn, progress("searching") as line:

        def heard(done: int, total: int) -> None:
            line.text = f"no word can be looked up: {done:,} of {total:,} passages read"

        refuse_unknown(conn, query, tree)
        for answer in search.stream(conn, tree, heard=heard):
            if shown == limit:
                break
            shown += 1
            entered = _statement(conn, answer)
            emit(_answer(answer, entered)) if as_json else _print_answer(answer, entered)
    if not as_json:
        more = f" (the first {limit}; --limit asks for more, --count counts all)" if shown == limit else ""
        ahead = "; the time that is asked for has not come yet" if asks_ahead(tree, utc_now()) else ""
        note(f"{counted(shown, 'passage')}{more}{ahead}")
    return 0


def _statement(conn: Connection, found: Found) -> Published | None:
    return statements.published(conn, [found.document_id]).get(found.document_id) if found.kind == "statement" else None


def _answer(found: Found, entered: Published | None) -> Json:
    """As documented; ``public`` only of statements entered by hand, ``verdicts`` only where the query asks for them."""
    more: Json = {"public": entered.public or None} if entered else {}
    if found.verdicts:
        more["verdicts"] = list(found.verdicts)
    return {
        "passage": str(found.passage_id),
        "text": found.text,
        "company": found.company_id,
        "document": found.document,
        "url": found.url,
        "heading": found.heading,
        "first_seen": found.first_seen_at,
        "last_seen": found.last_seen_at,
        "gone_since": found.gone_since,
        "match": [found.text[start:end] for start, end in found.spans],
        **more,
    }


def _print_answer(found: Found, entered: Published | None) -> None:
    text, at = "", 0
    for start, end in found.spans:
        text += f"{found.text[at:start]}»{found.text[start:end]}«"
        at = end
    where = where_it_stands(one_line(found.heading, 100), found.stream)
    say(" · ".join(filter(None, (one_line(found.company), found.document, where))))
    say(f"  {one_line(text + found.text[at:], 600)}")
    if found.verdicts:
        say(f"  A promise in it was: {', '.join(found.verdicts)}")
    say(f"  {_entered(entered) if entered else _seen(found)}\n")


def _entered(entered: Published) -> str:
    public = f"made public {entered.public}" if entered.public else "the day it was made public was not given"
    return f"{public}; a statement entered by hand {long_date(entered.entered_at)}"


def _seen(found: Found) -> str:
    seen = f"from {long_date(found.first_seen_at)}"
    last = long_date(found.last_seen_at) if found.last_seen_at else "then"
    if found.gone_since:
        return f"{seen}, last seen {last}, first absent {long_date(found.gone_since)}"
    if found.unwatched_since:
        return f"{seen}, last seen {last}, not watched since {long_date(found.unwatched_since)}"
    return f"{seen}, still there {last}" if found.last_seen_at else seen


# --- counts ----------------------------------------------------------------------------------------------------------


def count(home: Home, environ: Mapping[str, str], query: str, *, as_json: bool) -> int:
    """How many, of whom, in which years; the first and the last. Raises QueryError."""
    with archive_of(home, environ) as archive, archive.database.read() as conn, progress("counting"):
        refuse_unknown(conn, query, tree := parse(query))
        found = facets.facets(conn, tree)
    emit(_counts(found)) if as_json else _print_counts(found)
    return 0


def _counts(found: Facets) -> Json:
    return {
        "total": found.total,
        "is_least": found.is_least,
        "still": found.still,
        "documents": found.documents,
        "companies": [{"company": key, "name": name, "passages": many} for key, name, many in found.companies],
        "kinds": [{"kind": kind, "passages": many} for kind, many in found.kinds],
        "years": [{"year": one.year, "came": one.came, "stood": one.stood, "went": one.went} for one in found.years],
        "first": _occurrence(found.first),
        "last": _occurrence(found.last),
    }


def _occurrence(one: Occurrence | None) -> Json | None:
    return {"company": one.company_id, "document": one.document, "at": one.at} if one else None


def _print_counts(found: Facets) -> None:
    if not found.total:
        note("Nobody was seen to say this.")
        return
    many = f"{found.total:,}+ passages" if found.is_least else counted(found.total, "passage")
    say(f"{many} in {counted(found.documents, 'document')} of {counted(len(found.companies), 'company', 'companies')}")
    if found.first and found.last:
        say(f"first seen {long_date(found.first.at)} in {found.first.document}")
        say(f"last seen {long_date(found.last.at)} in {found.last.document}; {found.still} still there")
    say("")
    rows = [(str(one.year), f"{one.came} came", f"{one.stood} stood", f"{one.went} went") for one in found.years]
    for line in table(rows):
        say(f"  {line}")
    say("")
    for line in table([(key, str(many)) for key, _, many in found.companies[:MOST_COMPANIES]]):
        say(f"  {line}")
    if len(found.companies) > MOST_COMPANIES:
        say(f"  and {counted(len(found.companies) - MOST_COMPANIES, 'more company', 'more companies')}")


# --- who never said it -----------------------------------------------------------------------------------------------


def never(home: Home, environ: Mapping[str, str], query: str, companies: Sequence[str], *, as_json: bool) -> int:
    """Those of the companies (all of the archive where none is named) that were never seen to say it."""
    tree = parse(query)
    with archive_of(home, environ) as archive, archive.database.read() as conn, progress("searching"):
        refuse_unknown(conn, query, tree)
        chosen = list(companies) or facets.companies_kept(conn)
        silent = facets.never_said(conn, tree, chosen)
    for one in silent:
        emit(_silent(one)) if as_json else say(
            f"{one.company_id}  never seen in {counted(one.documents, 'document')}"
            + (f" captured since {long_date(one.since)}" if one.since else "")
        )
    if not as_json:
        note(
            f"{len(silent)} of {counted(len(set(chosen)), 'company', 'companies')} never said it, as far as was watched."
        )
    return 0


def _silent(one: Silent) -> Json:
    return {"company": one.company_id, "name": one.company, "documents": one.documents, "since": one.since}
