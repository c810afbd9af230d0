#!/usr/bin/env python
"""Django's commands, with a database behind them."""

import os
import sys

# The packages are imported late, to say in one line if they are missing.
# ruff: noqa: PLC0415

# Help needs no database; a check that wants one says so itself.
WITHOUT_DATABASE = {"help", "version", "check", "collectstatic", "findstatic"}


def main() -> None:
    """Start the embedded PostgreSQL if no DATABASE_URL is set, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A request may not run for long, a command may.
    os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Chancery: the packages are missing. Run `make setup`, then use .venv/bin/python.")

    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from config.db import embedded

    try:
        settings.INSTALLED_APPS  # noqa: B018 - read, so that wrong settings show here
        if settings.EMBEDDED and len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_DATABASE:
            # Left running afterwards, for the next command; `make db-stop` stops it.
            embedded.main_server().hold()
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(f"Chancery: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
