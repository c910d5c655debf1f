"""Whether what carries our messages would take one: greeted, never written to. For the doctor."""

from __future__ import annotations

from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.channels import email
from alerts.channels.slack import PERMANENT, TIMEOUT_SECONDS, quiet
from core.config.settings import Mail, Slack
from core.errors import DeliveryError
from core.text.visible import one_line


def slack(means: Slack) -> tuple[str, tuple[str, ...]]:
    """The workspace the token belongs to, and what it may do there (nothing where Slack does not say).

    Raises DeliveryError. https://docs.slack.dev/reference/methods/auth.test
    """
    assert means.token is not None
    client = WebClient(
        token=means.token.reveal(),
        base_url=means.base_url or WebClient.BASE_URL,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=quiet,
    )
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = one_line(str(error.response.get("error") or f"status {error.response.status_code}"), 60)
        hint = f" ({PERMANENT[code]})" if code in PERMANENT else ""
        raise DeliveryError(f"Slack refuses the token: {code}{hint}", permanent=True) from None
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        reason = getattr(error, "reason", None)
        sort = type(reason).__name__ if isinstance(reason, BaseException) else type(error).__name__
        raise DeliveryError(f"Slack could not be reached: {sort}", permanent=False) from None
    said = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    scopes = tuple(part.strip() for part in str(said).split(",") if part.strip())
    return one_line(str(answer.get("team") or "the workspace"), 60), scopes


def mail(means: Mail) -> None:
    """Connect, log in and leave. Raises DeliveryError with the reason a letter would be given back with."""
    email.greet(means)
