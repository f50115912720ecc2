"""Revisions of the tables, applied by `store.database.migration`.

- `versions`: the revisions; `columns`: what they are made of; `env`: Alembic's entry
"""
