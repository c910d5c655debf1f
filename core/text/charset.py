"""Which characters the bytes of a page mean, and those characters.

Order of belief: byte order mark, HTTP header, ``<meta>``, XML prolog, then the bytes themselves. A declaration that the
bytes contradict is overruled, because a page read in the wrong charset looks like a page that was rewritten. Labels mean
what browsers take them to mean (https://encoding.spec.whatwg.org/#names-and-labels). The same bytes always give the same
answer; the common case, valid UTF-8, costs one pass over the bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

import webencodings
from charset_normalizer import from_bytes

META_WINDOW: Final = 4096  # the standard looks at 1,024 bytes; real pages put comments before their <meta>
SAMPLE: Final = 8_192  # bytes shown to the guesser, taken around the first byte that is not ASCII
FALLBACK: Final = (
    "windows-1252"  # https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
)

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META: Final = re.compile(rb"<meta\b[^>]{0,600}?charset\s*=\s*[\"']?\s*([a-z0-9_.:+-]{1,40})", re.IGNORECASE)
_PROLOG: Final = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']\s*([a-z0-9_.:+-]{1,40})", re.IGNORECASE)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([a-z0-9_.:+-]{1,40})", re.IGNORECASE)

# Names of the standard -> the Python codec that does what browsers do under that name.
_CODEC: Final = {
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_SEVERAL_BYTES: Final = frozenset(("gb18030", "big5", "euc-jp", "shift_jis", "euc-kr"))
_NOT_A_TEXT: Final = frozenset(("replacement", "x-user-defined"))
_GUESSES: Final = (
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
    *("cp1252", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2"),
)
_LATIN: Final = frozenset(("cp1250", "cp1254", "cp1257", "cp1258", "iso8859_2"))
_CLOSE: Final = 0.1  # of the guesser's scales for disorder and for likeness to a language, both 0 to 1
_KANA: Final = 0.2
_NAME_OF_GUESS: Final = {"cp932": "shift_jis", "euc_jp": "euc-jp", "cp949": "euc-kr", "koi8_r": "koi8-r"}
_FEW_SEQUENCES: Final = 6  # fewer accidental UTF-8 sequences than this prove nothing against a declared Chinese charset
_TOLERATED: Final = 50  # one broken sequence in so many good ones is a slip of the page, not another charset


def detect(body: bytes, content_type: str | None, *, is_valid: bool | None = None) -> str:
    """The charset of a page, named as in the WHATWG standard, lower case (``utf-8``, ``windows-1252``, ``gb18030`` …).

    ``is_valid`` is :func:`is_utf8` of the body, where the caller knows it already.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return name
    if is_utf8(body) if is_valid is None else is_valid:
        return _of_valid_utf8(body, content_type)
    declared = list(_declared(body, content_type))
    wide = _wide(body)
    if wide:
        return wide
    if _is_nearly_utf8(body):
        return "utf-8"
    # A server's default for all pages (a single-byte charset) says less than two-byte sequences that all come out right.
    for name in declared:
        if name in _SEVERAL_BYTES and _broken_share(body, name) == 0:
            return name
    for name in declared:
        if name != "utf-8" and not name.startswith("utf-16") and _broken_share(body, name) < 1 / _TOLERATED:
            return name
    return _guess(body)


def decode(body: bytes, charset: str) -> str:
    """The characters of a body under a name that :func:`detect` gave. Never fails: broken sequences become U+FFFD."""
    for mark, name in _BOMS:
        if name == charset and body.startswith(mark):
            body = body[len(mark) :]
    codec = _codec(charset)
    if codec.startswith(("cp125", "iso8859", "cp874", "koi8", "mac")):
        return body.decode(codec, "onrecord_same_number")
    return body.decode(codec, "replace")


def canonical(label: str) -> str | None:
    """The standard's name for a label as written (``latin-1`` -> ``windows-1252``), None where it knows no such label."""
    encoding = webencodings.lookup(label.strip().replace("latin-1", "latin1"))
    if encoding is None or encoding.name in _NOT_A_TEXT:
        return None
    return "gb18030" if encoding.name == "gbk" else str(encoding.name)


def _codec(charset: str) -> str:
    known = _CODEC.get(charset)
    if known:
        return known
    encoding = webencodings.lookup(charset)
    return "utf-8" if encoding is None else str(encoding.codec_info.name)


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    """What header, meta and prolog say, in order of belief; labels nobody knows are passed over."""
    labels: list[str] = _HEADER.findall(content_type or "")
    head = body[:META_WINDOW]
    if b"charset" in head.lower():
        labels += [label.decode("ascii") for label in _META.findall(_COMMENT.sub(b"", head))[:1]]
    prolog = _PROLOG.match(head)
    if prolog:
        labels.append(prolog.group(1).decode("ascii"))
    for label in labels:
        name = canonical(label)
        if name:
            # A declaration that could be read as ASCII was not written in UTF-16.
            yield "utf-8" if name.startswith("utf-16") and b"\0" not in head else name


def _of_valid_utf8(body: bytes, content_type: str | None) -> str:
    """Bytes that are valid UTF-8 are UTF-8, with three exceptions that are also valid by accident."""
    if body.isascii():
        if b"\0" in body[:256]:
            return _wide(body) or "utf-8"
        if b"\x1b" in body:  # Japanese in seven bits
            return next((name for name in _declared(body, content_type) if name == "iso-2022-jp"), "utf-8")
        return "utf-8"
    for name in _declared(body, content_type):
        if name in _SEVERAL_BYTES and _sequences(body) < _FEW_SEQUENCES and _broken_share(body, name) == 0:
            return name
        break
    return "utf-8"


def is_utf8(body: bytes) -> bool:
    """Are these bytes valid UTF-8 as a whole? ASCII is."""
    if body.isascii():
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf8(body: bytes) -> bool:
    """True for UTF-8 with a slip: cut in mid-character, or one broken sequence among very many good ones."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    good = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    ends_cut = broken == 1 and text.endswith("\ufffd") and good > 0
    return ends_cut or good >= _TOLERATED * broken


def _sequences(body: bytes) -> int:
    return sum(1 for char in body.decode("utf-8") if char > "\x7f")


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of markup is NUL."""
    head = body[:256]
    if len(head) < 4 or head.count(0) * 3 < len(head):
        return None
    return "utf-16le" if head[1::2].count(0) > head[::2].count(0) else "utf-16be"


def _broken_share(body: bytes, name: str) -> float:
    """Broken sequences among the characters beyond ASCII."""
    text = decode(body, name)
    broken = text.count("\ufffd")
    if not broken:
        return 0.0
    return broken / max(1, sum(1 for char in text if char > "\x7f"))


def _guess(body: bytes) -> str:
    first = next((at for at, byte in enumerate(body) if byte > 0x7F), 0)
    sample = body[max(0, first - 256) : max(0, first - 256) + SAMPLE]
    for name in ("shift_jis", "euc-jp"):  # the guesser takes Japanese for Korean; kana give it away
        if _kana_share(sample, name) > _KANA:
            return name
    matches = from_bytes(sample, steps=5, chunk_size=512, cp_isolation=list(_GUESSES), enable_fallback=False)
    best = matches.best()
    if best is None:
        return FALLBACK
    if best.encoding in ("cp1251", "koi8_r"):
        # The two put small letters where the other has capitals, and a text has more small ones.
        low, high = (sum(first <= byte < first + 32 for byte in sample) for first in (0xC0, 0xE0))
        return "koi8-r" if low > high else "windows-1251"
    if best.encoding in _LATIN:
        # Short texts of western Europe fit several Latin charsets; the one nine in ten of such pages use goes first.
        western = next((match for match in matches if "cp1252" in match.could_be_from_charset), None)
        if (
            western is not None
            and western.chaos <= best.chaos + _CLOSE
            and western.coherence >= best.coherence - _CLOSE
        ):
            return FALLBACK
    return canonical(_NAME_OF_GUESS.get(best.encoding, best.encoding)) or FALLBACK


def _kana_share(sample: bytes, name: str) -> float:
    """Hiragana and full-width katakana among the characters beyond ASCII; 0 where the sample breaks."""
    text = decode(sample[:-1], name).rstrip("\ufffd")
    if "\ufffd" in text[1:]:
        return 0.0
    beyond = [char for char in text if char > "\x7f"]
    return sum(1 for char in beyond if "\u3041" <= char <= "\u30fe") / max(1, len(beyond))


def _same_number(error: UnicodeError) -> tuple[str, int]:
    """Browsers give bytes that a single-byte charset leaves undefined the character of the same number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error("onrecord_same_number", _same_number)
