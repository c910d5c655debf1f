"""Alerts for programs: a signed request to a real server, and lines in a real file."""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.channels import Channel, Means, open_channels
from alerts.message import Message, compose
from core.config.secret import Secret
from core.errors import DeliveryError
from tests.changes import FIRST_CHANGED, hedge_added
from tests.deliveries import DELIVERY_ID, delivery_of, message_of, written_everywhere
from tests.hostile import ALL

KEY: Final = "whsec_" + "c2VjcmV0IGtleSBmb3IgdGVzdHMgb25seSEh"
PATH: Final = "/hooks/s3cr3t-path?t=s3cr3t"


class Service:
    """A web service that keeps what it was told; ``script`` holds answers (status, headers), None hangs up."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], bytes]] = []
        self.script: deque[tuple[int, dict[str, str]] | None] = deque()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{PATH}"


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.told.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = service.script.popleft() if service.script else (204, {})
            if answer is None:
                self.connection.close()
                return
            self.send_response(answer[0])
            for name, value in answer[1].items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Tests need no access log."""

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join(5)


@pytest.fixture(autouse=True)
def logs_hold_no_secret(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does, on every level of every logger."""
    caplog.set_level(logging.DEBUG)
    yield
    assert "s3cr3t" not in caplog.text
    assert KEY not in caplog.text


def hook(address: str, key: str = KEY) -> Channel:
    secrets = {"DESK_HOOK": Secret(address), "DESK_HOOK_SECRET": Secret(key)}
    return open_channels(Means(secret=secrets.get, now=lambda: FIRST_CHANGED))["webhook"]


def told(text: str | None = None) -> Message:
    change = written_everywhere(text) if text is not None else hedge_added()
    return message_of(change, channel="webhook", target="DESK_HOOK")


def refused(channel: Channel, message: Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        channel.send(message or told())
    assert "s3cr3t" not in str(error.value)
    assert KEY not in str(error.value)
    return error.value


def test_a_request_is_signed_and_carries_the_delivery_as_its_id(service: Service) -> None:
    assert hook(service.address).send(told()) == {"status": 204}
    ((path, headers, body),) = service.told
    assert (path, headers["webhook-id"], headers["content-type"]) == (PATH, DELIVERY_ID, "application/json")
    assert headers["webhook-timestamp"] == str(int(FIRST_CHANGED.timestamp()))
    with time_machine.travel(FIRST_CHANGED, tick=False):
        event = Webhook(KEY).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(KEY).verify(body.replace(b"WEAKENED", b"STRENGTHENED"), headers)
    assert (event["type"], event["timestamp"]) == ("alert.raised", "2026-11-23T23:09:12+00:00")
    data = event["data"]
    assert (data["mark"], data["severity"], data["company"]) == ("WEAKENED", "critical", "Halden Biosystems")
    assert data["lines"][0] == "− WEAKENED · Halden Biosystems · Responsible sales"
    assert "{+knowingly+}" in data["quotes"][0]["after"]["marked"]
    assert [capture["version"] for capture in data["captures"]] == [6, 7]


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "wait"),
    [
        (410, {}, True, None),
        (404, {}, True, None),
        (401, {}, True, None),
        (301, {"Location": "http://127.0.0.1:1/elsewhere"}, True, None),
        (429, {"Retry-After": "30"}, False, timedelta(seconds=30)),
        (503, {"Retry-After": "soon"}, False, None),
        (500, {}, False, None),
        (408, {}, False, None),
    ],
)
def test_what_it_answers_decides(
    service: Service, status: int, headers: dict[str, str], permanent: bool, wait: timedelta | None
) -> None:
    service.script.append((status, headers))
    error = refused(hook(service.address))
    assert (error.permanent, error.retry_after, error.may_have_arrived) == (permanent, wait, False)
    assert str(error).startswith(f"DESK_HOOK answered {status}")
    assert len(service.told) == 1


def test_no_answer_after_the_request_may_have_arrived(service: Service) -> None:
    service.script.append(None)
    error = refused(hook(service.address))
    assert (error.permanent, error.may_have_arrived) == (False, True)
    assert str(error).startswith("DESK_HOOK gave no answer: ")
    service.server.shutdown()
    service.server.server_close()
    error = refused(hook(service.address))
    assert (str(error), error.may_have_arrived) == ("DESK_HOOK could not be reached: connection refused", False)


@pytest.mark.parametrize(
    ("address", "key", "reason"),
    [
        ("ftp://example.org/s3cr3t", KEY, "DESK_HOOK is not the address of a webhook: it must begin with https://"),
        ("http://example.org/s3cr3t", KEY, "DESK_HOOK is not the address of a webhook: it must begin with https://"),
        ("https://example.org/s3cr3t", "whsec_c2hvcnQ=", "DESK_HOOK_SECRET is no key for signing"),
        ("https://example.org/s3cr3t", "not base 64!", "DESK_HOOK_SECRET is no key for signing"),
    ],
)
def test_an_address_or_key_that_is_none(address: str, key: str, reason: str) -> None:
    with pytest.raises(DeliveryError) as error:
        hook(address, key).send(told())
    assert reason in str(error.value)


def test_an_expired_certificate_is_named(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    old = authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.configure_cert(context)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    error = refused(hook(service.address.replace("http://", "https://")))
    assert str(error) == "DESK_HOOK could not be reached: its certificate is not accepted (certificate has expired)"
    assert (error.permanent, error.may_have_arrived, service.told) == (False, False, [])


def test_sixty_hostile_pages_are_sixty_requests(service: Service) -> None:
    channel = hook(service.address)
    for text in ALL:
        channel.send(told(text))
    assert len(service.told) == 60
    assert all(json.loads(body)["data"]["id"] == DELIVERY_ID for _, _, body in service.told)


# --- lines -----------------------------------------------------------------------------------------------------------


def lines_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]


def written(folder: Path, *, is_repeat: bool = False) -> dict[str, object]:
    delivery = delivery_of(hedge_added(), channel="jsonl", target="alerts.jsonl")
    message = compose(delivery)
    return open_channels(Means(folder=folder))["jsonl"].send(replace(message, is_repeat=is_repeat))


def test_an_alert_is_a_line_for_its_owner_alone(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path)
    assert [line["id"] for line in lines_in(tmp_path)] == [DELIVERY_ID, DELIVERY_ID]
    assert (tmp_path / "alerts.jsonl").stat().st_mode & 0o777 == 0o600


def test_after_an_attempt_without_an_end_the_file_says_whether_the_line_is_there(tmp_path: Path) -> None:
    assert written(tmp_path, is_repeat=True) != {"line": "was there"}
    assert written(tmp_path, is_repeat=True) == {"line": "was there"}
    assert len(lines_in(tmp_path)) == 1


@pytest.mark.parametrize("keep", [1, 40, -2])
def test_half_a_line_is_taken_away_before_the_next_one(tmp_path: Path, keep: int) -> None:
    written(tmp_path)
    whole = (tmp_path / "alerts.jsonl").read_bytes()
    (tmp_path / "alerts.jsonl").write_bytes(whole + whole[:keep])
    written(tmp_path, is_repeat=False)
    assert len(lines_in(tmp_path)) == 2


def test_a_line_without_its_end_is_kept(tmp_path: Path) -> None:
    written(tmp_path)
    whole = (tmp_path / "alerts.jsonl").read_bytes()
    (tmp_path / "alerts.jsonl").write_bytes(whole[:-1])
    assert written(tmp_path, is_repeat=True) == {"line": "was there"}
    assert (tmp_path / "alerts.jsonl").read_bytes() == whole


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "alerts.jsonl").symlink_to("/etc/hostname")
    with pytest.raises(DeliveryError, match=r"alerts\.jsonl in the data folder: too many levels of symbolic links"):
        written(tmp_path)
    with pytest.raises(DeliveryError, match="no such file or directory") as error:
        written(tmp_path / "missing")
    assert error.value.permanent is False
