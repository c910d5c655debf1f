"""What may be dialled and what is an address: the table of tricks, without a network."""

from __future__ import annotations

import errno
import socket

import pytest
from yarl import URL

from monitor.guard import (
    DIALLING,
    BadAddress,
    Dial,
    authority,
    open_socket,
    parse_address,
    why_refused,
    without_secrets,
)

REFUSED = {
    "0.0.0.0": "this computer itself",
    "0.1.2.3": "this computer itself",
    "10.0.0.1": "a private network",
    "10.255.255.255": "a private network",
    "100.64.0.1": "a carrier's shared network",
    "100.100.100.200": "a carrier's shared network",
    "127.0.0.1": "this computer itself",
    "127.255.255.254": "this computer itself",
    "168.63.129.16": "a cloud provider's inside address",
    "169.254.0.1": "a link-local address",
    "169.254.169.254": "a link-local address",
    "172.16.0.1": "a private network",
    "172.31.255.255": "a private network",
    "192.0.0.192": "an address reserved for protocols",
    "192.0.2.1": "an address reserved for documentation",
    "192.88.99.1": "a tunnel address",
    "192.168.1.1": "a private network",
    "198.18.0.1": "an address reserved for benchmarks",
    "198.51.100.7": "an address reserved for documentation",
    "203.0.113.7": "an address reserved for documentation",
    "224.0.0.1": "a multicast address",
    "239.255.255.250": "a multicast address",
    "240.0.0.1": "a reserved address",
    "255.255.255.255": "a reserved address",
    "::": "this computer itself",
    "::1": "this computer itself",
    "0:0:0:0:0:0:0:1": "this computer itself",
    "::7f00:1": "an IPv4 address in IPv6 dress",
    "::ffff:127.0.0.1": "an IPv4 address in IPv6 dress",
    "::ffff:7f00:1": "an IPv4 address in IPv6 dress",
    "::ffff:10.0.0.1": "an IPv4 address in IPv6 dress",
    "::ffff:8.8.8.8": "an IPv4 address in IPv6 dress",
    "::ffff:0:127.0.0.1": "an IPv4 address in IPv6 dress",
    "64:ff9b::127.0.0.1": "this computer itself",
    "64:ff9b::a9fe:a9fe": "a link-local address",
    "64:ff9b:1::1": "a private translation address",
    "100::1": "an address that discards",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "a tunnel address",
    "2001:2::1": "an address reserved for protocols",
    "2001:10::1": "an address reserved for protocols",
    "2001:db8::1": "an address reserved for documentation",
    "2002:7f00:1::": "a tunnel address",
    "2002:808:808::1": "a tunnel address",
    "3fff::1": "an address reserved for documentation",
    "5f00::1": "a routing segment",
    "fc00::1": "a private network",
    "fd00:ec2::254": "a private network",
    "fe80::1": "a link-local address",
    "fe80::1%eth0": "a link-local address",
    "fec0::1": "a private network",
    "ff02::1": "a multicast address",
    "4000::1": "a reserved address",
    "example.com": "not a numeric address",
    "0x7f.1": "not a numeric address",
    "": "not a numeric address",
}

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "64:ff9b::808:808",
]


def test_the_table_is_whole() -> None:
    assert len(REFUSED) == 55


@pytest.mark.parametrize(("address", "why"), REFUSED.items())
def test_refused_with_a_reason(address: str, why: str) -> None:
    assert why_refused(address) == why


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address: str) -> None:
    assert why_refused(address) is None


def dial(address: str, waiting: Dial | None) -> socket.socket:
    token = DIALLING.set(waiting)
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return open_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80)))
    finally:
        DIALLING.reset(token)


def test_no_socket_is_opened_to_a_private_address() -> None:
    waiting = Dial("intranet.example:80")
    with pytest.raises(OSError) as caught:
        dial("10.1.2.3", waiting)
    assert caught.value.errno == errno.EACCES
    assert waiting.refused == ("10.1.2.3", "a private network")
    assert not waiting.was_dialled


def test_without_a_known_hop_private_addresses_stay_shut() -> None:
    with pytest.raises(OSError):
        dial("127.0.0.1", None)


def test_an_allowed_host_may_be_private() -> None:
    waiting = Dial("intranet.example:80", is_allowed=True)
    dial("10.1.2.3", waiting).close()
    assert (waiting.refused, waiting.was_dialled) == (None, True)


def test_a_public_address_is_dialled() -> None:
    waiting = Dial("example.com:80")
    dial("1.1.1.1", waiting).close()
    assert (waiting.refused, waiting.was_dialled) == (None, True)


ADDRESSES = {
    "https://example.com": "https://example.com",
    "  HTTP://Example.COM:80/a  ": "http://example.com/a",
    "https://example.com/a b?q=ü#part": "https://example.com/a%20b?q=%C3%BC",
    "https://bücher.example/": "https://xn--bcher-kva.example/",
    "https://例え.example/方針": "https://xn--r8jz45g.example/%E6%96%B9%E9%87%9D",
    "http://example.com./x": "http://example.com./x",
    "http://a_b.example/": "http://a_b.example/",
    "http://[2606:4700::1111]:8080/": "http://[2606:4700::1111]:8080/",
    "http://①②⑦.0.0.1/": "http://127.0.0.1/",  # what it is is judged when it is dialled
}


@pytest.mark.parametrize(("text", "address"), ADDRESSES.items())
def test_read_as_an_address(text: str, address: str) -> None:
    assert str(parse_address(text)) == address


NO_ADDRESSES = {
    "": "the address does not begin with http:// or https://",
    "example.com": "the address does not begin with http:// or https://",
    "example.com:8080/x": "the address does not begin with http:// or https://",
    "//example.com/": "the address does not begin with http:// or https://",
    "ftp://example.com/": "ftp: is not a web address",
    "file:///etc/passwd": "file: is not a web address",
    "javascript:alert(1)": "javascript: is not a web address",
    "data:text/html,hello": "data: is not a web address",
    "gopher://127.0.0.1:6379/_FLUSHALL": "gopher: is not a web address",
    "https://user:secret@example.com/": "the address carries a user name or password, which On Record never sends",
    "https://token@example.com/": "the address carries a user name or password, which On Record never sends",
    "http://example.com@127.0.0.1/": "the address carries a user name or password, which On Record never sends",
    "http://": "the address has no valid host",
    "http:///path": "the address has no valid host",
    "http:example.com": "the address has no valid host",
    "http://a b/": "the address has no valid host",
    "http://127.0.0%2e1/": "the address has no valid host",
    "http://%31%32%37.0.0.1/": "the address has no valid host",
    "http://127.1/": "the address has no valid host",
    "http://127.0.0.1./": "the address has no valid host",
    "http://2130706433/": "the address has no valid host",
    "http://0x7f.1/": "the address has no valid host",
    "http://0x7f000001/": "the address has no valid host",
    "http://0177.0.0.1/": "the address has no valid host",
    "http://127.0.0.001/": "the address has no valid host",
    "http://1.2.3.4.5/": "the address has no valid host",
    "http://256.1.1.1/": "the address has no valid host",
    "http://ex..ample/": "the address has no valid host",
    "http://.example/": "the address has no valid host",
    "http://-a.example/": "the address has no valid host",
    "http://[fe80::1%25eth0]/": "the address has no valid host",
    "http://" + "a" * 64 + ".example/": "the address has no valid host",
    "http://" + "a.example" * 40 + "/": "the address has no valid host",
    "http://example.com:0/": "the address has no valid port",
    "http://example.com:99999/": "the address is malformed",
    "http://example.com:http/": "the address is malformed",
    "http://[::1": "the address is malformed",
    "http://[1.2.3.4]/": "the address is malformed",
    "http://example.com\\@127.0.0.1/": "the address is malformed",
    "http://xn--/": "the address has no valid host",
    "http://exa\u00admple.com/": "the address is malformed",
}


@pytest.mark.parametrize(("text", "why"), NO_ADDRESSES.items())
def test_no_address(text: str, why: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse_address(text)
    assert str(caught.value) == why


def test_relative_to_the_page_that_redirects() -> None:
    base = URL("https://example.com/a/b?x=1")
    assert str(parse_address("../c", base)) == "https://example.com/c"
    assert str(parse_address("//other.example/d", base)) == "https://other.example/d"
    assert str(parse_address("?y=2", base)) == "https://example.com/a/b?y=2"


def test_the_name_an_allowed_host_is_listed_by() -> None:
    assert authority(URL("http://Intranet.Example./x")) == "intranet.example:80"
    assert authority(URL("https://127.0.0.1:8099/")) == "127.0.0.1:8099"
    assert authority(URL("http://[::1]:8099/")) == "[::1]:8099"


def test_secrets_are_not_written_down() -> None:
    assert without_secrets("https://user:secret@example.com/a@b") == "https://***@example.com/a@b"
    assert without_secrets("https://example.com/a@b") == "https://example.com/a@b"
    assert without_secrets("//u:p@w@example.com/") == "//***@example.com/"
