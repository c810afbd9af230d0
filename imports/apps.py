"""The imports app: records that arrive from files."""

from typing import ClassVar

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports and their memory."""

    name = "imports"
    verbose_name = "Imports"
    #: What contributors may do here, see `records.roles`.
    contributor_rights: ClassVar[set[str]] = {
        "view_importbatch",
        "add_importbatch",
        "change_importbatch",
    }
