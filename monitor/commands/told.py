"""``onrecord alerts``, ``outbox`` and ``routes explain``: who was told what, what has not arrived, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.message import plain_report
from alerts.standalone import page_to_pass_on
from core.errors import NotFound, Refused
from core.links import FeedKind
from core.report import Report
from core.shown import shown_report
from core.telling import How
from core.text.visible import one_line
from core.wording import counted, long_date, unique
from monitor.app import utc_now
from monitor.cache import load_home
from monitor.commands.handling import actor_of, alert_number, as_object, log_lines, stands_of
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from monitor.keys import links_of
from storage import feed_addresses, handlings, notices, outbox, tellings
from storage.deliveries import Delivery
from storage.notices import AlertRow
from storage.tellings import Elsewhere

Json = dict[str, Any]


def list_alerts(home: Home, environ: Mapping[str, str], *, limit: int, as_json: bool) -> int:
    """The newest alerts, each with where it went."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        rows = notices.alert_rows(conn, limit)
        handled = handlings.of_alerts(conn, [row.id for row in rows])
        others = tellings.elsewhere(conn, [row.id for row in rows])
    for row in rows:
        stands = stands_of(handled.get(row.id, ()))
        if as_json:
            elsewhere = [_elsewhere(each) for each in others.get(row.id, ())]
            emit(_alert(row) | {"elsewhere": elsewhere, "standing": stands})
            continue
        told = [f"{each.receiver} {each.state}" for each in row.deliveries]
        told += [f"{each.receiver} {in_words(each)}" for each in others.get(row.id, ())]
        sent = ", ".join(unique(told))
        say(f"{row.id}  {long_date(row.created_at)}  {row.severity}  {one_line(row.title, 200)}")
        say(f"    {row.document or row.kind}; {sent or 'nobody'}; {stands}")
    if not rows and not as_json:
        note("No alerts yet.")
    return 0


def show_alert(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """One alert as it was told, where it went, and what people did with it. Raises NotFound."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        row, report = _told(conn, alert_number(name))
        handled = handlings.of_alert(conn, row.id)
    if as_json:
        emit(_alert(row) | {"standing": stands_of(handled), "log": [as_object(each) for each in handled]})
        return 0
    say(plain_report(report))
    say(f"ALERT {row.id}: {stands_of(handled).upper()}")
    for each in row.deliveries:
        where = f"{each.channel} {each.target}".strip()
        say(f"  {long_date(each.sent_at) if each.sent_at else each.state}  {each.receiver} ({where})")
    for line in log_lines(handled):
        say(f"  {line}")
    return 0


def export_alert(home: Home, environ: Mapping[str, str], name: str, out: Path | None, *, as_json: bool) -> int:
    """One alert as a page to pass on, written to a file of its own that its owner alone reads. Raises NotFound, Refused."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        row, report = _told(conn, alert_number(name))
    path = out or Path(f"alert-{row.id}.html")
    if path.is_dir():
        path /= f"alert-{row.id}.html"
    page = page_to_pass_on(report, one_line(row.title, 200), utc_now())
    try:
        with open(path, "x", encoding="utf-8", opener=_kept_to_oneself) as file:
            file.write(page)
    except FileExistsError:
        raise Refused(f"{path} is there already: name another file with --out") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
    if as_json:
        emit({"alert": row.id, "file": str(path), "bytes": len(page.encode())})
    else:
        say(str(path))
    return 0


def _kept_to_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def feed_address(home: Home, environ: Mapping[str, str], *, company: str, topic: str, ends: bool, as_json: bool) -> int:
    """The signed address of a feed; ``ends``: those given out so far lead nowhere any more.

    Raises NotFound for what nobody watches, Refused where there are no pages.
    """
    loaded = load_home(home, environ)
    web = loaded.settings.web
    links = links_of(home.make_data(loaded.settings), web.base_url)
    if links is None:
        raise Refused(
            "the address of a feed is signed with the one people reach the pages at, and web.base_url in settings.yaml "
            f"says none: set it; http://127.0.0.1:{web.port} will do for programs on this machine"
        )
    if company and company not in loaded.watchlist.company_ids and not ends:
        raise NotFound(f"no company in sources.yaml has the id {company!r}")
    if topic and topic not in loaded.watchlist.topics and not ends:
        raise NotFound(f"no company in sources.yaml has the topic {topic!r}")
    kind: FeedKind = "company" if company else "topic" if topic else "all"
    name = company or topic
    with archive_of(home, environ) as archive:
        if ends:
            with archive.database.write() as conn:
                serial = feed_addresses.end(conn, kind, name, actor_of("", loaded.routes.people).name, utc_now())
        else:
            with archive.database.read() as conn:
                serial = feed_addresses.serial(conn, kind, name)
    address = links.feed(kind, name, serial)
    if as_json:
        emit({"feed": kind, "name": name or None, "address": address, "ended": ends})
        return 0
    if ends:
        note("Addresses of this feed given out before lead nowhere any more. This is the new one:")
    say(address)
    return 0


def in_words(each: Elsewhere) -> str:
    """How a receiver hears of an alert that has no message of its own there."""
    if each.in_alert is not None:
        kind = {How.DIGEST: "in the digest", How.OVER_BUDGET: "in the summary of the day"}.get(
            each.how, "in the message"
        )
        return f"{kind} of alert {each.in_alert} ({each.state})"
    if each.how is How.SILENCED:
        return "silenced"
    return f"waits for the digest of {long_date(each.due_at)}" if each.due_at else "waits for it no more"


def _elsewhere(each: Elsewhere) -> Json:
    return {
        "receiver": each.receiver,
        "channel": each.channel,
        "target": each.target,
        "how": each.how.value,
        "in_alert": each.in_alert,
        "state": each.state,
        "due_at": each.due_at,
    }


def _told(conn: Connection, alert_id: int) -> tuple[AlertRow, Report]:
    rows = notices.alert_rows(conn, alert_id=alert_id)
    if not rows:
        raise NotFound(f"alert {alert_id} is not in the archive")
    return rows[0], shown_report(notices.report_of(conn, alert_id))


def _alert(row: AlertRow) -> Json:
    return {
        "alert": row.id,
        "at": row.created_at,
        "kind": row.kind,
        "severity": row.severity,
        "title": row.title,
        "company": row.company_id,
        "document": row.document,
        "change": row.change_id,
        "reasons": list(row.reasons),
        "deliveries": [
            {
                "delivery": each.delivery_id,
                "receiver": each.receiver,
                "channel": each.channel,
                "target": each.target,
                "state": each.state,
                "why": list(each.why),
                "error": each.error,
                "sent_at": each.sent_at,
            }
            for each in row.deliveries
        ],
    }


# --- outbox ---------------------------------------------------------------------------------------------------------


def list_outbox(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """What has not arrived, each with its last error."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        waiting = outbox.pending(conn)
        counts = outbox.counts(conn)
    for each in waiting:
        if as_json:
            emit(_delivery(each))
            continue
        say(f"{each.id}  {each.state}  {each.receiver}: {each.channel} {each.target}".rstrip())
        say(f"    {one_line(each.title, 160)}")
        if each.error:
            say(f"    after {counted(each.attempts, 'attempt')}: {one_line(each.error, 300)}")
        if each.state == "queued":
            say(f"    next attempt {long_date(each.next_attempt_at)}")
        if each.is_uncertain:
            say("    an attempt ended without an answer: it may have arrived")
    if not as_json:
        note(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "Nothing was ever sent.")
    return 0


def _delivery(each: Delivery) -> Json:
    return {
        "delivery": each.id,
        "alert": each.alert_id,
        "state": each.state,
        "receiver": each.receiver,
        "channel": each.channel,
        "target": each.target,
        "title": each.title,
        "severity": each.severity,
        "attempts": each.attempts,
        "created_at": each.created_at,
        "next_attempt_at": each.next_attempt_at,
        "error": each.error,
        "may_have_arrived": each.is_uncertain,
        "why": list(each.why),
    }


def retry(home: Home, environ: Mapping[str, str], ids: Sequence[str], *, every: bool, as_json: bool) -> int:
    """Queue these deliveries (or every one that waits) to be tried at once. Raises NotFound."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        wanted = [each.id for each in outbox.pending(conn, states=("queued", "dead"))] if every else list(ids)
        for id_ in wanted:
            if not outbox.send_again(conn, id_, now):
                raise NotFound(f"no delivery {id_} waits in the outbox (it was sent, or is being sent)")
    _acted(wanted, "queued", "queued again; `onrecord run` or the next check sends", as_json=as_json)
    return 0


def drop(home: Home, environ: Mapping[str, str], ids: Sequence[str], reason: str, *, as_json: bool) -> int:
    """Give up on these deliveries, with the reason. Raises NotFound."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        for id_ in ids:
            if not outbox.drop(conn, id_, reason, now):
                raise NotFound(f"no delivery {id_} waits in the outbox (it was sent, or is being sent)")
    _acted(ids, "dropped", "dropped", as_json=as_json)
    return 0


def _acted(ids: Sequence[str], state: str, words: str, *, as_json: bool) -> None:
    for id_ in ids if as_json else ():
        emit({"delivery": id_, "state": state})
    if not as_json:
        note(f"{counted(len(ids), 'delivery', 'deliveries')} {words}.")
