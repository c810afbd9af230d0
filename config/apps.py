"""The project as an app, so that Django finds its commands and templates."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Commands that concern the whole project."""

    name = "config"
