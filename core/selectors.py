"""CSS selectors that people write: whether one can be used, asked of the library that will use it."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 500


def why_refused(selector: str) -> str | None:
    """Why a selector cannot be used; None where it can."""
    import soupsieve  # costs 0.2 s with BeautifulSoup behind it, and most files hold no selector

    if len(selector) > LONGEST:
        return f"longer than {LONGEST} characters"
    try:
        soupsieve.compile(selector)
    except NotImplementedError as error:  # what soupsieve raises for a pseudo-element: well formed, and reaches nothing
        return str(error)
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as error:  # malformed, empty, nested for ever
        return (str(error).splitlines() or ["unreadable"])[0]
    return None
