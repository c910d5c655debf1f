"""All rules in force: what they find in a passage, how grave that is, and in what words people are told."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import cast

from core.model import ChangeClass, Hit, Severity
from core.query.fields import TIMES
from core.query.loosen import fields_of
from core.query.passage import NOWHERE, Standing
from core.rules.engine import Engine, Subject
from core.rules.model import RULE_ACTS, Pack, Plain, Rule, RuleAct, pack_from_plain, pack_to_plain
from core.rules.when import stands_there
from core.text.pattern import Pattern

ENGINE = 1
"""Raised when the same packs find something else than before: it is part of the digest, so places are matched anew."""

_FORMAT = 4

Span = tuple[int, int]

NO_POLICIES = frozenset(
    ("blog", "careers", "catalogue", "events", "feed", "investor", "investors", "jobs", "media", "news", "newsroom",
     "press", "press-releases", "product-catalogue", "products", "releases", "shop")
)  # fmt: skip
"""Roles of pages that bind nobody. Every other role a source is given means a policy."""


def is_policy(role: str | None) -> bool:
    """Whether hedges and promises count on a page of this role without a topic beside them."""
    return bool(role) and role not in NO_POLICIES


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
        self.wordless: tuple[Rule, ...] = tuple(rule for rule in self.rules if not rule.has_words)
        self._titles = {rule.id: f"{self._pack_by_id[rule.pack].label}: {rule.title}" for rule in self.rules}

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self.rules)

    @cached_property
    def _asked_fields(self) -> set[str]:
        """The fields that queries of these rules ask about."""
        queries = [rule.query for rule in self.rules if ":" in rule.query]
        if not queries:
            return set()
        from core.query.grammar import parse  # here: it brings a parser along that few packs need

        return {name for query in queries for name in fields_of(parse(query))}

    @cached_property
    def asks_place(self) -> bool:
        """Whether any rule asks where a passage stands, so that the same words may hit at one place and not another."""
        return bool(self._asked_fields) or any(rule.when.asks_place for rule in self.rules)

    @cached_property
    def asks_times(self) -> bool:
        """Whether any rule asks when a passage stood."""
        return not self._asked_fields.isdisjoint((*TIMES, "still"))

    def ids(self) -> tuple[str, ...]:
        """The id of every rule, in the order of the packs."""
        return tuple(rule.id for rule in self.rules)

    def rule(self, rule_id: str) -> Rule:
        """KeyError for an unknown rule."""
        return self._by_id[rule_id]

    def match(
        self,
        text: str,
        *,
        lead_in: str = "",
        langs: Collection[str] | None = None,
        at: Standing | None = NOWHERE,
        guards: bool = False,
    ) -> tuple[Hit, ...]:
        """Every rule that fires on a passage, in the order of the packs.

        ``at`` is where it stands; None where that is not known: then the words alone decide, and conditions of place
        are taken as met. ``guards`` takes those of section and time alone as met.

        A list item is matched alone and with its lead-in in front. A find that lies partly in the lead-in is clipped
        to the item; one that lies wholly in it counts for the context-only packs alone (the promise stands in the
        lead-in, the item says of what), with the whole item as its span. ``langs`` leaves out rules of other
        languages; by default every rule is tried, since the declared language of a page is often wrong.
        """
        spans = self._spans(Subject(text, at=at, guards=guards), 0)
        if lead_in and text.strip():
            for rule, more in self._spans(
                Subject(f"{lead_in} {text}", len(lead_in) + 1, at, guards=guards), len(lead_in) + 1
            ).items():
                spans[rule] = _union(spans.get(rule, []), more)
        if at is not None and self.asks_place:
            spans = {
                rule: found
                for rule, found in spans.items()
                if stands_there(self.rules[rule].when, at, with_heading=not guards)
            }
        if langs is not None:
            spans = {rule: found for rule, found in spans.items() if self.rules[rule].lang in ("any", *langs)}
        return tuple(
            Hit(rule=rule.id, pack=rule.pack, spans=tuple(spans[index]), title=self._titles[rule.id])
            for index, rule in ((index, self.rules[index]) for index in sorted(spans))
        )

    def watched(self, text: str, *, lead_in: str = "", at: Standing | None = None) -> bool:
        """Whether any topic rule (of a pack that is not context-only) fires: such a passage is never hidden.

        What else a rule asks (what happened, the section, the time) does not count here: only its words, and the
        document where it is known. A rule for quiet classes alone guards nothing: it would make them loud.
        """
        return any(self.guards(hit) for hit in self.match(text, lead_in=lead_in, at=at, guards=True))

    def guards(self, hit: Hit) -> bool:
        """Whether what this rule finds may never be hidden."""
        classes = self._by_id[hit.rule].when.class_
        return not self.is_context_only(hit.pack) and (not classes or str(ChangeClass.SUBSTANTIVE) in classes)

    def in_context(self, hits: Iterable[Hit], *, role: str | None, neighbours: bool) -> tuple[Hit, ...]:
        """The hits that may raise an alert.

        Those of context-only packs stay only where a topic rule fires in the same passage, where one does nearby
        (``neighbours``: in its section), or where the ``role`` of the source is that of a policy.
        """
        hits = tuple(hits)
        if is_policy(role) or neighbours or any(not self.is_context_only(hit.pack) for hit in hits):
            return hits
        return ()

    def severity(self, rule_id: str, act: RuleAct) -> Severity:
        """How grave it is that this happened to the rule's words. KeyError for an unknown rule."""
        return self._by_id[rule_id].severities[RULE_ACTS.index(act)]

    def title(self, rule_id: str) -> str:
        """The rule in words, as alerts give their reason: "forced labour: core terms". KeyError for an unknown rule."""
        return self._titles[rule_id]

    def is_context_only(self, pack: str) -> bool:
        """Whether a pack speaks only beside a topic or on a policy."""
        return self._pack_by_id[pack].context_only

    def only(self, rule_id: str, *unless: Pattern) -> RuleSet:
        """One rule alone, with further exceptions: what trying it out needs. KeyError for an unknown rule."""
        rule = self._by_id[rule_id]
        alone = replace(rule, unless=(*rule.unless, *unless))
        return RuleSet((replace(self._pack_by_id[rule.pack], rules=(alone,), tests=(), pins=()),), "")

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
