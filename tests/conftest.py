"""Set-up of the whole test suite: a database of its own, and nothing from outside."""

import os

import pytest
from django.conf import settings
from django.db import connections

from config.db import embedded


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Send the tests to the embedded test server, unless DATABASE_URL names a server.

    The database's name carries the process id, so that two runs at once do not meet.
    """
    default = connections.settings["default"]
    if settings.EMBEDDED:
        server = embedded.test_server()
        server.hold()
        default.update(server.django_settings())
    default["TEST"]["NAME"] = f"test_chancery_{os.getpid()}"
