"""Which addresses of a site are worth watching, and as what: told from link texts, paths and what the pages turned out
to be. Pure; who asks is ``monitor/discovery.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from core.config.shapes import KINDS
from core.items import canonical
from core.roles import HUB_WORDS, NEWS_WORDS, ROLE_WORDS, role_of, speaks_of
from core.text.site import SiteLink

MOST_A_ROLE: Final = 4
MOST_HUBS: Final = 8
_NO_PAGE: Final = re.compile(
    r"\.(jpe?g|png|gif|svg|webp|mp4|mp3|zip|docx?|xlsx?|pptx?|css|js|ico|ics|xml|rss)$", re.IGNORECASE
)
_LANG: Final = re.compile(r"(?:^|/)([a-z]{2})(?:-[a-z]{2})?(?:/|$)", re.IGNORECASE)
_FRONT: Final = re.compile(r"(?:[a-z]{2}(?:[-_][a-z]{2})?)?/?(?:(?:index|home|default)(?:\.\w+)?)?", re.IGNORECASE)
_LANG_KEYS: Final = frozenset(("lang", "language", "locale", "hl"))
_SHORT_LANG: Final = frozenset(
    (
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "zh",
        "cn",
        "ja",
        "jp",
        "ko",
        "nl",
        "sv",
        "no",
        "da",
        "fi",
        "pl",
        "ru",
        "tr",
        "ar",
        "cs",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A source that was found, looked at once. ``editions`` are (language, address); ``covered_by`` another that shows it."""

    kind: str
    url: str
    role: str | None = None
    title: str = ""
    lang: str | None = None
    size: int = 0
    words: int = 0
    entries: int = 0
    editions: tuple[tuple[str, str], ...] = ()
    covered_by: str = ""
    seen_at: str = ""

    @property
    def requests_a_day(self) -> float:
        """What watching it costs, its editions included; found items come on top, less often the older they are."""
        every = KINDS[self.kind].every
        return (1 + len(self.editions)) * (timedelta(days=1) / every)


@dataclass(slots=True)
class Plan:
    """What is still to be looked at, best first, each address once."""

    hosts: frozenset[str]
    roles: dict[str, dict[str, SiteLink]] = field(default_factory=lambda: {role: {} for role in ROLE_WORDS})
    news: dict[str, SiteLink] = field(default_factory=dict)
    hubs: dict[str, SiteLink] = field(default_factory=dict)
    feeds: dict[str, SiteLink] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def add(self, links: Iterable[SiteLink], feeds: Iterable[SiteLink] = ()) -> None:
        """Sort links by what they speak of. The words of a link weigh more than its path."""
        for link in feeds:
            if self.is_ours(link.url):
                self.feeds.setdefault(canonical(link.url), link)
        for link in links:
            if not self.is_ours(link.url) or _NO_PAGE.search(urlsplit(link.url).path):
                continue
            path = _path(link.url)
            role = role_of(link.text) or role_of(path)
            key = canonical(link.url)
            if role is not None and not _is_item(link.url):
                self.roles[role].setdefault(key, link)
            elif speaks_of(link.text, NEWS_WORDS) or speaks_of(_last(path), NEWS_WORDS):
                self.news.setdefault(key, link)
            elif speaks_of(link.text, HUB_WORDS) or speaks_of(_last(path), HUB_WORDS):
                self.hubs.setdefault(key, link)

    def take(self, links: dict[str, SiteLink]) -> SiteLink | None:
        """The next of these that was not looked at yet; shallow addresses first."""
        open_ones = [(key, link) for key, link in links.items() if key not in self.known]
        if not open_ones:
            return None
        key, link = min(open_ones, key=lambda pair: (urlsplit(pair[1].url).path.count("/"), len(pair[1].url)))
        self.known.add(key)
        return link

    def is_ours(self, url: str) -> bool:
        """The site's own hosts, those below them, and documents kept elsewhere (PDFs on a file host)."""
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        return any(host == own or host.endswith(f".{own}") for own in self.hosts) or url.lower().endswith(".pdf")


def site_hosts(*urls: str) -> frozenset[str]:
    """The hosts a site is known by, without ``www.``; a name of three parts stands for its site too."""
    found: set[str] = set()
    for url in urls:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        found.add(host)
        labels = host.split(".")
        if len(labels) > 2 and not labels[-1].isdigit() and len(labels[-2]) > 3:
            found.add(".".join(labels[-2:]))
    return frozenset(host for host in found if host)


def language_in(url: str) -> str | None:
    """The language a path names (/de/, /en-gb/), None where it names none."""
    found = _LANG.match(urlsplit(url).path.lstrip("/"))
    code = found[1].lower() if found else ""
    return code if code in _SHORT_LANG else None


def is_front(url: str) -> bool:
    """The front page of a site or of one of its languages: where a page points that has no edition of its own there."""
    parts = urlsplit(url)
    asked = {pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair}
    return asked <= _LANG_KEYS and _FRONT.fullmatch(parts.path.strip("/")) is not None


def apart(found: Sequence[Found]) -> list[Found]:
    """The same with each address once. An edition that several pages name is none of theirs, nor is a page found itself."""
    named = Counter(canonical(url) for each in found for url in {url for _, url in each.editions})
    kept: dict[str, Found] = {}
    for each in found:
        kept.setdefault(canonical(each.url), each)
    return [
        replace(
            each,
            editions=tuple(
                (lang, url) for lang, url in each.editions if named[canonical(url)] == 1 and canonical(url) not in kept
            ),
        )
        for each in kept.values()
    ]


def missing(found: Sequence[Found]) -> list[str]:
    """What was looked for and not found, in words."""
    roles = {each.role for each in found}
    said = [
        f"{'an' if role[0] in 'aeiou' else 'a'} {role.replace('-', ' ')} page"
        for role in ROLE_WORDS
        if role not in roles
    ]
    kinds = {each.kind for each in found}
    said += [] if "feed" in kinds else ["a feed"]
    said += [] if kinds & {"feed", "listing"} else ["a newsroom"]
    return said


def _path(url: str) -> str:
    return re.sub(r"\.\w{2,5}$", "", unquote(urlsplit(url).path))


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_item(url: str) -> bool:
    """A single release or article, by its path: a date, or a number in a place for news."""
    path = urlsplit(url).path
    return bool(
        re.search(r"/(19|20)\d\d/\d{1,2}(/|$)|/(news|press|blog|stories|media|presse)[\w-]*/.+/", path, re.IGNORECASE)
    )
