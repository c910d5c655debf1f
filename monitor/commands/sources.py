"""``onrecord sources``: pause, resume, move, merge, split, log, undo. Each act is logged, and undoable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from core.config.edit import set_key
from core.config.sources import parse_sources
from core.errors import ConfigError, NotFound, Problem
from core.model import Source
from core.text.visible import one_line
from core.wording import defang
from monitor.app import build, open_archive, utc_now
from monitor.cache import load_home
from monitor.commands.check import choose
from monitor.commands.output import emit, say, table
from monitor.home import Home, Loaded
from monitor.joining import JOININGS
from monitor.joining import merge as merge_documents
from monitor.joining import split as split_document
from monitor.joining import undo as undo_joining
from monitor.kinds import built_kinds
from storage import acts, documents, sources, watchlist
from storage.acts import Act


def edit(home: Home, change: Callable[[str], str]) -> tuple[str, str]:
    """Change sources.yaml; (before, after). It is parsed again before it is kept, and written whole or not at all."""
    before = home.sources.read_text(encoding="utf-8")
    after = change(before)
    parse_sources(after, built_kinds=built_kinds())
    _write(home.sources, after)
    return before, after


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.chmod(path.stat().st_mode & 0o777)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def log(
    home: Home, environ: Mapping[str, str], loaded: Loaded, act: str, what: str, text: tuple[str, str], **data: Any
) -> None:
    before, after = text
    about = {"before": before, "after_digest": hashlib.sha256(after.encode()).hexdigest(), **data}
    with open_archive(home, environ, loaded.settings) as archive, archive.database.write() as conn:
        acts.log(conn, act, what, about, utc_now())


def merge(home: Home, environ: Mapping[str, str], names: tuple[str, str], *, as_json: bool) -> int:
    """Let one document go on with the captures and the address of another of the same company."""
    with build(home, environ, loaded=load_home(home, environ)) as agent:
        with agent.tools.database.read() as conn:
            old, new = (documents.by_slug(conn, name) for name in names)
        number = merge_documents(agent.tools, old, new)
    emit({"act": number, "document": old.slug, "merged": new.slug}) if as_json else say(
        f"{old.slug} goes on at {defang(new.url)} with what {new.slug} showed. onrecord sources undo takes it back."
    )
    return 0


def split(home: Home, environ: Mapping[str, str], name: str, since: datetime, *, as_json: bool) -> int:
    """Make what a document's address shows since some day a document of its own."""
    with build(home, environ, loaded=load_home(home, environ)) as agent:
        with agent.tools.database.read() as conn:
            document = documents.by_slug(conn, name)
        number, made = split_document(agent.tools, document, since)
    emit({"act": number, "document": name, "made": made}) if as_json else say(
        f"What {defang(document.url)} shows since {since:%Y-%m-%d} is {made} from now on; {name} keeps what stood there "
        "before. onrecord sources undo takes it back."
    )
    return 0


def one_source(loaded: Loaded, source_id: str) -> tuple[Source, int]:
    """A source of the file and its line. Raises ConfigError."""
    found = next((each for each in loaded.watchlist.sources if each.id == source_id), None)
    if found is None:
        choose(loaded, [source_id])
        raise NotFound(f"there is no source {source_id!r}")
    return found, loaded.watchlist.lines[source_id]


def pause(home: Home, environ: Mapping[str, str], source_id: str, *, resumes: bool, as_json: bool) -> int:
    """Switch a source off (or on again) in sources.yaml. What was archived stays."""
    loaded = load_home(home, environ)
    source, line = one_source(loaded, source_id)
    if source.enabled is resumes:
        raise ConfigError(
            [Problem("sources.yaml", line, f"{source_id} is {'watched' if resumes else 'switched off'} already")]
        )
    text = edit(home, lambda text: set_key(text, line, "enabled", resumes))
    log(home, environ, loaded, "resume" if resumes else "pause", source_id, text)
    emit({"source": source_id, "watched": resumes}) if as_json else say(
        f"{source_id} is {'watched again' if resumes else 'no longer asked; what was archived stays'}."
    )
    return 0


def move(home: Home, environ: Mapping[str, str], source_id: str, url: str, *, as_json: bool) -> int:
    """Watch a source at another address; its document goes there with its whole history."""
    loaded = load_home(home, environ)
    source, line = one_source(loaded, source_id)
    text = edit(home, lambda text: set_key(text, line, "url", url))
    moved = parse_sources(text[1], built_kinds=built_kinds())
    with open_archive(home, environ, loaded.settings) as archive, archive.database.write() as conn:
        now = utc_now()
        old = sources.start_requests(conn, [source_id]).get(source_id)
        watchlist.sync(conn, moved.companies, moved.sources, now)
        new = sources.start_requests(conn, [source_id]).get(source_id)
        document_id = documents.move_to(conn, source.company, old, new, now) if old and new and old != new else None
        about = {
            "before": text[0],
            "after_digest": hashlib.sha256(text[1].encode()).hexdigest(),
            "document": document_id,
            "old": old,
            "new": new,
        }
        acts.log(conn, "move", f"{source_id} from {source.url} to {url}", about, now)
    emit(
        {"source": source_id, "from": source.url, "to": url, "document_moved": document_id is not None}
    ) if as_json else say(
        f"{source_id} is asked at {defang(url)} from now on"
        + ("; its document keeps its history." if document_id else ".")
    )
    return 0


def show_log(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """What people did about sources."""
    loaded = load_home(home, environ)
    with open_archive(home, environ, loaded.settings) as archive, archive.database.read() as conn:
        found = acts.newest(conn)
    rows: list[tuple[str, ...]] = [("ACT", "WHEN", "WHAT", "")]
    for act in found:
        if as_json:
            emit({"act": act.id, "at": act.at, "kind": act.act, "what": act.what, "undone_at": act.undone_at})
        rows.append(
            (
                str(act.id),
                f"{act.at:%Y-%m-%d %H:%M}",
                f"{act.act}: {one_line(act.what, 120)}",
                "undone" if act.undone_at else "",
            )
        )
    if not as_json:
        for line in table(rows) if found else ["Nobody has added, moved, paused or captured anything by command yet."]:
            say(line)
    return 0


def undo(home: Home, environ: Mapping[str, str], act_id: int | None, *, as_json: bool) -> int:
    """Take an act back: the newest that was not, or one by its number."""
    loaded = load_home(home, environ)
    with open_archive(home, environ, loaded.settings) as archive:
        with archive.database.read() as conn:
            act = acts.by_id(conn, act_id)
        if act.undone_at is not None:
            raise ConfigError([Problem("sources", None, f"act {act.id} was undone already")])
        if act.act == "capture":
            raise ConfigError(
                [Problem("sources", None, "a capture is a fact and stays; pause or capture again instead")]
            )
        if act.act in JOININGS:
            with build(home, environ, loaded=loaded) as agent:
                undo_joining(agent.tools, act)
            return _tell_undone(act, as_json=as_json)
        text = _undo_edit(home, act)
        with archive.database.write() as conn:
            now = utc_now()
            if act.data.get("document"):
                acts.send_back(conn, act.data["document"], act.data["old"], act.data["new"])
            watched = parse_sources(text, built_kinds=built_kinds())
            watchlist.sync(conn, watched.companies, watched.sources, now)
            acts.undone(conn, act, now)
    return _tell_undone(act, as_json=as_json)


def _tell_undone(act: Act, *, as_json: bool) -> int:
    emit({"act": act.id, "undone": True, "what": act.what}) if as_json else say(f"Taken back: {act.act} {act.what}.")
    return 0


def _undo_edit(home: Home, act: Act) -> str:
    """The file as it was, where nobody edited it since. Raises ConfigError."""
    now = home.sources.read_text(encoding="utf-8")
    if hashlib.sha256(now.encode()).hexdigest() != act.data["after_digest"]:
        raise ConfigError(
            [
                Problem(
                    "sources.yaml",
                    None,
                    "the file was edited since: take that back by hand, or undo the newer acts first",
                )
            ]
        )
    before = str(act.data["before"])
    _write(home.sources, before)
    return before
