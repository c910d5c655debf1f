"""Declarations of Open Terms Archive (https://docs.opentermsarchive.org/terms/reference/declaration/): a service, its terms.

Terms put together from several pages become one source with parts, as long as all are at one host; others a source each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from core.config.addresses import is_same_host, same_address
from core.parts import Part

_ENDS: Final = {
    "startBefore": "start_before",
    "startAfter": "start_after",
    "endBefore": "end_before",
    "endAfter": "end_after",
}


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
        said = document if isinstance(document, dict) else {}
        several = said.get("combine")
        if not isinstance(several, list) or not several:
            several = [{}]
        shared = {key: value for key, value in said.items() if key != "combine"}
        pages = [
            page
            for each in several
            if (page := _page({**shared, **each} if isinstance(each, dict) else {}, where, name, str(title), left))
        ]
        found += _together(pages, where, left)
    return Carried("Open Terms Archive", tuple(found), tuple(left))


def _together(pages: Sequence[Found], where: str, left: list[Left]) -> list[Found]:
    """One source of all pages of a document that stand at one host; pages elsewhere are sources of their own."""
    if len(pages) < 2:
        return list(pages)
    first = pages[0]
    known = {same_address(first.url)}
    near: list[Found] = []
    apart: list[Found] = []
    for page in pages[1:]:
        if same_address(page.url) in known:
            left.append(Left(where, short(page.url), "named twice: the page is read once, as it was named first"))
            continue
        known.add(same_address(page.url))
        (near if is_same_host(page.url, first.url) else apart).append(page)
    for page in apart:
        why = "a page of the same document at another host: a source of its own here, compared alone"
        left.append(Left(where, f"combine {short(page.url)}", why))
    parts = tuple(Part(page.url, page.select, page.remove) for page in near)
    return [replace(first, kind="page" if parts else first.kind, parts=parts), *apart]


def _page(document: Mapping[str, Any], where: str, name: str, title: str, left: list[Left]) -> Found | None:
    """One page of a document; None where it has no address."""
    url = document.get("fetch") or document.get("location")
    if not isinstance(url, str) or not is_address(url):
        left.append(Left(where, short(url), "no address that can be asked"))
        return None
    if document.get("executeClientScripts"):
        why = "asked without a browser; where the page needs one, add browser: true to the source"
        left.append(Left(where, "executeClientScripts", why))
    steps = document.get("filter")
    left.extend(
        Left(where, f"filter {short(step)}", "functions of another program are not run")
        for step in (steps if isinstance(steps, list) else [steps] if steps else [])
    )
    return Found(
        url.strip(),
        where,
        kind="pdf" if url.split("?")[0].lower().endswith(".pdf") else "page",
        company=name or company_of(url),
        title=title,
        role=re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:80],
        select=parts_to_read(_chosen(document.get("select")), where, left),
        remove=selectors(_chosen(document.get("remove")), where, left),
    )


def _chosen(value: object) -> list[str]:
    """The selectors and ranges of a value, each as one text, whether they can be used or not."""
    chosen: list[str] = []
    for each in value if isinstance(value, list) else [value] if value else []:
        ends = {_ENDS.get(name, name): end for name, end in each.items()} if isinstance(each, dict) else None
        chosen += texts(each) if ends is None else [json.dumps(ends)]
    return chosen
