"""Under which heading each place of a page stands. Decided when it is known which places are the text: a heading of a
box is none of the text that goes on below the box, and a footer is no part of the section that happens to be the last.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.model import PlaceKind, Stream
from core.text.zones import Zone


def headings_of(
    rows: Sequence[tuple[PlaceKind, int, int]],
    zones: Sequence[Zone],
    of_containers: Sequence[Stream],
    streams: Sequence[Stream],
) -> list[int]:
    """The place of the heading above each place, -1 for none. ``rows`` are kind, level and zone of each.

    The text stands under headings of containers of the text, also those that read like labels. Around it a place stands
    under a heading of its own container; where there is none and the text goes on below, under that of the section.
    """
    last = max((at for at, stream in enumerate(streams) if stream == "main"), default=-1)
    of_text: list[tuple[int, int]] = []  # the headings now in force, outermost first: level, place
    of_box: list[tuple[int, int]] = []
    found = []
    for at, (kind, level, zone) in enumerate(rows):
        is_text = streams[at] == "main"
        if is_text:
            of_box.clear()
        while of_box and not _is_within(zones, zone, rows[of_box[-1][1]][2]):
            of_box.pop()
        if kind == "heading":
            for stack in (of_text,) if is_text else (of_text, of_box) if of_containers[at] == "main" else (of_box,):
                while stack and stack[-1][0] >= level:
                    stack.pop()
        above = of_text if is_text else of_box or (of_text if at < last else [])
        found.append(above[-1][1] if above else -1)
        if kind == "heading":
            if of_containers[at] == "main":
                of_text.append((level, at))
            if not is_text:
                of_box.append((level, at))
    return found


def _is_within(zones: Sequence[Zone], inner: int, zone: int) -> bool:
    """Whether a zone is another, or stands in it. All stand in the page, which is no box."""
    while inner > zone > 0:  # children come after their parents
        inner = zones[inner].parent
    return inner == zone
