"""The project as an app, so that Django finds its commands and templates."""

from django.apps import AppConfig

from config.db import triggers


class ConfigConfig(AppConfig):
    """Commands that concern the whole project."""

    name = "config"

    def import_models(self) -> None:
        """Come before all other apps, whose models register triggers."""
        triggers.use()
        super().import_models()

    def ready(self) -> None:
        """Make the project's checks known."""
        from config import checks  # noqa: F401, PLC0415 - settings must be loaded first
