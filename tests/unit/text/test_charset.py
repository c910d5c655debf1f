"""Charsets: who is believed, who is overruled, and that the same bytes always give the same answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.text.charset import canonical, decode, detect

FRENCH = "Nous avons cessé la vente à l’étranger, où l’usage détourné était signalé. " * 3
GERMAN = "Wir verkaufen keine Überwachungstechnik an Behörden. Größe, Maß, über. " * 3
RUSSIAN = "Мы не продаём технологии слежки никому. Это политика компании. " * 3
POLISH = "Nie sprzedajemy technologii nadzoru. Właśnie dlatego źródła są ważne. Łódź " * 3
CHINESE = "这是一份关于人权的政策文件，我们承诺不会向任何政府出售监控技术。" * 3
TAIWAN = "這是一份關於人權的政策文件，我們承諾不會向任何政府出售監控技術。" * 3
JAPANESE = "人権に関する方針。監視技術を販売しません。私たちは約束します。" * 3
KOREAN = "우리는 감시 기술을 판매하지 않습니다. 인권 정책 " * 3
ARABIC = "لا نبيع تقنيات المراقبة لأي حكومة. حقوق الإنسان " * 3
GREEK = "Δεν πουλάμε τεχνολογία παρακολούθησης. Ανθρώπινα δικαιώματα " * 3


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("latin-1", "windows-1252"),
        ("ISO-8859-1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("x-sjis", "shift_jis"),
        ("ks_c_5601-1987", "euc-kr"),
        ("utf8", "utf-8"),
        ("iso-8859-9", "windows-1254"),
        (" KOI8-R ", "koi8-r"),
        ("rot13", None),
        ("invalid", None),
        ("iso-2022-kr", None),
    ],
)
def test_labels_mean_what_browsers_take_them_to_mean(label: str, name: str | None) -> None:
    assert canonical(label) == name


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "text/html; charset=windows-1252", "utf-8"),
        ("café".encode("utf-16"), None, "utf-16le"),
        (b"\xfe\xff" + "café".encode("utf-16-be"), None, "utf-16be"),
        ("<p>café</p>".encode("utf-16-le"), None, "utf-16le"),
        (b"<p>plain", "text/html; charset=iso-8859-1", "utf-8"),
        (FRENCH.encode("cp1252"), "text/html; charset=ISO-8859-1", "windows-1252"),
        (b'<meta charset="koi8-r">' + RUSSIAN.encode("koi8-r"), None, "koi8-r"),
        (b"<meta charset=koi8-r>" + RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", "windows-1251"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">' + CHINESE.encode("gbk"),
            None,
            "gb18030",
        ),
        (b'<?xml version="1.0" encoding="windows-1251"?><a>' + RUSSIAN.encode("cp1251"), None, "windows-1251"),
        (
            b"<!-- <meta charset=koi8-r> -->" + b"x" * 2000 + b"<meta charset=big5>" + TAIWAN.encode("big5"),
            None,
            "big5",
        ),
        (b"\x1b$B%F%9%H\x1b(B", "text/html; charset=iso-2022-jp", "iso-2022-jp"),
    ],
)
def test_mark_then_header_then_meta_then_prolog(body: bytes, content_type: str | None, name: str) -> None:
    assert detect(body, content_type) == name


def test_declared_latin_but_many_bytes_of_utf8() -> None:
    assert detect(FRENCH.encode(), "text/html; charset=ISO-8859-1") == "utf-8"


def test_declared_utf8_that_does_not_decode() -> None:
    assert detect(b"<meta charset=utf-8>" + FRENCH.encode("cp1252"), "text/html; charset=utf-8") == "windows-1252"
    assert detect(b"<meta charset=gbk>" + CHINESE.encode("gbk"), "text/html; charset=utf-8") == "gb18030"


def test_a_server_default_gives_way_to_two_byte_text_that_comes_out_right() -> None:
    assert detect(b"<meta charset=gb2312>" + CHINESE.encode("gbk"), "text/html; charset=iso-8859-1") == "gb18030"


def test_utf8_with_a_slip_stays_utf8() -> None:
    assert detect(GERMAN.encode()[:-1] + "ü".encode()[:1], None) == "utf-8"
    assert detect(CHINESE.encode() + b" \xe9 " + CHINESE.encode(), "text/html; charset=utf-8") == "utf-8"


def test_a_short_chinese_text_that_is_also_valid_utf8_keeps_its_declaration() -> None:
    body = "联通".encode("gbk")
    assert detect(body, "text/plain; charset=gb2312") == "gb18030"
    assert decode(body, "gb18030") == "联通"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (FRENCH, "cp1252", "windows-1252"),
        (GERMAN, "latin-1", "windows-1252"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (POLISH, "cp1250", "windows-1250"),
        (CHINESE, "gb18030", "gb18030"),
        (TAIWAN, "big5", "big5"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "euc-jp", "euc-jp"),
        (KOREAN, "cp949", "euc-kr"),
        (ARABIC, "cp1256", "windows-1256"),
        (GREEK, "cp1253", "windows-1253"),
    ],
)
def test_nothing_declared(text: str, codec: str, name: str) -> None:
    body = text.encode(codec, "ignore")
    assert detect(body, None) == name
    assert decode(body, name) == body.decode(codec)


def test_undefined_bytes_of_a_single_byte_charset_are_kept_as_browsers_keep_them() -> None:
    assert decode(b"a\x81\x80", "windows-1252") == "a\x81€"


def test_broken_sequences_become_replacement_characters() -> None:
    assert decode(b"caf\xc3", "utf-8") == "caf\ufffd"
    assert decode(b"\xff\xfea\0b", "utf-16le") == "a\ufffd"


def test_nothing_at_all() -> None:
    assert detect(b"", None) == "utf-8"


@pytest.mark.corpus
def test_files_of_the_corpus(shared: Path) -> None:
    expected = {
        "miniflux-invalid-prolog.xml": ("utf-8", "테스트 피드"),
        "miniflux-iso-8859-1-meta-after-1024.html": ("windows-1252", "Frédéric"),
        "miniflux-iso-8859-1.xml": ("windows-1252", "Café"),
        "miniflux-koi8r.xml": ("koi8-r", "Пример RSS ленты"),
        "miniflux-utf8-incorrect-prolog.xml": ("utf-8", "테스트 피드"),
        "miniflux-utf8-meta-after-1024.html": ("utf-8", "Frédéric"),
        "miniflux-windows-1252-incorrect-prolog.xml": ("utf-8", "Euro €"),
        "miniflux-windows-1252.xml": ("windows-1252", "Euro €"),
    }
    files = sorted((shared / "corpus" / "feeds").glob("miniflux-*"))
    assert len(files) == len(expected) == 8
    for file in files:
        name, words = expected[file.name]
        body = file.read_bytes()
        assert detect(body, None) == name, file.name
        assert words in decode(body, name), file.name
