"""Django's PostgreSQL backend with a pool of connections; name it as ENGINE."""
