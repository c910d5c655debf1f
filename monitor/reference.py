"""The reference page of the command line, made from the program itself: ``python -m monitor.reference`` writes it.

A test fails when docs/reference/commands.md is not what this makes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any, Final

import typer

from monitor.cli import app

_NAMED: Final = {"home": "folder", "role": "role"}
_SORTS: Final = {"int": "number", "float": "number", "Path": "path", "datetime": "day"}
OPENING: Final = """\
# Commands

Made from the program by `python -m monitor.reference > docs/reference/commands.md`; do not edit it here.

One program, `onrecord`. Its home is the folder you stand in, or `--home FOLDER` (before or after the verb), or
`ONRECORD_HOME`. Results go to standard output, everything else to standard error.

Exit status: **0** all was carried out (whatever the other side answered), **1** On Record itself failed, **2** bad usage
or configuration, or something that is not in the archive was asked for, **130** interrupted.

With `--json` each command prints one JSON object a line. Times are UTC, `2026-11-23T18:04:12Z`. `check` and
`archive import` print one object for each address asked or capture taken in:

```json
{"source": "acme/ethics", "document": "acme/ethics", "url": "https://acme.example/ethics", "at": "2026-11-23T18:04:12Z",
 "status": "changed", "class": "substantive", "grade": "good", "alerts": 1, "reasons": ["a passage was reworded"]}
```

`status` is one of new, unchanged, changed, suspect, failed (not fetched, or graded bad), gone, returned. `class` is null
unless changed. `document` is null where there is none yet, and on the line of a feed itself: a feed gives a line of its
own and one for each of its pages that was asked. `alerts` is how many alerts this one raised; first looks and incidents
are told afterwards, once for all.

A document may be named by its permanent name (`acme/ethics`), the last part of it, its number, its address, or the id of
the source it was found at.
"""


def page() -> str:
    """The whole page."""
    parts = [OPENING]
    for path, command in _commands(typer.main.get_command(app), ()):
        parts.append(_section(path, command))
    return "\n".join(parts)


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb with its whole name, in the order of the program; a group first where it means something alone."""
    inner = getattr(command, "commands", None)
    if inner is None or (path and command.invoke_without_command):
        yield path, command
    for name, each in (inner or {}).items():
        yield from _commands(each, (*path, name))


def _section(path: tuple[str, ...], command: Any) -> str:
    said, _, example = inspect.cleandoc(command.help or "").partition("Example:")
    lines = [f"## onrecord {' '.join(path)}", "", said.strip(), ""]
    words = [_word(param) for param in command.params if param.param_type_name == "argument"]
    lines += ["```sh", " ".join(("onrecord", *path, *words, "[OPTIONS]")), *_example(example), "```", ""]
    rows = [(_names(param), _about(param)) for param in command.params if param.name != "help"]
    if rows:
        lines += ["| | |", "|---|---|", *(f"| {names} | {about} |" for names, about in rows), ""]
    return "\n".join(lines)


def _example(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []


def _word(param: Any) -> str:
    name = str(param.metavar or param.name).upper()
    name = f"{name}..." if param.nargs == -1 else name
    return name if param.required else f"[{name}]"


def _names(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{_word(param)}`"
    value = "" if param.is_flag else f" {_value(param)}"
    return ", ".join(f"`{name}{value}`" for name in param.opts)


def _value(param: Any) -> str:
    return str(param.metavar or _NAMED.get(param.name) or _sort(param)).upper()


def _sort(param: Any) -> str:
    """What an option takes, by its annotation."""
    said = str(param.type_descriptor.annotation)
    return next((name for sort, name in _SORTS.items() if sort in said), "text")


def _about(param: Any) -> str:
    about = str(param.help or "").replace("|", "\\|")
    has_default = (
        not getattr(param, "is_flag", False) and param.default not in (None, "", ()) and not callable(param.default)
    )
    return f"{about} Default: {param.default}." if has_default and not param.required else about


if __name__ == "__main__":
    sys.stdout.write(page())
