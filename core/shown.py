"""What a page or a person wrote, made safe to show anywhere, once: for messages, feeds and the pages that links lead to. Pure.

Invisible characters become marks, line breaks spaces, live addresses text that nothing turns into a link.
"""

from __future__ import annotations

import re
from typing import Final

from core.report import Report, from_plain
from core.text.visible import flat

_OWN_LINK: Final = "link"  # the name of what is ours, and meant to be followed, wherever it stands in a report
_LIVE: Final = re.compile(r"\b(?:https?|ftp)://[^\s/?#]+|\bwww\.[^\s/?#]+", re.IGNORECASE)


def shown(text: str) -> str:
    """The text, safe to show; its ends are kept."""
    return _LIVE.sub(lambda found: _defanged(found.group()), flat(text))


def shown_report(plain: dict[str, object]) -> Report:
    """The stored report with every text made safe to show. Raises ``ValueError`` for what is no report."""
    return from_plain({key: value if key == _OWN_LINK else _made_safe(value) for key, value in plain.items()})


def _made_safe(value: object) -> object:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {key: entry if key == _OWN_LINK else _made_safe(entry) for key, entry in value.items()}
    return [_made_safe(entry) for entry in value] if isinstance(value, list | tuple) else value


def _defanged(start: str) -> str:
    scheme, _, host = start.rpartition("://")
    return (f"{scheme.lower().replace('tt', 'xx')}://" if scheme else "") + host.replace(".", "[.]")
