"""The exchange form: records as lines of JSON, in and out, through one declaration per kind (docs/exchange.md)."""

from records.exchange import kinds

__all__ = ["kinds"]
