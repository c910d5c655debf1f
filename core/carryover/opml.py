"""OPML: feeds under outlines, the outline above as the company's name where there is one."""

from __future__ import annotations

from lxml import etree

from core.carryover.found import Carried, Found, Left, NotThisFormat, company_of, is_address, short

_DEEPEST = 50


def read(body: bytes, file: str) -> Carried:
    """The feeds of an OPML file. One that declares entities is refused, and nothing it points at is loaded."""
    if b"<!entity" in body[:100_000].lower():
        raise NotThisFormat("XML that declares entities of its own: such a file is refused, whatever it lists")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotThisFormat(f"no XML ({short(str(error))})") from None
    if root.tag != "opml":
        raise NotThisFormat(f"XML, but of another sort (<{short(str(root.tag))}>)")
    found: list[Found] = []
    left: list[Left] = []
    _outlines(root, "", file, 0, found, left)
    return Carried("OPML", tuple(found), tuple(left))


def _outlines(above: etree._Element, name: str, file: str, depth: int, found: list[Found], left: list[Left]) -> None:
    for outline in above:
        if callable(outline.tag):  # a comment
            continue
        where = f"{file}:{outline.sourceline}"
        title = short(outline.get("title") or outline.get("text") or "")
        feed, page = outline.get("xmlUrl"), outline.get("htmlUrl")
        if depth > _DEEPEST:
            left.append(Left(where, title or "an outline", "nested too deeply"))
            return
        if outline.tag == "outline" and feed is not None:
            if is_address(feed):
                feed = feed.strip()
                company = name or (title or company_of(feed))
                found.append(Found(feed, where, kind="feed", company=company, title=title))
            else:
                left.append(Left(where, title or short(feed), f"its address cannot be asked: {short(feed)}"))
        elif outline.tag == "outline" and (outline.get("type") == "link" or page) and not len(outline):
            address = outline.get("url") or page or ""
            if is_address(address):
                found.append(Found(address.strip(), where, company=name or company_of(address), title=title))
            else:
                left.append(Left(where, title or short(address), f"its address cannot be asked: {short(address)}"))
        inside = title if outline.tag == "outline" and feed is None else name
        _outlines(outline, inside, file, depth + 1, found, left)
