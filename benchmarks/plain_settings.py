"""The project's own settings, with what REST framework does by itself, and no middleware that an API can do without."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.plain"
WSGI_APPLICATION = "benchmarks.plain_wsgi.application"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
