"""The records app: what every record has."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Sources, topics, publishing, editions and the change feed."""

    name = "records"
    verbose_name = "Sources and topics"

    def ready(self) -> None:
        """Make the app's kinds known to publishing."""
        from records import curation  # noqa: F401, PLC0415 - models must be loaded first
