"""``onrecord alerts ack`` and its kin: what people do with an alert, from a terminal."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from core.handling import Handling, NotRelevant, Snooze, Wish
from monitor.cli.program import AsJson, done, home
from monitor.cli.told import alerts

Alerts = Annotated[list[str], typer.Argument(metavar="ALERT…", help="Numbers of alerts, as `alerts list` shows them.")]
Alert = Annotated[str, typer.Argument(metavar="ALERT", help="Number of an alert.")]
Who = Annotated[
    str,
    typer.Option(
        "--as", envvar="ONRECORD_PERSON", help="Who acts: a person of routes.yaml; your account where not given."
    ),
]
Remark = Annotated[str, typer.Option("--note", help="Words that stay with it.")]


def _do(wish: Wish, names: list[str], who: str, as_json: bool) -> None:
    from monitor.commands.handling import Given, handle

    done(handle(home(), os.environ, wish, Given(names, who, as_json)))


@alerts.command("ack")
def ack(names: Alerts, who: Who = "", remark: Remark = "", as_json: AsJson = False) -> None:
    """Acknowledge: you have seen it. A critical alert that nobody acknowledges is told again.

    Example: onrecord alerts ack 12 13
    """
    _do(Wish(Handling.ACKNOWLEDGE, text=remark), names, who, as_json)


@alerts.command("assign")
def assign(
    alert: Alert,
    person: Annotated[str, typer.Argument(help="A person of routes.yaml.")],
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """Give an alert to somebody.

    Example: onrecord alerts assign 12 osei
    """
    _do(Wish(Handling.ASSIGN, to=person), [alert], who, as_json)


@alerts.command("snooze")
def snooze(
    names: Alerts,
    until: Annotated[str, typer.Option(help="A date or a length: 2026-12-24, 12h, 7d, 2w.")] = "",
    next_change: Annotated[bool, typer.Option("--next-change", help="Until the document changes again.")] = False,
    rule: Annotated[
        list[str] | None, typer.Option(help="Only this rule on this source; with --until or for good.")
    ] = None,
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """Have no more alerts of this sort for a while. They are kept in the archive, and listed when it ends.

    Example: onrecord alerts snooze 12 --until 7d
    """
    from monitor.app import utc_now
    from monitor.commands.handling import moment

    if next_change and (until or rule):
        raise typer.BadParameter("--next-change stands alone")
    scope = Snooze.NEXT_CHANGE if next_change else Snooze.RULE if rule else Snooze.UNTIL if until else None
    if scope is None:
        raise typer.BadParameter("say how far it reaches: --until, --next-change or --rule")
    at = moment(until, utc_now()) if until else None
    _do(Wish(Handling.SNOOZE, scope=scope, until=at, rules=tuple(rule or ())), names, who, as_json)


@alerts.command("dismiss")
def dismiss(
    names: Alerts,
    reason: Annotated[NotRelevant, typer.Option(help="Why it does not matter.")],
    who: Who = "",
    remark: Remark = "",
    as_json: AsJson = False,
) -> None:
    """Call alerts not relevant, and say why. Nothing is hidden by it; the reasons help to make rules better.

    Example: onrecord alerts dismiss 12 --reason translation
    """
    _do(Wish(Handling.NOT_RELEVANT, reason=reason, text=remark), names, who, as_json)


@alerts.command("confirm")
def confirm(names: Alerts, who: Who = "", remark: Remark = "", as_json: AsJson = False) -> None:
    """Confirm that an alert is what it says: somebody read both wordings.

    Example: onrecord alerts confirm 12 --note "read beside the PDF"
    """
    _do(Wish(Handling.CONFIRM, text=remark), names, who, as_json)


@alerts.command("note")
def note(
    alert: Alert,
    text: Annotated[str, typer.Argument(help="The words.")],
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """Write a note on an alert.

    Example: onrecord alerts note 12 "asked their press office on Monday"
    """
    _do(Wish(Handling.NOTE, text=text), [alert], who, as_json)


@alerts.command("reopen")
def reopen(names: Alerts, who: Who = "", remark: Remark = "", as_json: AsJson = False) -> None:
    """Take back what was done with alerts: they are open again, and the log keeps both.

    Example: onrecord alerts reopen 12
    """
    _do(Wish(Handling.REOPEN, text=remark), names, who, as_json)
