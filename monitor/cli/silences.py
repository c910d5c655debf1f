"""``onrecord silences``: alerts that are not told for a while."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

silences = group("silences", "Alerts that are not told for a while: by whose word, why, until when.")

Number = Annotated[int, typer.Argument(metavar="SILENCE", help="Its number, as `silences list` shows it.")]
Who = Annotated[
    str,
    typer.Option("--as", envvar=["ONRECORD_PERSON", "USER"], help="Whose word it is; your account where not given."),
]


@silences.command("add")
def add(
    match: Annotated[
        list[str], typer.Option(help="field=value, as in routes.yaml, and source=, document=, case=; all must fit.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it stays with the silence and is told at its end.")],
    until: Annotated[str, typer.Option(help="A date or a length: 2026-12-24, 12h, 7d, 2w.")] = "",
    next_change: Annotated[
        bool, typer.Option("--next-change", help="Until the next change of it, which is told.")
    ] = False,
    receiver: Annotated[str, typer.Option(help="For this receiver only.")] = "",
    who: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Keep alerts back for a while. They are recorded, and told in one message when the silence ends.

    Example: onrecord silences add --match source=acme/policy --match rule=hedge.knowingly --until 7d --reason "rebuilt"
    """
    from monitor.commands.silences import Wanted
    from monitor.commands.silences import add as begin

    wanted = Wanted(tuple(match), reason, who, until, receiver, next_change)
    done(begin(home(), os.environ, wanted, as_json=as_json))


@silences.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False, as_json: AsJson = False
) -> None:
    """Silences that hold, with how much each has swallowed.

    Example: onrecord silences list --all
    """
    from monitor.commands.silences import list_silences

    done(list_silences(home(), os.environ, every=every, as_json=as_json))


@silences.command("show")
def show(silence: Number, as_json: AsJson = False) -> None:
    """One silence, with every alert it kept back.

    Example: onrecord silences show 3
    """
    from monitor.commands.silences import show as show_one

    done(show_one(home(), os.environ, silence, as_json=as_json))


@silences.command("end")
def end(silence: Number, who: Who = "operator", as_json: AsJson = False) -> None:
    """End a silence now; what it swallowed is told in one message.

    Example: onrecord silences end 3
    """
    from monitor.commands.silences import end as end_one

    done(end_one(home(), os.environ, silence, who, as_json=as_json))
