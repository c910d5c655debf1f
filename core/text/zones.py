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
from core.restricting import is_no_label
from core.site_lines import says_it_stands_no_more, site_line, turns_the_page
from core.text.pagedate import DATE, says_nothing_but_its_stamp


class ZoneKind(IntEnum):
    PAGE = 0
    STRUCTURE = 1  # footer, aside, form, header, dialog, noscript, and the roles that mean the same
    CONSENT = 2  # a consent window by name
    NAMED = 3  # a name that usually means chrome
    CONTROL = 4  # select, textarea
    CONTENT = 5  # article: words here belong to the page itself
    MAIN = 6  # main: the same, and what stands outside does not
    MENU = 7  # nav and the roles that mean the same: a page has its prose elsewhere
    BUTTON = 8


class Zone(NamedTuple):
    """One container, and the zone it stands in (-1 for the page)."""

    parent: int
    kind: ZoneKind


_STRUCTURE_TAGS: Final = frozenset(("footer", "header", "aside", "dialog", "noscript"))
_STRUCTURE_ROLES: Final = frozenset(
    (
        *("banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "form"),
        *("status", "log", "timer", "marquee", "tooltip", "progressbar", "radiogroup", "slider"),
    )
)
_MENU_ROLES: Final = frozenset(("navigation", "menu", "menubar", "tablist", "toolbar", "listbox"))
_CONTROL_ROLES: Final = frozenset(("button", "switch", "menuitem", "menuitemcheckbox", "checkbox", "radio", "combobox"))
# Words that stand as a whole part of a class, an id or the name of a custom element; humps of camelCase part words too.
# Vendors of consent windows are named by their products' own marks.
_VENDORS: Final = (
    r"onetrust|ot-sdk|ot-pc|optanon|cookiebot|cybot-?cookiebot\w*|didomi|usercentrics|uc-(?:banner|app)|truste|trustarc|axeptio|"
    r"tarteaucitron\w*|klaro|iubenda-cs|borlabs-?cookie|osano|sp[-_]message(?:[-_]container)?(?:_\d+)?|t-consent-?prompt|"
    r"cmplz|qc-cmp2?|cmp-?(?:box|container|wrapper|banner|root)|tc-privacy|cky|cli-(?:bar|modal|style)|cookie-law-info|"
    r"cc-(?:window|banner|dialog|revoke)|eu-cookie-compliance\w*|cookie-?(?:yes|first|hub|script|information)|ch2-\w+|coi-\w+|"
    r"moove[-_]gdpr\w*|fc-consent|ketch|transcend-consent|evidon|termly|hs-(?:eu-)?cookie\w*|shopify-pc|rcb-\w+|real-cookie-banner|"
    r"ccc-(?:overlay|notify|module|content)|consent-?manager"
)
# A name of the topic and a word for a window says it; others may as well be the page's own ("privacy-notice").
_TOPIC: Final = r"(?:cookies?|consents?|gdpr|dsgvo|rgpd|privacy|tracking|datenschutz)"
_WINDOW: Final = r"(?:banner|bar|pop-?up|pop-?in|modal|overlay|dialog|consent|wall|layer|prompt|toast|bandeau)"
_PERHAPS: Final = (
    r"(?:notice|notification|message|msg|alert|window|settings|preferences|choices|law|info|box|panel|hint|hinweis|control|"
    r"disclaimer|manager|container|wrapper|root|widget)"
)
_CONSENT_NAME: Final = re.compile(
    rf"(?:^|[-_\s])(?:{_VENDORS}|{_TOPIC}[-_]?{_WINDOW}|{_WINDOW}[-_]?{_TOPIC})(?=$|[-_\s\d])", re.IGNORECASE
)
# Where the same products write out a policy or the list of its cookies.
_DECLARATION: Final = re.compile(
    r"(?:cookie|privacy)[-_]?(?:policy|declaration|table|list|statement|report)|audit-table|cmplz-document",
    re.IGNORECASE,
)
_CHROME: Final = (
    r"nav|navbar|navigation|menu|menus|megamenu|submenu|topbar|toolbar|breadcrumbs?|sidebar|footer|masthead|share|sharing|"
    r"social|related|advert|advertisement|ads|popup|modal|skip|skiplinks?|pagination|"
    r"(?:language|lang|country|region|locale)[-_]?(?:selector|switcher|switch|picker|select|menu|list|nav)|"
    r"(?:site|page|global|main|app|top)-?(?:header|footer|nav|navigation|menu)|(?:header|footer)-?(?:nav|menu|links)|"
    r"back-?to-?top|scroll-?to-?top|scrollup|chatbot|live-?chat|captcha|recaptcha|grecaptcha|toast|snackbar|lightbox|off-?canvas|"
    r"browser-?(?:warning|upgrade|update|notice|alert)|browsehappy|browserupgrade"
)
# Of a class alone: as an id these words name a section of the text as well ("newsletter", "comments").
_CHROME_OF_CLASS: Final = (
    r"newsletter|subscribe|sign-?up|log-?in|sign-?in|promos?|promotion|recommended|recommendations?|trending|comments|disqus|"
    r"copyright|announcements?|alert-bar|site-?alert|sticky-?(?:bar|banner|header|footer|cta)|pop-?over|pop-?in|drawer|flyout|"
    r"dropdown-menu|tooltip|backdrop|chat|intercom|zendesk|feedback|helpful|ratings?|survey|poll|cta|call-to-action|app-?banner|"
    r"smart-?banner|app-download|store-badges?|ticker|countdown|loader|loading-?(?:spinner|overlay|screen|message)|spinner|preloader|"
    r"offline|unsupported|outdated|no-?js|js-?warning|print-?(?:button|link|icon)|table-of-contents|on-this-page|in-this-article|"
    r"page-nav|anchor-?(?:nav|links)|jump-?links|quick-?links|pager|prev-next|search-?(?:form|box|bar)|(?:user|account)-?(?:menu|links)"
)
_CHROME_NAME: Final = re.compile(
    rf"(?:^|[-_\s])(?<!\bno[-_])(?<!has[-_])(?<!with[-_])(?<!without[-_])(?:{_CHROME}|{_CHROME_OF_CLASS}|{_TOPIC}[-_]?{_PERHAPS})(?=$|[-_\s])(?!-less)",
    re.IGNORECASE,
)
_CHROME_IDENT: Final = re.compile(
    rf"(?:^|[-_\s])(?<!\bno[-_])(?<!has[-_])(?<!with[-_])(?<!without[-_])(?:{_CHROME})(?=$|[-_\s])(?!-less)",
    re.IGNORECASE,
)
# Classes that say how something looks and not what it is: "text-nav-header", "toc-visible:col-2", "group/menu".
_UTILITY: Final = re.compile(
    r"(?:text|bg|border|font|fill|stroke|cols?|rows?|gap|grid|flex|max-[wh]|min-[wh]|[wh]|[mp][xytblr]?|rounded|shadow|z|space-[xy])-|\S*[:/\[(!]"
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


_HEADING_NAME: Final = re.compile(
    r"(?:^|\s)(?:[A-Za-z]+-)?h([1-6])(?=$|\s)"
)  # "h2", "text-h4", as frameworks have them


@lru_cache(maxsize=20_000)
def heading_rank(classes: str) -> int:
    """The rank of a heading that a class gives its element, 0 for none."""
    found = _HEADING_NAME.search(classes)
    return int(found.group(1)) if found else 0


@lru_cache(maxsize=20_000)
def _named_kind(names: str, is_ident: bool) -> ZoneKind | None:
    names = _HUMP.sub("-", " ".join(name for name in names.split() if not _UTILITY.match(name)))
    if _CONSENT_NAME.search(names):
        return ZoneKind.CONSENT if not _DECLARATION.search(names) else None
    return ZoneKind.NAMED if (_CHROME_IDENT if is_ident else _CHROME_NAME).search(names) else None


def hinted_kind(tag: str, role: str | None, classes: str, ident: str) -> ZoneKind | None:
    """What an element's tag, role, classes (and what else names it) and id propose, or None."""
    named = (_named_kind(classes, is_ident=False) if classes else None) or (
        _named_kind(ident, is_ident=True) if ident else None
    )
    if named is ZoneKind.CONSENT:
        return named
    if tag == "nav" or role in _MENU_ROLES:
        return ZoneKind.MENU
    if tag in _STRUCTURE_TAGS or role in _STRUCTURE_ROLES:
        return ZoneKind.STRUCTURE
    if tag == "main" or role == "main":
        return ZoneKind.MAIN
    if tag == "article" or role == "article":
        return ZoneKind.CONTENT
    if tag == "button" or role in _CONTROL_ROLES:
        return ZoneKind.BUTTON
    return named or (ZoneKind.STRUCTURE if tag == "form" else None)


HOLDS: Final = ("data-holds-the-text", "")  # what is set on the element that holds the text (``holder.py``)
_MOST: Final = 0.4  # a proposed zone with this share of the page's words is the page, not its surroundings
_MUCH: Final = 0.1
_LONG: Final = 120  # words of prose; teasers of other pages are shorter
_NEARLY_ALL: Final = 0.8
_HALF: Final = 0.5
_ENOUGH: Final = 60  # so many words of prose, and prose tells what is the page; below, all words do


def decide_streams(
    zones: Sequence[Zone], zone_of: Sequence[int], words: Sequence[int], titled: Sequence[int] = ()
) -> list[Stream]:
    """The stream of each place. ``zone_of`` holds the innermost zone of every place, ``words`` how many it has.

    ``titled`` are the zones with a heading of the first rank: a consent window has none, a page about cookies does.
    """
    zones = [Zone(zone.parent, ZoneKind.NAMED) if at in titled and zone.kind is ZoneKind.CONSENT else zone
             for at, zone in enumerate(zones)]  # fmt: skip
    whole, prose = [0] * len(zones), [0] * len(zones)
    for zone, count in zip(zone_of, words, strict=True):
        whole[zone] += count
        if count >= PROSE:
            prose[zone] += count
    own, own_prose = whole.copy(), prose.copy()
    for at in range(len(zones) - 1, 0, -1):  # children come after their parents
        whole[zones[at].parent] += whole[at]
        prose[zones[at].parent] += prose[at]
    has_prose = prose[0] >= _ENOUGH
    streams: list[Stream] = ["main"]
    inside = zones_inside(zones, (ZoneKind.MAIN, ZoneKind.CONTENT))
    for at in range(1, len(zones)):
        of_words, of_prose = whole[at] / max(whole[0], 1), prose[at] / max(prose[0], 1)
        share = (of_prose if zones[at].kind is ZoneKind.MENU else max(of_words, of_prose)) if has_prose else of_words
        if zones[at].kind is ZoneKind.NAMED and inside[at] and of_prose >= _MUCH and prose[at] >= _LONG:
            share = 1.0  # within the text a name alone hides no such part of it
        streams.append(_stream(zones[at], streams[zones[at].parent], share, whole[at]))
    of_text = sum(count for count, stream in zip(own_prose, streams, strict=True) if stream == "main")
    if not _leave_to_main(zones, streams, own_prose) and of_text < _ENOUGH:
        _leave_short_to_main(zones, streams, own, titled)
    return [streams[zone] for zone in zone_of]


def _stream(zone: Zone, parent: Stream, share: float, words: int) -> Stream:
    if zone.kind is ZoneKind.CONTENT or zone.kind is ZoneKind.MAIN:
        return parent if share < _MOST else "main"
    if zone.kind is ZoneKind.CONTROL:
        return "surroundings"
    if zone.kind is ZoneKind.BUTTON:
        return parent if words >= PROSE else "surroundings"
    if share >= _MOST:
        return "main" if zone.kind is not ZoneKind.CONSENT or share > 0.8 else "surroundings"
    return "surroundings"


def zones_inside(zones: Sequence[Zone], kinds: tuple[ZoneKind, ...]) -> list[bool]:
    """Of each zone, whether it is of these kinds or stands in one that is."""
    inside = [False] * len(zones)
    for at in range(1, len(zones)):
        inside[at] = inside[zones[at].parent] or zones[at].kind in kinds
    return inside


def _leave_to_main(
    zones: Sequence[Zone], streams: list[Stream], counts: Sequence[int], most: float = _NEARLY_ALL
) -> bool:
    """Where a page says which part is its main one, and nearly all its prose stands there, the rest is surroundings."""
    inside = zones_inside(zones, (ZoneKind.MAIN,))
    of_main = [count if streams[at] == "main" else 0 for at, count in enumerate(counts)]
    within = sum(count for at, count in enumerate(of_main) if inside[at])
    if not within or within < sum(of_main) * most:
        return False
    for at in range(len(zones)):
        if not inside[at]:
            streams[at] = "surroundings"
    return True


def _leave_short_to_main(
    zones: Sequence[Zone], streams: list[Stream], words: Sequence[int], titled: Sequence[int]
) -> None:
    """A page with little prose: its main part counts by all its words, where it holds the page's title.

    Against it counts what nothing proposes to be furniture; a footer may well be longer than a text of three lines.
    """
    inside = zones_inside(zones, (ZoneKind.MAIN,))
    if not titled or not all(inside[at] for at in titled):
        return
    proposed = zones_inside(zones, OUTSIDE)
    weighed = [0 if proposed[at] and not inside[at] else count for at, count in enumerate(words)]
    _leave_to_main(zones, streams, weighed, _HALF)


OUTSIDE: Final = (ZoneKind.STRUCTURE, ZoneKind.CONSENT, ZoneKind.NAMED, ZoneKind.MENU)
PROSE: Final = 12  # a passage of so many words is prose; it marks where the page's own text begins and ends
_LABEL_WORDS: Final = 6
_NOTICE: Final = re.compile(r"(?:©|\(c\)\s*\d{4}|copyright\s*(?:©|\(c\)|\d{4}))", re.IGNORECASE)  # whose the page is
_NOTICE_WORDS: Final = 30
_MENU_RUN: Final = 5  # so many short links in a row are a menu
_MENU_INSIDE: Final = 15  # between two passages of prose they may be the text's own list; only a long one is a menu
_MENU_WORDS: Final = 12
_SHORT_SENTENCE: Final = re.compile(r"[^\W\d_]{2}\s?[.。]$")  # "No exceptions."; slogans end otherwise
OF_A_LIST: Final = frozenset(("item", "row", "term"))  # the last lines of a list are short and yet no labels
_SAYS_WHAT_OF_WHAT: Final = re.compile(  # "Police: blocked", "Union allowed ✓", "Resellers yes"
    r"\w\s?[:：]\s?\S|[✓✔✗✘☐☑☒✅❌❎⛔⭕🚫]|\w\s(?:yes|no|ja|nein|oui|non|sí|نعم|لا)$|是$|否$", re.IGNORECASE
)
_NO_SENTENCE: Final = 3  # words
_VERB: Final = re.compile(  # "Views of workers are heard", without a full stop
    r"[^\W\d_]\s(?:is|are|must|may|shall|will not|cannot|has|have|do not|does not|never|ist|sind|muss|müssen|darf|dürfen|est|sont|doit|doivent|peut|peuvent|es|son|debe|deben|puede|pueden)\s[^\W\d_]"
)
_SO_MANY: Final = re.compile(r"\d[\d.,]*\s?%?\s[^\W\d_]+\s[^\W\d_]+")  # "412 requests refused"; "Node 8" is a name
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
    for at, text in enumerate(texts):
        if text[:1] in "©(Cc" and words[at] <= _NOTICE_WORDS and _NOTICE.match(text):
            streams[at] = "surroundings"
    prose = [at for at, count in enumerate(words) if count >= PROSE and streams[at] == "main" and not linked[at]]
    if not prose:
        return
    first, last = prose[0], prose[-1]
    top = next((at for at, kind in enumerate(kinds) if kind == "heading" and streams[at] == "main"), first)
    for at in (*range(max(top, first)), *range(last + 1, len(streams))):
        most = _MENU_WORDS if linked[at] else _LABEL_WORDS
        if streams[at] == "main" and linked[at] and (words[at] >= PROSE or turns_the_page(texts[at])):
            streams[at] = "surroundings"  # what another page says, or the way there
        elif streams[at] == "main" and words[at] <= most and (kinds[at] != "heading" or not first > at >= top):
            if _is_of_a_list(kinds, linked, at) or (
                kinds[at] == "heading" and _heads_a_text(streams, kinds, linked, at)
            ):
                continue
            if not linked[at] and _says_something(texts, kinds, words, linked, at):
                continue
            above = texts[at - 1][-1:] if at else ""  # "By post:" and then who to write to; a question and its answer
            is_introduced = above != "" and (above in ":：" or (above in "?？" and not linked[at]))
            if not is_introduced and _is_label(texts[at], words[at], most):
                streams[at] = "surroundings"
    _set_apart_menus(streams, texts, kinds, words, linked, (first, last))


def _says_something(
    texts: Sequence[str], kinds: Sequence[PlaceKind], words: Sequence[int], linked: Sequence[bool], at: int
) -> bool:
    """Whether a short line outside the prose is the text's own: a sentence, a limit, or what a line over it is said of."""
    text = texts[at]
    if _SHORT_SENTENCE.search(text) or _introduces(texts, kinds, at):
        return True
    if words[at] > _NO_SENTENCE and _VERB.search(text) and not site_line(text):
        return True
    if kinds[at] == "heading":
        return False
    if is_no_label(text):
        return True
    is_date = DATE.fullmatch(text) is not None  # "Moratorium ends", and then the day; not that of "Last updated"
    if not at or (is_date and says_nothing_but_its_stamp(texts[at - 1])):
        return False
    is_said_of_it = kinds[at - 1] in ("heading", "term")  # "Union", and then "Recognised"
    return is_said_of_it or (is_date and words[at - 1] <= _LABEL_WORDS and not linked[at - 1])


def _introduces(texts: Sequence[str], kinds: Sequence[PlaceKind], at: int) -> bool:
    """ "We prohibit:" over the items of a list."""
    return texts[at][-1:] in (":", "：") and at + 1 < len(kinds) and kinds[at + 1] == "item"


def _heads_a_text(streams: Sequence[Stream], kinds: Sequence[PlaceKind], linked: Sequence[bool], at: int) -> bool:
    """Whether what stands under a heading is a line of the text that leads nowhere."""
    under = at + 1
    return under < len(kinds) and kinds[under] != "heading" and streams[under] == "main" and not linked[under]


def _is_of_a_list(kinds: Sequence[PlaceKind], linked: Sequence[bool], at: int) -> bool:
    return at < len(kinds) and kinds[at] in OF_A_LIST and not linked[at]


def _is_label(text: str, words: int, most: int) -> bool:
    if words <= 3:
        if _SAYS_WHAT_OF_WHAT.search(text) or says_it_stands_no_more(text) or "@" in text:
            return False
        return _SO_MANY.fullmatch(text) is None or bool(site_line(text)) or DATE.fullmatch(text) is not None
    return words <= most and text[-1:] not in ".!?。！？" and not _HAS_DIGIT_OR_COMMA.search(text)


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
