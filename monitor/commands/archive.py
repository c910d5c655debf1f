"""``onrecord archive``: past captures taken in, and what the archive holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from core.errors import ReadError
from core.wording import counted
from monitor import sending
from monitor.app import build, make_tools
from monitor.cache import load_home, watchlist_digest
from monitor.commands.lines import as_line, as_object
from monitor.commands.output import emit, note, progress, say, table
from monitor.commands.reading import archive_of
from monitor.home import Home
from monitor.importing import import_capture, responses
from monitor.lockfile import Holder
from storage import passages, watchlist
from storage.counts import counts


def import_files(home: Home, environ: Mapping[str, str], files: Sequence[Path], *, as_json: bool, tells: bool) -> int:
    """Take in every response of these WARC files, in order. 1 where a file could not be read to its end."""
    loaded = load_home(home, environ)
    broken = 0
    with build(home, environ, loaded=loaded) as agent, progress("importing") as shown:
        with agent.tools.database.write() as conn:  # what is watched by now has its captures under its own name
            watched, digest = loaded.watchlist, watchlist_digest(loaded)
            watchlist.sync(conn, watched.companies, watched.sources, agent.tools.now(), digest=digest)
        tools = make_tools(agent.archive, loaded, agent.tools.reader, agent.tools.now, tells=tells)
        count = 0
        for path in files:
            try:
                for recorded in responses(path):
                    checked = import_capture(tools, recorded)
                    count += 1
                    shown.text = f"{path.name}: {counted(count, 'capture')}"
                    emit(as_object(checked)) if as_json else say(as_line(checked))
            except ReadError as error:
                note(f"{path}: {error}")
                broken += 1
        if tells:
            write = note if as_json else say
            channels = sending.channels_of(loaded, lambda text: write(text.rstrip("\n")), tools.now)
            with Holder(home.data(loaded.settings)) as holder:
                sending.send(tools, loaded, channels, owner=holder.name)
        if not as_json:
            note(f"{counted(count, 'capture')} taken in.")
    return 1 if broken else 0


def reread(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Derive every document again that an earlier reader read last; what is done stays done."""
    from monitor import rereading

    with build(home, environ, loaded=load_home(home, environ)) as agent, progress("reading again") as shown:
        left = rereading.stale(agent.tools)
        totals: Counter[str] = Counter()
        for count, document_id in enumerate(left, start=1):
            done = rereading.reread_document(agent.tools, document_id)
            shown.text = f"{count} of {counted(len(left), 'document')}: {done.document}"
            totals.update(technical=done.technical, found_late=done.found_late, unreadable=done.unreadable)
            if as_json:
                emit(asdict(done))
            elif done.technical or done.found_late or done.unreadable:
                say(
                    f"{done.document}: {counted(done.captures, 'capture')} read, "
                    f"{'another text by our doing' if done.technical else 'the same text'}, "
                    f"{counted(done.found_late, 'change')} found late"
                    + (f", {counted(done.unreadable, 'capture')} could not be read" if done.unreadable else "")
                )
        if not as_json:
            note(
                f"{counted(len(left), 'document')} read again: {totals['technical']} differ by our doing alone, "
                f"{counted(totals['found_late'], 'change')} found late; the next digest tells them."
            )
    return 0


def reindex(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Make the search index anew."""
    with archive_of(home, environ) as archive, progress("indexing") as shown:

        def done(count: int, last: int) -> None:
            shown.text = f"{count:,} passages indexed ({min(100, 100 * count // last)} %)"

        count = passages.reindex(archive.database, done)
    emit({"passages": count}) if as_json else say(f"{counted(count, 'passage')} indexed.")
    return 0


def stats(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """How much the archive holds and what it takes on disk."""
    with archive_of(home, environ) as archive:
        with archive.database.read() as conn:
            found = counts(conn)
        data = home.data(archive.settings)
    found["bytes_on_disk"] = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    found["bytes_of_snapshots"] = sum(path.stat().st_size for path in (data / "blobs").rglob("*") if path.is_file())
    if as_json:
        emit(found)
        return 0
    for line in table([(name.replace("_", " "), f"{count:,}") for name, count in found.items()]):
        say(line)
    return 0
