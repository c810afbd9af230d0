"""The plain API's WSGI application, with the same pool of database connections as the real one."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.plain_settings"

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.db.pool.base import open_pool

application = get_wsgi_application()
open_pool(size=settings.THREADS)
