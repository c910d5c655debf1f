"""The sentences of the pages, for who translates them: ``python -m web.phrases`` prints a gettext template (.pot).

Every word of a template stands in ``_("…")`` or between ``{% trans %}`` and ``{% endtrans %}``; a test looks for one that
does not. What differs from language to language beyond words (dates, plurals, lists, verdicts) is made in
``core/wording.py`` and ``web/speech.py``, which messages share.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"


def found(environment: Environment) -> Iterator[tuple[str, str, int]]:
    """(sentence, template, line) of each, in the order of files and lines."""
    for file in sorted(TEMPLATES.glob("*.html")):
        extracted = environment.extract_translations(file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]  # the extension's
        for line, _, message in extracted:
            for one in (message,) if isinstance(message, str) else message:
                if one:
                    yield one, file.name, line


def template(environment: Environment) -> str:
    """The gettext template: each sentence once, with every place it stands in."""
    places: dict[str, list[str]] = defaultdict(list)
    for message, name, line in found(environment):
        places[message].append(f"{name}:{line}")
    fields = ("MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit")
    head = "\n".join(('msgid ""', 'msgstr ""', *(f'"{one}\\n"' for one in fields), ""))
    entries = [f'#: {" ".join(where)}\nmsgid {_quoted(message)}\nmsgstr ""\n' for message, where in places.items()]
    return "\n".join([head, *entries])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    from web.app import environment

    sys.stdout.write(template(environment()))
