"""What PostgreSQL knows of its tables, by which it chooses the way to an answer."""

from __future__ import annotations

from django.db import connection

#: Tables of ours with rows, of which so much has changed that PostgreSQL would look at them within a minute or so.
_OUTGROWN = """
    SELECT quote_ident(table_.relname)
    FROM pg_stat_user_tables AS known JOIN pg_class AS table_ ON table_.oid = known.relid
    WHERE known.schemaname = current_schema() AND n_live_tup > 0
      AND n_mod_since_analyze > current_setting('autovacuum_analyze_threshold')::int
        + current_setting('autovacuum_analyze_scale_factor')::float * greatest(table_.reltuples, 0)
    ORDER BY table_.relname
"""


def renew_statistics() -> list[str]:
    """Let PostgreSQL look at the tables that have changed much since it last did; return their names.

    It does so by itself, but somebody may ask before. And where it looked while an import was being written, it saw many
    pages with hardly a row, and takes the table for as good as empty, however many rows are committed then: it joins by
    trying all pairs. Does nothing within a transaction, which would hold locks on the tables until it ends.
    """
    if connection.in_atomic_block:
        return []
    with connection.cursor() as cursor:
        # What this session changed, too: PostgreSQL counts it at the end of a statement, but at most once a second.
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(_OUTGROWN)
        tables = [str(name) for (name,) in cursor.fetchall()]
        if tables:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
    return tables
