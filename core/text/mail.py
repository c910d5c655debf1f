"""An e-mail as it was saved (RFC 5322) to the words in it: its text part, or its HTML where it has no other."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.errors import MessageError

from core.errors import ReadError


def letter(body: bytes) -> tuple[bytes, str]:
    """The part people read, as UTF-8 with its content type. Raises ReadError("mail") where there is none."""
    try:
        message = message_from_bytes(body, policy=policy.default)
        part = message.get_body(("plain", "html"))
        if part is None:
            raise ReadError("mail", "an e-mail without a text: only attachments")
        text = part.get_content()
    except (MessageError, LookupError, ValueError, KeyError, AttributeError) as error:
        raise ReadError("mail", f"an e-mail that cannot be read: {error}") from error
    return str(text).encode("utf-8", "replace"), f"{part.get_content_type()}; charset=utf-8"
