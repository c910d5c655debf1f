"""What rules say of a change: which of them it brings in, takes out, moves or rewords, and which ask for what happened.

Only what differs is looked at. A rule counts as added where it hits the new words of an edit and not the old ones, as
removed the other way round, and as reworded where it hits on both sides of a passage that changed. Then its ``when``
decides whether it speaks. Pure; what only the archive knows is asked through ``About``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final, Literal, Protocol

from core.commitments.fate import Became, became_of
from core.matching import Rules, Side, side
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    DocumentRef,
    Edit,
    Finding,
    Hit,
    Match,
    Reading,
    Window,
)
from core.promising import Commitments
from core.query.evaluate import answers
from core.query.passage import Life, Passage, Standing
from core.rules.model import Rule, RuleAct
from core.rules.when import ABSENT, When, stands_there


class Archive(Protocol):
    """What only the archive knows of a document at a capture."""

    def lives(self, texts: Sequence[str]) -> Mapping[str, tuple[Life, ...]]:
        """When texts stood in the document before."""
        ...

    def stands_elsewhere(self, rule: str, scope: str) -> bool:
        """Whether a rule's words stand in other documents of its source or company."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a change besides its words, for rules that ask for it.

    ``loud`` are the edits that carry a change of substance, None for all of them. ``archive`` is asked only where a
    rule needs it. ``commitments`` tell whether a passage that moved holds a promise; without them none did.
    """

    at: Standing
    change_class: ChangeClass = ChangeClass.SUBSTANTIVE
    loud: Collection[int] | None = None
    event: DocumentEvent | None = None
    findings: Sequence[Finding] = ()
    window: Window | None = None
    archive: Archive | None = None
    commitments: Commitments | None = None


def place_of(ref: DocumentRef, *, role: str | None) -> Standing:
    """Where a document stands, as rules ask about it."""
    return Standing(ref.company_id, ref.topics, ref.kind, ref.lang or "", role or "", source=ref.source or "")


def match_edits(
    before: Reading | None, after: Reading | None, edits: Sequence[Edit], rules: Rules, about: About
) -> tuple[Match, ...]:
    """Every rule that an edit brings in, takes out, moves or rewords, in the order of the edits.

    Of edits that carry nothing of substance only what a rule asks for by name is told (a move, a quiet class).
    """
    found: list[Match] = []
    matcher = _Matcher(before, after, edits, rules, about)
    for index, edit in enumerate(edits):
        is_loud = about.loud is None or index in about.loud
        found += [match for match in matcher.of_edit(index, edit) if is_loud or match.asked]
    return (*found, *matcher.of_event())


class _Matcher:
    """One comparison, ready to be asked edit by edit."""

    def __init__(
        self, before: Reading | None, after: Reading | None, edits: Sequence[Edit], rules: Rules, about: About
    ) -> None:
        self.before, self.after, self.edits = before, after, edits
        self.rules, self.about = rules, about
        self._lives: Mapping[str, tuple[Life, ...]] | None = None

    def of_edit(self, index: int, edit: Edit) -> list[Match]:
        """What the rules say of one edit."""
        was, now = side(self.before, edit.before), side(self.after, edit.after)
        new = self._hits(index, now, edit.after, is_old=False)
        if edit.act is Act.MOVED:
            found = [self._match(new[rule], now, Act.MOVED, index) for rule in new]
        else:
            old = self._hits(index, was, edit.before, is_old=True)
            came = [self._match(new[rule], now, _act_of(edit, is_new=rule not in old), index) for rule in new]
            went = [self._match(old[rule], was, Act.REMOVED, index) for rule in old if rule not in new]
            if edit.lost_lead_in:
                came = [_by_lead_in(match, now) if match.rule not in old else match for match in came]
                went = [_by_lead_in(match, was) for match in went]
            found = [*came, *went]
        found += [
            _wordless(self.rules, rule, edit.act, index)
            for rule in self.rules.wordless
            if (rule.when.was or rule.when.now or rule.when.verdict or rule.when.class_)
            and stands_there(rule.when, self._standing(index, edit.after or edit.before, is_old=not edit.after))
        ]
        kept = (self._wanted(match, was, now) for match in found)
        return [match for match in kept if match is not None]

    def of_event(self) -> list[Match]:
        """Rules that ask for what happened to the document as a whole, and for nothing of its words."""
        event = self.about.event
        if event is None:
            return []
        return [
            _wordless(self.rules, rule, _ACT_OF_EVENT.get(event, Act.REWORDED), -1)
            for rule in self.rules.wordless
            if event.value in rule.when.event
            and not (rule.when.was or rule.when.now or rule.when.verdict)
            and _is_among(self.about.change_class.value, rule.when.class_)
            and _is_among(str(_ACT_OF_EVENT.get(event, Act.REWORDED)), rule.when.act)
            and stands_there(rule.when, self.about.at, with_heading=False)
        ]

    # --- one side ----------------------------------------------------------------------------------------------------

    def _hits(self, index: int, text: Side, places: Sequence[int], *, is_old: bool) -> dict[str, Hit]:
        if not text.text:
            return {}
        at = self._standing(index, places, is_old=is_old) if self.rules.asks_place else self.about.at
        hits = self.rules.match(text.text, lead_in=text.lead_in, at=at)
        if not hits:
            return {}
        kept = self.rules.in_context(
            hits, role=self.about.at.role, neighbours=self._is_topic_near(places, is_old=is_old)
        )
        return {hit.rule: hit for hit in kept}

    def _is_topic_near(self, places: Sequence[int], *, is_old: bool) -> bool:
        """Whether a topic stands in another edit of the same section, or in one of the headings above it."""
        reading = self.before if is_old else self.after
        path = reading.heading_path(places[0]) if reading and places else ()
        at = self.about.at
        return path in self._topic_sections or any(self.rules.watched(heading, at=at) for heading in path)

    @cached_property
    def _topic_sections(self) -> frozenset[tuple[str, ...]]:
        """The sections, as headings from the outermost on, in which some edit holds a topic on either side."""
        sides = [(self.before, edit.before) for edit in self.edits] + [(self.after, edit.after) for edit in self.edits]
        return frozenset(
            reading.heading_path(places[0])
            for reading, places in sides
            if reading and places and self.rules.watched(side(reading, places).text, at=self.about.at)
        )

    def _standing(self, index: int, places: Sequence[int], *, is_old: bool) -> Standing:
        """Where and when the first of these places stands: as it will be known once this change is written down."""
        reading, window = (self.before if is_old else self.after), self.about.window
        if reading is None or not places or window is None:
            return self.about.at
        heading = " › ".join(reading.heading_path(places[0]))
        past = self._past().get(reading.places[places[0]].text, ())
        if is_old:
            *earlier, last = past or (_unknown_life(window, heading),)
            lives = (*earlier, last._replace(gone_at=window.first_changed_at, stands=False))
        else:
            lives = (*past, Life(window.first_changed_at, window.first_changed_at, None, True, heading))
        return self.about.at._replace(lives=lives, verdicts=self._verdicts(index))

    def _verdicts(self, index: int) -> frozenset[str]:
        """What became of the promises of an edit: the verdict on them, and in the words of the ledger."""
        findings = [finding for finding in self.about.findings if finding.edit == index]
        names = {name for each in findings for name in (each.verdict.lower(), str(became_of(each)))}
        edit = self.edits[index] if index >= 0 else None
        if edit and edit.act is Act.RESTORED and findings:
            names.add(str(Became.RESTORED))
        if edit and edit.act is Act.MOVED and self.about.commitments:
            moved = side(self.after, edit.after)
            if self.about.commitments.holds_commitment(moved.text, lead_in=moved.lead_in):
                names.add(str(Became.MOVED))
        return frozenset(names)

    def _past(self) -> Mapping[str, tuple[Life, ...]]:
        if self._lives is None:
            sides = (
                ((self.before, edit.before) for edit in self.edits),
                ((self.after, edit.after) for edit in self.edits),
            )
            texts = {reading.places[at].text for one in sides for reading, places in one if reading for at in places}
            archive = self.about.archive if self.rules.asks_times else None
            self._lives = archive.lives(sorted(texts)) if archive else {}
        return self._lives

    # --- what a rule asks besides its words ----------------------------------------------------------------------------

    def _match(self, hit: Hit, text: Side, act: Act, edit: int) -> Match:
        words = tuple(dict.fromkeys(text.text[start:end] for start, end in hit.spans))[:8]
        severity = self.rules.severity(hit.rule, _event_of(act))
        return Match(hit.rule, hit.pack, act, severity, words, edit, self.rules.title(hit.rule))

    def _wanted(self, match: Match, was: Side, now: Side) -> Match | None:
        """The match as its rule wants to tell it; None where the rule did not ask for this."""
        rule, about = self.rules.rule(match.rule), self.about
        when = rule.when
        if rule.seeks_absence and match.act is Act.REMOVED and self._is_last(rule):
            absent = self.rules.severity(rule.id, "absent")
            match = replace(match, gone_from=when.scope, severity=absent)
        acts = {str(match.act), ABSENT} if match.gone_from else {str(match.act)}
        if when.act and acts.isdisjoint(when.act):
            return None
        is_asked = (
            _is_among(about.change_class.value, when.class_)
            and (not when.event or (about.event is not None and about.event.value in when.event))
            and (not when.verdict or not self._verdicts(match.edit).isdisjoint(when.verdict))
            and _answers(when.was, was)
            and _answers(when.now, now)
        )
        if not is_asked:
            return None
        by_name = (match.act is Act.MOVED and str(Act.MOVED) in (*when.act, *when.verdict)) or bool(when.class_)
        return replace(match, asked=True) if by_name else match

    def _is_last(self, rule: Rule) -> bool:
        """Whether the words of a rule, gone here, stand nowhere else as far as the rule asks."""
        after, scope = self.after, rule.when.scope
        for at, place in enumerate(after.places if after else ()):
            hits = self.rules.match(
                place.text, lead_in=after.lead_in(at) if after else "", at=self.about.at, guards=True
            )
            if any(hit.rule == rule.id for hit in hits):
                return False
        if scope == "document":
            return True
        archive = self.about.archive
        return archive is not None and not archive.stands_elsewhere(rule.id, scope)


_ACT_OF_EVENT: Final[dict[DocumentEvent, Act]] = {
    DocumentEvent.NEW: Act.ADDED,
    DocumentEvent.GONE: Act.REMOVED,
    DocumentEvent.UNLINKED: Act.REMOVED,
    DocumentEvent.REDIRECTED: Act.REMOVED,
    DocumentEvent.RETURNED: Act.RESTORED,
    DocumentEvent.MOVED: Act.MOVED,
}


def _wordless(rules: Rules, rule: Rule, act: Act, edit: int) -> Match:
    """A rule without words of its own: its conditions are the find."""
    severity = rules.severity(rule.id, _event_of(act))
    return Match(rule.id, rule.pack, act, severity, (), edit, rules.title(rule.id))


def _event_of(act: Act) -> RuleAct:
    return act.value


def _is_among(name: str, wanted: Collection[str]) -> bool:
    return not wanted or name in wanted


def _answers(condition: str, side_: Side) -> bool:
    """Does one side of an edit, with its lead-in, answer an expression?"""
    if not condition:
        return True
    from core.query.grammar import parse  # here: it brings a parser along that few rules need

    lead_in = f"{side_.lead_in} " if side_.lead_in else ""
    asked = parse(condition, fields=(), may_only_refuse=True)
    return answers(asked, Passage(f"{lead_in}{side_.text}", len(lead_in)))


def _unknown_life(window: Window, heading: str) -> Life:
    since = window.last_seen_at or window.first_changed_at
    return Life(since, since, None, True, heading)


def _act_of(edit: Edit, *, is_new: bool) -> Act:
    if not is_new:
        return Act.REWORDED
    return Act.RESTORED if edit.act is Act.RESTORED else Act.ADDED


def _by_lead_in(match: Match, side_: Side) -> Match:
    """The words of the item stand as they did: what came or went is the sentence that introduced it."""
    return replace(match, words=(side_.lead_in,)) if side_.lead_in else match


def match_present(
    reading: Reading, rules: Rules, at: Standing, seen_at: datetime, *, event: DocumentEvent | None = None
) -> tuple[tuple[int, Match], ...]:
    """Every rule that hits a whole reading, with the place it was found in.

    On a first look the words are present; in a document that appeared at a known source (``event``) they were added.
    """
    act: Act | Literal["present"] = Act.ADDED if event else "present"
    hits = {number: _hits_at(reading, number, rules, at, seen_at) for number in range(len(reading.places))}
    topics = {
        (
            *reading.heading_path(number),
            *((reading.places[number].text,) if reading.places[number].kind == "heading" else ()),
        )
        for number, of in hits.items()
        if any(not rules.is_context_only(hit.pack) for hit in of)
    }
    found: list[tuple[int, Match]] = []
    for number, of in hits.items():
        path = reading.heading_path(number)
        near = bool(of) and any(topic == path or (topic and path[: len(topic)] == topic) for topic in topics)
        text = reading.places[number].text
        for hit in rules.in_context(of, role=at.role, neighbours=near):
            if _speaks_of_standing(rules.rule(hit.rule).when, act, event):
                words = tuple(dict.fromkeys(text[start:end] for start, end in hit.spans))[:8]
                severity = rules.severity(hit.rule, "added" if event else "present")
                found.append((number, Match(hit.rule, hit.pack, act, severity, words, number, rules.title(hit.rule))))
    return tuple(found)


def _hits_at(reading: Reading, number: int, rules: Rules, at: Standing, seen_at: datetime) -> tuple[Hit, ...]:
    place = reading.places[number]
    stands = at._replace(lives=(_begun(reading, number, seen_at),)) if rules.asks_place else at
    return rules.match(place.text, lead_in=reading.lead_in(number) if place.kind == "item" else "", at=stands)


def _speaks_of_standing(when: When, act: Act | Literal["present"], event: DocumentEvent | None) -> bool:
    """Whether conditions are met where nothing has changed yet: a first look, or a document that appeared."""
    if when.verdict or when.was or not _is_among(str(act), when.act):
        return False
    if when.event and (event is None or event.value not in when.event):
        return False
    return event is None or _is_among(str(ChangeClass.SUBSTANTIVE), when.class_)


def _begun(reading: Reading, place: int, seen_at: datetime) -> Life:
    return Life(seen_at, seen_at, None, True, " › ".join(reading.heading_path(place)))


def side_of_match(change: Change, match: Match) -> tuple[str, str]:
    """The passage a match was found in, and the sentence that introduces it; empty where it names no edit."""
    if not 0 <= match.edit < len(change.edits):
        return "", ""
    edit = change.edits[match.edit]
    is_old = match.act is Act.REMOVED or not edit.after
    found = side(change.before, edit.before) if is_old else side(change.after, edit.after)
    return found.text, found.lead_in
