"""Revisions of the tables, applied by `store.database.migration`."""
