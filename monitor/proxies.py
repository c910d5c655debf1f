"""Connections through an operator's proxy (SOCKS4, SOCKS5, HTTP CONNECT), to an address looked up and judged by us first.

The proxy never sees a name: it is handed the number that was judged, so it cannot be led elsewhere by an answer of its
own. The proxy's own address is the operator's word and is not judged.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy

from monitor.guard import DIALLING, why_refused


class ProxyFailed(OSError):
    """The proxy could not be reached, or would not connect."""


class TunnelConnector(aiohttp.TCPConnector):
    """A connector whose every connection goes through one proxy."""

    def __init__(self, proxy: str, **options: Any) -> None:
        super().__init__(**options)
        self._proxy = proxy

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: list[Any],
        req: Any,
        timeout: aiohttp.ClientTimeout,
        client_error: type[Exception] = aiohttp.ClientConnectorError,
        **kwargs: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        """What aiohttp does here, over a socket the proxy connected."""
        target = judged([info[4] for info in addr_infos])
        if target is None:
            raise aiohttp.ClientConnectorError(req.connection_key, OSError(errno.EACCES, "address refused"))
        try:
            sock = await connect(self._proxy, *target, timeout.sock_connect)
            transport, protocol = await self._loop.create_connection(*args, **kwargs, sock=sock)
        except aiohttp.ClientError:
            raise
        except aiohttp.client_exceptions.ssl_errors as error:
            if isinstance(error, aiohttp.client_exceptions.cert_errors):
                raise aiohttp.ClientConnectorCertificateError(req.connection_key, error) from error
            raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error
        except OSError as error:
            raise aiohttp.ClientConnectorError(req.connection_key, error) from error
        protocol.handed_over = target[0]
        return transport, protocol


def judged(targets: list[tuple[Any, ...]]) -> tuple[str, int] | None:
    """The first address, if none of them must be left alone; the dial under way is told which was refused."""
    dial = DIALLING.get()
    if dial is None or not dial.is_allowed:
        for target in targets:
            why = why_refused(str(target[0]))
            if why is not None:
                if dial is not None:
                    dial.refused = (str(target[0]), why)
                return None
    if dial is not None:
        dial.was_dialled = True
    return str(targets[0][0]), int(targets[0][1])


async def connect(proxy: str, host: str, port: int, seconds: float | None) -> socket.socket:
    """A socket that the proxy connected to a numeric address. Raises ProxyFailed, whose text holds no secret."""
    scheme = urlsplit(proxy).scheme
    try:
        return await Proxy.from_url(proxy.replace("socks5h://", "socks5://", 1)).connect(host, port, timeout=seconds)
    except ProxyTimeoutError as error:
        raise ProxyFailed(errno.ETIMEDOUT, f"the {scheme} proxy gave no connection in time") from error
    except ProxyConnectionError as error:
        raise ProxyFailed(errno.ECONNREFUSED, f"the {scheme} proxy cannot be reached") from error
    except ProxyError as error:
        raise ProxyFailed(errno.ECONNABORTED, f"the {scheme} proxy would not connect") from error
