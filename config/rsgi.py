"""What granian runs: the gate, and Django behind it."""

from django.conf import settings

import config.wsgi  # noqa: F401 - first, since it sets Django up
from config.gate.application import Gate

application = Gate(settings.THREADS)
