"""A delivery's message, composed from the report stored with its alert: one neutral value every channel gives its form.

Everything a page or a person wrote is made safe to show here, once: invisible characters become marks, line breaks
spaces, live addresses text that nothing turns into a link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final, TypedDict, Unpack

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from core.config.receivers import DETAILS, Detail
from core.lists import LISTS, entry_of, reduced, section_of, subject_of
from core.model import Severity, severity_rank
from core.report import Report, earlier_line, four_lines, headline
from core.shown import shown, shown_report
from core.text.visible import one_line
from core.text.words import Segment
from core.wording import CHANGED, counted, long_date, stamp, unique
from storage.deliveries import Delivery, Thread, Told

MAX_SUBJECT: Final = 180


@dataclass(frozen=True, slots=True)
class Way:
    """Something to do: its name, and the link that leads to it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends. ``report`` and every other text here are safe to show; ``text`` is the whole in plain words.

    ``delivery_id`` travels with the message; ``is_repeat`` says that an earlier attempt may have arrived. ``notice`` is
    a sentence that stands before everything: why it is told again. ``thread`` is the first message of the same case at
    this target, which this one follows; ``is_loud``: graver than all before it.
    """

    delivery_id: str
    alert_id: int
    kind: str
    channel: str
    target: str
    receiver: str
    subject: str
    report: Report
    text: str
    why: tuple[str, ...]
    created_at: datetime
    is_repeat: bool = False
    notice: str = ""
    case_id: int | None = None
    thread: Thread | None = None
    subject_of_thread: str = ""
    is_loud: bool = False


def compose(delivery: Delivery) -> Message:
    """The message of a delivery. Raises ``ValueError`` where the stored report cannot be read."""
    told = _gravest_first(delivery)
    detail = _detail(delivery)
    whole = _with_others(shown_report(told[0].report), told[1:])
    report = reduced(whole, detail, base_url=_root(whole.link))
    why = tuple(shown(reason) for reason in delivery.why) if detail != "none" else ()
    notice = f"{why[0][:1].upper()}{why[0][1:]}." if delivery.purpose in _SUBJECTS and why else ""
    title = f"{_SUBJECTS.get(delivery.purpose or '', '')}{subject_of(report, told[0].title, detail)}"
    return Message(
        delivery_id=delivery.id,
        alert_id=delivery.alert_id,
        kind=delivery.kind,
        channel=delivery.channel,
        target=delivery.target,
        receiver=one_line(delivery.receiver, 100),
        subject=one_line(shown(title), MAX_SUBJECT),
        report=report,
        text=plain_text(report, delivery.receiver, why, delivery.id, notice=notice, alert_id=delivery.alert_id),
        why=why,
        created_at=delivery.created_at,
        is_repeat=delivery.is_uncertain,
        notice=notice,
        case_id=delivery.case_id,
        thread=delivery.thread,
        subject_of_thread=_subject_of(delivery.thread, report, detail),
        is_loud=delivery.is_loud,
    )


_SUBJECTS: Final = {"reminder": "Reminder: ", "escalation": "Escalated: "}


def bare(delivery: Delivery) -> Message:
    """What can be said where the whole message cannot be made (a report nobody can read, a template that fails)."""
    is_named = _detail(delivery) != "none"
    title = one_line(shown(delivery.title), MAX_SUBJECT) if is_named else f"On Record ({delivery.severity})"
    report = Report(
        kind="test" if delivery.kind == "test" else "dead_letter",
        mark=CHANGED,
        company="",
        title=title,
        severity=Severity(delivery.severity),
        topics=(),
        found="This message could not be made whole. The alert is kept, with every word of it.",
        when=f"Raised {long_date(delivery.created_at)}.",
        command=f"onrecord alerts show {delivery.alert_id}",
    )
    lines = (title, "", report.found, report.when, "", f"To read on: {report.command}", "", f"Delivery {delivery.id}")
    return Message(
        delivery_id=delivery.id,
        alert_id=delivery.alert_id,
        kind=delivery.kind,
        channel=delivery.channel,
        target=delivery.target,
        receiver=one_line(delivery.receiver, 100),
        subject=title,
        report=report,
        text="\n".join(lines) + "\n",
        why=(),
        created_at=delivery.created_at,
        is_repeat=delivery.is_uncertain,
        case_id=delivery.case_id,
        thread=delivery.thread,
        is_loud=delivery.is_loud,
    )


def _subject_of(thread: Thread | None, report: Report, detail: Detail) -> str:
    """What the first message of the thread had as its subject."""
    return one_line(shown(subject_of(report, thread.title, detail)), MAX_SUBJECT) if thread else ""


def _gravest_first(delivery: Delivery) -> list[Told]:
    """What the message tells. Of one event the gravest alert leads; a list leads with itself."""
    own = Told(delivery.alert_id, delivery.kind, delivery.severity, delivery.title, delivery.report)
    rest = sorted(delivery.also, key=_gravity) if delivery.kind in LISTS else list(delivery.also)
    return [own, *rest] if delivery.kind in LISTS else sorted([own, *rest], key=_gravity)


def _gravity(told: Told) -> int:
    return -severity_rank(Severity(told.severity))


def _with_others(report: Report, others: Sequence[Told]) -> Report:
    """The report with the other alerts its message tells, each as an entry."""
    if not others:
        return report
    entries = [entry_of(shown_report(each.report), because=shown(each.because)) for each in others]
    title = "Worst first" if report.kind in LISTS else "The same event, elsewhere"
    return replace(report, sections=(section_of(title, entries), *report.sections))


def _detail(delivery: Delivery) -> Detail:
    return next((each for each in DETAILS if each == delivery.detail), "quotes")


def _root(link: str) -> str:
    """Our own pages without the name of a document: what may be shown where nothing else may."""
    found = re.match(r"https?://[^/]+/", link)
    return found.group() if found else ""


def plain_text(
    report: Report,
    receiver: str,
    why: Sequence[str],
    delivery_id: str,
    **more: Unpack[Beside],
) -> str:
    """The whole alert in plain characters: ``[-went out-]`` and ``{+came in+}``."""
    template = templates().get_template("alert.txt")
    given: Beside = {"notice": "", "ways": (), "alert_id": 0, "off": "", **more}
    return template.render(report=report, receiver=one_line(receiver, 100), why=why, delivery_id=delivery_id, **given)


class Beside(TypedDict, total=False):
    """What stands beside the report: why it is told again, what can be done, by link or (``alert_id``) by command, and
    the link that ends such mails."""

    notice: str
    ways: Sequence[Way]
    alert_id: int
    off: str


def plain_report(report: Report) -> str:
    """The same without a word about who it was sent to."""
    return plain_text(report, "", (), "")


# --- pieces the templates and channels share ------------------------------------------------------------------------


def parted(segments: Sequence[Segment]) -> list[Segment]:
    """Segments for reading: spaces at the edges of marked words stand outside the marks, neighbours joined."""
    parts: list[Segment] = []
    for op, text in segments:
        words = text.strip()
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        pieces: list[Segment] = [("same", lead), (op, words), ("same", tail)]
        for kind, piece in pieces if words and op != "same" else [(op, text)]:
            if parts and parts[-1][0] == kind:
                parts[-1] = (kind, parts[-1][1] + piece)
            elif piece:
                parts.append((kind, piece))
    return parts


def marked(segments: Sequence[Segment]) -> str:
    """``does not {+knowingly+} sell [-or support-]``."""
    marks = {"same": ("", ""), "out": ("[-", "-]"), "in": ("{+", "+}")}
    return "".join(f"{marks[op][0]}{text}{marks[op][1]}" for op, text in parted(segments))


def has_marks(report: Report) -> bool:
    """Whether any quote marks words that went out or came in."""
    sides = [side for quote in report.quotes for side in (quote.before, quote.after) if side]
    return any(op != "same" for side in sides for op, _ in (*side.lead_in, *side.segments))


def link_label(report: Report) -> str:
    """What the link of a report leads to."""
    if is_list(report):
        return "Open Today"
    return "Side by side" if report.kind == "change" and "/c/" in report.link else "In the archive"


def captions(report: Report) -> tuple[str, str]:
    """What stands over the words before and after: ``last seen 23 Nov 2026, 17:04 UTC``."""
    interval = report.interval
    if interval is None:
        return "", ""
    was = f"last seen {long_date(interval.last_seen_at)}" if interval.last_seen_at else ""
    return was, f"first seen {long_date(interval.first_changed_at)}"


def place_line(report: Report) -> str:
    """``1. Where we do not sell · English · haldenbio[.]example/responsible-sales``."""
    where = report.where
    return " · ".join(unique((" › ".join(where.heading_path), where.language, where.address))) if where else ""


def is_list(report: Report) -> bool:
    """Whether it tells of several alerts, or of the telling itself, and of no one event."""
    return report.kind in {"digest", "summary", "silence", "report", "dead_letter", "drill_failed", "test"}


def facts_title(report: Report) -> str:
    """What stands over the labelled lines of a report."""
    return "What it is, and what to try" if report.kind == "incident" else "What stands there"


def more_line(report: Report) -> str:
    """``and 14 more passages``, empty where everything is quoted."""
    what = "passage" if report.kind == "change" else "rule"
    return f"and {counted(report.more, f'more {what}')}" if report.more else ""


@cache
def templates() -> Environment:
    """The templates of this package; HTML is escaped, a name that is missing is an error."""
    environment = Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        captions=captions,
        facts_title=facts_title,
        is_list=is_list,
        earlier_line=earlier_line,
        four_lines=four_lines,
        has_marks=has_marks,
        headline=headline,
        link_label=link_label,
        marked=marked,
        more_line=more_line,
        parted=parted,
        stamp=stamp,
    )
    return environment
