"""A real browser and the pages of the seeded archive on a port of this machine, once for a file of tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from core.access import Role
from tests.web_archive import Seeded, seed, sign_in

CHROMIUM = Path("/usr/bin/chromium")


@dataclass(frozen=True)
class Served:
    """The archive, and where its pages are."""

    seeded: Seeded
    address: str
    browser: Any

    def context(self, role: Role | None = "operator", **options: Any) -> Any:
        """A browser of somebody of that role, signed in; None: of a stranger."""
        options.setdefault("reduced_motion", "reduce")  # a page that scrolls smoothly moves away under the pointer
        context = self.browser.new_context(**options)
        if role is not None:
            cookie = sign_in(self.seeded.database, role)
            context.add_cookies([{"name": "onrecord", "value": cookie, "url": self.address}])
        return context


@contextmanager
def on_a_port(app: FastAPI) -> Iterator[str]:
    """The address of these pages while they are served."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.force_exit = server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The seeded archive behind its door, and a browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"NOT RUN: no Chromium at {CHROMIUM}")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="NOT RUN: playwright is not installed (extra [browser])"
    )
    seeded = seed(tmp_path_factory.mktemp("archive"))
    with on_a_port(seeded.app) as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield Served(seeded, address, browser)
        browser.close()
    seeded.database.close()
