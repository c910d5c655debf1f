"""All rules in force: what they find in a passage, how grave that is, and in what words people are told."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import cast

from core.model import Hit, Severity
from core.rules.engine import Engine, Subject
from core.rules.model import RULE_ACTS, Pack, Plain, Rule, RuleAct, pack_from_plain, pack_to_plain

ENGINE = 1
"""Raised when the same packs find something else than before: it is part of the digest, so places are matched anew."""

_FORMAT = 2

Span = tuple[int, int]


def digest_of(files: Mapping[str, str]) -> str:
    """The digest (hex) of packs, file name → text, and of the engine that runs them."""
    digest = hashlib.sha256(f"engine {ENGINE}\n".encode())
    for file in sorted(files):
        content = files[file].encode("utf-8", "surrogatepass")
        digest.update(f"{file} {len(content)}\n".encode("utf-8", "surrogatepass"))
        digest.update(content)
    return digest.hexdigest()


class RuleSet:
    """Rules of one or more packs. Made by ``core.rules.parse.parse_packs``; never changes."""

    def __init__(self, packs: tuple[Pack, ...], digest: str) -> None:
        self.packs = packs
        self.digest = digest
        self.rules: tuple[Rule, ...] = tuple(rule for pack in packs for rule in pack.rules)
        self._by_id = {rule.id: rule for rule in self.rules}
        self._pack_by_id = {pack.id: pack for pack in packs}
        self._titles = {rule.id: f"{self._pack_by_id[rule.pack].label}: {rule.title}" for rule in self.rules}

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self.rules)

    def match(self, text: str, *, lead_in: str = "", langs: Collection[str] | None = None) -> tuple[Hit, ...]:
        """Every rule that fires on a passage, in the order of the packs.

        A list item is matched alone and with its lead-in in front. A find that lies partly in the lead-in is clipped
        to the item; one that lies wholly in it counts for the context-only packs alone (the promise stands in the
        lead-in, the item says of what), with the whole item as its span. ``langs`` leaves out rules of other
        languages; by default every rule is tried, since the declared language of a page is often wrong.
        """
        spans = self._spans(Subject(text), 0)
        if lead_in and text.strip():
            for rule, more in self._spans(
                Subject(f"{lead_in} {text}", joint=len(lead_in) + 1), len(lead_in) + 1
            ).items():
                spans[rule] = _union(spans.get(rule, []), more)
        if langs is not None:
            spans = {rule: found for rule, found in spans.items() if self.rules[rule].lang in ("any", *langs)}
        return tuple(
            Hit(rule=rule.id, pack=rule.pack, spans=tuple(spans[index]), title=self._titles[rule.id])
            for index, rule in ((index, self.rules[index]) for index in sorted(spans))
        )

    def watched(self, text: str, *, lead_in: str = "") -> bool:
        """Whether any topic rule (of a pack that is not context-only) fires: such a passage is never hidden."""
        return any(not self.is_context_only(hit.pack) for hit in self.match(text, lead_in=lead_in))

    def in_context(self, hits: Iterable[Hit], *, role: str | None, neighbours: bool) -> tuple[Hit, ...]:
        """The hits that may raise an alert.

        Those of context-only packs stay only where a topic rule fires in the same passage, where one does nearby
        (``neighbours``: in its section), or where the source has a ``role`` (any role means a policy).
        """
        hits = tuple(hits)
        if role or neighbours or any(not self.is_context_only(hit.pack) for hit in hits):
            return hits
        return ()

    def severity(self, rule_id: str, act: RuleAct) -> Severity:
        """How grave it is that this rule's words are present, added or removed. KeyError for an unknown rule."""
        return self._by_id[rule_id].severities[RULE_ACTS.index(act)]

    def title(self, rule_id: str) -> str:
        """The rule in words, as alerts give their reason: "forced labour: core terms". KeyError for an unknown rule."""
        return self._titles[rule_id]

    def is_context_only(self, pack: str) -> bool:
        """Whether a pack speaks only beside a topic or on a policy."""
        return self._pack_by_id[pack].context_only

    def to_plain(self) -> Plain:
        """Everything parsed, as JSON-ready data, for a cache named by ``digest``."""
        return {"format": _FORMAT, "digest": self.digest, "packs": [pack_to_plain(pack) for pack in self.packs]}

    @classmethod
    def from_plain(cls, plain: Plain) -> RuleSet:
        """The RuleSet that ``to_plain`` wrote down; ValueError where it is not one of this version."""
        try:
            if plain["format"] != _FORMAT:
                raise ValueError("written by another version")
            packs = tuple(pack_from_plain(pack) for pack in cast("list[Plain]", plain["packs"]))
            return cls(packs, str(plain["digest"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a rule set") from error

    def _spans(self, subject: Subject, own: int) -> dict[int, list[Span]]:
        """Rule index → spans in the captured text from ``own`` on, counted from there."""
        found: dict[int, list[Span]] = {}
        for rule, folded_spans in self._engine.find(subject).items():
            whole = [subject.folded.span(*span) for span in folded_spans]
            inside = [(max(start, own) - own, end - own) for start, end in whole if end > own]
            if inside:
                found[rule] = inside
            elif self.is_context_only(self.rules[rule].pack):
                found[rule] = [(0, len(subject.folded.captured) - own)]
        return found


def _union(one: list[Span], other: list[Span]) -> list[Span]:
    """Both lists as one, sorted, overlapping spans joined."""
    joined: list[Span] = []
    for start, end in sorted({*one, *other}):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
