"""Handing the outbox to the sender: which channels there are, in whose name, and where the console is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from alerts.channels import Channel, Means, open_channels
from alerts.sender import Policy, Sent, send_due
from monitor.home import Loaded
from monitor.keys import links_of
from monitor.tools import Clock, Tools


def channels_of(loaded: Loaded, write: Callable[[str], None], now: Clock) -> dict[str, Channel]:
    """Every channel with what the configuration gives it; ``write`` is where the console's messages go."""
    settings = loaded.settings
    data = loaded.home.make_data(settings)
    means = Means(
        settings.slack,
        settings.mail,
        loaded.webhooks.get,
        write,
        links=links_of(data, settings.web.base_url),
        folder=data,
        now=now,
    )
    return open_channels(means)


def send(
    tools: Tools,
    loaded: Loaded,
    channels: dict[str, Channel],
    *,
    owner: str,
    executor: Executor | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send what is due. Raises StorageError."""
    policy = Policy(loaded.settings.alerts.retry_for, executor=executor, jitter=tools.share, owner=owner)
    return send_due(tools.database, channels, tools.now, policy=policy, is_stopping=is_stopping)
