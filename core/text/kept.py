"""What stands in or beside the furniture of a page and is the text's own all the same: it says something, and there is
nothing in it to press, to fill in or to follow.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from core.model import PlaceKind, Stream
from core.text.zones import OF_A_LIST, OUTSIDE, PROSE, Zone, ZoneKind, zones_inside

_RANKS: Final = 2
_FULL_STOPS: Final = (".", "。")
_LABELLED: Final = re.compile(r"\w\s?[:：]\s?\S")
_TO_PRESS: Final = (ZoneKind.BUTTON, ZoneKind.CONTROL)


def keep_amid_the_text(
    streams: list[Stream],
    zones: Sequence[Zone],
    zone_of: Sequence[int],
    texts: Sequence[str],
    words: Sequence[int],
    leads: Collection[int],
) -> None:
    """Leave to the text, in place, what a name alone calls furniture and is prose amid prose of the text.

    A box for answers, a newsletter or a teaser has something to press, to fill in or to follow; what has none of it says
    what it says, whatever its class is called.
    """
    prose = [at for at, count in enumerate(words) if count >= PROSE and streams[at] == "main"]
    if not prose:
        return
    boxes: dict[int, list[int]] = {}
    for at, zone in enumerate(zone_of):
        box = _named_box(zones, zone)
        if box and streams[at] == "surroundings":
            boxes.setdefault(box, []).append(at)
    pressed = {_named_box(zones, at) for at, zone in enumerate(zones) if zone.kind in _TO_PRESS}
    for box, places in boxes.items():
        says = any(words[at] >= PROSE and texts[at][-1:] in ".。" for at in places)
        is_amid = prose[0] < places[0] and places[-1] < prose[-1]
        if says and is_amid and box not in pressed and not any(at in leads for at in places):
            for at in places:
                streams[at] = "main"


def keep_sections_beside(
    streams: list[Stream],
    zones: Sequence[Zone],
    zone_of: Sequence[int],
    rows: Sequence[tuple[PlaceKind, int, str]],
    leads: Collection[int],
) -> None:
    """Leave to the text, in place, the sections that stand behind its main part: an annex, a list of plants, answers.

    ``rows`` are the kind, the rank and the text of each place. A section begins with a heading of the first two ranks
    outside of whatever is proposed to be furniture, and holds sentences, a list or a table that lead nowhere and have
    nothing to press: what sites put there of themselves has links and buttons.
    """
    within, proposed = zones_inside(zones, (ZoneKind.MAIN,)), zones_inside(zones, (*OUTSIDE, *_TO_PRESS))
    last = max((at for at, zone in enumerate(zone_of) if within[zone] and streams[at] == "main"), default=len(rows))
    loose = [at for at in range(last + 1, len(rows)) if not within[zone_of[at]]]
    starts = [
        at for at in loose if rows[at][0] == "heading" and 0 < rows[at][1] <= _RANKS and not proposed[zone_of[at]]
    ]
    for start, end in pairwise([*starts, len(rows)]):
        section = [start]
        while section[-1] + 1 < end and not _is_proposed_for_long(zones, proposed, zone_of[section[-1] + 1]):
            section.append(section[-1] + 1)
        says = any(_tells(*rows[at]) for at in section[1:])
        if says and not any(at in leads or proposed[zone_of[at]] for at in section):
            for at in section:
                streams[at] = "main"


def _tells(kind: PlaceKind, _: int, text: str) -> bool:
    """An entry, a sentence, "Coal exit: 2030", or a heading with what stands under it."""
    return kind in OF_A_LIST or kind == "heading" or text[-1:] in _FULL_STOPS or _LABELLED.search(text) is not None


def _is_proposed_for_long(zones: Sequence[Zone], proposed: Sequence[bool], zone: int) -> bool:
    """Whether a place stands in furniture of its own, not in a button of the section."""
    return proposed[zone] and zones[zone].kind not in _TO_PRESS


def _named_box(zones: Sequence[Zone], at: int) -> int:
    """The outermost container that a name calls furniture, 0 where there is none or another sort stands around."""
    found = 0
    while at > 0:
        kind = zones[at].kind
        if kind is ZoneKind.NAMED or kind is ZoneKind.STRUCTURE:
            found = at
        elif kind not in (ZoneKind.MAIN, ZoneKind.CONTENT, *_TO_PRESS):
            return 0
        at = zones[at].parent
    return found
