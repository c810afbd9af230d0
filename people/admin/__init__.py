"""States, organizations, persons, offices and tenures at the desk."""

from people.admin import office, organization, person, state, tenure

__all__ = ["office", "organization", "person", "state", "tenure"]
