"""``onrecord silences``: who asked for quiet, why, until when, and what was swallowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.config.entries import parse_duration
from core.errors import ConfigError, NotFound, Problem, Refused
from core.telling import FIELDS_OF_SILENCES, Silence
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.app import open_archive, utc_now
from monitor.cache import load_home
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of
from monitor.home import Home, Loaded
from storage import silences
from storage.silences import Kept

Json = dict[str, Any]
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. ``match`` are ``field=value`` texts; ``until`` a date or a length of time."""

    match: tuple[str, ...]
    reason: str
    author: str
    until: str = ""
    receiver: str = ""
    next_change: bool = False


def add(home: Home, environ: Mapping[str, str], wanted: Wanted, *, as_json: bool) -> int:
    """Begin a silence. Raises Refused or ConfigError where it cannot be understood."""
    loaded, now = load_home(home, environ), utc_now()
    silence = silence_of(loaded, wanted, now)
    with open_archive(home, environ, loaded.settings) as archive, archive.database.write() as conn:
        number = silences.add(conn, silence)
        kept = silences.by_id(conn, number)
    if as_json:
        emit(_plain(kept))
        return 0
    until = f"until {long_date(silence.expires_at)}" if silence.expires_at else "until the next change"
    say(f"silence {number} {until}: {_match(silence)}")
    note("What it swallows is kept, and told in one message when it ends. `onrecord silences end` ends it sooner.")
    return 0


def silence_of(loaded: Loaded, wanted: Wanted, now: datetime) -> Silence:
    """The silence a person means. Raises Refused, ConfigError."""
    match: dict[str, set[str]] = {}
    for text in wanted.match:
        name, sign, value = text.partition("=")
        if not sign or name.strip() not in FIELDS_OF_SILENCES or not value.strip():
            raise Refused(f"{text!r}: write field=value, where field is one of {', '.join(FIELDS_OF_SILENCES)}")
        match.setdefault(name.strip(), set()).update(part.strip() for part in value.split(",") if part.strip())
    if not match:
        raise Refused("say what is to be silent, such as --match source=acme/policy --match rule=hedge.knowingly")
    if not wanted.reason.strip():
        raise Refused("say why: a silence without a reason is a hole nobody can explain")
    if wanted.receiver and wanted.receiver not in loaded.routes.receivers:
        raise ConfigError([Problem("routes.yaml", None, f"there is no receiver {wanted.receiver!r}")])
    if not wanted.until and not wanted.next_change:
        raise Refused("say how long: --until with a date or a time such as 7d, or --next-change")
    return Silence(
        id=0,
        author=wanted.author,
        reason=wanted.reason.strip(),
        created_at=now,
        expires_at=until_of(wanted.until, now) if wanted.until else None,
        match={name: frozenset(values) for name, values in match.items()},
        receiver=wanted.receiver or None,
        until_change=wanted.next_change,
    )


def until_of(text: str, now: datetime) -> datetime:
    """``2026-12-24`` (the end of that day, UTC) or ``7d``. Raises Refused for anything else, the past, and more than a year."""
    length = parse_duration(text)
    if length is not None:
        until = now + length
    else:
        try:
            until = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(0), UTC)
        except ValueError:
            raise Refused(f"{text!r} is neither a date such as 2026-12-24 nor a time such as 12h, 7d or 2w") from None
    if not now < until <= now + LONGEST:
        raise Refused(f"a silence ends after now and within a year, not on {long_date(until)}")
    return until


def list_silences(home: Home, environ: Mapping[str, str], *, every: bool, as_json: bool) -> int:
    """Silences that hold, or every one there ever was."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        found = silences.kept(conn, with_ended=every)
    for kept in found:
        if as_json:
            emit(_plain(kept))
            continue
        silence = kept.silence
        end = f"ended {long_date(kept.ended_at)}: {kept.ended_because}" if kept.ended_at else _until(silence)
        say(f"{silence.id}  {silence.author}: {one_line(silence.reason, 200)}")
        say(f"    {_match(silence)}; {end}; {counted(kept.swallowed, 'alert')} swallowed")
    if not found and not as_json:
        note("No silence holds. `onrecord silences add` begins one.")
    return 0


def show(home: Home, environ: Mapping[str, str], number: int, *, as_json: bool) -> int:
    """One silence with every alert it kept back. Raises NotFound."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        kept, swallowed = silences.by_id(conn, number), silences.swallowed(conn, number)
    if as_json:
        alerts = [
            {"alert": each.alert_id, "at": each.decided_at, "title": each.title, "receiver": each.receiver}
            for each in swallowed
        ]
        emit({**_plain(kept), "alerts": alerts})
        return 0
    say(f"silence {number} by {kept.silence.author}: {one_line(kept.silence.reason, 300)}")
    say(f"  {_match(kept.silence)}; {_until(kept.silence)}")
    if kept.ended_at:
        say(f"  ended {long_date(kept.ended_at)}: {kept.ended_because}")
    for each in swallowed:
        say(f"  {each.alert_id}  {long_date(each.decided_at)}  {each.receiver}  {one_line(each.title, 160)}")
    if not swallowed:
        say("  it has swallowed nothing")
    return 0


def end(home: Home, environ: Mapping[str, str], number: int, who: str, *, as_json: bool) -> int:
    """End a silence now; what it swallowed is told. Raises NotFound."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        silences.by_id(conn, number)
        if not silences.end(conn, number, f"{who} ended it", now):
            raise NotFound(f"silence {number} has ended before")
        kept = silences.by_id(conn, number)
    if as_json:
        emit(_plain(kept))
        return 0
    note(f"Silence {number} ended; {counted(kept.swallowed, 'alert')} will be told.")
    return 0


def _plain(kept: Kept) -> Json:
    silence = kept.silence
    return {
        "silence": silence.id,
        "author": silence.author,
        "reason": silence.reason,
        "match": {name: sorted(values) for name, values in silence.match.items()},
        "receiver": silence.receiver,
        "until_change": silence.until_change,
        "created_at": silence.created_at,
        "expires_at": silence.expires_at,
        "ended_at": kept.ended_at,
        "ended_because": kept.ended_because,
        "swallowed": kept.swallowed,
    }


def _match(silence: Silence) -> str:
    asked = ", ".join(f"{name} {' or '.join(sorted(values))}" for name, values in silence.match.items())
    return f"{asked}, for {silence.receiver}" if silence.receiver else asked


def _until(silence: Silence) -> str:
    change = "until the next change" if silence.until_change else ""
    date_ = f"until {long_date(silence.expires_at)}" if silence.expires_at else ""
    return " or ".join(part for part in (change, date_) if part)
