"""The exchange form: records as lines of JSON, in and out, derived from the serializers (docs/exchange.md)."""
