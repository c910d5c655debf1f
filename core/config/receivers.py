"""The receivers of routes.yaml: where their messages go, when, and how much each may say.

``at_once`` and ``digest`` part what wakes somebody from what can wait; ``quiet`` holds what comes at night; ``budget``
bounds a day; ``detail`` keeps words out of places where others may read along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from core.config.entries import Entry, OneOrMore, Text, choice, choice_schema, pattern, refusal
from core.config.reaching import MailAddress
from core.config.settings import looks_secret
from core.config.yamlfile import nearest, shown
from core.model import SEVERITIES, Severity

Channel = Literal["slack", "slack-webhook", "email", "console", "webhook", "jsonl"]
Detail = Literal["none", "title", "quotes"]
DETAILS: Final[tuple[Detail, ...]] = ("none", "title", "quotes")  # from the least to the most
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BUDGET: Final = 20
MOST_A_DAY: Final = 10_000


# --- the values --------------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """One place a message goes to.

    ``address`` is a channel (slack: ``#name`` or an id), the *name* of the environment variable that holds the address
    (slack-webhook, webhook), a mail address (email), a file seen from the data folder (jsonl), or empty (console).
    """

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day, every day or on one day of the week (0 is Monday), in a time zone of the IANA list."""

    at: time = time(8)
    zone: str = "UTC"
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which messages wait; ``through`` and worse do not (None: everything waits). They may span midnight."""

    begins: time
    ends: time
    zone: str = "UTC"
    through: Severity | None = Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Options:
    """When a receiver hears, and of how much.

    That severity and worse goes out ``at_once``, the rest in the ``digest``; at most ``budget`` messages a day (None:
    any number; critical ones never count). ``detail`` by channel, quotes where it names none. ``report``: when the
    weekly report comes, None for those who do not want it. ``drill``: whether the weekly drill reaches it.
    """

    zone: str = "UTC"
    at_once: Severity = Severity.INFO
    digest: Schedule = field(default_factory=Schedule)
    quiet: Quiet | None = None
    budget: int | None = BUDGET
    detail: Mapping[str, Detail] = field(default_factory=dict)
    report: Schedule | None = None
    drill: bool = True


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets. ``line`` is its place in the file, 0 where there is none.

    ``escalate`` names who hears of a critical alert that nobody here took up, even after it was repeated; "" for nobody.
    """

    name: str
    targets: tuple[Target, ...]
    line: int = 0
    escalate: str = ""
    options: Options = field(default_factory=Options)


# --- types of values ---------------------------------------------------------------------------------------------


def _slack_channel(text: str) -> str:
    if looks_secret(text):
        raise refusal('holds a secret: use webhook: NAME, and put the address into the environment variable "NAME"')
    if not _is_slack_channel(text):
        bare = text.strip().lstrip("#").casefold().replace(" ", "-")
        meant = f"#{bare}" if bare and _is_slack_channel(f"#{bare}") else None
        raise refusal(f"must be a channel such as #rights, or the id of one, not {shown(text)}", meant)
    return text


def _is_slack_channel(text: str) -> bool:
    is_id = len(text) >= 8 and text[0] in "CGDU" and text.isascii() and text.isalnum() and text.isupper()
    is_name = text[:1] == "#" and 1 < len(text) <= 81 and not any(c in "#@<>,." or c.isspace() for c in text[1:])
    return is_id or (is_name and text == text.lower())


def _variable_name(text: str) -> str:
    if looks_secret(text) or "/" in text:
        raise refusal(
            "holds an address, which is a secret: put it into an environment variable and write that variable's name"
        )
    return text


Variable = Annotated[
    str,
    AfterValidator(_variable_name),
    pattern(r"[A-Z][A-Z0-9_]{0,99}", "the name of an environment variable such as ONRECORD_SLACK_WEBHOOK"),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,99}$"}),
]
FileName = Annotated[
    str,
    pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.jsonl", "the name of a file such as alerts.jsonl, without folders"),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.jsonl$"}),
]
ReceiverName = Annotated[Text, Field(max_length=80)]
SlackChannel = Annotated[str, AfterValidator(_slack_channel), WithJsonSchema({"type": "string", "minLength": 2})]


def _zone(text: str) -> str:
    """A name of the IANA list; Brussels alone is not one, Europe/Brussels is."""
    names = available_timezones()
    if text not in names:
        ending = [name for name in sorted(names) if name.rpartition("/")[2].casefold() == text.strip().casefold()]
        meant = ending[0] if ending else nearest(text, sorted(names))
        raise refusal(f"must be a time zone such as Europe/Brussels or UTC, and there is no {shown(text)}", meant)
    ZoneInfo(text)
    return text


def _time_of_day(value: object) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if found is None:
        given = shown(value) if isinstance(value, str) else "that"
        raise refusal(f'must be a time of day such as "08:00", not {given}')
    return time(int(found[1]), int(found[2]))


def _day(value: object) -> object:
    word = value.strip().casefold() if isinstance(value, str) else value
    full = [name for name in DAYS if isinstance(word, str) and len(word) >= 3 and name.startswith(word)]
    return full[0] if full else word


def _messages_a_day(value: object) -> int | None:
    if value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_A_DAY:
        raise refusal(f"must be a whole number from 1 to {MOST_A_DAY:,}, or false for any number")
    return value


MessagesADay = Annotated[
    int | None,
    BeforeValidator(_messages_a_day),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 10_000}, {"const": False}]}),
]
Zone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Brussels"]})]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}),
]
WhichDay = Annotated[str, BeforeValidator(_day), choice("day", *DAYS), choice_schema("day", *DAYS)]
Weekday = Annotated[str, BeforeValidator(_day), choice(*DAYS), choice_schema(*DAYS)]
SeverityWord = Annotated[str, choice(*SEVERITIES), choice_schema(*SEVERITIES)]
DetailWord = Annotated[str, choice(*DETAILS), choice_schema(*DETAILS)]


# --- the shapes --------------------------------------------------------------------------------------------------


class SlackEntry(Entry):
    """A channel (with the bot token) or a webhook (by the name of its environment variable)."""

    WHAT: ClassVar[str] = '"slack"'
    channel: SlackChannel | None = Field(None, description="#name or id of a channel the app is in.")
    webhook: Variable | None = Field(None, description="Environment variable that holds a webhook's address.")


class DigestEntry(Entry):
    """When the digest comes."""

    WHAT: ClassVar[str] = '"digest"'
    every: WhichDay = Field("day", description="day, or a day of the week for a weekly digest.")
    at: TimeOfDay = Field(time(8), description="Local time of day.")


class ReportEntry(Entry):
    """When the weekly report comes."""

    WHAT: ClassVar[str] = '"report"'
    every: Weekday = Field("monday", description="Day of the week.")
    at: TimeOfDay = Field(time(8), description="Local time of day.")


class QuietEntry(Entry):
    """Hours in which messages wait."""

    WHAT: ClassVar[str] = '"quiet"'
    from_: TimeOfDay = Field(alias="from", description="Local time from which messages wait.")
    to: TimeOfDay = Field(description="Local time at which they go out.")
    through: Annotated[str, choice(*SEVERITIES, "nothing"), choice_schema(*SEVERITIES, "nothing")] = Field(
        "critical", description="That severity or worse does not wait; nothing: everything waits."
    )


class DetailEntry(Entry):
    """How much a message says, channel by channel."""

    WHAT: ClassVar[str] = '"detail"'
    slack: DetailWord | None = Field(None, description="In Slack.")
    email: DetailWord | None = Field(None, description="In e-mail.")
    console: DetailWord | None = Field(None, description="Where the program runs.")
    webhook: DetailWord | None = Field(None, description="To a web service.")
    jsonl: DetailWord | None = Field(None, description="In a file of JSON lines.")


def _detail(value: object) -> object:
    """One word stands for every channel."""
    return dict.fromkeys(DetailEntry.model_fields, value) if isinstance(value, str) else value


class ReceiverEntry(Entry):
    """Where messages for this receiver go, when, and how much they say."""

    WHAT: ClassVar[str] = "a receiver"
    slack: SlackEntry | None = Field(None, description="Slack.")
    email: Annotated[list[MailAddress], Field(min_length=1), OneOrMore()] | None = Field(
        None, description="Mail addresses; each gets a message of its own."
    )
    console: Literal[True] | None = Field(None, description="Printed where the program runs.")
    webhook: Variable | None = Field(
        None,
        description="Environment variable with the address of a web service; NAME_SECRET holds the key that signs.",
    )
    jsonl: FileName | None = Field(None, description="A file of JSON lines in the data folder, such as alerts.jsonl.")
    escalate: ReceiverName | None = Field(
        None, description="Receiver of critical alerts that nobody took up after they were repeated."
    )
    zone: Zone = Field("UTC", description="Time zone of this receiver's times.")
    at_once: SeverityWord = Field("info", description="That severity or worse at once, the rest in the digest.")
    digest: DigestEntry = Field(default_factory=DigestEntry, description="When what can wait is told; daily at 08:00.")
    quiet: QuietEntry | None = Field(None, description="Hours in which messages wait.")
    budget: MessagesADay = Field(
        BUDGET,
        description="Messages a day at most; beyond them one summary. Critical ones do not count, nor do the console, "
        "jsonl and webhook, which get all. false: any.",
    )
    detail: Annotated[
        DetailEntry,
        BeforeValidator(_detail),
        WithJsonSchema({"anyOf": [{"enum": list(DETAILS)}, DetailEntry.model_json_schema()]}),
    ] = Field(default_factory=DetailEntry, description="How much a message says: none, title or quotes.")
    report: ReportEntry | None = Field(
        None, description="The weekly report on the watch itself, for those who want it."
    )
    drill: bool = Field(True, description="Whether the weekly drill sends its message here.")


def targets_of(entry: ReceiverEntry) -> tuple[Target, ...]:
    """Every place the receiver's messages go to."""
    targets: list[Target] = []
    if entry.slack and entry.slack.channel:
        targets.append(Target("slack", entry.slack.channel))
    if entry.slack and entry.slack.webhook:
        targets.append(Target("slack-webhook", entry.slack.webhook))
    targets += [Target("email", address) for address in dict.fromkeys(entry.email or ())]
    if entry.console:
        targets.append(Target("console", ""))
    if entry.webhook:
        targets.append(Target("webhook", entry.webhook))
    if entry.jsonl:
        targets.append(Target("jsonl", entry.jsonl))
    return tuple(targets)


def options_of(entry: ReceiverEntry) -> Options:
    """When the receiver hears, and of how much."""
    quiet, report = entry.quiet, entry.report
    return Options(
        zone=entry.zone,
        at_once=Severity(entry.at_once),
        digest=Schedule(entry.digest.at, entry.zone, _weekday(entry.digest.every)),
        quiet=Quiet(quiet.from_, quiet.to, entry.zone, None if quiet.through == "nothing" else Severity(quiet.through))
        if quiet
        else None,
        budget=entry.budget,
        detail=_details(entry.detail),
        report=Schedule(report.at, entry.zone, _weekday(report.every)) if report else None,
        drill=entry.drill,
    )


def _weekday(word: str) -> int | None:
    return DAYS.index(word) if word in DAYS else None


def _details(entry: DetailEntry) -> Mapping[str, Detail]:
    given: dict[str, Any] = {name: word for name in DetailEntry.model_fields if (word := getattr(entry, name))}
    if "slack" in given:
        given["slack-webhook"] = given["slack"]
    return MappingProxyType(given)
