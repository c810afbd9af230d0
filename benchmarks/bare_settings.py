"""The project's own settings, less everything that a bare view does without."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
WSGI_APPLICATION = "benchmarks.bare_wsgi.application"
MIDDLEWARE = []
