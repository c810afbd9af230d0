"""The curation desk: what every record's form and list have in common, and the forms of sources and topics."""

from records.admin import accounts, api_keys, source, topic, warnings

__all__ = ["accounts", "api_keys", "source", "topic", "warnings"]
