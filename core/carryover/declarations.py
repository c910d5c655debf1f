"""Declarations of Open Terms Archive (https://docs.opentermsarchive.org/terms/reference/declaration/): a service, its terms.

A range between two selectors has no like here: the page is read whole, and the range is named. Terms put together from
several pages become a source for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

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


def read(body: bytes, file: str) -> Carried:
    """The documents of one declaration."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise NotThisFormat("no JSON") from None
    documents = (data.get("terms") or data.get("documents")) if isinstance(data, dict) else None
    if not isinstance(documents, dict):
        raise NotThisFormat('JSON without "terms" or "documents"')
    name = short(data.get("name") or "")
    found: list[Found] = []
    left: list[Left] = []
    for title, document in documents.items():
        where = f"{file}: {short(str(title))}"
        parts = document.get("combine") if isinstance(document, dict) else None
        if isinstance(parts, list) and parts:
            why = f"put together from {len(parts)} pages there; here each is a source of its own"
            left.append(Left(where, "combine", why))
            shared = {key: value for key, value in document.items() if key != "combine"}
            for part in parts:
                _take({**shared, **part} if isinstance(part, dict) else {}, where, name, str(title), found, left)
        else:
            _take(document if isinstance(document, dict) else {}, where, name, str(title), found, left)
    return Carried("Open Terms Archive", tuple(found), tuple(left))


def _take(document: Mapping[str, Any], where: str, name: str, title: str, found: list[Found], left: list[Left]) -> None:
    url = document.get("fetch") or document.get("location")
    if not isinstance(url, str) or not is_address(url):
        left.append(Left(where, short(url), "no address that can be asked"))
        return
    if document.get("executeClientScripts"):
        left.append(Left(where, "executeClientScripts", "pages are asked without a browser"))
    steps = document.get("filter")
    left.extend(
        Left(where, f"filter {short(step)}", "functions of another program are not run")
        for step in (steps if isinstance(steps, list) else [steps] if steps else [])
    )
    found.append(
        Found(
            url.strip(),
            where,
            kind="pdf" if url.split("?")[0].lower().endswith(".pdf") else "page",
            company=name or company_of(url),
            title=title,
            role=re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:80],
            select=_plain(document.get("select"), "select", where, left),
            remove=_plain(document.get("remove"), "remove", where, left),
        )
    )


def _plain(value: object, key: str, where: str, left: list[Left]) -> tuple[str, ...]:
    """The plain selectors; a range among them is named, and where parts are selected the page is then read whole."""
    given = value if isinstance(value, list) else [value] if value else []
    ranges = [each for each in given if isinstance(each, dict)]
    for each in ranges:
        what = "the page is read whole" if key == "select" else "what it would remove is read too"
        left.append(Left(where, f"{key}: {short(json.dumps(each))}", f"a range between two selectors; {what}"))
    if key == "remove":
        return selectors(texts(given), where, left)
    return () if ranges else parts_to_read(texts(given), where, left)
