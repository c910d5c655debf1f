"""``onrecord sources import``: another program's watch list, as far as it can be carried over, put into sources.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.carryover import Carried, Found, carry_over
from core.carryover.found import NotThisFormat
from core.config.adding import Added, Addition, add_sources, company_id
from core.config.sources import Watchlist, parse_sources
from core.config.yamlfile import nearest
from core.errors import ConfigError, NotFound, Problem
from core.parts import Part
from core.selectors import as_written
from core.text.visible import one_line
from core.wording import counted
from monitor.commands.output import emit, note, say
from monitor.home import Home
from monitor.kinds import built_kinds

EMPTY = "companies: []\n"


@dataclass(frozen=True, slots=True)
class Carrying:
    """How a person wants it: the format where it is not to be guessed, the company where it is one (an id of the file, or
    the name of a new one), off, or only shown."""

    form: str | None = None
    company: str | None = None
    name: str | None = None
    is_off: bool = False
    is_dry: bool = False


def import_sources(
    home: Home, environ: Mapping[str, str], files: Sequence[Path], how: Carrying, *, as_json: bool
) -> int:
    """Put what can be watched into sources.yaml, and name what was left behind. 2 where nothing could be read."""
    del environ  # only the file is read and written
    text = home.sources.read_text(encoding="utf-8") if home.sources.exists() else EMPTY
    if how.company is not None and how.name is None:
        _refuse_stranger(how.company, parse_sources(text, built_kinds=built_kinds()))
    carried = [_read(file, how) for file in files]
    additions = [_addition(found, how) for each in carried for found in each.found]
    added = add_sources(text, additions)
    parse_sources(added.text, built_kinds=built_kinds())  # what would be refused is not written
    if added.put and not how.is_dry:
        kept = home.sources.with_name("sources.yaml.before")
        if home.sources.exists():
            kept.write_text(text, encoding="utf-8")
        home.sources.write_text(added.text, encoding="utf-8")
    for line in _lines(carried, added):
        emit(line) if as_json else say(_words(line))
    if not as_json:
        what = "would be added" if how.is_dry else "added to sources.yaml"
        left = sum(len(each.left) for each in carried)
        parts = [f"{counted(len(added.put), 'source')} {what}"]
        parts += [f"{counted(len(added.known), 'source')} already there"] if added.known else []
        parts += [f"{counted(left, 'thing')} left behind"] if left else []
        note(f"{', '.join(parts)}.")
        if added.put and not how.is_dry:
            note(
                "The file as it was stands beside it as sources.yaml.before. `onrecord check --dry-run` asks each once."
            )
    return 0


def _read(file: Path, how: Carrying) -> Carried:
    try:
        return carry_over(file.read_bytes(), file.name, form=how.form)
    except NotThisFormat as error:
        raise ConfigError([Problem(file.name, None, str(error).removeprefix(f"{file.name}: "))]) from error
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror or error}") from error


def _addition(found: Found, how: Carrying) -> Addition:
    name = how.name or found.company or "Unknown"
    note_ = "; ".join(text for text in (found.title, found.note) if text)[:300]
    entry: tuple[tuple[str, Any], ...] = (
        ("kind", found.kind),
        ("url", found.url),
        ("role", found.role),
        ("lang", found.lang if found.lang.isascii() and 2 <= len(found.lang) <= 8 else ""),
        ("every", _every(found.every)),
        ("select", [as_written(each) for each in found.select]),
        ("remove", [as_written(each) for each in found.remove]),
        ("parts", [_part(each, found) for each in found.parts]),
        ("enabled", False if how.is_off or not found.enabled else None),
        ("note", note_),
    )
    return Addition(how.company or company_id(name), name, entry)


def _refuse_stranger(company: str, watched: Watchlist) -> None:
    """A company that is named and not there is a slip of the pen, or wants a name of its own."""
    if company not in watched.company_ids:
        message = f'there is no company "{company}" (--name makes a new one)'
        raise ConfigError([Problem("sources.yaml", None, message, nearest(company, watched.company_ids))])


def _part(part: Part, found: Found) -> dict[str, Any]:
    """A further page as sources.yaml writes it; selectors only where they are not those of the first."""
    own = (("select", part.select, found.select), ("remove", part.remove, found.remove))
    return {"url": part.url} | {key: [as_written(each) for each in mine] for key, mine, first in own if mine != first}


def _every(length: timedelta | None) -> str:
    """The time between two checks as sources.yaml writes it, a minute at least."""
    if length is None:
        return ""
    minutes = max(1, round(length.total_seconds() / 60))
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _lines(carried: Sequence[Carried], added: Added) -> Iterator[dict[str, Any]]:
    for put in added.put:
        yield _line("added", company=put.company, url=put.url)
    for known, under in added.known:
        yield _line("known", company=under, url=known.url, why="watched already")
    for each in carried:
        for left in each.left:
            yield _line("left", what=left.what, where=left.where, why=left.why)


def _line(status: str, **said: str) -> dict[str, str]:
    """One line of the report; every line has every key."""
    empty = {"company": "", "url": "", "what": "", "where": "", "why": ""}
    return {"status": status} | empty | said


def _words(line: Mapping[str, Any]) -> str:
    if line["status"] == "left":
        return one_line(f"left   {line['where']}: {line['what']}: {line['why']}", 400)
    tail = "  (watched already)" if line["status"] == "known" else ""
    return one_line(f"{line['status']:<6} {line['company']}: {line['url']}{tail}", 400)
