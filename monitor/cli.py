"""The program ``onrecord``: thin verbs, each calling one function of monitor/commands or monitor/daemon.

Nothing heavy is imported before a verb needs it, so that help comes at once. Exit status: 0 all was carried out, 1 On
Record itself failed, 2 bad usage or configuration, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

from core.errors import ConfigError, NotFound, OnRecordError, QueryError
from monitor.commands import output

if TYPE_CHECKING:
    from monitor.home import Home


@dataclass(slots=True)
class Given:
    """What stands before the verb."""

    home: Path = Path()
    is_debug: bool = False


given = Given()


class Edge(TyperGroup):
    """The edge of the command line: every error becomes one clear line and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            for problem in error.problems:
                output.note(str(problem))
            _finish(2, error)
        except (NotFound, QueryError) as error:
            output.note(f"onrecord: {error}")
            _finish(2, error)
        except OnRecordError as error:
            output.note(f"onrecord: {error}")
            _finish(1, error)
        except BrokenPipeError:
            output.mute_stdout()
            _finish(0)
        except KeyboardInterrupt:
            output.note("interrupted")
            _finish(130)
        except (typer.Exit, typer.Abort, ClickException):
            raise
        except Exception as error:  # noqa: BLE001 (the edge of the program: never a bare traceback)
            output.note(f"onrecord: a fault in On Record ({type(error).__name__}: {error}). --debug tells more")
            _finish(1, error)


def _finish(status: int, error: BaseException | None = None) -> None:
    if error is not None and given.is_debug:
        import traceback

        output.note("".join(traceback.format_exception(error)).rstrip())
    raise typer.Exit(status) from error


app = typer.Typer(
    name="onrecord",
    cls=Edge,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What companies said, when they said it, and when they unsaid it.\n\nFirst steps: onrecord demo, then "
    "onrecord init, onrecord validate, onrecord check --dry-run, onrecord run.",
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


@app.callback()
def main_options(
    home: Annotated[
        Path, typer.Option("--home", envvar="ONRECORD_HOME", help="Folder with sources.yaml, settings and data/.")
    ] = Path(),
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    given.home = home.expanduser().absolute()
    given.is_debug = debug
    output.log_to_stderr(is_debug=debug)


def _home() -> Home:
    from monitor.home import Home

    return Home(given.home)


def _done(status: int) -> None:
    if status:
        raise typer.Exit(status)


@app.command()
def run(
    no_web: Annotated[bool, typer.Option("--no-web", help="Watch without serving the pages.")] = False,
) -> None:
    """Watch: check what is due, tell people, serve the pages; until Ctrl-C or SIGTERM.

    Says first which hosts it will ask and as whom. Edits of the four files are taken over without a restart.

    Example: onrecord --home /srv/onrecord run
    """
    from monitor.daemon import run as run_daemon

    _done(run_daemon(_home(), os.environ, with_web=not no_web, is_debug=given.is_debug))


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

    _done(run_check(_home(), os.environ, source or [], dry_run=dry_run, as_json=as_json))


@app.command()
def validate(as_json: AsJson = False) -> None:
    """Check sources.yaml, rules, routes.yaml and settings.yaml strictly, without starting.

    Every problem at once, as file:line: message; exit status 2 where there is any.

    Example: onrecord validate
    """
    from monitor.commands.files import validate as run_validate

    _done(run_validate(_home(), os.environ, as_json=as_json))


archive = typer.Typer(no_args_is_help=True, help="Care of the archive.", rich_markup_mode=None)
app.add_typer(archive, name="archive")


@archive.command("import")
def archive_import(
    file: Annotated[list[Path], typer.Argument(help="WARC files (.warc, .warc.gz).")],
    as_json: AsJson = False,
    tell: Annotated[
        bool, typer.Option("--tell", help="Alert of changes found in the past; nobody is told without.")
    ] = False,
) -> None:
    """Take past captures in from WARC files, each as of the time it was recorded.

    The same capture a second time changes nothing.

    Example: onrecord archive import crawl-2019.warc.gz --json
    """
    from monitor.commands.archive import import_files

    _done(import_files(_home(), os.environ, file, as_json=as_json, tells=tell))


def main() -> None:
    """The program. Options before the verb are understood after it too."""
    app(args=_forward(sys.argv[1:]), prog_name="onrecord")


def _forward(args: list[str]) -> list[str]:
    """``run --home X`` as ``--home X run``: people write it either way."""
    front: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(args):
        word = args[at]
        if word == "--":
            rest += args[at:]
            break
        if word == "--home" and at + 1 < len(args):
            front += args[at : at + 2]
            at += 1
        elif word.startswith("--home=") or word == "--debug":
            front.append(word)
        else:
            rest.append(word)
        at += 1
    return front + rest
