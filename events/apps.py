"""The events app: what happened."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Event types, places, events, relations and statements."""

    name = "events"
    verbose_name = "Events and relations"

    def ready(self) -> None:
        from events import as_of, kinds  # noqa: F401, PLC0415 - models must be loaded first
