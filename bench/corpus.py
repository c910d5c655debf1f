"""The shared corpus, read in place: its histories, the two parts they fall into, and the tools that pack and score it.

The scripts of the shared folder are imported by their path, so that what is measured here is measured the same way
elsewhere. Nothing of the corpus is copied into the repository.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import json
import os
import tarfile
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
DEVELOPMENT: Final = "development"
CHECKING: Final = "checking"
PARTS: Final = (DEVELOPMENT, CHECKING)


@dataclass(frozen=True, slots=True)
class History:
    """One page's snapshots in one archive. ``weight`` is its unpacked size in bytes."""

    id: str
    service: str
    archive: Path
    weight: int

    @property
    def part(self) -> str:
        return part_of(self.service)


@dataclass(frozen=True, slots=True)
class Score:
    """What the shared script says: its figures, and the lines it lists (``HISTORY FROM->TO …``)."""

    figures: dict[str, Any]
    missed: list[str] = field(default_factory=list)
    without_alert: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def part_of(service: str) -> str:
    """Which part a service belongs to: a fourth of them is only for checking and never looked at while tuning."""
    return CHECKING if hashlib.sha256(service.encode()).digest()[0] % 4 == 3 else DEVELOPMENT


def shared_folder() -> Path | None:
    """The folder named by ONRECORD_SHARED, else the one beside the repository; None where neither holds a corpus."""
    folder = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared")
    return folder if (folder / "corpus" / "index.json").is_file() else None


def histories(shared: Path) -> list[History]:
    """Every history of the corpus, in the order of its index."""
    corpus = shared / "corpus"
    index = json.loads((corpus / "index.json").read_text(encoding="utf-8"))
    return [History(row["id"], row["service"], corpus / row["file"], row["raw_bytes"]) for row in index["histories"]]


def groups(found: Sequence[History], count: int) -> list[list[History]]:
    """The histories dealt out to so many groups of about the same weight; a service is never divided."""
    by_service: dict[str, list[History]] = {}
    for history in found:
        by_service.setdefault(history.service, []).append(history)
    dealt: list[list[History]] = [[] for _ in range(count)]
    for service in sorted(by_service, key=lambda name: (-sum(one.weight for one in by_service[name]), name)):
        min(dealt, key=lambda group: sum(one.weight for one in group)).extend(by_service[service])
    return dealt


@contextlib.contextmanager
def unpacked(history: History) -> Iterator[Path]:
    """The folder of a history (meta.json, snapshots/, versions/), gone again afterwards."""
    with tempfile.TemporaryDirectory(prefix="onrecord-history-") as temporary:
        with tarfile.open(history.archive) as tar:
            tar.extractall(temporary, filter="data")
        yield Path(temporary) / history.id


def meta_of(folder: Path) -> dict[str, Any]:
    """The labels of an unpacked history."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return meta


def make_warc(shared: Path, out: Path, folder: Path) -> Path:
    """Write one unpacked history as ``ID.warc.gz`` with the shared script; returns its path."""
    with contextlib.redirect_stdout(io.StringIO()):
        _tool(shared, "make_warc").main(str(out), str(folder))
    return out / f"{folder.name}.warc.gz"


def address(shared: Path, meta: dict[str, Any]) -> str:
    """The address a history has in its WARC file."""
    found: str = _tool(shared, "make_warc").address(meta)
    return found


def score(shared: Path, said: Path, labels: Path) -> Score:
    """Score what was said about captures (one JSON object a line) against labels, with the shared script."""
    main = _tool(shared, "score_reading").main
    figures = json.loads(_printed(main, said, labels, "--json"))
    return read_lists(figures, _printed(main, said, labels, "--misses"))


def read_lists(figures: dict[str, Any], printed: str) -> Score:
    """The three lists the script prints with ``--misses``."""
    heads = ("missed:", "changes without an alert:", "false alarms:")
    lists: dict[str, list[str]] = {head: [] for head in heads}
    current: list[str] | None = None
    for line in printed.splitlines():
        if line in lists:
            current = lists[line]
        elif current is not None and line.startswith("  "):
            current.append(line.strip())
    return Score(figures, *(lists[head] for head in heads))


def _printed(main: Any, said: Path, labels: Path, flag: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the script leaves its files to the interpreter
        main(str(said), str(labels), flag)
    return out.getvalue()


def _tool(shared: Path, name: str) -> ModuleType:
    path = shared / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"onrecord_shared_{name}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
