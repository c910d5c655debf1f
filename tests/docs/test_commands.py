"""The page of commands is the program's own, and every command teaches with an example."""

from __future__ import annotations

from typing import Any

import typer

from monitor.cli import app
from monitor.reference import page
from tests.repository import ROOT


def commands(command: Any, path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            found |= commands(each, f"{path}{name} ")
        if not hasattr(each, "commands") or each.invoke_without_command:
            found[f"{path}{name}"] = each
    return found


def test_the_page_is_fresh() -> None:
    kept = (ROOT / "docs" / "reference" / "commands.md").read_text()
    assert kept == page(), "run: python -m monitor.reference > docs/reference/commands.md"


def test_an_option_is_shown_with_what_it_takes() -> None:
    written = page()
    for option in ("--published-by TEXT", "--limit NUMBER", "--pace NUMBER", "--against PATH", "--since DAY", "--home"):
        assert f"`{option}" in written


def test_every_command_has_help_an_example_and_its_place_on_the_page() -> None:
    found = commands(typer.main.get_command(app))
    assert len(found) >= 22
    written = page()
    for name, command in found.items():
        assert "Example: onrecord" in (command.help or ""), name
        assert f"## onrecord {name}\n" in written
        assert [param.name for param in command.params if param.name != "help" and not param.help] == []


def test_every_command_speaks_json_or_says_why_not() -> None:
    """run and demo go on, schema prints JSON anyway, worker is not there yet."""
    found = commands(typer.main.get_command(app))
    without = {name for name, command in found.items() if not any("--json" in param.opts for param in command.params)}
    assert without == {"run", "demo", "schema", "worker"}
