"""What a company's pages are about, told from addresses and link texts: the words of each role, in several languages.

Used to find pages (``onrecord sources add``) and to choose addresses of a site map. Words are matched whole, folded to
small letters, with ``-``, ``_`` and ``/`` read as spaces; the first role that fits counts.
"""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")

ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "modern-slavery": (
        "modern slavery",
        "slavery statement",
        "slavery act",
        "human trafficking",
        "transparency in supply chains",
        "forced labour",
        "forced labor",
        "esclavage moderne",
        "esclavitud moderna",
        "moderne sklaverei",
        "s211",
        "s 211",
        "现代奴役",
    ),
    "supplier-code": (
        "supplier code",
        "code of conduct for suppliers",
        "supplier conduct",
        "supplier standards",
        "supplier requirements",
        "vendor code",
        "business partner code",
        "partner code of conduct",
        "third party code",
        "lieferantenkodex",
        "verhaltenskodex für lieferanten",
        "verhaltenskodex fuer lieferanten",
        "code de conduite des fournisseurs",
        "code de conduite fournisseurs",
        "charte fournisseurs",
        "código de conducta para proveedores",
        "codigo de conducta proveedores",
        "código de proveedores",
        "供应商行为准则",
        "responsible sourcing",
    ),
    "law-enforcement": (
        "law enforcement",
        "government requests",
        "government access",
        "transparency report",
        "legal process",
        "data requests",
        "law enforcement guidelines",
        "behördenanfragen",
        "demandes des autorités",
        "执法",
    ),
    "human-rights": (
        "human rights",
        "human rights policy",
        "human rights statement",
        "menschenrechte",
        "menschenrechts",
        "droits de l homme",
        "droits humains",
        "derechos humanos",
        "direitos humanos",
        "人权",
        "due diligence",
        "vigilance",
        "lksg",
        "sorgfaltspflichten",
        "grundsatzerklärung",
    ),
    "conflict-minerals": (
        "conflict minerals",
        "konfliktmineralien",
        "minerais de conflit",
        "minerales en conflicto",
        "冲突矿产",
    ),
    "ethics": (
        "ethics",
        "code of conduct",
        "code of business conduct",
        "business conduct",
        "integrity",
        "compliance",
        "code of ethics",
        "verhaltenskodex",
        "ethik",
        "éthique",
        "ethique",
        "code de conduite",
        "ética",
        "etica",
        "código de conducta",
        "codigo de conducta",
        "行为准则",
        "道德",
        "responsible ai",
        "ai principles",
        "responsible use",
        "acceptable use",
    ),
    "privacy": (
        "privacy",
        "privacy policy",
        "privacy notice",
        "data protection",
        "datenschutz",
        "confidentialité",
        "confidentialite",
        "protection des données",
        "privacidad",
        "privacidade",
        "隐私",
    ),
}
"""Roles in the order in which they are tried: a supplier code of conduct is no code of conduct."""

NEWS_WORDS: Final = (
    "newsroom", "news room", "press releases", "press release", "press room", "pressroom", "press", "news", "media centre",
    "media center", "media", "announcements", "presse", "pressemitteilungen", "aktuelles", "actualités", "actualites",
    "communiqués de presse", "salle de presse", "noticias", "sala de prensa", "prensa", "comunicados", "新闻", "新闻中心",
)  # fmt: skip
HUB_WORDS: Final = (
    "sustainability", "responsibility", "corporate responsibility", "social responsibility", "csr", "esg", "about us", "about",
    "company", "corporate", "governance", "legal", "policies", "policy", "trust", "investors", "investor relations", "suppliers",
    "supply chain", "documents", "downloads", "reports", "nachhaltigkeit", "verantwortung", "unternehmen", "über uns",
    "rechtliches", "développement durable", "responsabilité", "engagements", "à propos", "entreprise", "sostenibilidad",
    "responsabilidad", "empresa", "nosotros", "proveedores", "关于我们", "可持续发展", "社会责任",
)  # fmt: skip

PATH_WORDS: Final = tuple(word for words in ROLE_WORDS.values() for word in words)


def folded(text: str) -> str:
    """Words in small letters with one space between, a space at either end."""
    words = _WORD.findall(text.casefold())
    return f" {' '.join(words)} "


def role_of(text: str) -> str | None:
    """The role a link text or path speaks of, None where it speaks of none."""
    told = folded(text)
    return next((role for role, words in ROLE_WORDS.items() if any(_stands(word, told) for word in words)), None)


def speaks_of(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text."""
    told = folded(text)
    return any(_stands(word, told) for word in words)


def _stands(word: str, told: str) -> bool:
    """A whole word or phrase; part of a run where the script writes no spaces."""
    return word in told if not word.isascii() and re.search(r"[\u3040-\u9fff]", word) else f" {word} " in told
