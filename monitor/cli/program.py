"""The program ``onrecord`` itself: what stands before the verb, and the edge where errors become lines.

Verbs are in the files beside this one, thin, each calling one function of monitor/commands or monitor/daemon. Nothing
heavy is imported before a verb needs it, so that help comes at once. Exit status: 0 all was carried out, 1 On Record
itself failed, 2 bad usage or configuration, 130 interrupted.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

from core.errors import ConfigError, NotFound, OnRecordError, QueryError, Refused
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
        except (NotFound, QueryError, Refused) as error:
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


def group(name: str, about: str | None = None) -> typer.Typer:
    """A verb with verbs of its own; without ``about`` it means something alone, and says so itself."""
    if about is None:
        group = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
    else:
        group = typer.Typer(help=about, rich_markup_mode=None, no_args_is_help=True)
    app.add_typer(group, name=name)
    return group


AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from monitor.about import version_of_program

        output.say(f"onrecord {version_of_program()}")
        raise typer.Exit


@app.callback()
def main_options(
    home: Annotated[
        Path, typer.Option("--home", envvar="ONRECORD_HOME", help="Folder with sources.yaml, settings and data/.")
    ] = Path(),
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    del version
    given.home = home.expanduser().absolute()
    given.is_debug = debug
    output.log_to_stderr(is_debug=debug)


def home() -> Home:
    """The folder all of it stands in."""
    from monitor.home import Home

    return Home(given.home)


def done(status: int) -> None:
    """End with that exit status."""
    if status:
        raise typer.Exit(status)


def main() -> None:
    """The program. Options before the verb are understood after it too."""
    output.speak_any_locale()
    # Selectors taken over from other programs say :contains(), which still works; nobody here can act on the warning.
    warnings.filterwarnings("ignore", category=FutureWarning, module="soupsieve")
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
