"""What others may ask of a lexicon, so that who only asks does not load what answers (``core.commitments.Lexicon``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from core.model import Finding

if TYPE_CHECKING:
    from core.commitments.frame import Frame


class Commitments(Protocol):
    """What matching needs: the question of the guard, and the verdict."""

    def holds_commitment(self, text: str, *, lead_in: str = "") -> bool: ...
    def refuses(self, sentence: str, *, lead_in: str = "") -> bool: ...
    def compare(
        self,
        before: str,
        after: str,
        *,
        lead_in_before: str = "",
        lead_in_after: str = "",
        company_names: tuple[str, ...] = (),
    ) -> Finding: ...


class Promising(Commitments, Protocol):
    """What a ledger needs beyond that: sentences taken apart."""

    def names_topic(self, text: str) -> bool: ...
    def frame(
        self, sentence: str, *, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = ""
    ) -> Frame: ...
    def not_said(self, frame: Frame, topics: Sequence[str]) -> tuple[str, ...]: ...
