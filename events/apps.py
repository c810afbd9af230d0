"""The events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What happened."""

    name = "events"
