"""The program ``onrecord``: thin verbs, each calling one function of monitor/commands or monitor/daemon.

Nothing heavy is imported before a verb needs it, so that help comes at once. Exit status: 0 all was carried out, 1 On
Record itself failed, 2 bad usage or configuration, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

from core.errors import ConfigError, NotFound, OnRecordError, Problem, QueryError
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


def _group(name: str, about: str | None = None) -> typer.Typer:
    """A verb with verbs of its own; without ``about`` it means something alone, and says so itself."""
    if about is None:
        group = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
    else:
        group = typer.Typer(help=about, rich_markup_mode=None, no_args_is_help=True)
    app.add_typer(group, name=name)
    return group


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


@app.command()
def init(as_json: AsJson = False) -> None:
    """Write starter files into the home folder: sources.yaml, routes.yaml, settings.yaml. Never overwrites.

    Example: onrecord --home /srv/onrecord init
    """
    from monitor.commands.files import init as run_init

    _done(run_init(_home(), as_json=as_json))


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
    _done(play(given.home if is_named else None, ends=ends, pace=pace))


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help='Words, "a phrase", OR, NOT, brackets, company:id.')],
    limit: Annotated[int, typer.Option(help="Answers at most.", min=1, max=2000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Search everything ever captured: who says it, where, from when until when.

    JSON, one object a passage: passage, text, company, document, url, heading, first_seen, last_seen, gone_since,
    match (the words found) and spans (their [start, end) in text).

    Example: onrecord search '"fact-specific assessments" company:thermo-fisher-scientific'
    """
    from monitor.commands.look import search as run_search

    words = query if len(query) == 1 else [f'"{word}"' if " " in word else word for word in query]
    _done(run_search(_home(), os.environ, " ".join(words), limit=limit, as_json=as_json))


Document = Annotated[str, typer.Argument(help="A document: its name or a part of it, number, address, or source.")]


@app.command()
def history(document: Document, as_json: AsJson = False) -> None:
    """Every version of a document, when it stood, and what changed in between.

    JSON, one object: the document, versions (number, digest, first_seen, last_seen, gone_since, seen) and changes
    (change, last_seen, first_changed, class, event, verdict, severity, before, after, edits, rules, reasons).

    Example: onrecord history thermo-fisher-scientific/ethics
    """
    from monitor.commands.look import history as run_history

    _done(run_history(_home(), os.environ, document, as_json=as_json))


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
    _done(run_diff(_home(), os.environ, document, numbers, as_json=as_json))


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

    _done(run_show(_home(), os.environ, name, as_json=as_json))


sources = _group("sources", "What is watched.")


@sources.command("list")
def sources_list(
    with_all: Annotated[bool, typer.Option("--all", help="Also those switched off or no longer watched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every source with its health: how it answered last, when it is asked next.

    Example: onrecord sources list --all
    """
    from monitor.commands.look import list_sources

    _done(list_sources(_home(), os.environ, with_all=with_all, as_json=as_json))


alerts = _group("alerts", "What people were told.")


@alerts.command("list")
def alerts_list(
    limit: Annotated[int, typer.Option(help="Alerts at most.", min=1, max=10_000)] = 20, as_json: AsJson = False
) -> None:
    """The newest alerts, with where each of them went.

    Example: onrecord alerts list --limit 5
    """
    from monitor.commands.told import list_alerts

    _done(list_alerts(_home(), os.environ, limit=limit, as_json=as_json))


outbox = _group("outbox")


@outbox.callback()
def outbox_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Messages that have not arrived, each with the reason; `retry` and `drop` act on them.

    Example: onrecord outbox --json
    """
    if ctx.invoked_subcommand is None:
        from monitor.commands.told import list_outbox

        _done(list_outbox(_home(), os.environ, as_json=as_json))


@outbox.command("retry")
def outbox_retry(
    delivery: Annotated[list[str] | None, typer.Argument(help="Ids of deliveries.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that waits, dead letters included.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have messages tried again at once, after what kept them was mended.

    Example: onrecord outbox retry --all
    """
    from monitor.commands.told import retry

    if not delivery and not every:
        raise typer.BadParameter("name a delivery, or --all")
    _done(retry(_home(), os.environ, delivery or [], every=every, as_json=as_json))


@outbox.command("drop")
def outbox_drop(
    delivery: Annotated[list[str], typer.Argument(help="Ids of deliveries.")],
    reason: Annotated[str, typer.Option(help="Why; it stays with the delivery.")],
    as_json: AsJson = False,
) -> None:
    """Give up on messages, with the reason. The alert stays in the archive.

    Example: onrecord outbox drop 1R6H24MVX3SQ79HYMF2XTJF394 --reason "channel closed"
    """
    from monitor.commands.told import drop

    _done(drop(_home(), os.environ, delivery, reason, as_json=as_json))


routes = _group("routes", "Who hears what.")


@routes.command("explain")
def routes_explain(
    name: Annotated[str, typer.Argument(metavar="ALERT|CHANGE", help="12 for an alert, c7 for a change.")],
    as_json: AsJson = False,
) -> None:
    """Who was told of an alert and why, who would be told now, or why nobody was.

    Example: onrecord routes explain c7
    """
    from monitor.commands.told import explain

    _done(explain(_home(), os.environ, name, as_json=as_json))


rules = _group("rules", "What is looked for.")


@rules.command("test")
def rules_test(
    text: Annotated[str, typer.Argument(help="A sentence, a file that holds one, or - for standard input.")],
    role: Annotated[str | None, typer.Option(help="Role of the page it stands on, such as human-rights.")] = None,
    as_json: AsJson = False,
) -> None:
    """Which rules fire on a text, on which words and how gravely; and which nearly did, and what stood in the way.

    Example: onrecord rules test "We do not knowingly sell to the police."
    """
    from monitor.commands.promises import text_of
    from monitor.commands.rules import test_rules

    given_text = sys.stdin.read() if text == "-" else text_of(text)
    _done(test_rules(_home(), os.environ, given_text, role=role, as_json=as_json))


@rules.command("lint")
def rules_lint(as_json: AsJson = False) -> None:
    """What is probably wrong with the rules: impossible, joined, repeated, slow, never hit, hit everywhere.

    Terms joined by a missing comma are named with both halves. With an archive, each term is tried on all of it.

    Example: onrecord rules lint
    """
    from monitor.commands.rules import lint

    _done(lint(_home(), os.environ, as_json=as_json))


@rules.command("backtest")
def rules_backtest(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule, a pack, all, or FILE.yaml not yet in force.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Look at what came from this day.")
    ] = None,
    against: Annotated[Path | None, typer.Option(help="A pack with another version of the rule, to compare.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try a rule on the whole archive: what it would have told, by month and company, and what there was to look at.

    A rule that has not changed gives exactly the alerts that were raised for it. Nobody is told of anything.

    Example: onrecord rules backtest fl.core --since 2024-01-01
    """
    from monitor.commands.rules import run_backtest

    day = since.replace(tzinfo=UTC) if since else None
    _done(run_backtest(_home(), os.environ, rule, since=day, against=against, as_json=as_json))


promises = _group("commitments", "What companies promised.")


@promises.command("compare")
def commitments_compare(
    before: Annotated[str, typer.Argument(help="A text, a file that holds it, or - for one JSON pair a line.")],
    after: Annotated[str | None, typer.Argument(help="The later text or file; an empty one means it is gone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Was a promise weakened? The verdict on two wordings, with the dimensions and words that moved.

    With - each line of standard input is {"before": "…", "after": "…"}, and each answer one JSON object a line.

    Example: onrecord commitments compare "We will not sell to police." "We will not knowingly sell to police."
    """
    from monitor.commands.promises import compare

    if before != "-" and after is None:
        raise typer.BadParameter('two texts are needed; an empty one ("") stands for none', param_hint="AFTER")
    _done(compare(before, after, sys.stdin, as_json=as_json))


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

    _done(show_events(_home(), os.environ, follows=follow, since=since, as_json=as_json))


archive = _group("archive", "Care of the archive.")


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

    _done(import_files(_home(), os.environ, file, as_json=as_json, tells=tell))


@archive.command("reread")
def archive_reread(as_json: AsJson = False) -> None:
    """Read every capture again with this version's readers. Stopped half-way, it goes on where it was.

    What differs only because we read better is kept as technical and told to nobody; what the better reading shows to
    have really changed is listed as found late.

    Example: onrecord archive reread
    """
    from monitor.commands.archive import reread

    _done(reread(_home(), os.environ, as_json=as_json))


@archive.command("stats")
def archive_stats(as_json: AsJson = False) -> None:
    """How much the archive holds, and what it takes on disk.

    Example: onrecord archive stats --json
    """
    from monitor.commands.archive import stats

    _done(stats(_home(), os.environ, as_json=as_json))


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="sources, routes or settings; all of them without.")] = None,
) -> None:
    """Print the JSON Schema of a configuration file, for editors.

    Example: onrecord schema sources > sources.schema.json
    """
    from monitor.commands.files import print_schema

    _done(print_schema(name))


@app.command()
def worker() -> None:
    """One more machine for the same archive. Needs PostgreSQL, and is not part of this version.

    Example: onrecord worker
    """
    raise ConfigError([_NO_WORKER])


_NO_WORKER = Problem(
    "settings.yaml",
    None,
    "more than one machine needs a PostgreSQL database, and this version has no worker for it yet: "
    "`onrecord run` on one machine does all the work",
)


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
