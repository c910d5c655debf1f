"""The guard of tests/network.py guards: these tests try to get out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable

import pytest

from tests import network


def by_connect() -> None:
    with socket.socket() as sock:
        sock.settimeout(0.2)
        sock.connect(("192.0.2.1", 80))


def by_connect_ex() -> None:
    with socket.socket() as sock:
        sock.settimeout(0.2)
        sock.connect_ex(("192.0.2.1", 80))


def by_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as sock:
        sock.settimeout(0.2)
        sock.connect(("2001:db8::1", 80))


def by_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("192.0.2.1", 53))


def by_name() -> None:
    socket.getaddrinfo("example.org", 443)


def by_library() -> None:
    urllib.request.urlopen("http://192.0.2.1/", timeout=0.2)


@pytest.mark.parametrize("way_out", [by_connect, by_connect_ex, by_ipv6, by_datagram, by_name, by_library])
def test_every_way_out_is_closed_and_remembered(way_out: Callable[[], None]) -> None:
    with pytest.raises(OSError, match="loopback"):
        way_out()
    assert len(network.attempts) == 1
    network.attempts.clear()  # else the guard would rightly fail this very test


def test_a_swallowed_refusal_is_still_held_against_the_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("from tests.conftest import _stays_on_loopback")
    pytester.makepyfile(
        """
        import socket

        def test_takes_the_refusal_for_a_dead_host():
            try:
                socket.create_connection(("192.0.2.1", 80), timeout=0.2)
            except OSError:
                pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*this test tried to leave loopback*"])


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=2).close()
    assert network.attempts == []


def test_an_invalid_name_gets_a_resolvers_answer() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 443)
    assert network.attempts == []


def test_a_python_that_a_test_starts_is_guarded_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.2)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert child.returncode == 1
    assert "tests stay on loopback" in child.stderr
