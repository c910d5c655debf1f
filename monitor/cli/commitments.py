"""``onrecord commitments``: what companies promised."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group

promises = group("commitments", "What companies promised.")


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
    done(compare(before, after, sys.stdin, as_json=as_json))
