"""What rules may ask the archive about a change, ready to be asked: looked up only where a rule wants to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from core.matching import Rules
from core.query.passage import Life
from storage import mentions

Reading = Callable[[], AbstractContextManager[Connection]]


class Archive:
    """The archive as it was known at one capture of one document."""

    def __init__(self, reading: Reading, rules: Rules, document_id: int, fetch_id: int) -> None:
        self._reading, self._rules = reading, rules
        self._document_id, self._fetch_id = document_id, fetch_id
        self._elsewhere: dict[str, frozenset[str]] = {}

    def lives(self, texts: Sequence[str]) -> Mapping[str, tuple[Life, ...]]:
        """When these texts stood in the document before."""
        with self._reading() as conn:
            return mentions.lives_before(conn, self._document_id, texts, self._fetch_id)

    def stands_elsewhere(self, rule: str, scope: str) -> bool:
        """Whether a rule's words stand in another watched document of the same source or company."""
        if scope not in self._elsewhere:
            with self._reading() as conn:
                texts = mentions.standing_elsewhere(conn, self._document_id, scope, self._fetch_id)
                hits = (hit.rule for text in texts for hit in self._rules.match(text, at=None))
                self._elsewhere[scope] = frozenset(hits)
        return rule in self._elsewhere[scope]
