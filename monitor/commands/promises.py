"""``onrecord commitments``: what became of a promise between two wordings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from core.errors import ConfigError, NotFound, Problem
from core.model import Finding
from core.text.visible import one_line
from monitor.app import lexicon
from monitor.commands.output import emit, say

_PATHS: Final = ("/", "./", "../", "~/")
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")  # .txt, not the full stop of a sentence
MAX_FILE: Final = 2_000_000  # bytes; a sentence or a page, not an archive


def compare(before: str, after: str | None, lines: TextIO, *, as_json: bool) -> int:
    """Compare two wordings (texts, or names of files that hold them), or one JSON pair a line from ``lines``."""
    pairs = _pairs(lines) if before == "-" else iter([(text_of(before), text_of(after or ""))])
    commitments = lexicon()
    for was, now in pairs:
        finding = commitments.compare(was, now)
        if as_json or before == "-":
            emit(as_object(finding))
        else:
            _print(finding)
    return 0


def as_object(finding: Finding) -> dict[str, Any]:
    """``{"verdict","dimensions","reasons"}``; dimensions by name, as ``+``, ``-`` or what moved."""
    return {
        "verdict": finding.verdict.value,
        "dimensions": dict(finding.dimensions),
        "reasons": list(finding.reasons),
    }


def _print(finding: Finding) -> None:
    say(finding.verdict.value if finding.verdict.value != "UNCLASSIFIED" else "UNCLASSIFIED: changed, please read")
    for reason in finding.reasons:
        say(f"  {one_line(reason, 300)}")


def _pairs(lines: TextIO) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            pair = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ConfigError([Problem("standard input", number, f"not a JSON value: {error}")]) from error
        if isinstance(pair, dict):
            pair = [pair.get("before"), pair.get("after")]
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(part is None or isinstance(part, str) for part in pair)
        ):
            message = 'wanted {"before": "…", "after": "…"} or ["…", "…"], both texts'
            raise ConfigError([Problem("standard input", number, message)])
        yield pair[0] or "", pair[1] or ""


def _names_a_file(given: str) -> bool:
    """Whether a text reads as the name of a file, so that a name mistyped is not taken for what somebody said."""
    return len(given.split()) == 1 and (given.startswith(_PATHS) or bool(_ENDING.search(given)))


def text_of(given: str) -> str:
    """The text itself, or what the file of that name holds."""
    if not given or len(given) > 1_000 or "\n" in given:
        return given
    path = Path(given)
    try:
        if not path.is_file():
            if _names_a_file(given):
                raise NotFound(f"there is no file {given!r}")
            return given
        body = path.read_bytes()[: MAX_FILE + 1]
    except (OSError, ValueError):
        return given
    if len(body) > MAX_FILE:
        raise ConfigError([Problem(given, None, f"larger than {MAX_FILE // 1_000_000} MB")])
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(given, None, f"not UTF-8: {error}")]) from error
