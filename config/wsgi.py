"""Django behind its static files, with a pool of database connections: what the gate (config/rsgi.py) runs in its threads."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from typing import cast
from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from config.db.pool.base import open_pool


def _with_static_files(application: WSGIApplication) -> WSGIApplication:
    """Serve the files of the admin and the docs from where they lie in the packages.

    In front of Django rather than as a middleware: all other requests pay for one look into a
    dictionary only. Without `collectstatic`: listing the files at start takes milliseconds.
    """
    static = WhiteNoise(
        application, max_age=3600, allow_all_origins=False, add_headers_function=_add_headers
    )
    for finder in get_finders():
        for path, storage in finder.list([]):
            url = settings.STATIC_URL + path
            if url not in static.files:  # as Django does: the first finder wins
                static.add_file_to_dictionary(url, storage.path(path))
    return cast("WSGIApplication", static)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    from config.security import CONTENT_SECURITY_POLICY  # noqa: PLC0415 - needs the apps

    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY


application = _with_static_files(get_wsgi_application())
open_pool(size=settings.THREADS)
