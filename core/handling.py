"""What people do with an alert: acknowledge, assign, snooze, call it not relevant, confirm, note, and take it back. Pure.

Slack buttons, links in mails and commands all bring a :class:`Wish` here; :func:`decide` says what is written down and
what is told, or refuses with a reason. Nothing is ever overwritten: a :class:`Standing` is read from all handlings so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from core.errors import Refused
from core.telling import Silence
from core.text.visible import one_line
from core.wording import listed, long_date, quoted

Door = Literal["slack", "mail", "command", "page"]

MAX_NOTE: Final = 4_000
LONGEST_SNOOZE: Final = timedelta(days=366)
RULE_SNOOZE: Final = timedelta(days=90)  # nothing is quiet for ever because somebody forgot


class Handling(StrEnum):
    """What a person can do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    NOT_RELEVANT = "not_relevant"
    CONFIRM = "confirm"
    NOTE = "note"
    REOPEN = "reopen"


class NotRelevant(StrEnum):
    """Why an alert did not matter; each points at another remedy."""

    NAVIGATION = "navigation"
    TRANSLATION = "translation"
    FORMATTING = "formatting"
    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"


class Snooze(StrEnum):
    """How far a snooze reaches: the document until a date, the document until it changes again, one rule on one source."""

    UNTIL = "until"
    NEXT_CHANGE = "next_change"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and by which door. ``person`` is an id of routes.yaml, "" for somebody who is not listed there.

    ``name`` is what others read. ``known_as`` is what the door knew: a member id of Slack, a mail address, an account.
    """

    door: Door
    name: str
    person: str = ""
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted. ``to`` for assign, ``scope`` with ``until`` or ``rules`` for snooze, ``reason`` for not relevant,
    ``text`` for a note (and, where wanted, beside any other). A snooze of rules that names none means all of the alert's."""

    what: Handling
    to: str = ""
    scope: Snooze | None = None
    until: datetime | None = None
    rules: tuple[str, ...] = ()
    reason: NotRelevant | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """One handling as it was written down. ``refused`` says why it changed nothing, "" for one that counts."""

    what: Handling
    at: datetime
    actor: Actor
    wish: Wish
    refused: str = ""
    id: int = 0
    silence_id: int = 0  # that a snooze began


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands with people. Each part is the last handling that made it so, None where none did."""

    acknowledged: Handled | None = None
    assigned: Handled | None = None
    snoozed: Handled | None = None
    not_relevant: Handled | None = None
    confirmed: Handled | None = None
    notes: tuple[Handled, ...] = ()

    @property
    def is_taken_up(self) -> bool:
        """Whether somebody has seen to it, so that nobody need be reminded."""
        return any((self.acknowledged, self.assigned, self.snoozed, self.not_relevant, self.confirmed))


@dataclass(frozen=True, slots=True)
class AboutAlert:
    """What a decision must know of an alert: the rules it names, the document behind it and where that was found."""

    alert_id: int
    title: str
    rules: tuple[str, ...] = ()
    document: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a wish: the sentence that is told. ``is_new`` False: it stood so already, nothing is written."""

    says: str
    is_new: bool = True


def standing(handlings: Sequence[Handled]) -> Standing:
    """Where an alert stands after these handlings, oldest first. Refused ones count for nothing."""
    parts: dict[Handling, Handled] = {}
    notes: list[Handled] = []
    for each in handlings:
        if each.refused:
            continue
        if each.what is Handling.REOPEN:
            parts.clear()
        elif each.what is not Handling.NOTE:
            parts[each.what] = each
        if each.what is Handling.NOTE:
            notes.append(each)
    return Standing(
        acknowledged=parts.get(Handling.ACKNOWLEDGE),
        assigned=parts.get(Handling.ASSIGN),
        snoozed=parts.get(Handling.SNOOZE),
        not_relevant=parts.get(Handling.NOT_RELEVANT),
        confirmed=parts.get(Handling.CONFIRM),
        notes=tuple(notes),
    )


def decide(
    wish: Wish, actor: Actor, about: AboutAlert, now_stands: Standing, now: datetime, people: Sequence[str] = ()
) -> Decided:
    """What becomes of a wish. ``people`` are the ids of routes.yaml. Raises Refused with the reason."""
    if actor.door == "slack" and not actor.person:
        raise Refused("only people listed in routes.yaml can act here; this press was written down and changed nothing")
    match wish.what:
        case Handling.ASSIGN:
            return _assign(wish, now_stands, people)
        case Handling.SNOOZE:
            return _snooze(wish, about, now)
        case Handling.NOT_RELEVANT:
            return _not_relevant(wish, now_stands)
        case Handling.NOTE:
            if not wish.text.strip():
                raise Refused("a note needs words")
            if len(wish.text) > MAX_NOTE:
                raise Refused(f"a note may have {MAX_NOTE:,} characters, this one has {len(wish.text):,}")
            return Decided("Noted.")
        case Handling.REOPEN:
            is_new = now_stands.is_taken_up
            return Decided("Open again." if is_new else "It is open: nobody has taken it up.", is_new)
        case Handling.ACKNOWLEDGE:
            return _once("acknowledged", now_stands.acknowledged)
        case Handling.CONFIRM:
            return _once("confirmed", now_stands.confirmed)


def resolved(wish: Wish, about: AboutAlert, now: datetime) -> Wish:
    """The wish with what it left open: a snooze of "this rule" without a name means the rules the alert names, and one
    without an end lasts 90 days."""
    if wish.what is not Handling.SNOOZE or wish.scope is not Snooze.RULE:
        return wish
    return replace(wish, rules=wish.rules or about.rules, until=wish.until or now + RULE_SNOOZE)


def _once(word: str, earlier: Handled | None) -> Decided:
    if earlier is None:
        return Decided(f"{word.capitalize()}.")
    return Decided(f"Already {word} by {earlier.actor.name}, {long_date(earlier.at)}.", is_new=False)


def _assign(wish: Wish, now_stands: Standing, people: Sequence[str]) -> Decided:
    if wish.to not in people:
        known = listed(sorted(people), 8) or "nobody yet"
        raise Refused(f"there is no person {quoted(wish.to)} in routes.yaml (people: {known})")
    is_same = now_stands.assigned is not None and now_stands.assigned.wish.to == wish.to
    return Decided(f"{'Already assigned' if is_same else 'Assigned'} to {wish.to}.", is_new=not is_same)


def _snooze(wish: Wish, about: AboutAlert, now: datetime) -> Decided:
    if wish.scope is None:
        raise Refused("say how far a snooze reaches: until a date, until the next change, or one rule on this source")
    if wish.until is not None and not now < wish.until <= now + LONGEST_SNOOZE:
        raise Refused(f"a snooze ends after now and within a year, not on {long_date(wish.until)}")
    if not about.document:
        raise Refused("this alert is about no one document: there is nothing to snooze")
    if wish.scope is Snooze.UNTIL:
        if wish.until is None:
            raise Refused("a snooze until a date needs the date")
        return Decided(
            f"Snoozed until {long_date(wish.until)}: further alerts about this document wait in the archive."
        )
    if wish.scope is Snooze.NEXT_CHANGE:
        return Decided("Snoozed until the document changes again.")
    if not wish.rules:
        raise Refused("this alert names no rule that could be snoozed")
    for rule in wish.rules:
        if rule not in about.rules:
            named = listed(sorted(about.rules), 8) or "none"
            raise Refused(f"this alert names no rule {quoted(rule)} (its rules: {named})")
    until = f" until {long_date(wish.until)}" if wish.until else ""
    what = f"The rule {wish.rules[0]} is" if len(wish.rules) == 1 else f"The rules {listed(wish.rules, 8)} are"
    return Decided(f"{what} snoozed on this source{until}.")


def silence_of(wish: Wish, actor: Actor, about: AboutAlert, now: datetime) -> Silence | None:
    """The silence a snooze begins; None for every other wish."""
    if wish.what is not Handling.SNOOZE or wish.scope is None:
        return None
    match: dict[str, frozenset[str]] = {"document": frozenset({about.document})}
    if wish.scope is Snooze.RULE:
        match = {"rule": frozenset(wish.rules), "source": frozenset(about.sources)}
    return Silence(
        id=0,
        author=actor.name,
        reason=f"snoozed under alert {about.alert_id}" + (f": {one_line(wish.text, 300)}" if wish.text else ""),
        created_at=now,
        expires_at=wish.until,
        match=match,
        until_change=wish.scope is Snooze.NEXT_CHANGE,
    )


def _not_relevant(wish: Wish, now_stands: Standing) -> Decided:
    if wish.reason is None:
        raise Refused(f"say why it is not relevant: {listed(list(NotRelevant), 9)}")
    was = now_stands.not_relevant
    if was is not None and was.wish.reason is wish.reason:
        return Decided(f"Already called not relevant by {was.actor.name}, {long_date(was.at)}.", is_new=False)
    return Decided(f"Not relevant: {in_words(wish.reason)}.{_SPARING.get(wish.reason, '')}")


# What would spare such alerts, for a person to decide. No rule or source is named: who acts may have seen no more than
# a title.
_SPARING: Final = {
    NotRelevant.OFF_TOPIC: " What exception would have spared such alerts: onrecord rules precision.",
    NotRelevant.NAVIGATION: " Where it comes again: “remove” of its source leaves that part of the page out.",
    NotRelevant.FORMATTING: " Where it comes again: “remove” of its source leaves that part of the page out.",
    NotRelevant.TRANSLATION: " Languages of one text are one group under “editions” of its source.",
}


def in_words(word: StrEnum) -> str:
    """``off_topic`` as people read it: ``off topic``."""
    return word.value.replace("_", " ")


def told(handled: Handled) -> str:
    """One handling as a line of a log: ``Acknowledged by A. Osei``; a refused one says so."""
    wish = handled.wish
    what = {
        Handling.ACKNOWLEDGE: "Acknowledged",
        Handling.ASSIGN: f"Assigned to {wish.to}",
        Handling.SNOOZE: f"Snoozed {_reach(wish)}",
        Handling.NOT_RELEVANT: f"Called not relevant ({in_words(wish.reason) if wish.reason else ''})",
        Handling.CONFIRM: "Confirmed",
        Handling.NOTE: f"Note: {one_line(wish.text, 500)}",
        Handling.REOPEN: "Opened again",
    }[handled.what]
    more = f" ({one_line(wish.text, 300)})" if wish.text and handled.what is not Handling.NOTE else ""
    if handled.refused:
        return f"{what}{more}: pressed by {handled.actor.name}, and changed nothing: {handled.refused}"
    return f"{what} by {handled.actor.name}{more}"


def _reach(wish: Wish) -> str:
    until = f"until {long_date(wish.until)}" if wish.until else ""
    if wish.scope is Snooze.RULE:
        return f"{listed(wish.rules, 8)} on this source {until}".rstrip()
    return "until the next change" if wish.scope is Snooze.NEXT_CHANGE else until
