"""The data sets that can be imported: one folder each, whose module `importer` registers a `Dataset`."""
