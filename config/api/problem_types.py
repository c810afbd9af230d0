"""Every kind of problem that the API reports, by its code. Each is a page under `/api/v1/problems/`."""

from __future__ import annotations

from dataclasses import dataclass

PROBLEMS_PATH = "/api/v1/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem (RFC 9457, section 3.1): its page says what it means and what to do."""

    code: str
    title: str
    explanation: str
    status: int | None = None  #: None for codes that only occur within `errors`

    @property
    def path(self) -> str:
        """Its page, and the problem's `type`."""
        return f"{PROBLEMS_PATH}{self.code}/"


_TYPES = (
    ProblemType(
        "invalid_parameters",
        "Invalid parameters",
        "The query string cannot be taken as it is. `errors` lists every fault at once, each with the parameter it is in"
        " and, where one is near, the value or name that was probably meant. Nothing is ever ignored silently.",
        400,
    ),
    ProblemType(
        "invalid_cursor",
        "Invalid cursor",
        "The cursor was not made by this service, or was altered on the way. Cursors are taken from `next` and"
        " `previous` as they are; start again without one.",
        400,
    ),
    ProblemType(
        "cursor_mismatch",
        "The cursor belongs to another query",
        "A cursor only continues the query that it came from: the same resource, filters and ordering. `page_size`,"
        " `count`, `fields` and `omit` may change between pages. Start the new query without a cursor.",
        400,
    ),
    ProblemType(
        "too_many_groups",
        "Too many rows",
        "The counts asked for have more than 1,000 rows. Count by one dimension instead of two, by years instead of months, or ask"
        " for less: narrower filters have fewer rows. The first few alone are not to be had, for all have to be counted to know them:"
        " who took part most often is asked year by year, or of a state, and the rows are added up; or the list is downloaded"
        " (`format=ndjson`) and counted elsewhere.",
        400,
    ),
    ProblemType(
        "too_many_records",
        "Too many records to count",
        "Counts are made of the records themselves, as many as are read in 20 milliseconds or what else the operator sets: some"
        " 60,000 events where a state, a pair of states, or being a part or a whole, is asked for with nothing beside it but types"
        " and dates, counted by type and date; 30,000 without any filter; 10,000 found by other filters; 4,000 of a state counted"
        " by, or asked for with, something else; 800 to 4,000 where records may have several of what they are counted by, such"
        " as states, roles, persons, topics or places. Of the timeline 25,000 facts, and 5,000 where each must be looked at. Ask for less: narrower filters, or several questions of some years each.",
        400,
    ),
    ProblemType(
        "ambiguous_reference",
        "The reference names several records",
        "Several published records carry the same identifier. Use one of the slugs that the entry suggests.",
        400,
    ),
    ProblemType(
        "expansion_too_large",
        "Too much to expand",
        "The page has more references at the paths of `expand`, or longer documents, than one answer takes. Ask with a smaller"
        " `page_size`, or expand fewer paths.",
        400,
    ),
    ProblemType(
        "bad_request",
        "Bad request",
        "The request cannot be understood; its Host header may be unknown.",
        400,
    ),
    ProblemType(
        "key_in_query",
        "A key in the address",
        "Keys are sent in the `Authorization` header and nowhere else: addresses are kept in logs and histories on the way. This"
        " service has not written it down; if it was a key of yours, others may have, so have it revoked.",
        400,
    ),
    ProblemType(
        "invalid_document",
        "Invalid document",
        "The document sent breaks rules; `errors` points at each place.",
        400,
    ),
    ProblemType(
        "unauthenticated",
        "Not authenticated",
        "The `Authorization` header holds no key that is valid here: it is unknown, expired or revoked, or no `Bearer` key at all."
        " Anybody may read without a key; a wrong one is never taken for none.",
        401,
    ),
    ProblemType(
        "forbidden",
        "Not allowed",
        "The request is understood, and not allowed for this caller.",
        403,
    ),
    ProblemType(
        "not_found",
        "Not found",
        "Nothing published is found at this address. It may never have existed or not be published: the API does not say"
        " which.",
        404,
    ),
    ProblemType(
        "method_not_allowed",
        "Method not allowed",
        "This address does not take the method; `Allow` lists those it takes.",
        405,
    ),
    ProblemType(
        "not_acceptable",
        "Not acceptable",
        "The answer is not available in any of the formats asked for; `available` lists those that are.",
        406,
    ),
    ProblemType(
        "conflict",
        "Conflict",
        "The request contradicts the present state of what it would change.",
        409,
    ),
    ProblemType(
        "withdrawn",
        "Withdrawn",
        "The record was published and then withdrawn; `reason` and `withdrawn_at` say why and when. Copies of it should go too.",
        410,
    ),
    ProblemType(
        "feed_expired",
        "The feed does not go back so far",
        "Changes right after this position are not kept any more; `oldest_position` is the oldest one after which the feed can be"
        " read. Start again from a snapshot.",
        410,
    ),
    ProblemType(
        "precondition_failed",
        "Precondition failed",
        "The record changed since the version that the request names.",
        412,
    ),
    ProblemType(
        "request_timeout",
        "Request timeout",
        "The body of the request did not arrive in time.",
        408,
    ),
    ProblemType(
        "content_too_large",
        "Content too large",
        "The body of the request is larger than this address takes.",
        413,
    ),
    ProblemType(
        "uri_too_long", "Address too long", "The query string is longer than 16,384 bytes.", 414
    ),
    ProblemType(
        "unsupported_media_type",
        "Unsupported media type",
        "The body's Content-Type is not taken here.",
        415,
    ),
    ProblemType(
        "range_not_satisfiable",
        "Range not satisfiable",
        "The file has no such bytes; `Content-Range` says how many it has.",
        416,
    ),
    ProblemType(
        "too_many_requests",
        "Too many requests",
        "The caller has used up its rate limit; `Retry-After` says in how many seconds to try again. `RateLimit-Policy` says how"
        " many units a caller has in how many seconds, `RateLimit` how many are left. Most requests cost one unit, searches,"
        " counts, many names at once (`resolve/`), exact totals and downloads more, an answer of 304 none. With a key there are more"
        " units.",
        429,
    ),
    ProblemType(
        "internal_error",
        "Internal error",
        "The service failed in a way that its authors did not foresee. The log has the details under the `request_id`.",
        500,
    ),
    ProblemType(
        "database_unavailable",
        "Database unavailable",
        "The database cannot be reached. Try again after `Retry-After` seconds.",
        503,
    ),
    ProblemType(
        "database_timeout",
        "Database too slow",
        "The database took too long. Try again, or ask for less.",
        503,
    ),
    ProblemType(
        "database_read_only",
        "Database read-only",
        "The database takes no changes at the moment; reading works.",
        503,
    ),
    ProblemType(
        "database_full", "Database full", "The database has no room for this at the moment.", 503
    ),
    ProblemType(
        "overloaded",
        "Overloaded",
        "More is asked at the moment than can be answered in time. Try again after `Retry-After` seconds. Searches, counts and"
        " downloads wait in a queue of their own, so a plain question may be answered all the same.",
        503,
    ),
    ProblemType(
        "count_timeout",
        "Counting took too long",
        "`count=exact`, or a question for counts, gave up. Leave `count` out for a count up to 1,000, or narrow the filters.",
        503,
    ),
    ProblemType(
        "unknown_parameter",
        "Unknown parameter",
        "This address has no such parameter; `suggestion` names the nearest.",
    ),
    ProblemType(
        "missing_parameter",
        "Missing parameter",
        "The parameter means something only together with another one.",
    ),
    ProblemType(
        "repeated_parameter",
        "Repeated parameter",
        "The parameter takes one value, and is given more than once. Only parameters that take a list may be repeated.",
    ),
    ProblemType(
        "empty_value",
        "Empty value",
        "A parameter, one of the values in its list, or a member of the body is empty. Leave it out instead.",
    ),
    ProblemType(
        "too_many_parameters",
        "Too many parameters",
        "A request has at most 20 different parameters.",
    ),
    ProblemType(
        "too_many_values",
        "Too many values",
        "The parameter, or the member of the body, takes fewer values than were given: a parameter at most 100.",
    ),
    ProblemType("too_long", "Too long", "The value is longer than the parameter takes."),
    ProblemType(
        "invalid_encoding",
        "Invalid encoding",
        "Names and values are percent-encoded UTF-8 without NUL characters; a percent sign itself is written %25.",
    ),
    ProblemType(
        "invalid_choice",
        "Invalid choice",
        "The value is not one of those that the parameter knows: no word of its list, or the code of nothing published.",
    ),
    ProblemType(
        "invalid_combination",
        "Invalid combination",
        "The values are understood, and cannot be asked for together; `detail` says why.",
    ),
    ProblemType(
        "invalid_date",
        "Invalid date",
        "Dates in filters are YYYY, YYYY-MM or YYYY-MM-DD, in the years 0001 to 9999.",
    ),
    ProblemType(
        "invalid_instant",
        "Invalid instant",
        "An instant is a date and a time with an offset from UTC (2026-05-01T00:00:00Z, or +02:00 written %2B02:00), or a date alone,"
        " which stands for its first moment in UTC.",
    ),
    ProblemType("reversed_range", "Reversed range", "The lower bound lies above the upper one."),
    ProblemType(
        "invalid_pair", "Not two states", "The parameter takes exactly two different states."
    ),
    ProblemType("invalid_boolean", "Invalid boolean", "The value is `true` or `false`."),
    ProblemType(
        "invalid_number",
        "Invalid number",
        "The value is not a number as this parameter takes it, in ASCII digits.",
    ),
    ProblemType(
        "out_of_range", "Out of range", "The number is smaller or larger than the parameter takes."
    ),
    ProblemType(
        "unknown_position",
        "Unknown position",
        "The feed has not come so far: no change ever had this position. A copy that was made from another server, or from this one"
        " before a backup was restored, starts again from a snapshot.",
    ),
    ProblemType(
        "invalid_reference",
        "Invalid reference",
        "A record is named by its id (UUID), its slug, `scheme:value` of one of its identifiers, or its code where its kind has codes.",
    ),
    ProblemType(
        "invalid_currency",
        "Invalid currency",
        "A currency is its alphabetic code of ISO 4217, three letters.",
    ),
    ProblemType(
        "invalid_text", "Invalid text", "The text has characters that the parameter does not take."
    ),
    ProblemType(
        "unknown_field",
        "Unknown field",
        "Documents of this kind, or the body, have no such field; `suggestion` names the nearest.",
    ),
    ProblemType(
        "invalid_json",
        "Invalid JSON",
        "The body is not JSON (RFC 8259) in UTF-8.",
    ),
    ProblemType(
        "invalid_field",
        "Invalid field",
        "The body's field breaks a rule; `pointer` says where (RFC 6901).",
    ),
)

PROBLEM_TYPES = {problem.code: problem for problem in _TYPES}

#: The code for an error that arrives with a status alone.
BY_STATUS = {
    **{problem.status: problem.code for problem in reversed(_TYPES) if problem.status},
    400: "bad_request",
}
