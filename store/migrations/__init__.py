"""Revisions of the tables, applied by `store.migration`."""
