"""Log lines as text for people or as JSON for machines, each with its request's id."""

import logging
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

# Set by the middleware that gives requests their ids (config/api); `-` outside of requests.
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Give every log line the id of the request that it was written in."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class WithoutTraceback(logging.Filter):
    """Log in one line what any caller can cause: a traceback would only show where Django noticed it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


class OutagesInALine(logging.Filter):
    """Log in one line that the database could not be reached, which another line explains: hundreds of requests find it out at once."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE:
            record.exc_info = None
        return True


class WithoutProbes(logging.Filter):
    """Log no answer of `/readyz` as an error of Django's: it is what was asked for, every few seconds, and a line of ours counts it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path_info", "") != "/readyz"


def configuration(*, style: str, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": RequestIdFilter},
            "without_traceback": {"()": WithoutTraceback},
            "outages_in_a_line": {"()": OutagesInALine},
            "without_probes": {"()": WithoutProbes},
        },
        "formatters": {
            "text": {
                "format": "{asctime} {levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{asctime}{levelname}{name}{request_id}{message}",
                "style": "{",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would write every line twice.
            "django": {"handlers": [], "level": level, "propagate": True},
            # Announces itself at every start.
            "axes.apps": {"level": "WARNING"},
            # An answer of 404 is no event worth a line; a 500 is.
            "django.request": {
                "filters": ["without_probes", "outages_in_a_line"],
                "level": "ERROR",
            },
            # A wrong Host header: scanners send many.
            "django.security.DisallowedHost": {
                "filters": ["without_traceback"],
                "level": "WARNING",
            },
        },
    }
