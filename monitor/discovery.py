"""What a company's site has to watch: found by following its own links, looked at once each, nothing guessed.

From the home page over the pages that lead on (about, responsibility, legal, newsroom) and the site maps it names. Every
proposal was fetched and read; a site that answers 200 to everything is known by asking for a page that cannot exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

from core.errors import ReadError
from core.finding import MOST_A_ROLE, MOST_HUBS, Found, Plan, apart, is_front, language_in, site_hosts
from core.grade import grade_page, grade_transport
from core.items import canonical
from core.model import GradeLevel, Reading
from core.roles import ROLE_WORDS, role_of
from core.text.feed import Feed
from core.text.site import SiteLink, SitePage
from monitor.looking import Asked, Asker
from monitor.tools import ReadsSites

MOST_REQUESTS: Final = 60
MOST_MAPS: Final = 4
MOST_FEEDS: Final = 6
MOST_NEWSROOMS: Final = 3
SAME: Final = 0.9  # share of passages in common with the answer to a page that cannot exist


@dataclass(slots=True)
class Discovery:
    """What came of it. ``notes`` are what could not be looked at, in words."""

    home: str
    company: str = ""
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_seen: bool = True  # the home page answered, so that what was not found may be said to be missing


class Explorer:
    """One site explored. ``said`` hears what is looked at."""

    def __init__(self, asker: Asker, reader: ReadsSites, said: Callable[[str], None] = lambda _text: None) -> None:
        self._asker, self._reader, self._said = asker, reader, said
        self._nowhere: frozenset[str] = frozenset()
        self._texts: dict[str, str] = {}
        self._entries: dict[str, frozenset[str]] = {}  # what each list and feed found names

    def explore(self, url: str) -> Discovery:
        """Everything found at a site. The home page must answer."""
        first = self._ask(url)
        done = Discovery(url)
        page = self._site(first) if first else None
        if first is None or page is None:
            done.notes.append(
                f"{url}: {first.fetch.detail or f'answered {first.fetch.status}' if first else 'its host could not be had'}"
            )
            done.is_seen = False
            return done
        home = first.fetch.final_url or url
        done.home, done.company = home, page.title
        self._learn_nowhere(home)
        plan = Plan(site_hosts(url, home))
        plan.known.add(canonical(home))
        plan.add(page.links, page.feeds)
        self._maps(home, plan, done)
        self._hubs(plan)
        self._newsrooms(plan, done)
        self._feeds(plan, done)
        self._documents(plan, done)
        self._cover(done)
        return done

    # --- looking -----------------------------------------------------------------------------------------------------

    def _ask(self, url: str) -> Asked | None:
        if self._asker.requests >= MOST_REQUESTS:
            return None
        self._said(f"looking at {url}")
        return self._asker.ask(url)

    def _site(self, asked: Asked | None) -> SitePage | None:
        if asked is None or not asked.is_good:
            return None
        fetch = asked.fetch
        try:
            return self._reader.read_site(
                asked.body, content_type=fetch.header("content-type"), url=fetch.final_url or fetch.url
            )
        except ReadError:
            return None

    def _list(self, kind: str, asked: Asked | None) -> Feed | None:
        if asked is None or not asked.is_good:
            return None
        fetch = asked.fetch
        url = fetch.final_url or fetch.url
        try:
            return self._reader.read_list(kind, asked.body, content_type=fetch.header("content-type"), url=url)
        except ReadError:
            return None

    def _reading(self, asked: Asked) -> Reading | None:
        """The page, if it may become content and is not the answer to just anything."""
        fetch = asked.fetch
        if grade_transport(fetch, asked.body) is not None:
            return None
        try:
            reading = self._reader.read(
                asked.body, content_type=fetch.header("content-type"), url=fetch.final_url or fetch.url
            )
        except ReadError:
            return None
        if grade_page(reading).level is GradeLevel.BAD:
            return None
        said = _said(reading)
        if self._nowhere and len(said & self._nowhere) >= SAME * min(len(said), len(self._nowhere)):
            return None
        return reading

    def _learn_nowhere(self, home: str) -> None:
        """What the site answers for a page that cannot exist, where it claims to have it."""
        name = hashlib.sha256(home.encode()).hexdigest()[:12]
        asked = self._ask(urljoin(home, f"/{name}-no-such-page"))
        if asked is not None and asked.is_good:
            fetch = asked.fetch
            try:
                reading = self._reader.read(asked.body, content_type=fetch.header("content-type"), url=fetch.url)
            except ReadError:
                return
            self._nowhere = _said(reading)

    # --- going on ----------------------------------------------------------------------------------------------------

    def _maps(self, home: str, plan: Plan, done: Discovery) -> None:
        """The site's own map: addresses whose path speaks of a role are candidates like any link."""
        waiting, seen = [urljoin(home, "/sitemap.xml")], set[str]()
        while waiting and len(seen) < MOST_MAPS:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            found = self._list("sitemap", self._ask(url))
            if found is None:
                continue
            plan.add(SiteLink(entry.url, entry.title) for entry in found.entries)
            waiting += [each for each in found.more if each not in seen]
            if url == urljoin(home, "/sitemap.xml"):
                done.found.append(
                    Found("sitemap", url, entries=len(found.entries) or len(found.more), seen_at="the site's own map")
                )

    def _hubs(self, plan: Plan) -> None:
        for _ in range(MOST_HUBS):
            link = plan.take(plan.hubs)
            page = self._site(self._ask(link.url)) if link else None
            if page is not None:
                plan.add(page.links, page.feeds)

    def _newsrooms(self, plan: Plan, done: Discovery) -> None:
        """Pages that list releases; what feeds they declare is tried next."""
        for _ in range(MOST_NEWSROOMS):
            link = plan.take(plan.news)
            asked = self._ask(link.url) if link else None
            page = self._site(asked)
            if link is None or asked is None or page is None or self._reading(asked) is None:
                continue
            plan.add((), page.feeds)
            plan.add(each for each in page.links if role_of(each.text))
            listed = self._list("listing", asked)
            if listed is not None and len(listed.entries) >= 3:
                url = asked.fetch.final_url or link.url
                self._entries[url] = _named(listed)
                done.found.append(
                    Found(
                        "listing",
                        url,
                        title=page.title or link.text,
                        lang=page.lang,
                        size=len(asked.body),
                        entries=len(listed.entries),
                        seen_at=link.text,
                    )
                )

    def _feeds(self, plan: Plan, done: Discovery) -> None:
        for _ in range(MOST_FEEDS):
            link = plan.take(plan.feeds)
            asked = self._ask(link.url) if link else None
            feed = self._list("feed", asked)
            if link is None or asked is None:
                continue
            if feed is not None and feed.entries:
                url = link.url if not asked.fetch.redirects else asked.fetch.final_url or link.url
                self._entries[url] = _named(feed)
                done.found.append(
                    Found(
                        "feed",
                        url,
                        title=feed.title or link.text,
                        lang=feed.lang,
                        size=len(asked.body),
                        entries=len(feed.entries),
                        seen_at=link.text,
                    )
                )
            else:
                page = self._site(asked)  # a page about feeds names them
                plan.add((), page.feeds if page else ())

    def _documents(self, plan: Plan, done: Discovery) -> None:
        for role in ROLE_WORDS:
            taken = 0
            while taken < MOST_A_ROLE and (link := plan.take(plan.roles[role])) is not None:
                asked = self._ask(link.url)
                reading = self._reading(asked) if asked is not None else None
                if asked is None or reading is None or self._is_known(reading, link.url):
                    continue
                done.found.append(self._document(plan, role, link, asked, reading))
                taken += 1

    def _document(self, plan: Plan, role: str, link: SiteLink, asked: Asked, reading: Reading) -> Found:
        page = self._site(asked)
        url = asked.fetch.final_url or link.url
        is_pdf = reading.facts.get("reader") == "pdf"
        editions: list[tuple[str, str]] = []
        for other in page.editions if page else ():
            if canonical(other.url) in (canonical(url), *(canonical(each) for _, each in editions)):
                continue
            if not plan.is_ours(other.url) or is_front(other.url):
                continue
            plan.known.add(canonical(other.url))
            answer = self._ask(other.url)
            if answer is not None and self._reading(answer) is not None:
                editions.append((other.text, other.url))
        if page is not None:
            pdfs = [each for each in page.links if each.url.lower().partition("?")[0].endswith(".pdf")]
            plan.add(pdfs)
        return Found(
            "pdf" if is_pdf else "page",
            url,
            role,
            reading.title or link.text,
            reading.lang or language_in(url),
            len(asked.body),
            int(reading.facts.get("words", 0)),
            editions=tuple(editions),
            seen_at=link.text,
        )

    def _is_known(self, reading: Reading, url: str) -> bool:
        """The same text under two addresses is one proposal."""
        digest = hashlib.sha256("\n".join(sorted(_said(reading))).encode()).hexdigest()
        return self._texts.setdefault(digest, url) != url

    def _cover(self, done: Discovery) -> None:
        """A newsroom whose releases a feed of the site lists needs no watching of its own; that of a blog is no such feed."""
        feeds = [each.url for each in done.found if each.kind == "feed"]
        done.found = [
            replace(each, covered_by=next((url for url in feeds if self._lists_the_same(url, each.url)), ""))
            if each.kind == "listing"
            else each
            for each in apart(done.found)
        ]

    def _lists_the_same(self, feed: str, newsroom: str) -> bool:
        """Most of the shorter of the two stands in the other too."""
        one, other = self._entries.get(feed, frozenset()), self._entries.get(newsroom, frozenset())
        return bool(one and other) and 2 * len(one & other) >= min(len(one), len(other))


def _named(listed: Feed) -> frozenset[str]:
    return frozenset(canonical(entry.url) for entry in listed.entries if entry.url)


def _said(reading: Reading) -> frozenset[str]:
    return frozenset(place.text for _, place in reading.in_stream("main"))
