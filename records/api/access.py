"""Who calls, and how often they may: the key of a request, its caller's rate limit, and what caches may keep of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings
from django.db import DatabaseError

from config.api.limits import Budget, Limit, Policy, caller_of
from config.api.problems import Problem, foreseen, is_api, respond
from config.security import network_of
from records.api.keys import Keys
from records.models import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

#: Parameters that can only be meant as a key.
KEY_PARAMETERS = frozenset({"key", "api_key", "token", "access_token"})


class AccessMiddleware:
    """Reads keys, counts what callers use, and keeps answers to keys out of shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._keys = Keys()
        self._anonymous = _limit("anonymous", settings.RATE_LIMIT_ANONYMOUS)
        self._keyed = _limit("keyed", settings.RATE_LIMIT_KEYED)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request of the API. Asking what may be asked (OPTIONS) is free, as browsers send no key with it."""
        if not is_api(request) or request.method == "OPTIONS":
            return self.get_response(request)
        raw = request.META["QUERY_STRING"]
        if raw and _holds_key(raw):
            # Neither the answer nor any log repeats it.
            request.META["QUERY_STRING"] = ""
            return respond(request, Problem("key_in_query"))
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            return self._serve(request, self._budget(self._anonymous, _address(request)))
        try:
            owner = self._keys.owner_of(authorization)
        except (Problem, DatabaseError) as error:
            problem = foreseen(error)
            if problem is None:
                raise
            # Guessing is not free: it is counted by the address.
            budget = self._budget(self._anonymous, _address(request))
            return self._serve(request, budget, problem)
        response = self._serve(request, self._budget(self._keyed, owner))
        control = response.headers.get("Cache-Control")
        if control is not None:
            response.headers["Cache-Control"] = control.replace("public", "private")
        else:
            response.headers["Cache-Control"] = "private"
        return response

    def _serve(
        self, request: HttpRequest, budget: Budget | None, problem: Problem | None = None
    ) -> HttpResponseBase:
        """Answer within the budget, with the problem if there is one already."""
        if budget is None:
            return respond(request, problem) if problem else self.get_response(request)
        request.budget = budget  # type: ignore[attr-defined]
        try:
            budget.refuse_spent()
        except Problem as refusal:
            response: HttpResponseBase = respond(request, refusal)
        else:
            response = respond(request, problem) if problem else self.get_response(request)
        budget.settle(response.status_code)
        for name, value in budget.headers().items():
            response.headers[name] = value
        return response

    def _budget(self, limit: Limit | None, identity: str) -> Budget | None:
        return Budget(limit, caller_of(identity, settings.SECRET_KEY)) if limit else None


def _limit(name: str, quota: int) -> Limit | None:
    policy = Policy(name, quota, settings.RATE_LIMIT_SECONDS)
    return Limit(policy, Usage, processes=settings.RATE_LIMIT_PROCESSES) if quota else None


def _address(request: HttpRequest) -> str:
    return f"address {network_of(request.META.get('REMOTE_ADDR', ''))}"


def _holds_key(raw: str) -> bool:
    names = (piece.partition("=")[0] for piece in raw.split("&"))
    return any(unquote(name).strip().lower() in KEY_PARAMETERS for name in names)
