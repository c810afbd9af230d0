"""The admin site as an app of Django's, with our own site in place of the stock one."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """The curation desk. Named as text: this package imports none of the apps."""

    default_site = "records.desk.Desk"
