"""What the tests about the repository read: its files as they would be committed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "storage", "alerts", "web", "monitor")
_NOT_OURS = {".git", ".venv", "__pycache__", "data", "build", "node_modules"}


def tracked_files() -> list[Path]:
    """Every file git keeps, or every file there is where the repository came without git."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0:
        return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]
    return sorted(path for path in ROOT.rglob("*") if path.is_file() and not _NOT_OURS & set(path.parts))


def texts() -> Iterator[tuple[str, str]]:
    """(name relative to the root, text) of every tracked file that is text."""
    for path in tracked_files():
        body = path.read_bytes()
        if b"\0" not in body[:8000]:
            yield str(path.relative_to(ROOT)), body.decode("utf-8", "replace")


def sources_of(*packages: str) -> list[Path]:
    """The Python files of these packages."""
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
