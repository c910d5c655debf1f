"""``onrecord sources``: what is watched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

sources = group("sources", "What is watched.")


@sources.command("list")
def sources_list(
    with_all: Annotated[bool, typer.Option("--all", help="Also those switched off or no longer watched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every source with its health: how it answered last, when it is asked next.

    Example: onrecord sources list --all
    """
    from monitor.commands.look import list_sources

    done(list_sources(home(), os.environ, with_all=with_all, as_json=as_json))


@sources.command("import")
def sources_import(
    file: Annotated[list[Path], typer.Argument(help="Lists of other programs.", exists=True, dir_okay=False)],
    form: Annotated[
        str | None, typer.Option("--format", help="opml, csv, changedetection, jobs or declaration; guessed without.")
    ] = None,
    company: Annotated[str | None, typer.Option(help="Id of the one company all of it belongs to.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Add them switched off.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Carry a watch list over into sources.yaml: OPML, CSV, changedetection.io, urlwatch, webchanges, Open Terms Archive.

    What stands in the file stays as it is, comments and order too; the file as it was is kept beside it. Shell commands
    are never carried over; whatever was left behind is named with its place and the reason.

    JSON, one object a line: status (added, known, left), company, url, where, why.

    Example: onrecord sources import feeds.opml --off
    """
    from core.carryover import FORMATS
    from monitor.commands.carrying import Carrying, import_sources

    if form is not None and form not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    how = Carrying(form, company, off, dry_run)
    done(import_sources(home(), os.environ, file, how, as_json=as_json))
