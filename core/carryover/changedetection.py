"""changedetection.io: the ``url-watches.json`` of an export (a zip of it too)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from core.carryover.found import (
    Carried,
    Found,
    Left,
    NotThisFormat,
    company_of,
    is_address,
    parts_to_read,
    selectors,
    short,
    texts,
)

_INSIDE: Final = "url-watches.json"
_MOST: Final = 50_000_000
# Settings of a watch that have no place here, with what is done instead.
_LEFT: Final = {
    "trigger_text": "rules decide who hears, never what is kept",
    "ignore_text": "noise is found by itself and shown, never dropped",
    "extract_text": "the whole page is kept",
    "text_should_not_be_present": "rules decide who hears, never what is kept",
    "notification_urls": "who hears is said in routes.yaml",
    "headers": "nothing but the client's own name is sent",
    "body": "addresses are asked with GET",
    "browser_steps": "no page is operated",
    "webdriver_js_execute_code": "no script of ours runs on a page",
}


def read(body: bytes, file: str) -> Carried:
    """The watches of an export."""
    data = _data(body)
    watches = data.get("watching")
    if not isinstance(watches, dict):
        raise NotThisFormat('JSON without "watching"')
    found: list[Found] = []
    left: list[Left] = []
    for key, watch in watches.items():
        where = f"{file}: watch {short(str(key))}"
        if not isinstance(watch, dict):
            left.append(Left(where, "a watch", "not the settings of one"))
            continue
        _take(watch, where, found, left)
    return Carried("changedetection.io", tuple(found), tuple(left))


def _data(body: bytes) -> dict[str, Any]:
    if body.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                inside = next((each for each in packed.infolist() if each.filename.endswith(_INSIDE)), None)
                if inside is None or inside.file_size > _MOST:
                    raise NotThisFormat(f"a zip without a {_INSIDE} that can be read")
                body = packed.read(inside)
        except (zipfile.BadZipFile, RuntimeError, OSError) as error:
            raise NotThisFormat(f"a damaged zip ({error})") from None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise NotThisFormat("no JSON") from None
    if not isinstance(data, dict):
        raise NotThisFormat("JSON, but not an object")
    return data


def _take(watch: Mapping[str, Any], where: str, found: list[Found], left: list[Left]) -> None:
    url = watch.get("url")
    if not is_address(url) or not isinstance(url, str):
        left.append(Left(where, short(url), "no address that can be asked"))
        return
    wanted = texts(watch.get("include_filters") or watch.get("css_filter"))
    plain = [text.removeprefix("css:") for text in wanted if not _is_other(text)]
    left.extend(
        Left(where, f"filter {short(text)}", "only CSS selectors can be carried over; the page is read whole")
        for text in wanted
        if _is_other(text)
    )
    for key, why in _LEFT.items():
        if watch.get(key):
            left.append(Left(where, key, why))
    if str(watch.get("method") or "GET").upper() != "GET":
        left.append(Left(where, f"method {short(watch['method'])}", "addresses are asked with GET"))
    if "webdriver" in str(watch.get("fetch_backend") or ""):
        left.append(
            Left(where, "a browser", "asked without one; where the page needs it, add browser: true to the source")
        )
    found.append(
        Found(
            url.strip(),
            where,
            company=company_of(url),
            title=short(watch.get("title") or ""),
            select=parts_to_read(plain, where, left) if len(plain) == len(wanted) else (),
            remove=selectors([t for t in texts(watch.get("subtractive_selectors")) if not _is_other(t)], where, left),
            every=_every(watch.get("time_between_check")),
            enabled=not watch.get("paused"),
        )
    )


def _is_other(text: str) -> bool:
    return text.startswith(("xpath:", "xpath1:", "json:", "jq:", "jqraw:", "//", "/"))


def _every(value: object) -> timedelta | None:
    if not isinstance(value, dict):
        return None
    units = ("weeks", "days", "hours", "minutes", "seconds")
    given = {unit: value[unit] for unit in units if isinstance(value.get(unit), int) and 0 < value[unit] < 100_000}
    return timedelta(**given) if given else None
