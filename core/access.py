"""Who may do what on the pages: roles in order, names and passwords as they are taken, how long a wrong try waits. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Role = Literal["reader", "analyst", "operator"]
Need = Literal["anyone", "reader", "analyst", "operator"]

ROLES: Final[tuple[Role, ...]] = ("reader", "analyst", "operator")
ROLE_WORDS: Final[dict[Role, str]] = {
    "reader": "reads, searches, compares, cites and exports",
    "analyst": "also asks for backtests and long searches, and acts on alerts",
    "operator": "also checks sources, minds the outbox, and decides who may read",
}

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
_NAME: Final = re.compile(r"[\w.@+-]{2,60}")

SESSION: Final = timedelta(days=30)
LINK: Final = timedelta(days=1)
MEMORY: Final = timedelta(minutes=15)  # wrong tries are counted for so long
WAIT: Final = timedelta(minutes=1)
FREE_TRIES: Final = 5  # for one name from one address
FREE_FROM_ADDRESS: Final = 20
FREE_FOR_NAME: Final = 50


def allows(role: Role | None, need: Need) -> bool:
    """May somebody of that role (None: nobody signed in) do what needs this?"""
    if need == "anyone":
        return True
    return role is not None and ROLES.index(role) >= ROLES.index(need)


def folded_name(name: str) -> str:
    """A name as it is kept and compared. Raises ValueError, which says what a name may be."""
    found = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.fullmatch(found):
        raise ValueError("a name has 2 to 60 letters, digits, or . @ + - _")
    return found


def check_password(password: str, name: str) -> None:
    """Raises ValueError, which says what is missing."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password has at least {SHORTEST_PASSWORD} characters; three words do well")
    if len(password) > LONGEST_PASSWORD:
        raise ValueError(f"a password has at most {LONGEST_PASSWORD} characters")
    if len(set(password)) < 5 or name in password.casefold():
        raise ValueError("this password is guessed too easily; three words do well")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in that failed."""

    name: str
    address: str
    at: datetime


def may_try_at(failed: Sequence[Attempt], name: str, address: str, now: datetime) -> datetime | None:
    """When the next try may come; None: now. Each further wrong try after the free ones begins the wait anew."""
    recent = [one for one in failed if one.at > now - MEMORY]
    for mine, free in (
        ([one.at for one in recent if one.name == name and one.address == address], FREE_TRIES),
        ([one.at for one in recent if one.address == address], FREE_FROM_ADDRESS),
        ([one.at for one in recent if one.name == name], FREE_FOR_NAME),
    ):
        if len(mine) >= free and max(mine) + WAIT > now:
            return max(mine) + WAIT
    return None
