"""The product's own packs, parsed once for all tests of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet

_RULES = Path(__file__).resolve().parents[3] / "rules"


@pytest.fixture(scope="session")
def shipped() -> RuleSet:
    """All 13 packs."""
    return parse_packs({path.name: path.read_text(encoding="utf-8") for path in _RULES.glob("*.yaml")})
