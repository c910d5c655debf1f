"""A web service of your own, told by a signed request (https://www.standardwebhooks.com): one POST with the alert as JSON.

``webhook-id`` is the delivery's id and stays the same when it is sent again, so the far side can drop repeats. Redirects
are not followed: the address that was configured is the one that is told.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from alerts.channels import ChannelKind, Means, Receipt
from alerts.channels._objects import as_line, as_object
from alerts.message import Message
from core.config.settings import webhook_fault, webhook_key_fault
from core.errors import DeliveryError
from core.text.visible import one_line

TIMEOUT_SECONDS: Final = 20
MAX_ANSWER: Final = 4_096
LATER: Final = frozenset({408, 409, 425, 429})  # of the 4xx: the same request may be taken later


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One connection for each message."""

    means: Means

    def send(self, message: Message) -> Receipt:
        """POST the alert, signed. Raises DeliveryError."""
        address, key = self._way(message.target)
        now = self.means.now().replace(microsecond=0)
        body = as_line({"type": "alert.raised", "timestamp": now.isoformat(), "data": as_object(message)})
        signature = Webhook(key).sign(message.delivery_id, now.astimezone(UTC), body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "OnRecord",
            "webhook-id": message.delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        status, answered = _post(message.target, address, body.encode(), headers)
        if 200 <= status < 300:
            return {"status": status}
        raise DeliveryError(
            f"{message.target} answered {status} {http.client.responses.get(status, '')}".rstrip(),
            permanent=300 <= status < 500 and status not in LATER,
            retry_after=_retry_after(answered),
        )

    def _way(self, name: str) -> tuple[str, str]:
        """Address and key by the name of the environment variable."""
        address, key = self.means.secret(name), self.means.secret(f"{name}_SECRET")
        fault = webhook_fault(address.reveal()) if address else "is not set"
        if fault or address is None:
            raise DeliveryError(f"web service: {name} {fault}, so it cannot be told", permanent=False)
        fault = webhook_key_fault(key.reveal()) if key else "is not set"
        if fault or key is None:
            raise DeliveryError(f"web service: {name}_SECRET {fault}, so nothing can be signed", permanent=False)
        return address.reveal(), key.reveal()


def _post(name: str, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
    """The status and headers of the answer. No text of an error here may hold the address: it is a secret."""
    parts = urlsplit(address)
    assert parts.hostname is not None  # webhook_fault was asked
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_sent = False
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        is_sent = True
        answer = connection.getresponse()
        answer.read(MAX_ANSWER)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = f"{name} gave no answer" if is_sent else f"{name} could not be reached"
        raise DeliveryError(f"{reason}: {_why(error)}", permanent=False, may_have_arrived=is_sent) from None
    finally:
        connection.close()


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    said = error.strerror if isinstance(error, OSError) else ""
    return one_line(said or type(error).__name__, 120).lower()


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    text = headers.get("retry-after", "").strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else None


CHANNEL = ChannelKind(
    names=("webhook",),
    needs="an environment variable with the address, and one of that name with _SECRET behind it for the signing key",
    open=WebhookChannel,
)
