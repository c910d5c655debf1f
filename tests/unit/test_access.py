"""Names, passwords, roles, and how long wrong tries wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access import Attempt, Need, Role, allows, check_password, folded_name, may_try_at

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "need", "expected"),
    [
        (None, "anyone", True),
        (None, "reader", False),
        ("reader", "reader", True),
        ("reader", "analyst", False),
        ("analyst", "reader", True),
        ("operator", "analyst", True),
        ("analyst", "operator", False),
    ],
)
def test_roles_contain_each_other(role: Role | None, need: Need, expected: bool) -> None:
    assert allows(role, need) == expected


def test_names_are_folded() -> None:
    assert folded_name("  Ａda.L@Example ") == "ada.l@example"
    for name in ("", "a", "a b", "x" * 61, "a/b", "\u202eada"):
        with pytest.raises(ValueError, match="2 to 60"):
            folded_name(name)


def test_passwords_are_long_and_not_the_name() -> None:
    check_password("three dull words", "ada")
    for password in ("short", "x" * 201, "aaaaaaaaaaaaaaa", "ada lovelace 1815"):
        with pytest.raises(ValueError, match="password"):
            check_password(password, "ada")


def tries(count: int, name: str = "ada", address: str = "here", ago: int = 0) -> list[Attempt]:
    return [Attempt(name, address, NOW - timedelta(seconds=ago + at)) for at in range(count)]


def test_five_wrong_tries_wait_a_minute() -> None:
    assert may_try_at(tries(4), "ada", "here", NOW) is None
    assert may_try_at(tries(5), "ada", "here", NOW) == NOW + timedelta(minutes=1)
    assert may_try_at(tries(5, ago=61), "ada", "here", NOW) is None
    assert may_try_at(tries(5, ago=900), "ada", "here", NOW) is None


def test_others_are_not_shut_out_by_somebody_elses_tries() -> None:
    assert may_try_at(tries(19, address="there"), "ada", "here", NOW) is None
    assert may_try_at(tries(50, address="there"), "ada", "here", NOW) is not None
    assert may_try_at(tries(20, name="bert"), "ada", "here", NOW) is not None
