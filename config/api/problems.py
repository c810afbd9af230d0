"""Every error of the API as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseFault
from django.db import IntegrityError, ProgrammingError
from django.http import Http404, HttpResponse
from django.views import defaults
from rest_framework import exceptions

from config.api.problem_types import BY_STATUS, PROBLEM_TYPES
from config.faults import Fault, member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
#: Seconds after which a caller may try again when the database is in trouble.
RETRY_AFTER = 5


def _entry(fault: Fault) -> dict[str, str]:
    """Return the entry of a problem's `errors`, without what does not apply."""
    named = {
        "code": fault.code,
        "detail": fault.detail,
        "parameter": fault.parameter,
        "pointer": fault.pointer,
        "suggestion": fault.suggestion,
    }
    return {name: value for name, value in named.items() if value is not None}


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """Raised anywhere in a view to answer with a problem."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(code, detail)
        self.type = PROBLEM_TYPES[code]
        self.detail = detail or self.type.explanation
        self.faults = list(faults)
        self.headers = dict(headers or {})
        self.members = members


#: Faults that are the whole problem when nothing else is wrong.
_PROBLEMS_OF_THEIR_OWN = {"invalid_cursor", "cursor_mismatch"}


def parameter_problem(faults: Sequence[Fault]) -> Problem:
    codes = {fault.code for fault in faults}
    if len(codes) == 1 and codes <= _PROBLEMS_OF_THEIR_OWN:
        return Problem(faults[0].code, faults[0].detail, faults=faults)
    count = "1 parameter" if len(faults) == 1 else f"{len(faults)} things"
    verb = "is" if len(faults) == 1 else "are"
    return Problem(
        "invalid_parameters", f"{count} in the query string {verb} not right.", faults=faults
    )


def document_of(problem: Problem, instance: str, request_id: str | None) -> bytes:
    """Return a problem as it is sent."""
    document = {
        "type": problem.type.path,
        "title": problem.type.title,
        "status": problem.type.status or 400,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.type.code,
        "request_id": request_id,
        "errors": [_entry(fault) for fault in problem.faults],
        **problem.members,
    }
    return orjson.dumps(document, default=str, option=orjson.OPT_UTC_Z)


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    body = document_of(problem, request.get_full_path(), getattr(request, "id", None))
    status = problem.type.status or 400
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=problem.headers)
    response["Cache-Control"] = "no-store"
    return response


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or request.path_info == "/api"


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: a problem for what is foreseen, None for what is a bug."""
    problem = foreseen(exception)
    if problem is None:
        return None
    return respond(context["request"], problem)


def foreseen(exception: BaseException) -> Problem | None:
    """What an exception means to the caller; None when it is our bug."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, Http404):
        return Problem("not_found")
    if isinstance(exception, PermissionDenied):
        return Problem("forbidden")
    if isinstance(exception, exceptions.APIException):
        return _of_rest_framework(exception)
    if isinstance(exception, DatabaseFault):
        return database_problem(exception)
    return None


def _of_rest_framework(exception: exceptions.APIException) -> Problem:
    if isinstance(exception, exceptions.ValidationError):
        return Problem("invalid_document", faults=list(_pointed(exception.detail)))
    code = BY_STATUS.get(
        exception.status_code, "bad_request" if exception.status_code < 500 else "internal_error"
    )
    headers = {}
    if header := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = str(header)
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    detail = str(exception.detail) if code not in {"not_found", "internal_error"} else ""
    return Problem(code, detail, headers=headers)


def _pointed(detail: Any, pointer: str = "") -> Iterator[Fault]:
    """DRF's nested error detail, flattened to JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = pointer if name == "non_field_errors" else member(pointer, name)
            yield from _pointed(inner, own)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _pointed(
                inner, f"{pointer}/{index}" if isinstance(inner, dict | list) else pointer
            )
    else:
        yield Fault("invalid_field", str(detail), pointer=pointer)


def database_problem(error: DatabaseFault) -> Problem | None:
    """What a database error means to the caller, by SQLSTATE; None when the statement itself was wrong."""
    state = getattr(error.__cause__, "pgcode", None) or getattr(error, "pgcode", None) or ""
    if isinstance(error, IntegrityError | ProgrammingError) or state[:2] in {"22", "23", "42"}:
        return None
    if state in {"57014", "55P03", "25P03"}:  # statement or lock timed out
        code = "database_timeout"
    elif state == "25006":
        code = "database_read_only"
    elif state == "53100":
        code = "database_full"
    else:  # no answer at all, shutting down, too many connections, serialization failure
        code = "database_unavailable"
    logger.warning("%s: %s", code, str(error).strip())
    return Problem(code, headers={"Retry-After": str(RETRY_AFTER)})


# What Django itself answers, outside views: problems from the start, so that middleware gives them its headers


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not is_api(request):
        return defaults.bad_request(request, exception)
    return respond(request, Problem("bad_request"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    return respond(request, Problem("forbidden"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    detail = "There is no such address: /api/v1/ lists all resources, and /api/v1/docs/ shows what is below them."
    return respond(request, Problem("not_found", detail))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500, or 503 when the database is the cause (handler500)."""
    cause = sys.exc_info()[1]
    problem = database_problem(cause) if isinstance(cause, DatabaseFault) else None
    if problem is None and not is_api(request):
        return defaults.server_error(request)
    return respond(request, problem or Problem("internal_error"))
