"""Pages that need a browser: when one is used, and whom it may ask. Pure.

A browser runs what a page tells it to, so it is used only where a person said so: at one source (``browser: true``), or
for whatever turns out to be a shell without text (``browser.for_empty_shells`` in settings.yaml).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHELLS: Final = frozenset({"empty", "empty_shell", "needs_script", "loading"})  # grades that scripts may have caused


@dataclass(frozen=True, slots=True)
class Browsing:
    """How a browser shows an address. ``allow_hosts`` may be asked besides the page's own site."""

    pictures: bool = False
    allow_hosts: tuple[str, ...] = ()


def is_allowed(asked: str, host: str, allow_hosts: tuple[str, ...]) -> bool:
    """Whether a page of the host ``asked`` may speak to ``host``: its own site (with ``www.``, and what is below it) and
    the hosts a person named, with what is below those."""
    one, other = _bare(asked), _bare(host)
    if one == other or other.endswith(f".{one}"):
        return True
    return any(other == _bare(named) or other.endswith(f".{_bare(named)}") for named in allow_hosts)


def _bare(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")
