"""The people app: who acts."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """States, organizations, persons, offices and tenures."""

    name = "people"
    verbose_name = "States, organizations and people"

    def ready(self) -> None:
        from people import kinds  # noqa: F401, PLC0415 - models must be loaded first
