"""Taking in public data sets: read safely, translated into the exchange form, then loaded like any exchange file.

    files ── inputs ──▶ an app's importer ── Row, documents ──▶ records.exchange ──▶ working tables ──▶ publish

An importer (`imports/datasets/pocom/importer.py`, ...) only translates: it reads its files and yields what each row is and which
documents say so. Everything else (identity, comparing, locked fields, publishing, reports, undoing) is done here, for all.
"""
