"""``page``: one document at one address; other languages and mirrors stand in ``editions:``."""

from __future__ import annotations

from core.text.read import read
from monitor.kinds import Kind, own_address

KIND = Kind(name="page", holds="document", start=own_address, read=read)
