"""Keeps the ledger up with the versions: one document a transaction, so that nothing waits long for it.

Derived work: what goes wrong with one document is told and the next one comes; it is tried again when it changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from core.commitments.ledger import Topics
from core.model import Company, Hit
from core.promising import Promising
from storage import documents, ledger
from storage.engine import Database
from storage.ledger import Made

log = logging.getLogger(__name__)

AT_ONCE: Final = 20


class Packs(Protocol):
    """What naming topics needs of a rule set."""

    @property
    def digest(self) -> str: ...
    @property
    def packs(self) -> tuple[Pack, ...]: ...
    def match(self, text: str, *, lead_in: str = "") -> tuple[Hit, ...]: ...


class Pack(Protocol):
    """A pack by its name; packs of hedges and firm words name no topic."""

    @property
    def id(self) -> str: ...
    @property
    def context_only(self) -> bool: ...


class Versioned(Promising, Protocol):
    """A lexicon that says which it is."""

    @property
    def version(self) -> str: ...


def topics_by(rules: Packs) -> Topics:
    """What a sentence is about: the packs whose rules find something in it, without those that only give context."""
    telling = {pack.id for pack in rules.packs if not pack.context_only}

    def topics_of(sentence: str, lead_in: str) -> tuple[str, ...]:
        hits = rules.match(sentence, lead_in=lead_in)
        return tuple(dict.fromkeys(hit.pack for hit in hits if hit.pack in telling))

    return topics_of


def stamp_of(lexicon: Versioned, rules: Packs) -> str:
    """Changes whenever lexicon or rules do: then ledgers are made anew."""
    return f"{lexicon.version}/{rules.digest[:12]}"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What ledgers are kept with."""

    lexicon: Versioned
    rules: Packs
    companies: Mapping[str, Company]
    now: Callable[[], datetime]


def catch_up(
    database: Database, keeping: Keeping, *, most: int | None = None, say: Callable[[int], None] | None = None
) -> int:
    """Make every ledger that is behind, or ``most`` of them; how many were made."""
    stamp, topics_of = stamp_of(keeping.lexicon, keeping.rules), topics_by(keeping.rules)
    done, failed = 0, set[int]()
    while most is None or done < most:
        with database.read() as conn:
            behind = [one for one in ledger.stale(conn, stamp, AT_ONCE + len(failed)) if one not in failed]
        if not behind:
            return done
        for document_id in behind[: AT_ONCE if most is None else most - done]:
            try:
                with database.write() as conn:
                    company = keeping.companies.get(documents.ref(conn, document_id).company_id)
                    names = (company.name, *company.aliases) if company else ()
                    made = Made(keeping.lexicon, topics_of, stamp, names)
                    ledger.refresh(conn, document_id, made, keeping.now())
            except (ValueError, KeyError, AssertionError, IndexError):  # one odd document must not hold up the others
                log.exception("the ledger of document %d could not be made", document_id)
                failed.add(document_id)
            done += 1
            if say:
                say(done)
    return done
