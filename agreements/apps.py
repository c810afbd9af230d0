"""The agreements app: what was agreed."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Agreements, their parties, actions and values, and currencies."""

    name = "agreements"
    verbose_name = "Agreements and currencies"

    def ready(self) -> None:
        from agreements import kinds  # noqa: F401, PLC0415 - models must be loaded first
