"""The language a reading is written in, found in its words: what a page declares is often wrong or missing.

py3langid knows 97 languages; it is loaded on first use, which only doubtful captures and new documents cause.
"""

from __future__ import annotations

from typing import Final

from core.model import Reading

_SAMPLE: Final = 4_000  # characters of main text looked at


def language_of(reading: Reading) -> str | None:
    """Two-letter code of the main text's language, or None where there is too little of it to tell."""
    import py3langid  # 0.3 s to load

    sample: list[str] = []
    size = 0
    for place in reading.places:
        if place.stream == "main" and len(place.text) > 20:
            sample.append(place.text)
            size += len(place.text)
            if size > _SAMPLE:
                break
    if size < 60:
        return None
    return str(py3langid.classify(" ".join(sample))[0])
