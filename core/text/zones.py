"""Which containers of a page are its surroundings: menus, banners, footers, consent windows.

A zone is proposed by structure (``nav``, ``footer``, roles) or by its name, and judged when the whole page is known:
what holds most of the page's words is never surroundings, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from core.model import PlaceKind, Stream


class ZoneKind(IntEnum):
    PAGE = 0
    STRUCTURE = 1  # nav, footer, aside, header, dialog, noscript, and the roles that mean the same
    CONSENT = 2  # a consent window by name
    NAMED = 3  # a name that usually means chrome
    CONTROL = 4  # select, textarea
    CONTENT = 5  # main, article: words here belong to the page itself


class Zone(NamedTuple):
    """One container, and the zone it stands in (-1 for the page)."""

    parent: int
    kind: ZoneKind


_STRUCTURE_TAGS: Final = frozenset(("nav", "footer", "header", "aside", "dialog", "noscript"))
_STRUCTURE_ROLES: Final = frozenset(
    ("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu", "menubar")
)
# Words that stand as a whole part of a class or id. Vendors of consent windows are named by their products' own marks.
_CONSENT_NAME: Final = re.compile(
    r"(?:^|[-_\s])(?:onetrust|ot-sdk|optanon|cookiebot|cybotcookiebot\w*|didomi|usercentrics|truste|trustarc|axeptio|tarteaucitron\w*|"
    r"klaro|iubenda-cs|borlabscookie|osano-cm-window|sp_message_container(?:_\d+)?|t-consentprompt|cmplz-cookiebanner|qc-cmp2?|sp-message|cmp-?(?:box|container|wrapper|banner)|"
    r"(?:cookie|consent|gdpr|privacy)s?[-_]?(?:banner|bar|notice|popup|modal|overlay|dialog|consent|wall|layer|prompt|message|alert|law|info))"
    r"(?=$|[-_\s\d])",
    re.IGNORECASE,
)
_CHROME_NAME: Final = re.compile(
    r"(?:^|[-_\s])(?<!\bno[-_])(?<!has[-_])(?<!with[-_])(?<!without[-_])(?:nav|navbar|navigation|menu|menus|megamenu|topbar|toolbar|breadcrumbs?|sidebar|footer|masthead|share|sharing|"
    r"social|related|newsletter|subscribe|advert|advertisement|ads|promo|popup|modal|toast|skip|skiplinks?|"
    r"pagination|comments|copyright|language[-_]?(?:selector|switcher|picker)|lang[-_]?(?:selector|switcher)|site-?header|site-?footer|"
    r"page-?header|global-?header|global-?footer|announcement|alert-bar)(?=$|[-_\s])(?!-less)",
    re.IGNORECASE,
)


_HEADING_NAME: Final = re.compile(
    r"(?:^|\s)(?:[A-Za-z]+-)?h([1-6])(?=$|\s)"
)  # "h2", "text-h4", as frameworks have them


@lru_cache(maxsize=20_000)
def heading_rank(classes: str) -> int:
    """The rank of a heading that a class gives its element, 0 for none."""
    found = _HEADING_NAME.search(classes)
    return int(found.group(1)) if found else 0


@lru_cache(maxsize=20_000)
def _named_kind(name: str) -> ZoneKind | None:
    if _CONSENT_NAME.search(name):
        return ZoneKind.CONSENT
    return ZoneKind.NAMED if _CHROME_NAME.search(name) else None


def hinted_kind(tag: str, role: str | None, classes: str | None, ident: str | None) -> ZoneKind | None:
    """What an element's tag, role and names propose, or None."""
    if role in _STRUCTURE_ROLES or tag in _STRUCTURE_TAGS:
        if classes or ident:
            named = _named_kind(f"{classes or ''} {ident or ''}")
            if named is ZoneKind.CONSENT:
                return named
        return ZoneKind.STRUCTURE
    if tag in ("main", "article") or role in ("main", "article"):
        return ZoneKind.CONTENT
    if not classes and not ident:
        return None
    return _named_kind(f"{classes or ''} {ident or ''}")


_MOST: Final = 0.4  # a proposed zone with this share of the page's words is the page, not its surroundings


def decide_streams(
    zones: Sequence[Zone], zone_of: Sequence[int], words: Sequence[int], titled: Sequence[int] = ()
) -> list[Stream]:
    """The stream of each place. ``zone_of`` holds the innermost zone of every place, ``words`` how many it has.

    ``titled`` are the zones with a heading of the first rank: a consent window has none, a page about cookies does.
    """
    zones = [Zone(zone.parent, ZoneKind.NAMED) if at in titled and zone.kind is ZoneKind.CONSENT else zone
             for at, zone in enumerate(zones)]  # fmt: skip
    whole = [0] * len(zones)
    for zone, count in zip(zone_of, words, strict=True):
        whole[zone] += count
    for at in range(len(zones) - 1, 0, -1):  # children come after their parents
        whole[zones[at].parent] += whole[at]
    total = max(whole[0], 1)
    streams: list[Stream] = ["main"]
    for at in range(1, len(zones)):
        streams.append(_stream(zones[at], streams[zones[at].parent], whole[at] / total))
    return [streams[zone] for zone in zone_of]


def _stream(zone: Zone, parent: Stream, share: float) -> Stream:
    if zone.kind is ZoneKind.CONTENT:
        return parent if share < _MOST else "main"
    if zone.kind is ZoneKind.CONTROL:
        return "surroundings"
    if share >= _MOST:
        return "main" if zone.kind is not ZoneKind.CONSENT or share > 0.8 else "surroundings"
    return "surroundings"


PROSE: Final = 12  # a passage of so many words is prose; it marks where the page's own text begins and ends
_LABEL_WORDS: Final = 6
_MENU_RUN: Final = 5  # so many short links in a row are a menu
_MENU_INSIDE: Final = 15  # between two passages of prose they may be the text's own list; only a long one is a menu
_MENU_WORDS: Final = 12
_SHORT_SENTENCE: Final = re.compile(r"[^\W\d_]{2}\s?[.。]$")  # "No exceptions."; slogans end otherwise
_OF_A_LIST: Final = frozenset(("item", "row", "term"))  # the last lines of a list are short and yet no labels
_HAS_DIGIT_OR_COMMA: Final = re.compile(r"[\d,:;@]")


def set_apart_labels(
    streams: list[Stream],
    texts: Sequence[str],
    kinds: Sequence[PlaceKind],
    words: Sequence[int],
    linked: Sequence[bool],
) -> None:
    """Move what no container gave away to the surroundings, in place: labels outside the text, menus of links.

    Outside means before the first and after the last passage of prose; headings always belong to the text. A page
    without prose keeps all its labels: they are what it says.
    """
    prose = [at for at, count in enumerate(words) if count >= PROSE and streams[at] == "main"]
    if not prose:
        return
    first, last = prose[0], prose[-1]
    top = next((at for at, kind in enumerate(kinds) if kind == "heading" and streams[at] == "main"), first)
    for at in (*range(max(top, first)), *range(last + 1, len(streams))):
        if streams[at] == "main" and words[at] <= _LABEL_WORDS and (kinds[at] != "heading" or not first > at >= top):
            if _is_of_a_list(kinds, linked, at) or (kinds[at] == "heading" and _is_of_a_list(kinds, linked, at + 1)):
                continue
            if not linked[at] and _SHORT_SENTENCE.search(texts[at]):
                continue
            is_introduced = at > 0 and texts[at - 1][-1:] in ":："  # "By post:" and then who to write to
            if not is_introduced and _is_label(texts[at], words[at]):
                streams[at] = "surroundings"
    _set_apart_menus(streams, texts, kinds, words, linked, (first, last))


def _is_of_a_list(kinds: Sequence[PlaceKind], linked: Sequence[bool], at: int) -> bool:
    return at < len(kinds) and kinds[at] in _OF_A_LIST and not linked[at]


def _is_label(text: str, words: int) -> bool:
    if words <= 3:
        return True
    return words <= _LABEL_WORDS and text[-1:] not in ".!?。！？" and not _HAS_DIGIT_OR_COMMA.search(text)


def _set_apart_menus(
    streams: list[Stream],
    texts: Sequence[str],
    kinds: Sequence[PlaceKind],
    words: Sequence[int],
    linked: Sequence[bool],
    prose: tuple[int, int],
) -> None:
    """``prose``: the first and the last passage of prose; a short run of links between them belongs to the text."""
    start = -1
    for at, is_link in enumerate((*linked, False)):
        if is_link and words[at] <= _MENU_WORDS and kinds[at] != "row":
            start = at if start < 0 else start
        elif start >= 0:
            introduced = start > 0 and texts[start - 1][-1:] in ":："
            is_inside = prose[0] < start and at <= prose[1]
            if at - start >= (_MENU_INSIDE if is_inside else _MENU_RUN) and not introduced:
                headed = start > 0 and kinds[start - 1] == "heading"
                has_more = at < len(streams) and streams[at] == "main" and kinds[at] != "heading"
                first = start - 1 if headed and not has_more else start  # a heading over a menu and nothing else
                streams[first:at] = ["surroundings"] * (at - first)
            start = -1
