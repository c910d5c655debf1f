"""The past of every text that a comparison touches, as it was known at a moment.

One function for whoever judges a change: a capture that has just come in, and a backtest that judges an old one again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from core.classify import FormLife
from core.model import Edit, Reading
from core.sides import other_figures, whole_lines
from storage.habits import boilerplate, moved_together
from storage.spans import Moment, restless


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts of a document with their forms, what differs between them, and the capture that showed the later one."""

    document_id: int
    before: Reading
    before_forms: Sequence[int]
    after: Reading
    after_forms: Sequence[int]
    edits: Sequence[Edit]
    moment: Moment

    def form_of(self) -> dict[str, int]:
        """The form of every text the edits touch; a text that stands on both sides has the one it has now."""
        was = {self.before.places[at].text: self.before_forms[at] for edit in self.edits for at in edit.before}
        return was | {self.after.places[at].text: self.after_forms[at] for edit in self.edits for at in edit.after}


def lives(conn: Connection, compared: Compared, past: Mapping[int, FormLife]) -> dict[str, FormLife]:
    """What is known of each text of the edits, by text. ``past`` says how often its form had come and gone by then."""
    document_id, edits, moment = compared.document_id, compared.edits, compared.moment
    form_of = compared.form_of()
    if not form_of:
        return {}
    shared = boilerplate(conn, document_id, list(set(form_of.values())), moment)
    came, went = ([form_of[text] for text in texts] for texts in whole_lines(compared.before, compared.after, edits))
    came_at_once = moved_together(conn, document_id, came, moment) if came else ()
    of_the_site = [form for form in went if form in shared]
    left_at_once = moved_together(conn, document_id, of_the_site, moment, "left") if of_the_site else ()
    figures = [form_of[text] for text in other_figures(compared.before, compared.after, edits)]
    never_stay = restless(conn, document_id, figures, moment) if figures else {}
    return {
        text: replace(
            past.get(form, FormLife()),
            is_furniture=form in shared,
            restless=never_stay.get(form, ()),
            is_of_a_round=form in came_at_once or form in left_at_once,
        )
        for text, form in form_of.items()
        if form in past or form in shared or form in came_at_once
    }
