"""The numbers of an archive and of the process that watches, as Prometheus reads them.

Labels are ids: the number of a request, the code of a trouble, a channel, a tick. No address, no company, no receiver.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from core.vitals import Vitals
from storage.numbers import Numbers

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(numbers: Numbers, vitals: Vitals | None) -> bytes:
    """All metrics as text; without vitals those of the archive alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Taken([*_of_archive(numbers), *(_of_process(vitals) if vitals else ())]))
    return generate_latest(registry)


class _Taken:
    """Metrics that were taken already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _of_archive(numbers: Numbers) -> Iterator[Metric]:
    yield _gauge("sources", "Sources watched", numbers.sources)
    yield _gauge("requests_due", "Addresses whose time has come", numbers.due)
    yield _moment("oldest_due", "When the one that waits longest was due", numbers.oldest_due_at)
    yield _moment("newest_fetch", "When an address was last asked", numbers.newest_fetch_at)
    yield _moment("newest_answer", "When a server last answered anything", numbers.newest_answer_at)
    for name, count in numbers.written.items():
        yield CounterMetricFamily(f"onrecord_{name}", f"Rows of {name} ever written", value=count)
    waiting = GaugeMetricFamily(
        "onrecord_deliveries_waiting", "Messages that have not arrived", labels=["state", "channel"]
    )
    for (state, channel), count in sorted(numbers.waiting.items()):
        waiting.add_metric([state, channel], count)
    yield waiting
    yield _moment("oldest_delivery_waiting", "When the message that waits longest was made", numbers.oldest_waiting_at)
    opened = GaugeMetricFamily(
        "onrecord_incident_opened_timestamp_seconds",
        "Since when an address cannot be seen, by the number of its request",
        labels=["request", "code"],
    )
    for request_id, code, at in numbers.incidents:
        opened.add_metric([str(request_id), code], at.timestamp())
    yield opened
    yield _gauge("incidents_open", "Addresses that cannot be seen", len(numbers.incidents))


def _of_process(vitals: Vitals) -> Iterator[Metric]:
    yield _gauge("ready", "1 while the watch goes on", int(vitals.is_ready))
    yield _gauge("paused", "1 while nothing is fetched for want of room", int(vitals.is_paused))
    yield _gauge("hosts_asked", "Hosts being asked now", vitals.hosts_asked)
    if vitals.free_bytes is not None:
        yield _gauge("disk_free_bytes", "Room left where the data lies", vitals.free_bytes)
    yield _moment("disk_full", "When that room will be used up at the pace of the last weeks", vitals.full_at)
    yield _gauge("resident_bytes", "Memory of the watching process", vitals.resident_bytes)
    yield _gauge("threads", "Threads of the watching process", vitals.threads)
    yield _gauge("open_files", "Open files and connections of the watching process", vitals.open_files)
    yield _moment("started", "When the process began", vitals.started_at)
    runs = CounterMetricFamily("onrecord_tick_runs", "Runs of each tick", labels=["tick"])
    faults = CounterMetricFamily("onrecord_tick_faults", "Runs of each tick that failed", labels=["tick"])
    seconds = GaugeMetricFamily("onrecord_tick_seconds", "How long each tick last took", labels=["tick"])
    for beat in vitals.beats:
        runs.add_metric([beat.name], beat.runs)
        faults.add_metric([beat.name], beat.faults)
        seconds.add_metric([beat.name], beat.seconds)
    yield from (runs, faults, seconds)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"onrecord_{name}", about, value=value)


def _moment(name: str, about: str, at: datetime | None) -> Metric:
    """A time as seconds since 1970; no sample where there was none."""
    family = GaugeMetricFamily(f"onrecord_{name}_timestamp_seconds", about)
    if at is not None:
        family.add_metric([], at.timestamp())
    return family
