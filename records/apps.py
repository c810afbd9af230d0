"""The records app: what every record has."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Sources, topics, publishing, editions and the change feed."""

    name = "records"
    verbose_name = "Sources and topics"

    def ready(self) -> None:
        """Make the app's kinds known to publishing, and see to the desk's roles and the API's after each migration."""
        from config.db import api_role  # noqa: PLC0415 - models must be loaded first
        from records import as_of, kinds, roles  # noqa: F401, PLC0415 - likewise

        post_migrate.connect(roles.keep_roles, sender=self, dispatch_uid="records.roles")
        # Here, since Django sends the signal for apps with models only.
        post_migrate.connect(api_role.keep_role, sender=self, dispatch_uid="config.db.api_role")
