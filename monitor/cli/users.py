"""Verbs about who may read the pages."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

users = group("users", "Who may read the pages.")


class RoleName(StrEnum):
    reader = "reader"
    analyst = "analyst"
    operator = "operator"


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Accounts and their roles.

    JSON, one object an account: user, role, created_at, closed_at.

    Example: onrecord users list
    """
    from monitor.commands.users import list_users as run_list

    done(run_list(home(), os.environ, as_json=as_json))


@users.command("link")
def link(
    name: Annotated[
        str | None, typer.Argument(help="Whose password it sets; without a name it makes an account.")
    ] = None,
    role: Annotated[
        RoleName, typer.Option(help="Role of the new account. The first one is an operator.")
    ] = RoleName.reader,
    as_json: AsJson = False,
) -> None:
    """Make a link that works once: for a new account, or for a forgotten password.

    JSON, one object: link, user, role.

    Example: onrecord users link --role analyst
    Example: onrecord users link ada
    """
    from monitor.commands.users import link as run_link

    done(run_link(home(), os.environ, name, role.value, as_json=as_json))


@users.command("close")
def close(name: Annotated[str, typer.Argument(help="The account to close.")], as_json: AsJson = False) -> None:
    """Close an account: its sessions end at once, what it did keeps its name.

    JSON, one object: user, closed_at.

    Example: onrecord users close ada
    """
    from monitor.commands.users import close as run_close

    done(run_close(home(), os.environ, name, as_json=as_json))
