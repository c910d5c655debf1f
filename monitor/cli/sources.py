"""``onrecord sources``: what is watched."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

sources = group("sources", "What is watched.")


@sources.command("list")
def sources_list(
    with_all: Annotated[bool, typer.Option("--all", help="Also those switched off or no longer watched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every source with its health: how it answered last, when it is asked next.

    Example: onrecord sources list --all
    """
    from monitor.commands.look import list_sources

    done(list_sources(home(), os.environ, with_all=with_all, as_json=as_json))
