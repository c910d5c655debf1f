"""A message as plain values for programs: what web services and files of JSON lines are given. Pure.

The texts are the safe ones people are shown (invisible characters as marks, live addresses as text), so that whoever
prints them prints nothing that acts.
"""

from __future__ import annotations

import json
from typing import Any

from alerts.message import Message, marked
from core.quotes import Quote, Side
from core.report import Report, Section, four_lines
from core.wording import stamp

Json = dict[str, Any]


def as_object(message: Message) -> Json:
    """The message. ``id`` is the same for every repeat of it."""
    report = message.report
    return {
        "type": "alert",
        "id": message.delivery_id,
        "alert": message.alert_id,
        "case": message.case_id,
        "at": stamp(message.created_at),
        "kind": message.kind,
        "notice": message.notice or None,
        "receiver": message.receiver,
        "why_you": list(message.why),
        **report_object(report),
    }


def report_object(report: Report) -> Json:
    """What an alert says, whoever it goes to."""
    where, interval = report.where, report.interval
    return {
        "mark": report.mark.word,
        "severity": report.severity.value,
        "company": report.company,
        "title": report.title,
        "topics": list(report.topics),
        "lines": list(four_lines(report)),
        "last_seen_at": stamp(interval.last_seen_at) if interval and interval.last_seen_at else None,
        "first_changed_at": stamp(interval.first_changed_at) if interval else None,
        "page_date": (interval.page_date or None) if interval else None,
        "page_date_stands": interval.date_stands if interval else False,
        "document": (where.slug or None) if where else None,
        "address": where.address if where else None,
        "language": (where.lang or None) if where else None,
        "quotes": [_quote(quote) for quote in report.quotes],
        "more_passages": report.more,
        "reasons": list(report.why),
        "how_sure": list(report.sure),
        "facts": [list(fact) for fact in report.facts],
        "earlier": [
            {"from": stamp(each.first_at), "until": stamp(each.last_at), "text": each.text} for each in report.earlier
        ],
        "captures": [
            {"side": side, "version": capture.number, "sha256": capture.digest, "link": capture.link or None}
            for side, capture in (("before", where.before), ("after", where.after))
            if capture
        ]
        if where
        else [],
        "link": report.link or None,
        "command": report.command or None,
        "sections": [_section(section) for section in report.sections],
    }


def _section(section: Section) -> Json:
    """A part of a list (a digest, a weekly report): the alerts it tells, each with the words that moved."""
    return {
        "title": section.title,
        "alerts": [
            {
                "mark": entry.mark.word,
                "headline": entry.headline,
                "words": marked(entry.words),
                "language": entry.lang or None,
                "facts": entry.facts,
                "link": entry.link or None,
                "command": entry.command or None,
            }
            for entry in section.entries
        ],
        "lines": [list(line) for line in section.lines],
        "note": section.note or None,
    }


def as_line(value: Json) -> str:
    """One object on one line: nothing in it ends the line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _quote(quote: Quote) -> Json:
    return {
        "mark": quote.mark.word,
        "heading": list(quote.heading_path),
        "before": _side(quote.before),
        "after": _side(quote.after),
        "rules": list(quote.rules),
        "reasons": list(quote.reasons),
        "origin": quote.origin or None,
    }


def _side(side: Side | None) -> Json | None:
    if side is None:
        return None
    return {
        "text": "".join(text for _, text in side.segments),
        "marked": marked(side.segments).strip(),
        "lead_in": "".join(text for _, text in side.lead_in) or None,
        "context": list(side.context),
        "page": side.page or None,
    }
