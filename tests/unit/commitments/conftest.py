"""The lexicon as shipped, read once."""

from __future__ import annotations

import pytest

from bench.commitments import shipped_lexicon
from core.commitments import Lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return shipped_lexicon()
