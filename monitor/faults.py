"""What went wrong on the way, in our words: one reason, one sentence for people, and whether waiting may help.

Decided from types and codes, never from a message's text. The sentences hold nothing the far side wrote but its
certificate's fault as OpenSSL names it.
"""

from __future__ import annotations

import errno
import os
import ssl
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import LineTooLong
from yarl import URL

from core.errors import FetchError
from core.model import FetchReason
from monitor.decoding import Damaged
from monitor.guard import Dial
from monitor.proxies import ProxyFailed

if TYPE_CHECKING:
    from monitor.fetcher import FetchLimits


def fault(reason: FetchReason, detail: str, *, transient: bool = False) -> FetchError:
    return FetchError(reason, detail, transient=transient)


def was_sent(exc: BaseException) -> bool:
    """Whether a connection stood, so that the request went out before this happened."""
    return not isinstance(exc, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)


def explain(exc: BaseException, dial: Dial, url: URL, limits: FetchLimits) -> FetchError:
    """The fault behind an exception of the HTTP library or of the decoder, while one hop was carried out."""
    if dial.refused is not None:
        return _refused(dial, dial.refused, url)
    match exc:
        case aiohttp.ConnectionTimeoutError():
            return fault(FetchReason.TIMEOUT, f"no connection within {limits.connect_seconds:g} s", transient=True)
        case TimeoutError():
            detail = f"nothing received for {limits.read_gap_seconds:g} s"
            return fault(FetchReason.TIMEOUT, detail, transient=True)
        case aiohttp.ClientProxyConnectionError():
            return fault(FetchReason.CONNECT, "the http proxy cannot be reached", transient=True)
        case aiohttp.ClientConnectorDNSError():
            return fault(FetchReason.DNS, f"no address found for the name {url.host}", transient=True)
        case aiohttp.ClientConnectorCertificateError():
            return fault(FetchReason.TLS, f"bad certificate: {_certificate_trouble(exc.certificate_error)}")
        case aiohttp.ClientConnectorSSLError():
            return _handshake_fault(exc)
        case aiohttp.ClientConnectorError():
            return _connect_fault(exc)
        case Damaged():
            return fault(FetchReason.TRUNCATED, str(exc), transient=True)
        case aiohttp.ClientPayloadError():
            return fault(FetchReason.TRUNCATED, "the body is broken or ends too early", transient=True)
        case aiohttp.ServerDisconnectedError() | OSError():
            return fault(FetchReason.RESET, "the connection was closed before a whole answer came", transient=True)
        case _:
            return _malformed(exc)


def _refused(dial: Dial, refused: tuple[str, str], url: URL) -> FetchError:
    address, why = refused
    place = address if address == url.host else f"{url.host} is at {address}, which"
    return fault(
        FetchReason.REFUSED_ADDRESS,
        f"{place} is {why}; where that is meant, list {dial.authority} under fetch.allow_private",
    )


def _malformed(exc: BaseException) -> FetchError:
    if isinstance(exc.__cause__ and exc.__cause__.__cause__, LineTooLong):
        return fault(FetchReason.PROTOCOL, "the answer's headers are too long", transient=True)
    return fault(FetchReason.PROTOCOL, "the answer is not proper HTTP", transient=True)


def _certificate_trouble(error: Exception) -> str:
    message = getattr(error, "verify_message", "") or "it does not belong to this host"
    return str(message).rstrip(".")


def _handshake_fault(exc: aiohttp.ClientConnectorSSLError) -> FetchError:
    inner = exc.os_error
    if isinstance(inner, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return fault(FetchReason.RESET, "the connection was closed during the TLS handshake", transient=True)
    word = (getattr(inner, "reason", None) or "handshake failed").replace("_", " ").lower()
    return fault(FetchReason.TLS, f"no secure connection could be agreed ({word})")


def _connect_fault(exc: aiohttp.ClientConnectorError) -> FetchError:
    if isinstance(exc.os_error, ProxyFailed):
        return fault(FetchReason.CONNECT, exc.os_error.strerror or "", transient=True)
    code = exc.os_error.errno
    if code == errno.ECONNRESET:
        return fault(FetchReason.RESET, "the connection was reset at once", transient=True)
    words = os.strerror(code).lower() if code else "no address answered"
    return fault(FetchReason.CONNECT, f"could not connect: {words}", transient=True)
