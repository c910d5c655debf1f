"""The tables. Facts are never rewritten; what is derived from them is rebuilt for one document at a time.

Facts: fetches, snapshots, grades, versions, changes, matches, alerts, deliveries, events.
Derived: spans, the ledger of commitments, the search index, and the "current" columns of documents and requests.
Decision 0002 in docs/design says why a passage's id is made from its text.
"""

from storage.schema.accounts import audit, entry_links, login_attempts, sessions, users
from storage.schema.base import Id, UtcTime, metadata
from storage.schema.browsed import pictures
from storage.schema.cases import appointments, case_alerts, cases, silences, tellings
from storage.schema.entered import statements
from storage.schema.identity import acts, document_addresses
from storage.schema.people import feed_endings, handlings, switched_off
from storage.schema.promises import commitment_acts, commitment_events, commitments, judged_passages, ledgers
from storage.schema.pushed import hooks, subscriptions
from storage.schema.reached import robots
from storage.schema.seen import fetches, grades, snapshots
from storage.schema.texts import (
    document_sources,
    documents,
    feed_items,
    passages,
    readings,
    span_texts,
    spans,
    versions,
)
from storage.schema.told import alerts, changes, deliveries, events, incidents, matches, meta
from storage.schema.watched import companies, hosts, request_sources, requests, sources
from storage.schema.work import tasks

__all__ = [
    "metadata",
    "Id",
    "UtcTime",
    "companies",
    "sources",
    "hosts",
    "robots",
    "hooks",
    "subscriptions",
    "requests",
    "request_sources",
    "snapshots",
    "fetches",
    "pictures",
    "grades",
    "documents",
    "document_sources",
    "document_addresses",
    "acts",
    "feed_items",
    "versions",
    "readings",
    "passages",
    "spans",
    "span_texts",
    "changes",
    "matches",
    "alerts",
    "deliveries",
    "incidents",
    "events",
    "commitments",
    "commitment_events",
    "commitment_acts",
    "judged_passages",
    "ledgers",
    "handlings",
    "switched_off",
    "feed_endings",
    "meta",
    "statements",
    "tasks",
    "users",
    "sessions",
    "entry_links",
    "login_attempts",
    "audit",
    "cases",
    "case_alerts",
    "silences",
    "tellings",
    "appointments",
]
