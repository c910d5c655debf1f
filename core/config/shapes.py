"""The shape of sources.yaml: which keys there are, what each may hold, and which kinds of source know which keys."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from core.config.addresses import WebAddress
from core.config.entries import (
    Duration,
    Entry,
    Lang,
    Name,
    OneOrMore,
    Text,
    choice,
    choice_schema,
    pattern,
    refusal,
    slug,
)
from core.config.reaching import HostName
from core.config.yamlfile import shown
from core.registers import RECIPES
from core.selectors import ENDS, LONGEST, STARTS, range_in, why_refused


class KindShape(NamedTuple):
    """What a kind of source needs, which further keys it knows, and how often it is checked where nothing is said."""

    needs: str
    takes: frozenset[str]
    every: timedelta


_COMMON = frozenset({"kind", "id", "role", "enabled", "every", "lang", "note", "confidence"})
_ASKED = frozenset(  # how an address of a company's own is asked
    {"fastest", "slowest", "proxy", "ignore_robots", "accept_bad_certificate", "terms"}
)
_SELECTORS = frozenset({"select", "remove"})
_SHOWN = ("browser", "pictures", "allow_hosts")  # by a browser


def _kind(needs: str, every: timedelta, *takes: str) -> KindShape:
    asked = _ASKED if needs == "url" else frozenset[str]()
    return KindShape(needs, _COMMON | asked | {needs} | frozenset(takes), every)


KINDS: dict[str, KindShape] = {
    "page": _kind("url", timedelta(hours=6), "select", "remove", "always", "editions", "parts", "follow", *_SHOWN),
    "feed": _kind("url", timedelta(minutes=30), "select", "remove", "always", "match", "websub"),
    "listing": _kind(
        "url", timedelta(hours=2), "select", "remove", "always", "match", "pages", "item_select", "item_remove"
    ),
    "pdf": _kind("url", timedelta(hours=24), "always", "editions"),
    "sitemap": _kind("url", timedelta(hours=24), "select", "remove", "always", "match"),
    "sec": _kind("cik", timedelta(minutes=10), "forms", "since", "url"),
    "hkex": _kind("code", timedelta(hours=1), "url", "match"),
    "cninfo": _kind("code", timedelta(hours=2), "url", "match"),
    "registry": _kind("url", timedelta(hours=24), "recipe"),
}
KIND_NAMES = tuple(KINDS)
CONFIDENCES = ("seen", "recalled", "checked")


def _selector(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise refusal("must not be empty")
    if len(text) > LONGEST and not text.startswith("{"):
        raise refusal(f"is too long for a selector (limit {LONGEST} characters)")
    why = why_refused(text)
    if why is not None:
        if text.startswith("{"):
            raise refusal(f"is no range: {why}")
        raise refusal(f"must be a CSS selector, not {shown(text)}: {why}")
    found = range_in(text)
    return text if found is None else found.text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise refusal(f"must be a day such as 2019-01-31, not {shown(text)}") from None


Selector = Annotated[
    str,
    BeforeValidator(lambda value: json.dumps(value) if isinstance(value, dict) else value),
    AfterValidator(_selector),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {key: {"type": "string"} for key in (*STARTS, *ENDS)},
                    "additionalProperties": False,
                    "minProperties": 2,
                    "maxProperties": 2,
                },
            ]
        }
    ),
]
Selectors = Annotated[list[Selector], Field(max_length=50), OneOrMore((str, dict))]
Kind = Annotated[str, choice(*KIND_NAMES), choice_schema(*KIND_NAMES)]
Confidence = Annotated[str, choice(*CONFIDENCES), choice_schema(*CONFIDENCES)]
FOLLOWS = ("policy", "pdf", "none")
Follow = Annotated[str, choice(*FOLLOWS), choice_schema(*FOLLOWS)]


def _reason(text: str) -> str:
    if len(text) < 10 or " " not in text:
        raise refusal(f"must say why, in words, not {shown(text)}: it is kept with every capture")
    return text


Reason = Annotated[Text, AfterValidator(_reason)]
SourceId = Annotated[
    str,
    pattern(r"[a-z0-9][a-z0-9._/-]{0,159}", "small letters, digits, dots, slashes and hyphens", lambda t: slug(t)),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9._/-]{0,159}$"}),
]
Cik = Annotated[
    str,
    # Written without quotes YAML takes it for a number, and its leading zeros for nothing.
    BeforeValidator(lambda value: f"{value:010d}" if type(value) is int and value > 0 else value),
    pattern(r"[0-9]{10}", "the ten digits of a Central Index Key", lambda t: t.zfill(10) if t.isdecimal() else None),
    WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9]{10}$", "minimum": 1}),
]
Code = Annotated[
    str,
    pattern(r"[A-Za-z0-9.-]{1,20}", "the code of a listing, such as 00020"),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9.-]{1,20}$"}),
]
Day = Annotated[
    str,
    BeforeValidator(lambda value: value.isoformat() if isinstance(value, date) else value),
    AfterValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Recipe = Annotated[str, choice(*RECIPES), choice_schema(*RECIPES)]
Country = Annotated[
    str,
    pattern(r"[A-Z]{2}(/[A-Z]{2}){0,3}", "a country code such as US, or several such as NL/DE", lambda t: t.upper()),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}(/[A-Z]{2}){0,3}$"}),
]
Version = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]


class EditionEntry(Entry):
    """The same document in another language or on a mirror."""

    WHAT: ClassVar[str] = "an edition"
    url: WebAddress = Field(description="Its address.")
    lang: Lang | None = Field(None, description="Its language, where it differs.")
    note: Text | None = Field(None, description="Anything a colleague should know.")


class PartEntry(Entry):
    """A further page of a document that is put together from several."""

    WHAT: ClassVar[str] = "a part"
    url: WebAddress = Field(description="Its address, at the same host as the source's own.")
    select: Selectors | None = Field(None, description="What to read of it; as the source says if not given.")
    remove: Selectors | None = Field(None, description="What to leave out of it; as the source says if not given.")


class SourceEntry(Entry):
    """A place to look."""

    WHAT: ClassVar[str] = "a source"
    kind: Kind = Field("page", description="What stands there; page where nothing is said.")
    url: WebAddress | None = Field(None, description="The address to ask (kinds page, feed, listing, pdf, sitemap).")
    cik: Cik | None = Field(None, description="Central Index Key for kind sec; the company's own where not given.")
    code: Code | None = Field(None, description="Code of the listing (kinds hkex and cninfo).")
    id: SourceId | None = Field(
        None,
        description="Permanent name of this source. Without it: company/role or company/kind, numbered from -2 on.",
    )
    role: Name | None = Field(None, description="What the document is: human-rights, ethics, modern-slavery and so on.")
    enabled: bool | None = Field(None, description="Whether it is watched; defaults.enabled where nothing is said.")
    every: Duration | None = Field(None, description="Time between two checks, such as 30m, 6h or 7d.")
    select: Selectors | None = Field(
        None,
        description="CSS selectors of the parts to read (of a listing: of its links), or ranges between two such as "
        "{start_before: h2#scope, end_before: footer}; everything if empty.",
    )
    remove: Selectors | None = Field(None, description="CSS selectors of parts to leave out, or ranges between two.")
    parts: Annotated[list[PartEntry], Field(max_length=30)] | None = Field(
        None, description="Kind page: further pages that make one document with this one, in their order."
    )
    item_select: Selectors | None = Field(None, description="Kind listing: the parts to read of each page it lists.")
    item_remove: Selectors | None = Field(None, description="Kind listing: parts to leave out of each page it lists.")
    match: Annotated[list[Text], Field(max_length=200), OneOrMore()] | None = Field(
        None, description="Follow only what has one of these words in its path or title (feed, listing, sitemap)."
    )
    pages: int | None = Field(
        None, ge=1, le=20, description="Kind listing: how many pages of the list; 1 if not given."
    )
    follow: Follow | None = Field(
        None,
        description="Kind page: watch the PDFs and sub-pages it links to (policy), PDFs alone (pdf), nothing (none); "
        "policy where the page has a role.",
    )
    always: list[Text] | None = Field(
        None, description="Words whose passages are never quieted, whatever was learned about the page."
    )
    fastest: Duration | None = Field(
        None, description="Shortest time between two checks while it changes often; a quarter of every if not given."
    )
    slowest: Duration | None = Field(
        None, description="Longest time between two checks while it does not change; four times every, a day at most."
    )
    proxy: Name | None = Field(None, description="Name of the proxy it is reached by (settings.yaml, fetch.proxies).")
    ignore_robots: Reason | None = Field(
        None, description="Why this source is asked although robots.txt says no; kept with every capture."
    )
    accept_bad_certificate: Reason | None = Field(
        None, description="Why its certificate is not checked; kept with every capture."
    )
    browser: bool | None = Field(
        None, description="Kind page: show it by a browser, where its text is there by script alone (extra browser)."
    )
    pictures: bool | None = Field(
        None, description="With a browser: keep a picture and a single-file copy of each version."
    )
    allow_hosts: Annotated[list[HostName], Field(max_length=50), OneOrMore()] | None = Field(
        None, description="With a browser: other hosts its page may ask; all but its own site are refused."
    )
    websub: bool | None = Field(
        None,
        description="Kind feed: let its hub push (WebSub). The hub then knows who watches; never without your word.",
    )
    terms: Text | None = Field(
        None, description="What the site's terms say of being read by a program, and who looked."
    )
    lang: Lang | None = Field(None, description="Language of the document, where it is known.")
    forms: list[Text] | None = Field(None, description="Forms to read (kind sec), such as 10-K or DEF 14A.")
    recipe: Recipe | None = Field(None, description="Which columns of a register hold what (kind registry).")
    since: Day | None = Field(None, description="Filings from this day on (kind sec), such as 2019-01-01.")
    confidence: Confidence | None = Field(
        None, description="How sure the address is: seen in copies, recalled from memory, or checked by a person."
    )
    note: Text | None = Field(None, description="Anything a colleague should know.")
    editions: list[EditionEntry] = Field(
        default_factory=list, description="Other languages and mirrors of this document; each is watched too."
    )


class CompanyEntry(Entry):
    """An organisation and where it speaks."""

    WHAT: ClassVar[str] = "a company"
    name: Text = Field(description="Its name, as people know it.")
    id: Name | None = Field(None, description="Permanent short name; made of the name where not given.")
    aliases: list[Text] = Field(default_factory=list, description="Other names, former names, names in other scripts.")
    tickers: list[Text] = Field(default_factory=list, description="Stock symbols with their exchange: NYSE:TMO.")
    cik: Cik | None = Field(None, description="SEC Central Index Key, ten digits.")
    country: Country | None = Field(None, description="Where it sits.")
    sector: Text | None = Field(None, description="Its trade, in one word.")
    topics: list[Text] = Field(default_factory=list, description="Free words; routes can choose alerts by them.")
    langs: list[Lang] | None = Field(None, description="Languages it publishes in; defaults.lang if empty.")
    note: Text | None = Field(None, description="Anything a colleague should know.")
    sources: list[SourceEntry] = Field(default_factory=list, description="Where it speaks.")


class RegistryEntry(Entry):
    """A public register, watched once and matched to every company by name or number."""

    WHAT: ClassVar[str] = "a registry"
    id: Name = Field(description="Permanent short name.")
    name: Text = Field(description="Its name.")
    url: WebAddress = Field(description="Its address.")
    access: Text | None = Field(None, description="How it can be read.")
    table: WebAddress | None = Field(None, description="Address of its table (CSV or JSON), where it has one.")
    recipe: Recipe | None = Field(None, description="Which columns hold what; the usual names without.")
    enabled: bool = Field(False, description="Whether its table is watched, for every company of this file.")
    every: Duration | None = Field(None, description="Time between two checks, such as 24h or 7d.")
    confidence: Confidence | None = Field(None, description="How sure the address is.")
    note: Text | None = Field(None, description="Anything a colleague should know.")


class EveryEntry(Entry):
    """Time between two checks, per kind of source."""

    WHAT: ClassVar[str] = '"every"'
    page: Duration | None = Field(None, description="Pages; 6h where nothing is said.")
    feed: Duration | None = Field(None, description="Feeds; 30m where nothing is said.")
    listing: Duration | None = Field(None, description="Newsroom lists; 2h where nothing is said.")
    pdf: Duration | None = Field(None, description="PDF documents; 24h where nothing is said.")
    sitemap: Duration | None = Field(None, description="Sitemaps; 24h where nothing is said.")
    sec: Duration | None = Field(None, description="Filings with the SEC; 10m where nothing is said.")
    hkex: Duration | None = Field(None, description="Filings in Hong Kong; 1h where nothing is said.")
    cninfo: Duration | None = Field(None, description="Filings in mainland China; 2h where nothing is said.")
    registry: Duration | None = Field(None, description="Public registers; 24h where nothing is said.")


class FormsEntry(Entry):
    """Forms read at the SEC where a source names none."""

    WHAT: ClassVar[str] = '"sec_forms"'
    domestic: list[Text] = Field(default_factory=list, description="For companies that file 10-K.")
    foreign: list[Text] = Field(default_factory=list, description="For foreign issuers.")


class DefaultsEntry(Entry):
    """What counts where a source says nothing."""

    WHAT: ClassVar[str] = '"defaults"'
    enabled: bool = Field(True, description="Whether a source is watched.")
    every: EveryEntry = Field(default_factory=EveryEntry, description="Time between two checks, per kind.")
    jitter: float = Field(0.3, ge=0, le=1, description="Share of the interval that is drawn at random.")
    hosts_max_concurrency: Literal[1] = Field(1, description="Connections to one host at a time; this version keeps 1.")
    lang: Lang = Field("en", description="Language of a company that names none.")
    sec_forms: FormsEntry = Field(default_factory=FormsEntry, description="Forms read at the SEC.")
    wire_feeds: Literal["off", False] = Field("off", description="Press-wire copies; not watched yet, so: off.")


class SourcesFile(Entry):
    """What is watched: companies, and where each of them speaks."""

    schema_: Literal[1] = Field(1, alias="schema", description="Number of this format.")
    version: Version | None = Field(None, description="Your own number for this list.")
    defaults: DefaultsEntry = Field(default_factory=DefaultsEntry, description="What counts where nothing is said.")
    registries: list[RegistryEntry] = Field(default_factory=list, description="Public registers.")
    companies: list[CompanyEntry] = Field(description="The organisations to watch.")
