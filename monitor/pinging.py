"""The dead-man's switch: an address outside that is called every minute while the watch goes on, and never otherwise.

It tells whoever runs it that we are alive, and nothing else. The address is a secret: who knows it can call it.
"""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Final

from core.config.secret import Secret

log = logging.getLogger(__name__)

SECONDS: Final = 10.0
EVERY: Final = 60.0


class Switch:
    """Calls the address. What goes wrong is told once, and once more when it works again."""

    def __init__(self) -> None:
        self._is_failing = False

    def call(self, address: Secret, user_agent: str) -> bool:
        """Whether the call was answered well."""
        request = urllib.request.Request(address.reveal(), headers={"User-Agent": user_agent})  # noqa: S310 (the settings take http and https alone)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 (the same)
                pass
        except (OSError, HTTPException, ValueError) as error:
            if not self._is_failing:
                status = f" ({error.code})" if isinstance(error, urllib.error.HTTPError) else ""
                log.warning("the dead-man's switch could not be reached: %s%s", type(error).__name__, status)
            self._is_failing = True
            return False
        if self._is_failing:
            log.info("the dead-man's switch is reached again")
        self._is_failing = False
        return True
