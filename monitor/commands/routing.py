"""``onrecord routes explain`` and ``routes test``: who hears what, why, why not; and a real message to try it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from alerts.decide import why_not
from alerts.message import compose
from alerts.plan import detail_of
from alerts.routes import explain as explain_routes
from alerts.routes import facts_of
from core.config.receivers import Receiver, Target
from core.errors import ConfigError, DeliveryError, NotFound, Problem
from core.model import Alert, Change, Intent, Severity
from core.proofs import build_test
from core.report import to_plain
from core.telling import How
from core.text.visible import one_line
from core.wording import counted, label, long_date, stamp, unique
from monitor.app import open_archive, utc_now
from monitor.cache import load_home
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from monitor.sending import channels_of
from storage import cases, changes, events, notices, outbox, tellings
from storage.deliveries import Delivery
from storage.notices import AlertRow
from storage.tellings import Told

Json = dict[str, Any]


# --- explain --------------------------------------------------------------------------------------------------------


def explain(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """Who was told of an alert (``12``) or a change (``c7``) and why, who would be told now, or why nobody was."""
    loaded = load_home(home, environ)
    is_change = name[:1] in "cC"
    digits = name[1:].lstrip("hange:# ") if is_change else name.lstrip("alert:# ")
    if not digits.isdecimal():
        raise NotFound(f"{name!r} is no alert and no change: write 12 for an alert, c7 for a change")
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        number = int(digits)
        rows = notices.alert_rows(conn, **({"change_id": number} if is_change else {"alert_id": number}))
        change_id = number if is_change else (rows[0].change_id if rows else None)
        if not rows and not is_change:
            raise NotFound(f"alert {number} is not in the archive")
        stored = changes.by_id(conn, change_id) if change_id is not None else None
        row = rows[0] if rows else None
        found = _what_decided(conn, row)
    told: Json = {"alert": row.id if row else None, "change": change_id, "reasons": list(row.reasons) if row else []}
    told["why_not"] = why_not(stored.change) if stored and row is None else ""
    told |= _about(stored.change) if stored else {"class": None, "rules": [], "verdict": None}
    told |= found
    if stored:
        severity = Severity(row.severity) if row else stored.severity or Severity.LOW
        alert = Alert("", "change", severity, row.title if row else "", (), {}, stored.change.document.company_id)
        told["now"] = list(explain_routes(facts_of(alert, stored.change), loaded.routes))
    if as_json:
        emit(told)
        return 0
    _print_explained(told, row)
    return 0


def _about(change: Change) -> Json:
    """What the routes could ask about: class, rules, verdict."""
    rules = unique(f"{match.rule} ({match.severity})" for match in change.matches)
    return {
        "class": change.change_class.value,
        "rules": list(rules),
        "verdict": change.verdict.value if change.verdict else None,
    }


def _what_decided(conn: Connection, row: AlertRow | None) -> Json:
    """The case, and for every target what was decided and what became of it."""
    if row is None:
        return {"case": None, "told": []}
    case = cases.of_alert(conn, row.id)
    because = dict(cases.alerts_of(conn, case.id)).get(row.id, "") if case else ""
    states = {each.delivery_id: each for each in row.deliveries}
    decided = tellings.of_alert(conn, row.id)
    told = [_decision(each, states) for each in decided]
    known = {each.delivery_id for each in decided}
    told += [_sent(each) for each in row.deliveries if each.delivery_id not in known]
    return {
        "case": {"case": case.id, "alerts": case.alerts, "because": because} if case else None,
        "told": told,
    }


def _decision(each: Told, states: Mapping[str, Any]) -> Json:
    sent = states.get(each.delivery_id or "")
    return {
        "receiver": each.receiver,
        "channel": each.channel,
        "target": each.target,
        "how": each.how.value,
        "state": sent.state if sent else ("silenced" if each.how is How.SILENCED else None),
        "why": list(each.why),
        "decided_at": each.decided_at,
        "due_at": each.due_at,
        "delivery": each.delivery_id,
        "silence": each.silence_id,
        "error": sent.error if sent else None,
        "sent_at": sent.sent_at if sent else None,
    }


def _sent(each: Any) -> Json:
    """A message that no decision stands behind: a digest, a report, a reminder."""
    return {
        "receiver": each.receiver,
        "channel": each.channel,
        "target": each.target,
        "how": How.AT_ONCE.value,
        "state": each.state,
        "why": list(each.why),
        "delivery": each.delivery_id,
        "error": each.error,
        "sent_at": each.sent_at,
    }


def _print_explained(told: Json, row: AlertRow | None) -> None:
    if row:
        say(f"alert {row.id}: {one_line(row.title, 200)}")
    else:
        say(f"change {told['change']}: nobody was told: {told['why_not'] or 'no alert was made'}")
    if told["class"]:
        say(f"  class: {label(told['class']).lower()}; rules: {', '.join(told['rules']) or 'none'}")
    for reason in told["reasons"]:
        say(f"  told because: {one_line(reason, 300)}")
    if told["case"] and told["case"]["because"]:
        say(f"  part of case {told['case']['case']}: {told['case']['because']}")
    elif told["case"]:
        say(f"  case {told['case']['case']}, {counted(told['case']['alerts'], 'alert')}")
    for each in told["told"]:
        say(f"  {_fate(each)}: {_place(each)}: {'; '.join(each['why'])}")
    if row and not told["told"]:
        say("  nobody was told")
    if told.get("now"):
        say("\nwith the routes as they are now:" if row else "\nif it were told, with the routes as they are now:")
        for line in told["now"]:
            say(f"  {one_line(line, 300) if not line.startswith(' ') else line.rstrip()}")


def _place(each: Json) -> str:
    return f"{each['receiver']} ({each['channel']} {each['target']})".replace(" )", ")")


def _fate(each: Json) -> str:
    """In a word or two what became of it."""
    how, due = each["how"], each.get("due_at")
    if how == How.SILENCED.value:
        return "silenced"
    if each["state"]:
        joined = {"joined": " with another alert", "digest": " in a digest", "over_budget": " in a summary"}.get(
            how, ""
        )
        return f"{each['state']}{joined}"
    if each["delivery"] is not None:
        return "in the message of another alert" if how == How.JOINED.value else f"in message {each['delivery']}"
    return f"waits for the digest of {long_date(due)}" if due else "nobody waits for it any more"


# --- test -----------------------------------------------------------------------------------------------------------


def test(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """Send a marked test to every place of a receiver, now. 0 when all of them took it, 1 otherwise.

    Raises ConfigError where there is no such receiver, or where what it needs was not given.
    """
    loaded = load_home(home, environ)
    receiver = loaded.routes.receivers.get(name)
    if receiver is None:
        known = ", ".join(loaded.routes.receivers)
        raise ConfigError([Problem("routes.yaml", None, f"there is no receiver {name!r}: there are {known}")])
    now = utc_now()
    channels = channels_of(loaded, lambda text: (note if as_json else say)(text.rstrip("\n")), utc_now)
    status = 0
    report = to_plain(build_test(receiver.name, at=now, base_url=loaded.settings.web.base_url))
    with open_archive(home, environ, loaded.settings) as archive:
        for target in receiver.targets:
            delivery = _test_delivery(receiver, target, report, stamp(now))
            try:
                channels[target.channel].send(compose(delivery))
                outcome = "sent"
            except DeliveryError as error:
                outcome, status = str(error), 1
            with archive.database.write() as conn:
                about = {"receiver": name, "channel": target.channel, "target": target.address, "outcome": outcome}
                events.write(conn, "receiver.tested", at=utc_now(), data=about)
            _print_tested(about, as_json=as_json)
    return status


def _test_delivery(receiver: Receiver, target: Target, report: dict[str, object], at: str) -> Delivery:
    """A delivery that is in no outbox: whoever runs the test waits for it and sees what came of it."""
    intent = Intent(receiver.name, target.channel, target.address, ("somebody ran `onrecord routes test`",))
    now = utc_now()
    return Delivery(
        id=outbox.delivery_id(f"test {at}", intent),
        alert_id=0,
        kind="test",
        severity=Severity.INFO.value,
        title=f"TEST: {report['title']}",
        report=report,
        receiver=receiver.name,
        channel=target.channel,
        target=target.address,
        why=intent.why,
        state="sending",
        attempts=1,
        created_at=now,
        next_attempt_at=now,
        detail=detail_of(receiver.options, target.channel),
    )


def _print_tested(about: Mapping[str, str], *, as_json: bool) -> None:
    is_sent = about["outcome"] == "sent"
    if as_json:
        emit({**about, "is_sent": is_sent})
        return
    place = f"{about['channel']} {about['target']}".strip()
    say(f"{place}: sent. Look there for “This is a test”." if is_sent else f"{place}: NOT sent: {about['outcome']}")
