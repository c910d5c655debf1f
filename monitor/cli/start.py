"""Verbs that start things: the daemon, one check, the files of a home, the rehearsal."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from monitor.cli.program import AsJson, app, done, given, home


@app.command()
def run(
    no_web: Annotated[bool, typer.Option("--no-web", help="Watch without serving the pages.")] = False,
) -> None:
    """Watch: check what is due, tell people, serve the pages; until Ctrl-C or SIGTERM.

    Says first which hosts it will ask and as whom. Edits of the four files are taken over without a restart.

    Example: onrecord --home /srv/onrecord run
    """
    for number in (signal.SIGTERM, signal.SIGINT):  # until the daemon has its own; loading all it needs takes a second
        signal.signal(number, _end_at_once)
    from monitor.daemon import run as run_daemon

    done(run_daemon(home(), os.environ, with_web=not no_web, is_debug=given.is_debug))


def _end_at_once(_number: int, _frame: FrameType | None) -> NoReturn:
    """Nothing has been begun yet; what the start holds is let go of on the way out."""
    raise SystemExit(0)


@app.command()
def check(
    source: Annotated[
        list[str] | None, typer.Argument(help="Ids of sources or companies; every source that is on without any.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask, and keep only the record of having asked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check now, once: ask, keep, compare, tell.

    Exit status 0 when every check was carried out, whatever the other side answered.

    Example: onrecord check thermo-fisher-scientific/ethics --json
    """
    from monitor.commands.check import check as run_check

    done(run_check(home(), os.environ, source or [], dry_run=dry_run, as_json=as_json))


@app.command()
def validate(as_json: AsJson = False) -> None:
    """Check sources.yaml, rules, routes.yaml and settings.yaml strictly, without starting.

    Every problem at once, as file:line: message; exit status 2 where there is any.

    Example: onrecord validate
    """
    from monitor.commands.files import validate as run_validate

    done(run_validate(home(), os.environ, as_json=as_json))


@app.command()
def init(as_json: AsJson = False) -> None:
    """Write first files into the home folder: sources.yaml, routes.yaml, settings.yaml. Never overwrites.

    On a terminal five questions come first: which company, which page, how often, who is told, and by what means.
    Without one (or with files there already) the files are written as they come, to be edited.

    Example: onrecord --home /srv/onrecord init
    """
    from monitor.commands.files import init as run_init

    done(run_init(home(), as_json=as_json, asks=sys.stdin.isatty() and sys.stderr.isatty()))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What is wrong with this installation, and how to mend each thing. Changes nothing, asks no company.

    Looks at the files, clock, time zone, locale, disk, permissions, database, migrations, search index, DNS, proxies,
    certificates, tokens and the mail server. Exit status 1 where something is to be mended.

    Example: onrecord --home /srv/onrecord doctor
    """
    from monitor.app import utc_now
    from monitor.commands.doctor import doctor as run_doctor

    done(run_doctor(home(), os.environ, utc_now(), as_json=as_json))


@app.command()
def demo(
    ctx: typer.Context,
    ends: Annotated[bool, typer.Option("--exit", help="End when it has played; do not stay for the pages.")] = False,
    pace: Annotated[float, typer.Option(help="1 for people, 0 without pauses.", min=0, max=10)] = 1.0,
) -> None:
    """Rehearse offline, in half a minute: a pretend company, a pretend Slack and mailbox, everything between is real.

    Its data is left in a new folder (or in --home, where that is empty) for search, history, diff and the pages.

    Example: onrecord demo --exit
    """
    from monitor.demo import main as play

    is_named = any(word == "--home" or word.startswith("--home=") for word in sys.argv[1:])
    done(play(given.home if is_named else None, ends=ends, pace=pace))
