"""The program as a person runs it, inside this process: exit status, both outputs, and the lines of its JSON."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor import cli

SOURCES = """\
companies:
  - name: Halden Biosystems
    topics: [dna]
    sources:
{sources}"""
SETTINGS = """\
fetch:
  allow_private: ["{authority}"]
  host_gap_seconds: 0
web: {{port: {port}}}
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def told(self) -> list[dict[str, Any]]:
        """The same with every time that is a moment of this run as ``NOW``."""
        moment = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"')
        return [json.loads(moment.sub('"NOW"', line)) for line in self.out.splitlines()]


def write_home(home: Path, authority: str, *sources: str, port: int = 8765, settings: str = "") -> None:
    """sources.yaml with one company and these sources (each a YAML mapping on one line), and settings for loopback."""
    lines = "".join(f"      - {source}\n" for source in sources)
    (home / "sources.yaml").write_text(SOURCES.format(sources=lines))
    (home / "settings.yaml").write_text(SETTINGS.format(authority=authority, port=port) + settings)


def onrecord(*words: str | Path, stdin: str = "") -> Ran:
    """Run a command. The logging it sets up is taken down again."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["onrecord", *map(str, words)])
        patch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        finally:
            root.handlers, root.level = handlers, level
    return Ran(status, out.getvalue(), err.getvalue())
