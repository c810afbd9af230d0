"""Shapes of the schema that belong to no kind of record: headers, totals, faults and problems."""

from __future__ import annotations

from typing import Any

from config.api.problem_types import PROBLEM_TYPES

_TEXT = {"type": "string"}
_NULLABLE_TEXT = {"type": ["string", "null"]}

HEADERS: dict[str, dict[str, Any]] = {
    "Accept-Ranges": {"description": "`bytes`: any part can be asked for.", "schema": _TEXT},
    "Content-Range": {
        "description": "Which bytes these are, and of how many: `bytes 0-99/1234`.",
        "schema": _TEXT,
    },
    "ETag": {"description": "The version of this answer, for If-None-Match.", "schema": _TEXT},
    "Last-Modified": {"description": "When this revision was published.", "schema": _TEXT},
    "Link": {
        "description": 'Of a list, the addresses of the next and previous page (`rel="next"`, `rel="prev"`); of a record that is'
        ' named by a code, those of the records that had the code at other times (`rel="alternate"`).',
        "schema": _TEXT,
    },
    "Location": {"description": "The address of the surviving record.", "schema": _TEXT},
    "RateLimit": {
        "description": "What the caller has left: `r` units, all of them back in `t` seconds"
        " (draft-ietf-httpapi-ratelimit-headers). Absent where the service sets no limit.",
        "schema": _TEXT,
    },
    "RateLimit-Policy": {
        "description": "The caller's rate limit: `q` units in `w` seconds. Absent where the service sets none.",
        "schema": _TEXT,
    },
    "WWW-Authenticate": {"description": "How keys are sent.", "schema": _TEXT},
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer"},
    },
    "X-Notes": {
        "description": "Of a list in CSV or NDJSON, where there is something to note: `notes` of the envelope that the list has in"
        " JSON, as JSON; as many as fit.",
        "schema": _TEXT,
    },
    "X-Request-ID": {
        "description": "The id of the request: the caller's own if it sent one, else made here.",
        "schema": _TEXT,
    },
}

TOTAL = {
    "type": "object",
    "description": "How many records there are on all pages together.",
    "properties": {
        "value": {"type": "integer", "minimum": 0},
        "relation": {
            "type": "string",
            "enum": ["eq", "gte"],
            "description": "Whether it is that many, or at least that many.",
        },
    },
    "required": ["value", "relation"],
}

FAULT = {
    "type": "object",
    "description": "One thing that is wrong.",
    "properties": {
        "code": {"type": "string", "enum": sorted(PROBLEM_TYPES)},
        "detail": {"type": "string", "description": "For people; may change."},
        "parameter": {"type": "string", "description": "The query parameter that it is in."},
        "pointer": {
            "type": "string",
            "description": "The place in the body (JSON Pointer, RFC 6901).",
        },
        "suggestion": {"type": "string", "description": "What was probably meant."},
    },
    "required": ["code", "detail"],
}

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Some kinds of problem have members of their own.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The page that explains this kind of problem.",
        },
        "title": {"type": "string", "description": "The kind of problem, in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "This occurrence, for people; may change."},
        "instance": {
            "type": "string",
            "format": "uri-reference",
            "description": "The address that was asked for.",
        },
        "code": {
            "type": "string",
            "enum": sorted(code for code, kind in PROBLEM_TYPES.items() if kind.status),
            "description": "The kind of problem, for programs.",
        },
        "request_id": {**_NULLABLE_TEXT, "description": "To be quoted when asking about it."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Fault"},
            "description": "Everything that is wrong.",
        },
        "reason": {
            "type": "string",
            "description": "Of `withdrawn`: why the record was withdrawn.",
        },
        "withdrawn_at": {
            "type": "string",
            "format": "date-time",
            "description": "Of `withdrawn`: when.",
        },
        "oldest_position": {
            "type": "integer",
            "description": "Of `feed_expired`: the oldest position after which the feed can be read.",
        },
        "available": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": _TEXT},
            "description": "Of `not_acceptable`: the formats that there are.",
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
}
