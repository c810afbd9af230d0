"""Events, their types and places, statements and relations at the desk."""

from events.admin import event, event_type, home, place, relation, statement

__all__ = ["event", "event_type", "home", "place", "relation", "statement"]
