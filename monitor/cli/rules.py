"""``onrecord rules``: what is looked for."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

rules = group("rules", "What is looked for.")


@rules.command("test")
def rules_test(
    text: Annotated[str, typer.Argument(help="A sentence, a file that holds one, or - for standard input.")],
    before: Annotated[str | None, typer.Option(help="What it said before: then tells of the change alone.")] = None,
    role: Annotated[str, typer.Option(help="Role of the page it stands on, such as human-rights.")] = "",
    company: Annotated[str, typer.Option(help="Company whose page it is.")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Topic of that company; may be given several times.")] = None,
    kind: Annotated[str, typer.Option(help="Kind of the source: page or feed.")] = "",
    lang: Annotated[str, typer.Option(help="Language of the document, such as en.")] = "",
    heading: Annotated[str, typer.Option(help="Heading it stands under.")] = "",
    as_json: AsJson = False,
) -> None:
    """Which rules fire on a text, on which words and how gravely; and which nearly did, and what stood in the way.

    Rules that ask where a passage stands fire only where the options say that it stands there.

    Example: onrecord rules test "We do not knowingly sell to the police." --before "We never sell to the police."
    """
    from core.query.passage import Life, Standing
    from monitor.commands.promises import text_of
    from monitor.commands.rules import test_change, test_rules
    from monitor.kinds import built_kinds

    if kind and kind not in built_kinds():
        raise typer.BadParameter(f"there is no kind {kind!r}: {', '.join(sorted(built_kinds()))}", param_hint="--kind")
    given_text = sys.stdin.read() if text == "-" else text_of(text)
    if not given_text.strip():
        raise typer.BadParameter("there are no words to try", param_hint="TEXT")
    now = datetime.now(UTC)
    stands = (Life(now, now, None, True, heading),)
    at = Standing(company, tuple(topic or ()), kind, lang, role, stands)
    if before is not None:
        done(test_change(home(), os.environ, (text_of(before), given_text), at, as_json=as_json))
        return
    done(test_rules(home(), os.environ, given_text, at, as_json=as_json))


@rules.command("list")
def rules_list(as_json: AsJson = False) -> None:
    """Every pack in force with its version, and its rules with their severities; which packs are your own.

    Example: onrecord rules list
    """
    from monitor.commands.rules import list_rules

    done(list_rules(home(), os.environ, as_json=as_json))


@rules.command("precision")
def rules_precision(
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="A rule or a pack. Without it: all.")] = None,
    unless: Annotated[str | None, typer.Option(help="An exception to try: a regular expression.")] = None,
    as_json: AsJson = False,
) -> None:
    """How often rules were right, by what people said of their alerts (important, not relevant), and on which source.

    For one rule it offers exceptions that would have spared false alarms, with the alerts they would have silenced; one
    that would have silenced an alert marked important is blocked. Nothing changes until you write it into a pack.

    Example: onrecord rules precision gov.sale-police
    """
    from monitor.commands.learning import show_precision

    done(show_precision(home(), os.environ, rule, unless, as_json=as_json))


@rules.command("pin")
def rules_pin(
    change: Annotated[str, typer.Argument(help="A change, such as c12.")],
    rule: Annotated[str, typer.Argument(help="The rule that is held to it.")],
    silent: Annotated[bool, typer.Option("--silent", help="It must not fire on this again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold a rule to what it found in a change: an edit after which it no longer does is refused.

    Example: onrecord rules pin c12 fl.core
    """
    from monitor.commands.learning import pin

    number = change.removeprefix("c")
    if not number.isdecimal():
        raise typer.BadParameter(f"{change!r} is no change: write it as the alerts do, such as c12")
    done(pin(home(), os.environ, int(number), rule, is_silent=silent, as_json=as_json))


@rules.command("lint")
def rules_lint(as_json: AsJson = False) -> None:
    """What is probably wrong with the rules: impossible, joined, repeated, slow, never hit, hit everywhere.

    Terms joined by a missing comma are named with both halves. With an archive, each term is tried on all of it.

    Example: onrecord rules lint
    """
    from monitor.commands.rules import lint

    done(lint(home(), os.environ, as_json=as_json))


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
    done(run_backtest(home(), os.environ, rule, since=day, against=against, as_json=as_json))
