"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who acts."""

    name = "people"
