"""``onrecord people``: who acts on alerts, and switching somebody off who left."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from monitor.cli.handling import Who
from monitor.cli.program import AsJson, done, group, home

people = group("people", "Who hears, and who acts on alerts.")

Name = Annotated[str, typer.Argument(help="A person of routes.yaml, or a mail address or channel messages go to.")]


@people.command("list")
def people_list(as_json: AsJson = False) -> None:
    """The people of routes.yaml: what they are known by, what is assigned to them, who is switched off.

    Example: onrecord people list
    """
    from monitor.commands.people import list_people

    done(list_people(home(), os.environ, as_json=as_json))


@people.command("show")
def people_show(name: Name, as_json: AsJson = False) -> None:
    """Somebody's alerts: what is assigned to them, what went to them, by which receivers.

    Example: onrecord people show osei
    """
    from monitor.commands.people import show

    done(show(home(), os.environ, name, as_json=as_json))


@people.command("off")
def people_off(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why; it stays with it.")] = "",
    to: Annotated[str, typer.Option(help="Who takes over what was assigned to them.")] = "",
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """List somebody's alerts and switch them off: no message goes to them, and what they press changes nothing.

    Example: onrecord people off osei --reason "left the desk" --to marchetti
    """
    from monitor.commands.people import off

    done(off(home(), os.environ, name, reason=reason, to=to, who=who, as_json=as_json))


@people.command("on")
def people_on(name: Name, who: Who = "", as_json: AsJson = False) -> None:
    """Switch somebody on again.

    Example: onrecord people on osei
    """
    from monitor.commands.people import on

    done(on(home(), os.environ, name, who=who, as_json=as_json))
