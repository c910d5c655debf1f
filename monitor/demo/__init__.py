"""``onrecord demo``: a rehearsal that needs no network. A pretend company acts; the product watches and tells.

Only what lies outside the product is pretended: a website, a Slack, a mailbox and a clock. Decision 0012 in docs/design.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path


def main(home: Path | None = None, *, ends: bool = False, pace: float = 1.0) -> int:
    """Play the rehearsal; 0 when it has been played.

    ``home``: an empty folder for its data, a new temporary one without it; it is left there. ``ends``: end then, and do
    not stay to serve the pages. ``pace``: 1 for people, 0 for programs. Raises ConfigError where ``home`` holds a home
    already, KeyboardInterrupt where the story is interrupted.
    """
    from rich.console import Console

    from monitor.demo.player import Screen, farewell, play
    from monitor.demo.rehearsal import prepared

    folder = home or Path(tempfile.mkdtemp(prefix="onrecord-"))
    screen = Screen(Console(highlight=False, markup=False, emoji=False), pace)
    with prepared(folder, with_pages=not ends) as rehearsal:
        play(rehearsal, screen)
        rehearsal.keep()
        farewell(rehearsal, screen, rehearsal.pages)
        if rehearsal.pages:
            _wait()
    return 0


def _wait() -> None:
    """Until Ctrl-C, which is the way to end here and no error."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
