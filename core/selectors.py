"""CSS selectors that people write: whether one can be used, asked of the library that will use it; and ranges of two.

A range is the stretch of a page between two elements. It travels as one text, the mapping as sources.yaml has it, in JSON:
no CSS selector begins with a brace.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 500
STARTS: Final = ("start_before", "start_after")
ENDS: Final = ("end_before", "end_after")


@dataclass(frozen=True, slots=True)
class Range:
    """From the first element that ``start`` names to the first that ``end`` names, either taken in or left out."""

    start: str
    end: str
    is_start_in: bool = True
    is_end_in: bool = False

    @property
    def text(self) -> str:
        """The one text a range travels as."""
        return json.dumps({STARTS[not self.is_start_in]: self.start, ENDS[self.is_end_in]: self.end})


def why_refused(selector: str) -> str | None:
    """Why a selector cannot be used; None where it can."""
    import soupsieve  # costs 0.2 s with BeautifulSoup behind it, and most files hold no selector

    if selector.startswith("{"):
        try:
            range_from(json.loads(selector))
        except json.JSONDecodeError:
            return "it is not written as one"
        except ValueError as error:
            return f"it {error}"
        return None
    if len(selector) > LONGEST:
        return f"longer than {LONGEST} characters"
    try:
        soupsieve.compile(selector)
    except NotImplementedError as error:  # what soupsieve raises for a pseudo-element: well formed, and reaches nothing
        return str(error)
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as error:  # malformed, empty, nested for ever
        return (str(error).splitlines() or ["unreadable"])[0]
    return None


def range_from(given: object) -> Range:
    """The range a mapping describes. Raises ValueError, whose text completes "a range …"."""
    if not isinstance(given, dict):
        raise ValueError("must be a mapping of two selectors")  # noqa: TRY004 (as every other fault of a range)
    starts, ends = ([key for key in keys if given.get(key) is not None] for keys in (STARTS, ENDS))
    unknown = next((key for key in given if key not in (*STARTS, *ENDS)), None)
    if unknown is not None:
        raise ValueError(f"has no key {unknown!r}: it takes {', '.join((*STARTS, *ENDS))}")
    if len(starts) != 1 or len(ends) != 1:
        raise ValueError("needs one of start_before and start_after, and one of end_before and end_after")
    for key in (*starts, *ends):
        value = given[key]
        why = why_refused(value) if isinstance(value, str) else "not a text"
        if why is not None:
            raise ValueError(f"needs a CSS selector in {key!r}: {why}")
    return Range(str(given[starts[0]]), str(given[ends[0]]), starts[0] == STARTS[0], ends[0] == ENDS[1])


def range_in(selector: str) -> Range | None:
    """The range that a selector of a source is; None where it is a CSS selector."""
    return range_from(json.loads(selector)) if selector.startswith("{") else None


def as_written(selector: str) -> str | dict[str, str]:
    """A selector as it stands in sources.yaml: a text, a range as its mapping."""
    return dict(json.loads(selector)) if selector.startswith("{") else selector
