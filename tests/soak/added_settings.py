"""The settings with one more migration."""

from config.settings import *  # noqa: F403 - all of them

MIGRATION_MODULES = {"events": "tests.soak.added"}
