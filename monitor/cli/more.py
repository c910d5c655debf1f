"""Verbs for editors, and for more than one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import ConfigError, Problem
from monitor.cli.program import app, done


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="sources, routes or settings; all of them without.")] = None,
) -> None:
    """Print the JSON Schema of a configuration file, for editors.

    Example: onrecord schema sources > sources.schema.json
    """
    from monitor.commands.files import print_schema

    done(print_schema(name))


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
