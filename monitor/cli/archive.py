"""``onrecord archive`` and ``events``: care of the archive, and what happened in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.program import AsJson, app, done, group, home


@app.command()
def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they happen, until Ctrl-C.")] = False,
    since: Annotated[int | None, typer.Option(help="Only events after this number.", min=0)] = None,
    as_json: AsJson = False,
) -> None:
    """What happened: the last fifty events, those after a number, or with --follow whatever comes from now on.

    Example: onrecord events --follow --json
    """
    from monitor.commands.follow import show_events

    done(show_events(home(), os.environ, follows=follow, since=since, as_json=as_json))


archive = group("archive", "Care of the archive.")


@archive.command("import")
def archive_import(
    file: Annotated[list[Path], typer.Argument(help="WARC files (.warc, .warc.gz).", exists=True, dir_okay=False)],
    as_json: AsJson = False,
    tell: Annotated[
        bool, typer.Option("--tell", help="Alert of changes found in them; without, nobody is told.")
    ] = False,
) -> None:
    """Take past captures in from WARC files, each as of the time it was recorded.

    The same capture a second time changes nothing. Addresses that no source asks for get a company named after their
    host.

    Example: onrecord archive import crawl-2019.warc.gz --json
    """
    from monitor.commands.archive import import_files

    done(import_files(home(), os.environ, file, as_json=as_json, tells=tell))


@archive.command("reread")
def archive_reread(as_json: AsJson = False) -> None:
    """Read every capture again with this version's readers. Stopped half-way, it goes on where it was.

    What differs only because we read better is kept as technical and told to nobody; what the better reading shows to
    have really changed is listed as found late.

    Example: onrecord archive reread
    """
    from monitor.commands.archive import reread

    done(reread(home(), os.environ, as_json=as_json))


@archive.command("reindex")
def archive_reindex(as_json: AsJson = False) -> None:
    """Make the search index anew from what is kept; `onrecord doctor` says when that is needed.

    Example: onrecord archive reindex
    """
    from monitor.commands.archive import reindex

    done(reindex(home(), os.environ, as_json=as_json))


@archive.command("stats")
def archive_stats(as_json: AsJson = False) -> None:
    """How much the archive holds, and what it takes on disk.

    Example: onrecord archive stats --json
    """
    from monitor.commands.archive import stats

    done(stats(home(), os.environ, as_json=as_json))
