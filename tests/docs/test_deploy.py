"""The files an operator copies: the service manager reads them, and they name things that are there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.repository import ROOT

DEPLOY = ROOT / "deploy"


def lines(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Z]\w+)=(.*)$", path.read_text(), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def test_the_service_is_notified_watched_and_shut_in() -> None:
    unit = lines(DEPLOY / "onrecord.service")
    assert unit["Type"] == ["notify"]
    assert unit["WatchdogSec"] == ["180"]
    assert unit["Restart"] == ["on-failure"]
    assert unit["StateDirectoryMode"] == ["0700"]
    assert unit["UMask"] == ["0077"]
    hardened = {"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "NoNewPrivileges", "CapabilityBoundingSet",
                "RestrictAddressFamilies", "RestrictNamespaces", "SystemCallFilter", "LockPersonality"}  # fmt: skip
    assert hardened <= unit.keys()
    assert "@resources" not in "".join(unit["SystemCallFilter"]), "readers limit their own memory"


@pytest.mark.parametrize("name", ["onrecord.service", "onrecord-backup.service", "onrecord-backup.timer"])
def test_systemd_understands_every_line(name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NOT RUN: no systemd-analyze on this machine")
    ran = subprocess.run(["systemd-analyze", "verify", DEPLOY / name], capture_output=True, text=True, check=False)
    said = [line for line in ran.stderr.splitlines() if name.split(".")[0] in line]
    assert [line for line in said if "is not executable: No such file" not in line] == []


@pytest.mark.parametrize("name", ["onrecord.service", "onrecord-backup.service"])
def test_systemd_finds_a_service_well_shut_in(name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NOT RUN: no systemd-analyze on this machine")
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(DEPLOY / name)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout.splitlines()[-1]


def test_every_command_of_a_unit_is_a_verb(tmp_path: Path) -> None:
    from typer.main import get_command

    from monitor.cli import app

    commands = [lines(path)["ExecStart"][0] for path in sorted(DEPLOY.glob("*.service"))]
    assert len(commands) == 2
    for command in commands:
        words = command.split("-m monitor ")[1].split()
        verb = get_command(app)
        while hasattr(verb, "commands"):
            verb = verb.commands[words.pop(0)]
        verb.make_context(command, words)


def test_the_container_file_copies_and_runs_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "COPY deploy/requirements.lock" in text
    assert "--require-hashes" in text
    assert re.search(r"^USER onrecord$", text, re.MULTILINE)
    folders = re.search(r"compileall -q (.*)$", text, re.MULTILINE)
    assert folders is not None
    assert [name for name in folders.group(1).split() if not (ROOT / name).is_dir()] == []
    assert "/healthz" in text
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"data", "backups", "secrets", ".venv"} <= set(ignored)


def test_the_container_holds_what_a_server_needs_at_the_versions_that_were_tested() -> None:
    def pins(path: Path) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^ ;\\]+)", path.read_text(), re.MULTILINE))

    tested, shipped = pins(ROOT / "requirements.lock"), pins(DEPLOY / "requirements.lock")
    assert {name: version for name, version in shipped.items() if tested.get(name) != version} == {}
    assert {"sqlalchemy", "slack-sdk", "psycopg"} <= shipped.keys()
    assert shipped.keys().isdisjoint({"pytest", "mypy", "ruff", "mkdocs", "playwright"})


def test_the_compose_file_gives_nothing_away() -> None:
    service = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())["services"]["onrecord"]
    assert service["ports"] == ["127.0.0.1:8765:8765"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert (ROOT / service["build"]["dockerfile"]).exists()
