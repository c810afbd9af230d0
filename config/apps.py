"""The project as an app, so that Django finds its commands and templates."""

from django.apps import AppConfig

from config.db.triggers import remember_triggers

# This app is the first, and there are no models yet.
remember_triggers()


class ConfigConfig(AppConfig):
    """Commands that concern the whole project."""

    name = "config"

    def ready(self) -> None:
        """Make the project's checks known."""
        from config import checks  # noqa: F401, PLC0415 - settings must be loaded first
