"""How much of the policy text that people selected stands in what we read, and how much else stands beside it.

Counted in words, each as often as it stands there. The measure beside ours is every text node of the page outside
scripts and styles: what no reader of the page's markup could exceed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree

from core.errors import ReadError
from core.text.read import as_utf8, read

_WORD: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_TARGET: Final = re.compile(r"(?<=\])\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")
_PICTURE: Final = re.compile(r"!\[[^\]]*\](?:\((?:[^()\\]|\\.|\([^()]*\))*\))?")
_AUTOLINK: Final = re.compile(r"<(?:https?|mailto):[^>]*>")
_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNSHOWN: Final = ("script", "style")


@dataclass(frozen=True, slots=True)
class Held:
    """One snapshot: shares of the policy's words held by both streams, by main, by the raw page (None for a PDF),
    and the share of main's words that are not the policy's."""

    history: str
    n: int
    ours: float
    main: float
    raw: float | None
    beside: float


def words(text: str) -> Counter[str]:
    """The words of a text, folded; each ideograph is one."""
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def markdown_text(text: str) -> str:
    """What a reader of rendered Markdown sees: no addresses, pictures, tags or escapes."""
    text = _AUTOLINK.sub(" ", _TARGET.sub("", _PICTURE.sub(" ", text)))
    return html.unescape(_ESCAPE.sub(r"\1", _TAG.sub(" ", text)))


def recall(wanted: Counter[str], held: Counter[str]) -> float:
    """The share of the wanted words that are held, 1.0 where none are wanted."""
    return (wanted & held).total() / wanted.total() if wanted else 1.0


def measure(folder: Path, meta: dict[str, Any]) -> Iterator[Held]:
    """Every snapshot of an unpacked history whose state is ``ok``, identical bytes read once."""
    known: dict[tuple[str, str], Held] = {}
    for snapshot in meta["snapshots"]:
        version = snapshot.get("version")
        if snapshot.get("state") != "ok" or not version:
            continue
        key = (snapshot["sha256"], version)
        if key not in known:
            body = (folder / snapshot["file"]).read_bytes()
            policy = (folder / "versions" / f"{version}.md").read_text(encoding="utf-8")
            known[key] = _held(meta["id"], snapshot["n"], body, words(markdown_text(policy)))
        yield known[key]


def _held(history: str, n: int, body: bytes, policy: Counter[str]) -> Held:
    try:
        places = read(body, content_type=None, url="https://example.org/").places
    except ReadError:
        return Held(history, n, 0.0, 0.0, None, 0.0)
    main = words("\n".join(place.text for place in places if place.stream == "main"))
    both = main + words("\n".join(place.text for place in places if place.stream == "surroundings"))
    beside = 1 - (policy & main).total() / main.total() if main else 0.0
    return Held(history, n, recall(policy, both), recall(policy, main), _raw_recall(body, policy), beside)


def _raw_recall(body: bytes, policy: Counter[str]) -> float | None:
    """The best that text nodes give, taken as words apart or as parts of words."""
    if body.startswith(b"%PDF-"):
        return None
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(as_utf8(body, None), parser)
    if root is None:
        return 0.0
    etree.strip_elements(root, *_UNSHOWN, with_tail=False)
    nodes = [str(text) for text in root.itertext()]
    return max(recall(policy, words(gap.join(nodes))) for gap in (" ", ""))
