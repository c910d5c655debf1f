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


@archive.command("backfill")
def archive_backfill(
    source: Annotated[str, typer.Argument(help="Id of a source with an address of its own, as `sources list` says.")],
    archive_name: Annotated[str, typer.Option("--from", help="Which archive: wayback.")] = "wayback",
    since: Annotated[str | None, typer.Option(help="Captures from this moment on: 2019, 201902, 20190220.")] = None,
    until: Annotated[str | None, typer.Option(help="Captures up to this moment.")] = None,
    server: Annotated[
        str | None, typer.Option(help="Address of another archive that speaks the same (CDX and id_ replay).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the past of a page in from a public web archive, marked as a third party's, in a document of its own.

    The archive learns that somebody asked for the past of this address. It is asked at its own pace; stopped half-way,
    the same command goes on where it was. Every capture that is listed is accounted for.

    JSON, one object a listed capture: timestamp, url, outcome (taken, unchanged, refused, elsewhere, error, left, defect)
    and reason.

    Example: onrecord archive backfill thermo-fisher-scientific/ethics --from wayback --since 2018
    """
    from monitor.commands.past import Asking
    from monitor.commands.past import backfill as run_backfill

    if archive_name != "wayback":
        raise typer.BadParameter("the only archive known is wayback", param_hint="--from")
    for name, value in (("--since", since), ("--until", until)):
        if value is not None and not (value.isdigit() and 1 <= len(value) <= 14):
            raise typer.BadParameter("1 to 14 digits, such as 2019 or 20190220", param_hint=name)
    done(run_backfill(home(), os.environ, Asking(source, since, until, server), as_json=as_json))


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


@archive.command("backup")
def archive_backup(
    file: Annotated[Path | None, typer.Argument(help="Where to; backups/ in the home without.")] = None,
    keep: Annotated[int | None, typer.Option(help="Keep so many in that folder, remove older ones.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Write everything into one file while the watch goes on: database, snapshots, the files you wrote. No secrets.

    Of a PostgreSQL database pg_dump makes the copy; the command to run is then shown.

    Example: onrecord archive backup --keep 7
    """
    from monitor.app import utc_now
    from monitor.commands.keeping import backup

    done(backup(home(), os.environ, file, utc_now(), keep=keep, as_json=as_json))


@archive.command("verify-backup")
def archive_verify_backup(file: Annotated[Path, typer.Argument(help="A backup.")], as_json: AsJson = False) -> None:
    """Read all of a backup and say whether it is whole.

    Example: onrecord archive verify-backup backups/onrecord-20261128T031500Z.tar
    """
    from monitor.commands.keeping import verify_backup

    done(verify_backup(file, as_json=as_json))


@archive.command("restore")
def archive_restore(
    file: Annotated[Path, typer.Argument(help="A backup, or the copy an upgrade left in data/before-upgrade.")],
    replaces: Annotated[
        bool, typer.Option("--replace", help="Where an archive stands already: move it aside first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lay a backup down in the home folder. Nothing that stands there is deleted or overwritten.

    Example: onrecord --home /srv/onrecord archive restore onrecord-20261128T031500Z.tar
    """
    from monitor.app import utc_now
    from monitor.commands.keeping import restore

    done(restore(home(), os.environ, file, utc_now(), replaces=replaces, as_json=as_json))


@archive.command("verify")
def archive_verify(as_json: AsJson = False) -> None:
    """Hold every snapshot and version against what it was when it was kept; say what is damaged and what mends it.

    Example: onrecord archive verify
    """
    from monitor.commands.keeping import verify

    done(verify(home(), os.environ, as_json=as_json))
