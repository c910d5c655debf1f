"""The acts of sentences that are not English: from patterns, without a grammar of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.commitments.acts import ABSOLUTE, Act

if TYPE_CHECKING:
    from core.commitments.frame import Mark


def acts_abroad(lang: str, marks: tuple[Mark, ...]) -> tuple[Act, ...]:
    """Acts from patterns. Outside English one negation per clause is the norm, however many words make it."""
    negations = [mark for mark in marks if mark.dimension == "negation" and mark.value == "not" and mark.clause < 0]
    groups = sorted(
        (mark for mark in marks if mark.dimension == "group" and mark.clause < 0), key=lambda mark: mark.first
    )
    found: list[Act] = []
    severs = [mark for mark in groups if mark.value.endswith("/sever")]
    governed: set[int] = set()
    reach = 24 if lang == "zh" else 12
    for mark in groups:
        name, role = mark.value.split("/")
        if lang == "de":
            near = [each.first for each in negations]
        else:
            near = [each.first for each in negations if 0 <= mark.first - each.first <= reach]
        claims = {*near, *range(mark.first, mark.last)}
        if role == "sever":
            continue
        holding = [each for each in severs if (lang == "de" or 0 <= mark.first - each.first <= reach)]
        if role == "harm":
            count = bool(near) + len(holding)
            governed |= {each.first for each in holding}
            claims |= {at for each in holding for at in range(each.first, each.last)}
            level = min((each.tier for each in holding), default=ABSOLUTE) if count % 2 else 0
            stance: Literal["restrains", "permits"] = "restrains" if count % 2 else "permits"
            found.append(Act(mark.first, name, name, level, stance, frozenset(claims), is_harm=True))
        else:
            stance = "permits" if near else "restrains"
            found.append(Act(mark.first, name, name, 0 if near else mark.tier, stance, frozenset(claims)))
    for mark in severs:
        if mark.first in governed:
            continue
        near = [each.first for each in negations if 0 <= mark.first - each.first <= reach]
        name = mark.value.split("/")[0]
        stance = "permits" if near else "restrains"
        claims = {*near, *range(mark.first, mark.last)}
        found.append(Act(mark.first, name, name, 0 if near else mark.tier, stance, frozenset(claims)))
    return tuple(sorted(found, key=lambda act: act.at))
