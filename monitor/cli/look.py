"""Verbs that read the archive: search, history, diff, show."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from monitor.cli.program import AsJson, app, done, home


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help='Words, "a phrase", OR, NOT, brackets, company:id.')],
    limit: Annotated[int, typer.Option(help="Answers at most.", min=1, max=1_000_000)] = 20,
    count: Annotated[
        bool, typer.Option("--count", help="Count instead: by company, kind and year; first, last.")
    ] = False,
    never: Annotated[bool, typer.Option("--never", help="Who of the companies was never seen to say it.")] = False,
    company: Annotated[
        list[str] | None, typer.Option(help="With --never: a company; again for more. All without.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search everything ever captured: who says it, where, from when until when.

    Up to a hundred answers come with the newest change first; of more, those whose words were stored last come first.

    JSON, one object a passage: passage, text, company, document, url, heading, first_seen, last_seen, gone_since and
    match (the words found). With --count one object: total (is_least: there are more), still, documents, companies,
    kinds, years (came, stood, went), first and last. With --never one object a company: company, name, documents, since.

    Example: onrecord search '"fact-specific assessments" company:thermo-fisher-scientific'
    Example: onrecord search '"human rights" heading:suppliers removed:2023..' --count
    Example: onrecord search '"forced labour"' --never --company acme --company example
    """
    from monitor.commands import find

    text = " ".join(query if len(query) == 1 else [f'"{word}"' if " " in word else word for word in query])
    if never:
        done(find.never(home(), os.environ, text, company or [], as_json=as_json))
    elif count:
        done(find.count(home(), os.environ, text, as_json=as_json))
    else:
        done(find.find(home(), os.environ, text, limit=limit, as_json=as_json))


Document = Annotated[str, typer.Argument(help="A document: its name or a part of it, number, address, or source.")]


@app.command()
def history(document: Document, as_json: AsJson = False) -> None:
    """Every version of a document, when it stood, and what changed in between.

    JSON, one object: the document, versions (number, digest, first_seen, last_seen, gone_since, seen) and changes
    (change, last_seen, first_changed, class, event, verdict, severity, before, after, edits, rules, reasons).

    Example: onrecord history thermo-fisher-scientific/ethics
    """
    from monitor.commands.look import history as run_history

    done(run_history(home(), os.environ, document, as_json=as_json))


@app.command()
def diff(
    document: Document,
    a: Annotated[int | None, typer.Argument(help="Number of the version before; the last change without.")] = None,
    b: Annotated[int | None, typer.Argument(help="Number of the version after; the current one without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Two versions passage by passage: [-went out-] and {+came in+}, moved passages as moves.

    JSON, one object: document, before, after, change, class, verdict, severity, reasons, and edits (act, heading,
    was_under, before, after, words as [same|out|in, text] pairs, lost_lead_in, stream).

    Example: onrecord diff thermo-fisher-scientific/ethics 3 4
    """
    from monitor.commands.compare import diff as run_diff

    numbers = [number for number in (a, b) if number is not None]
    done(run_diff(home(), os.environ, document, numbers, as_json=as_json))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="SOURCE|DOC", help="Id of a source, or a document.")],
    as_json: AsJson = False,
) -> None:
    """One source or document: health, grade, last seen, next due, versions, what the machine noticed.

    JSON, one object; captures are the last ten, the newest first.

    Example: onrecord show thermo-fisher-scientific/ethics
    """
    from monitor.commands.look import show as run_show

    done(run_show(home(), os.environ, name, as_json=as_json))
