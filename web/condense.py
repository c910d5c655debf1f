"""A change cut down to the edits a page will quote, so that only their words need to be read. Pure.

Edits a rule or a finding points at come first, then what went out, what was reworded, what came in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.model import Act, Change, Edit

_ORDER: Final = (Act.REMOVED, Act.REWORDED, Act.ADDED, Act.RESTORED, Act.MOVED)


def condensed(change: Change, most: int) -> tuple[Change, int]:
    """The change with at most ``most`` edits, matches and findings pointing to them, and how many were left out."""
    pointed = {match.edit for match in change.matches} | {finding.edit for finding in change.findings}
    order = sorted(range(len(change.edits)), key=lambda at: (at not in pointed, _ORDER.index(change.edits[at].act), at))
    chosen = sorted(order[:most])
    new_index = {at: index for index, at in enumerate(chosen)}
    return (
        replace(
            change,
            edits=tuple(change.edits[at] for at in chosen),
            matches=tuple(
                replace(match, edit=new_index.get(match.edit, -1))
                for match in change.matches
                if match.edit < 0 or match.edit in new_index
            ),
            findings=tuple(
                replace(finding, edit=new_index[finding.edit])
                for finding in change.findings
                if finding.edit in new_index
            ),
        ),
        len(change.edits) - len(chosen),
    )


def places_needed(edits: tuple[Edit, ...]) -> tuple[set[int], set[int]]:
    """The places of either version these edits quote, with the ones beside them."""
    before = {at + step for edit in edits for at in edit.before for step in (-1, 0, 1)}
    after = {at + step for edit in edits for at in edit.after for step in (-1, 0, 1)}
    return before, after
