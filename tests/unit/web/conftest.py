"""The seeded archive, built once, and a client in this process that speaks to its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.web_archive import Seeded, seed, sign_in


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    found = seed(Path(tmp_path_factory.mktemp("archive")))
    yield found
    found.database.close()


@pytest.fixture
def client(seeded: Seeded) -> Iterator[TestClient]:
    """Asks as the browser of an operator would; an error of ours is a page, as it is in a browser."""
    client = TestClient(seeded.app, raise_server_exceptions=False, follow_redirects=False)
    client.cookies.set("onrecord", sign_in(seeded.database, "operator"))
    yield client
    client.close()
