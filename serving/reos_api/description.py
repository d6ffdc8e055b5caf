"""The words of the OpenAPI document that belong to no single route."""

VERSION = "0.1.0"

DESCRIPTION = """
Leads in, scored properties out, each field with its source, each score with its reasons.

**Getting started.** Sign in with `POST /v1/auth/login`, send the access token as `Authorization: Bearer …`, add a lead
with `POST /v1/properties`, follow it on `GET /v1/properties/{property_id}/stream`, and read it, its score and its memo.

**Errors** are problem details (RFC 9457): `code` is stable, `detail` says what went wrong, `remedy` what to do, and
`request_id` finds the request in our logs. Another tenant's id is simply not found.

**Lists** are paged by keyset: pass `next_cursor` back as `cursor` with the same sort and filters.

**Caching.** Answers carry an `ETag`; send it as `If-None-Match` and get 304 when nothing changed.

**Repeating.** Send `Idempotency-Key` with a write and repeat it as often as you need to: it happens once.
"""

TAGS = [
    {"name": "auth", "description": "Sign in, refresh, sign out, and see who you are."},
    {"name": "properties", "description": "The record: list, detail, intake, score, provenance."},
    {"name": "imports", "description": "Files of leads: upload, preview, commit, undo, and what was refused."},
    {"name": "matches", "description": "Pairs that may be one home: the review queue, merging and unmerging."},
    {"name": "memos", "description": "Investment memos as PDF."},
    {"name": "connectors", "description": "Providers: sources, prices, health, calls, and what a plan would cost."},
    {"name": "policy", "description": "Decisions with their reasons, rules, budgets, prices and costs."},
    {"name": "timeline", "description": "What happened to a property."},
    {"name": "events", "description": "The event log, live, as server-sent events."},
    {"name": "health", "description": "For load balancers and operators."},
]
