"""Import WARC files into a home, as a user would: with the product's command. One JSON object a capture.

The same import inside this process serves one question alone, which no setting of the product may ask: what would be
taken for content if every list of phrases were empty?
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.corpus import ROOT
from core.phrases import PHRASES
from monitor import app, home
from monitor.importing import import_capture, responses
from monitor.kinds import built_kinds
from monitor.readers import InlineReader

Said = dict[str, Any]  # one line of `archive import --json`


def by_command(folder: Path, warcs: Sequence[Path]) -> list[Said]:
    """What ``onrecord archive import FILE… --json`` says in a fresh home. Raises CalledProcessError."""
    _make_home(folder)
    command = [sys.executable, "-P", "-m", "monitor", "--home", str(folder), "archive", "import"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *map(str, warcs), "--json"], env=environ, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def without_phrases(folder: Path, warcs: Sequence[Path]) -> list[Said]:
    """What the same import says when no phrase may name a page."""
    _make_home(folder)
    with patch.dict(PHRASES, clear=True):
        return list(_in_process(folder, warcs))


def _make_home(folder: Path) -> None:
    folder.mkdir(parents=True)
    home.write_files(home.Home(folder), home.starter_files())


def _in_process(folder: Path, warcs: Sequence[Path]) -> Iterator[Said]:
    place = home.Home(folder)
    loaded = home.load(place, {}, built_kinds=built_kinds())
    with app.open_archive(place, {}, loaded.settings) as archive:
        tools = app.make_tools(archive, loaded, InlineReader(), lambda: datetime.now(UTC), tells=False)
        for warc in warcs:
            for recorded in responses(warc):
                checked = import_capture(tools, recorded)
                taken = checked.taken
                yield {
                    "url": checked.url,
                    "at": checked.at.isoformat(),
                    "status": taken.status,
                    "class": taken.change_class,
                    "grade": taken.grade.level,
                    "reasons": list(taken.reasons),
                }
