"""The fetcher of a house with a browser: addresses that need one are shown by it, all others asked as ever."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from core.config.reaching import BrowserSettings
from core.model import Ask
from monitor.fetcher import Fetcher, FetchLimits
from monitor.tools import Clock, Response

if TYPE_CHECKING:
    from monitor.browser.look import Browser


class BrowsingFetcher:
    """Asks addresses. The browser is made ready at the first page that needs it."""

    def __init__(self, limits: FetchLimits, settings: BrowserSettings) -> None:
        self._fetcher = Fetcher(limits)
        self._limits, self._settings = limits, settings
        self._browser: Browser | None = None
        self._making = threading.Lock()

    def fetch(self, ask: Ask, now: Clock) -> Response:
        """Ask one address, or have it shown; robots.txt and forms are never a browser's."""
        if ask.manner.browsing is None or ask.first_bytes is not None or ask.form:
            return self._fetcher.fetch(ask, now)
        return self._the_browser().fetch(ask, now)

    def _the_browser(self) -> Browser:
        from monitor.browser.look import Browser  # here: most houses never need it

        with self._making:
            if self._browser is None:
                self._browser = Browser(self._settings, self._limits, socket.getaddrinfo)
            return self._browser

    def close(self) -> None:
        """Close connections, and end what the browser is doing."""
        with self._making:
            browser = self._browser
        if browser is not None:
            browser.close()
        self._fetcher.close()
