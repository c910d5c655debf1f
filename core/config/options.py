"""What a source says beyond its address, as the pairs of words it is kept as: only its kind and its asking read them."""

from __future__ import annotations

from core.config.shapes import SourceEntry
from core.parts import Part, as_option

Options = tuple[tuple[str, str | None], ...]


def options_of(entry: SourceEntry) -> Options:
    """The pairs of an entry of sources.yaml, those without a value too."""
    return (("parts", as_option(_parts(entry))), *_list_options(entry), *_asking_options(entry))


def _parts(entry: SourceEntry) -> list[Part]:
    """The further pages of its document, each with what is read of it."""
    return [
        Part(
            part.url,
            tuple((entry.select if part.select is None else part.select) or ()),
            tuple((entry.remove if part.remove is None else part.remove) or ()),
        )
        for part in entry.parts or ()
    ]


def _list_options(entry: SourceEntry) -> Options:
    """What kinds that list others, and pages that link to others, are told: a line for each of several."""
    return (
        ("match", "\n".join(entry.match or ())),
        ("pages", str(entry.pages) if entry.pages else None),
        ("item_select", "\n".join(entry.item_select or ())),
        ("item_remove", "\n".join(entry.item_remove or ())),
        ("follow", entry.follow),
    )


def _asking_options(entry: SourceEntry) -> Options:
    """How it is asked: intervals in seconds, everything else as it is written."""
    seconds = {"fastest": entry.fastest, "slowest": entry.slowest}
    return (
        *((name, str(int(value.total_seconds())) if value else None) for name, value in seconds.items()),
        ("proxy", entry.proxy),
        ("ignore_robots", entry.ignore_robots),
        ("accept_bad_certificate", entry.accept_bad_certificate),
        ("terms", entry.terms),
        ("websub", "yes" if entry.websub else None),
        ("browser", "yes" if entry.browser else None),
        ("pictures", "yes" if entry.pictures else None),
        ("allow_hosts", "\n".join(entry.allow_hosts or ())),
    )
