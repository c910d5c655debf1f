"""The text of sources.yaml -> Watchlist: what is watched.

Ids are permanent: a source without ``id`` is called ``company/role`` (``company/kind`` where it has no role), and the
second, third … of that name in file order gets ``-2``, ``-3``. Sources that are switched off count too, so switching
one on renames nothing; add new ones at the end, or give them an ``id``. Editions are ``id@lang`` (``id@edition``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from core.config.addresses import is_own_machine, is_same_host, same_address
from core.config.entries import check, slug
from core.config.options import options_of
from core.config.shapes import KINDS, CompanyEntry, DefaultsEntry, RegistryEntry, SourceEntry, SourcesFile
from core.config.yamlfile import Path, YamlFile, read_yaml, shown
from core.filings.edgar import list_url
from core.model import Company, Source
from core.selectors import range_in

FRAGILE = frozenset({"hkex", "cninfo"})
FASTEST = timedelta(minutes=1)  # for other people's servers; your own machine may be asked as often as you like


@dataclass(frozen=True, slots=True)
class Registry:
    """A public register, matched to every company by name or number."""

    id: str
    name: str
    url: str
    access: str | None = None
    confidence: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What counts where a source says nothing. ``jitter`` is a share of the interval, 0 to 1."""

    every: Mapping[str, timedelta]
    enabled: bool = True
    jitter: float = 0.3
    lang: str = "en"
    sec_forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Everything sources.yaml says, in file order.

    ``editions`` maps the id of a source to the ids of its other languages and mirrors (sources of their own).
    ``lines`` maps the id of a source to its line in the file, for messages.
    """

    companies: tuple[Company, ...]
    sources: tuple[Source, ...]
    defaults: Defaults
    registries: tuple[Registry, ...] = ()
    editions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def enabled(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(source for source in self.sources if source.enabled)

    @property
    def company_ids(self) -> tuple[str, ...]:
        return tuple(company.id for company in self.companies)

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic of every company, in alphabetical order."""
        return tuple(sorted({topic for company in self.companies for topic in company.topics}))


def parse_sources(text: str, *, file: str = "sources.yaml", built_kinds: frozenset[str]) -> Watchlist:
    """What is watched. ``built_kinds`` are the kinds that can be switched on.

    Raises ConfigError with every problem, in file order. Costs about 0.7 ms a source, nearly all of it reading YAML:
    keep the result by the text's digest.
    """
    return _Reading(read_yaml(text, file), built_kinds).watchlist()


@dataclass(frozen=True, slots=True)
class _Declared:
    """A source that is sound in itself, with its place in the file."""

    entry: SourceEntry
    company: str
    company_cik: str | None
    at: Path


class _Reading:
    """One pass over one file: entries that are sound in themselves, then what must hold between them."""

    def __init__(self, found: YamlFile, built_kinds: frozenset[str]) -> None:
        self.found = found
        self.built = built_kinds
        self.defaults = DefaultsEntry()
        self.companies: list[Company] = []
        self.declared: list[_Declared] = []
        self.sources: list[Source] = []
        self.editions: dict[str, tuple[str, ...]] = {}
        self.lines: dict[str, int] = {}
        self.taken: dict[str, int | None] = {}
        self.repeats: dict[str, int] = {}
        self.registers: list[tuple[RegistryEntry, Path]] = []

    def watchlist(self) -> Watchlist:
        head = self._head()
        registries = self._registries()
        self._companies()
        self._reserve_given_ids()
        seen: dict[tuple[str, str], int | None] = {}
        for declared in self.declared:
            self._check_kind(declared)
            self._check_addresses(declared, seen)
            self._add(declared)
        for entry, at in self.registers:
            self._add_register(entry, at)
        self.found.refuse_if_faulty()
        assert head is not None
        return Watchlist(
            companies=tuple(self.companies),
            sources=tuple(self.sources),
            defaults=_defaults(head.defaults),
            registries=tuple(registries),
            editions=MappingProxyType(self.editions),
            lines=MappingProxyType(self.lines),
        )

    def _head(self) -> SourcesFile | None:
        """The file without its lists, whose entries are checked one by one."""
        empty: dict[str, list[object]] = {
            key: []
            for key in ("companies", "registries")
            if key in self.found.data and (self.found.data[key] is None or isinstance(self.found.data[key], list))
        }
        head = check(SourcesFile, {**self.found.data, **empty}, (), self.found)
        self.defaults = head.defaults if head else _sound_defaults(self.found)
        return head

    def _registries(self) -> list[Registry]:
        registries: list[Registry] = []
        first: dict[str, int | None] = {}
        for position, raw in enumerate(_list(self.found.data.get("registries"))):
            at: Path = ("registries", position)
            entry = check(RegistryEntry, raw, at, self.found)
            if entry is None:
                continue
            if entry.id in first:
                self.found.fault((*at, "id"), f"the id {shown(entry.id)} is already used at line {first[entry.id]}")
            first.setdefault(entry.id, self.found.line((*at, "id")))
            if entry.enabled and entry.table is None:
                self.found.fault(at, f'the registry {shown(entry.id)} is switched on and has no "table" to read')
            registries.append(Registry(entry.id, entry.name, entry.url, entry.access, entry.confidence))
            if entry.enabled and entry.table is not None:
                self.registers.append((entry, at))
        return registries

    # --- companies -----------------------------------------------------------------------------------------------

    def _companies(self) -> None:
        first: dict[str, int | None] = {}
        for position, raw in enumerate(_list(self.found.data.get("companies"))):
            at: Path = ("companies", position)
            sources = raw.get("sources") if isinstance(raw, dict) else None
            empty: dict[str, list[object]] = {"sources": []} if isinstance(sources, list) else {}
            entry = check(CompanyEntry, {**raw, **empty} if isinstance(raw, dict) else raw, at, self.found)
            company_id = self._company_id(entry, at, first) if entry else ""
            if entry and company_id:
                self.companies.append(_company(entry, company_id, self.defaults.lang))
            for number, raw_source in enumerate(_list(sources)):
                place = (*at, "sources", number)
                source = check(SourceEntry, raw_source, place, self.found)
                if source is not None:
                    self.declared.append(_Declared(source, company_id, entry.cik if entry else None, place))

    def _company_id(self, entry: CompanyEntry, at: Path, first: dict[str, int | None]) -> str:
        company_id = entry.id or slug(entry.name)
        key = "id" if entry.id else "name"
        if not company_id:
            self.found.fault(
                (*at, key), f'{shown(entry.name)} gives no id in plain letters: add "id", such as id: acme'
            )
        elif company_id in first:
            again = "" if entry.id else ' (made of the name): add "id"'
            line = first[company_id]
            self.found.fault((*at, key), f"the id {shown(company_id)} is already used at line {line}{again}")
        first.setdefault(company_id, self.found.line((*at, key)))
        return company_id

    # --- sources -------------------------------------------------------------------------------------------------

    def _reserve_given_ids(self) -> None:
        for declared in self.declared:
            given, at = declared.entry.id, (*declared.at, "id")
            if given and given in self.taken:
                self.found.fault(at, f"the id {shown(given)} is already used at line {self.taken[given]}")
            elif given:
                self.taken[given] = self.found.line(at)

    def _check_kind(self, declared: _Declared) -> None:
        entry, shape = declared.entry, KINDS[declared.entry.kind]
        given = entry.model_fields_set
        for key in given - shape.takes:
            knowing = ", ".join(kind for kind, other in KINDS.items() if key in other.takes)
            self.found.fault(
                (*declared.at, key), f"{shown(key)} does not belong to a source of kind {entry.kind} (only {knowing})"
            )
        if getattr(entry, shape.needs) is None and not (shape.needs == "cik" and declared.company_cik):
            self.found.fault(declared.at, f"a source of kind {entry.kind} needs {shown(shape.needs)}")
        if entry.kind not in self.built and self._is_enabled(entry):
            built = ", ".join(sorted(self.built))
            self.found.fault(
                (*declared.at, "kind"),
                f"kind {entry.kind} is not built yet: write enabled: false at this source (built so far: {built})",
            )
        if entry.kind in FRAGILE and entry.url is None and self._is_enabled(entry):
            why = "it has no documented address: write the one its search for that code is found at, or enabled: false"
            self.found.fault(declared.at, f'a source of kind {entry.kind} that is switched on needs "url": {why}')
        self._check_intervals(declared)
        if entry.kind == "listing" and any(range_in(selector) is not None for selector in entry.select or ()):
            why = "names the links of a list by CSS selectors; a range may say what to remove"
            self.found.fault((*declared.at, "select"), f'"select" of a listing {why}')
        for number, part in enumerate(entry.parts or ()):
            if entry.url is not None and not is_same_host(part.url, entry.url):
                why = "must be at the host of the source's own address: parts are asked within one host's turn"
                self.found.fault((*declared.at, "parts", number, "url"), f'"url" of a part {why}')

    def _check_intervals(self, declared: _Declared) -> None:
        entry = declared.entry
        own = entry.url is not None and is_own_machine(entry.url)
        for key in ("every", "fastest", "slowest"):
            given: timedelta | None = getattr(entry, key)
            if given is not None and given < FASTEST and not own:
                self.found.fault((*declared.at, key), f'"{key}" must be at least 1m')
        every = entry.every or _every(self.defaults, entry.kind)
        if entry.fastest is not None and entry.fastest > every:
            self.found.fault((*declared.at, "fastest"), '"fastest" must not be longer than "every"')
        if entry.slowest is not None and entry.slowest < every:
            self.found.fault((*declared.at, "slowest"), '"slowest" must not be shorter than "every"')

    def _check_addresses(self, declared: _Declared, seen: dict[tuple[str, str], int | None]) -> None:
        places: list[tuple[Path, str | None]] = [((*declared.at, "url"), declared.entry.url)]
        for number, part in enumerate(declared.entry.parts or ()):
            places.append(((*declared.at, "parts", number, "url"), part.url))
        for number, edition in enumerate(declared.entry.editions):
            places.append(((*declared.at, "editions", number, "url"), edition.url))
        for at, url in places:
            if url is None:
                continue
            key = (str(declared.at[:2]), same_address(url))
            if key in seen:
                self.found.fault(at, f"this company is already watched at this address: line {seen[key]}")
            seen.setdefault(key, self.found.line(at))

    def _add(self, declared: _Declared) -> None:
        entry, company = declared.entry, declared.company
        source_id = entry.id or self._free(f"{company}/{entry.role or entry.kind}", declared.at)
        source = self._source(declared, source_id)
        self.sources.append(source)
        self.lines[source_id] = self.found.line(declared.at) or 0
        others: list[str] = []
        for number, edition in enumerate(entry.editions):
            at = (*declared.at, "editions", number)
            edition_id = self._free(f"{source_id}@{(edition.lang or 'edition').casefold()}", at)
            others.append(edition_id)
            self.sources.append(self._edition(source, edition_id, edition.url, edition.lang))
            self.lines[edition_id] = self.found.line(at) or 0
        if others:
            self.editions[source_id] = tuple(others)

    def _add_register(self, entry: RegistryEntry, at: Path) -> None:
        """A register is one address, asked for by every company: each has a source of its own there."""
        for company in self.companies:
            source_id = self._free(f"{company.id}/{entry.id}", at)
            self.lines[source_id] = self.found.line(at) or 0
            self.sources.append(
                Source(
                    id=source_id,
                    company=company.id,
                    kind="registry",
                    url=entry.table or "",
                    every=entry.every or _every(self.defaults, "registry"),
                    confidence=entry.confidence,
                    options=(("recipe", entry.recipe),) if entry.recipe else (),
                )
            )

    def _free(self, wanted: str, at: Path) -> str:
        name = wanted
        while name in self.taken:
            self.repeats[wanted] = self.repeats.get(wanted, 1) + 1
            name = f"{wanted}-{self.repeats[wanted]}"
        self.taken[name] = self.found.line(at)
        return name

    def _is_enabled(self, entry: SourceEntry) -> bool:
        return self.defaults.enabled if entry.enabled is None else entry.enabled

    def _source(self, declared: _Declared, source_id: str) -> Source:
        entry = declared.entry
        cik = (entry.cik or declared.company_cik) if entry.kind == "sec" else None
        forms = entry.forms or ([*self.defaults.sec_forms.domestic, *self.defaults.sec_forms.foreign] if cik else [])
        filed = (("cik", cik), ("forms", ",".join(dict.fromkeys(forms))), ("since", entry.since))
        options = (
            *filed,
            ("code", entry.code),
            ("recipe", entry.recipe),
            *options_of(entry),
        )
        return Source(
            id=source_id,
            company=declared.company,
            kind=entry.kind,
            url=entry.url or (list_url(cik) if cik else ""),
            enabled=self._is_enabled(entry),
            role=entry.role,
            lang=entry.lang,
            every=entry.every or _every(self.defaults, entry.kind),
            select=tuple(entry.select or ()),
            remove=tuple(entry.remove or ()),
            always=tuple(entry.always or ()),
            note=entry.note,
            confidence=entry.confidence,
            options=tuple((key, value) for key, value in options if value),
        )

    @staticmethod
    def _edition(source: Source, edition_id: str, url: str, lang: str | None) -> Source:
        return Source(
            id=edition_id,
            company=source.company,
            kind=source.kind,
            url=url,
            enabled=source.enabled,
            role=source.role,
            lang=lang or source.lang,
            every=source.every,
            select=source.select,
            remove=source.remove,
            always=source.always,
            confidence=source.confidence,
            options=(*(pair for pair in source.options if pair[0] != "parts"), ("edition_of", source.id)),
        )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _sound_defaults(found: YamlFile) -> DefaultsEntry:
    """The defaults where they are sound though the head of the file is not; its problems are noted already."""
    raw = found.data.get("defaults")
    aside = YamlFile(found.file, {}, found.root)
    return (check(DefaultsEntry, raw, ("defaults",), aside) if isinstance(raw, dict) else None) or DefaultsEntry()


def _company(entry: CompanyEntry, company_id: str, lang: str) -> Company:
    cik = (("cik", entry.cik),) if entry.cik else ()
    return Company(
        id=company_id,
        name=entry.name,
        aliases=tuple(entry.aliases),
        topics=tuple(entry.topics),
        country=entry.country,
        langs=tuple(entry.langs or (lang,)),
        identifiers=cik + tuple(("ticker", ticker) for ticker in entry.tickers),
    )


def _every(defaults: DefaultsEntry, kind: str) -> timedelta:
    given: timedelta | None = getattr(defaults.every, kind)
    return given or KINDS[kind].every


def _defaults(entry: DefaultsEntry) -> Defaults:
    forms = {"domestic": tuple(entry.sec_forms.domestic), "foreign": tuple(entry.sec_forms.foreign)}
    return Defaults(
        every=MappingProxyType({kind: _every(entry, kind) for kind in KINDS}),
        enabled=entry.enabled,
        jitter=entry.jitter,
        lang=entry.lang,
        sec_forms=MappingProxyType(forms),
    )
