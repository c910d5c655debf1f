"""One alert as a page of its own, to hand to somebody who has no account and no archive: nothing in it is loaded, and it
leads nowhere. What it says can be held against the captures it names by their SHA-256."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.channels.email import inlined
from alerts.message import templates
from core.report import Capture, Report
from core.wording import long_date


def page_to_pass_on(report: Report, title: str, made_at: datetime) -> str:
    """The page. ``report`` is one that is safe to show (``alerts.message.shown_report``)."""
    where = report.where
    if where is not None:  # the links lead to pages whoever reads this cannot open
        where = replace(where, before=_unlinked(where.before), after=_unlinked(where.after))
    alone = replace(report, link="", command="", where=where)
    page = (
        templates()
        .get_template("alert.html")
        .render(
            report=alone,
            subject=title,
            receiver="",
            why=(),
            delivery_id="",
            notice="",
            ways=(),
            alert_id=0,
            off="",
            made=f"Made from the archive on {long_date(made_at)}.",
        )
    )
    return inlined(page)


def _unlinked(capture: Capture | None) -> Capture | None:
    return replace(capture, link="") if capture else None
