"""``onrecord alerts``, ``outbox``, ``routes``: what people were told, and what has not arrived."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

alerts = group("alerts", "What people were told.")


@alerts.command("list")
def alerts_list(
    limit: Annotated[int, typer.Option(help="Alerts at most.", min=1, max=10_000)] = 20, as_json: AsJson = False
) -> None:
    """The newest alerts, with where each of them went.

    Example: onrecord alerts list --limit 5
    """
    from monitor.commands.told import list_alerts

    done(list_alerts(home(), os.environ, limit=limit, as_json=as_json))


@alerts.command("show")
def alerts_show(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Number of an alert.")], as_json: AsJson = False
) -> None:
    """One alert as it was told, where it went, and what people did with it.

    Example: onrecord alerts show 12
    """
    from monitor.commands.told import show_alert

    done(show_alert(home(), os.environ, alert, as_json=as_json))


@alerts.command("export")
def alerts_export(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Number of an alert.")],
    out: Annotated[Path | None, typer.Option(help="File or folder; alert-<number>.html here where not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """One alert as a page to pass on: one HTML file that loads nothing, leads nowhere and names its captures.

    Example: onrecord alerts export 12 --out for-the-lawyers.html
    """
    from monitor.commands.told import export_alert

    done(export_alert(home(), os.environ, alert, out, as_json=as_json))


@alerts.command("feed")
def alerts_feed(
    company: Annotated[str, typer.Option(help="Id of a company.")] = "",
    topic: Annotated[str, typer.Option(help="A topic of companies.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End every address of this feed given out so far.")] = False,
    as_json: AsJson = False,
) -> None:
    """The address of an Atom feed of alerts: all, one company's, or one topic's. Whoever has it can read that feed.

    It holds until it is ended (somebody left, it was passed on): --end does, and prints the new one.

    Example: onrecord alerts feed --topic police-sales
    """
    from monitor.commands.told import feed_address

    if company and topic:
        raise typer.BadParameter("a feed is of a company or of a topic")
    done(feed_address(home(), os.environ, company=company, topic=topic, ends=end, as_json=as_json))


outbox = group("outbox")


@outbox.callback()
def outbox_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Messages that have not arrived, each with the reason; `retry` and `drop` act on them.

    Example: onrecord outbox --json
    """
    if ctx.invoked_subcommand is None:
        from monitor.commands.told import list_outbox

        done(list_outbox(home(), os.environ, as_json=as_json))


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
    done(retry(home(), os.environ, delivery or [], every=every, as_json=as_json))


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

    done(drop(home(), os.environ, delivery, reason, as_json=as_json))


routes = group("routes", "Who hears what.")


@routes.command("explain")
def routes_explain(
    name: Annotated[str, typer.Argument(metavar="ALERT|CHANGE", help="12 for an alert, c7 for a change.")],
    as_json: AsJson = False,
) -> None:
    """Who was told of an alert and why, who would be told now, or why nobody was.

    Example: onrecord routes explain c7
    """
    from monitor.commands.routing import explain

    done(explain(home(), os.environ, name, as_json=as_json))


@routes.command("test")
def routes_test(
    receiver: Annotated[str, typer.Argument(help="A receiver of routes.yaml.")], as_json: AsJson = False
) -> None:
    """Send a real message, clearly marked as a test, to every place of a receiver, and say what came of it.

    Example: onrecord routes test rights-desk
    """
    from monitor.commands.routing import test

    done(test(home(), os.environ, receiver, as_json=as_json))
