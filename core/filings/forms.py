"""Names of the forms that are filed with the SEC: a name nobody files under is a slip of the pen, and would match nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.config.yamlfile import nearest

# Seen in its daily indices, and what companies' own speech is filed under. New ones are made every few years, so a name
# that is not here is remarked on and never refused.
_KNOWN: Final = frozenset(
    """
    1-A|1-K|1-SA|1-U|1-Z|3|4|5|144|10-12B|10-12G|10-D|10-K|10-K405|10-KSB|10-KT|10-Q|10-QSB|10-QT|11-K|13F-HR|13F-NT
    15-12B|15-12G|15-15D|18-K|20-F|20FR12B|20FR12G|24F-2NT|25|25-NSE|253G1|253G2|40-F|40FR12B|424A|424B1|424B2|424B3
    424B4|424B5|424B7|424B8|425|485APOS|485BPOS|485BXT|487|497|497AD|497J|497K|6-K|8-A12B|8-A12G|8-K|8-K12B|8-K12G3
    ABS-15G|ABS-EE|APP WD|ARS|AW|C|C-AR|C-TR|C-U|C-W|CERT|CERTNYS|CORRESP|CT ORDER|D|DEF 14A|DEF 14C|DEFA14A|DEFA14C
    DEFC14A|DEFM14A|DEFM14C|DEFN14A|DEFR14A|DEL AM|DFAN14A|DOS|DRS|DRSLTR|EFFECT|F-1|F-10|F-3|F-3ASR|F-4|F-6|F-6EF|F-N
    FWP|IRANNOTICE|LTR|N-14|N-2|N-23C3A|N-6|N-8A|N-CEN|N-CSR|N-CSRS|N-MFP2|N-PX|N-Q|NO ACT|NPORT-P|NT 10-K|NT 10-Q
    NT 11-K|NT 20-F|POS AM|POS AMI|POS EX|POSASR|PRE 14A|PRE 14C|PREC14A|PREC14C|PREM14A|PREN14A|PRER14A|PRRN14A|PX14A6G
    PX14A6N|QUALIF|RW|S-1|S-11|S-3|S-3ASR|S-3MEF|S-4|S-6|S-8|S-8 POS|SC 13D|SC 13E3|SC 13G|SC 14D9|SC 14F1|SC TO-C
    SC TO-I|SC TO-T|SC14D9C|SCHEDULE 13D|SCHEDULE 13G|SD|SEC STAFF|SEC STAFF LETTER|SUPPL|TA-2|UPLOAD|X-17A-5
    """.strip()
    .replace("\n", "|")
    .replace("    ", "")
    .split("|")
)


_USUAL: Final = (
    "10-K",
    "10-Q",
    "8-K",
    "20-F",
    "40-F",
    "6-K",
    "SD",
    "DEF 14A",
    "DEFA14A",
    "PX14A6G",
)  # companies speak in


def unknown_forms(forms: Iterable[str]) -> list[tuple[str, str | None]]:
    """The names among these that no filing bears, each with the one that was probably meant."""
    return [(form, _meant(form)) for form in forms if form and form.removesuffix("/A") not in _KNOWN]


def _meant(form: str) -> str | None:
    squeezed = _squeezed(form)
    return next((known for known in _KNOWN if _squeezed(known) == squeezed), None) or nearest(form, _USUAL)


def _squeezed(form: str) -> str:
    return form.replace(" ", "").replace("-", "").casefold()
