"""Imports: records that arrive from exchange files and from public data sets.

    file ── Tree ──▶ the importer of its data set ── Row, Document ──▶ records.exchange ──▶ working tables ──▶ publish

An importer (`imports/datasets/pocom/importer.py`, ...) only translates: it reads its files and yields rows, and the documents
that they become. Matching, comparing, locked fields, publishing, reports and undo are done here, for all data sets.
"""
