"""Job files of urlwatch and webchanges: YAML documents, one a job. Shell commands are named and never carried over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

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

# Filters that only make text of a page, or tidy it: reading does that by itself.
_BY_ITSELF: Final = frozenset(
    ["html2text", "strip", "remove-duplicate-lines", "beautify", "format-html", "absolute_links", "striplines"]
)
# Keys of a job that change nothing here.
_HARMLESS: Final = frozenset(
    ["name", "url", "navigate", "filter", "filters", "user_visible_url", "kind", "index_number"]
)


def read(body: bytes, file: str) -> Carried:
    """The jobs of a file that ask an address."""
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = True
    try:
        jobs = list(yaml.load_all(body.decode("utf-8-sig")))
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise NotThisFormat(f"no YAML ({short(str(error))})") from None
    if not any(isinstance(job, dict) and {"url", "navigate", "command"} & set(job) for job in jobs):
        raise NotThisFormat("YAML, but no job with url, navigate or command in it")
    found: list[Found] = []
    left: list[Left] = []
    for number, job in enumerate(jobs, start=1):
        if job is None:
            continue
        line = job.lc.line + 1 if hasattr(job, "lc") else 0
        where = f"{file}:{line}" if line else f"{file}: job {number}"
        if isinstance(job, dict):
            _take(job, where, found, left)
        else:
            left.append(Left(where, short(job), "not a job"))
    return Carried("urlwatch or webchanges", tuple(found), tuple(left))


def _take(job: Mapping[str, Any], where: str, found: list[Found], left: list[Left]) -> None:
    name = short(job.get("name") or "")
    if "command" in job:
        left.append(
            Left(where, f"{name or 'a job'}: command {short(job['command'])}", "shell commands are never carried over")
        )
        return
    url = job.get("url") or job.get("navigate")
    if not isinstance(url, str) or not is_address(url):
        left.append(Left(where, name or short(url), "no address that can be asked"))
        return
    if "navigate" in job or job.get("use_browser"):
        left.append(
            Left(
                where,
                f"{name or url}: a browser",
                "asked without one; where the page needs it, add browser: true to the source",
            )
        )
    left.extend(
        Left(where, f"{name or url}: {short(str(key))}", "has no place in sources.yaml")
        for key in job
        if key not in _HARMLESS and key != "use_browser"
    )
    select, remove = _filters(job.get("filter") or job.get("filters"), where, left)
    found.append(Found(url.strip(), where, company=company_of(url), title=name, select=select, remove=remove))


def _filters(given: object, where: str, left: list[Left]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the filters select and remove; a filter that cannot be carried leaves the whole page to be read."""
    select: list[str] = []
    remove: list[str] = []
    is_whole = False
    for each in given if isinstance(given, list) else [given] if given else []:
        pairs = each.items() if isinstance(each, dict) else [(str(part).strip(), None) for part in str(each).split(",")]
        for kind, value in pairs:
            if kind in _BY_ITSELF:
                continue
            chosen, dropped = _chosen(str(kind), value)
            select += chosen
            remove += dropped
            if not chosen and not dropped:
                is_whole = True
                left.append(Left(where, f"filter {short(str(kind))}", "not carried over; the page is read whole"))
    return () if is_whole else parts_to_read(select, where, left), selectors(remove, where, left)


def _chosen(kind: str, value: object) -> tuple[list[str], list[str]]:
    if kind == "css":
        if isinstance(value, dict):
            return texts(value.get("selector")), texts(value.get("exclude"))
        return texts(value), []
    signs = {"element-by-id": "#", "element-by-class": ".", "element-by-tag": ""}
    if kind in signs and isinstance(value, str) and value.strip():
        return [f"{signs[kind]}{value.strip()}"], []
    return [], []
