"""Alembic's entry: runs the revisions on the connection that `store.database.migration` hands over."""

from alembic import context

from store.schema.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # what SQLite cannot alter, Alembic copies
    render_as_batch=True,
)
context.run_migrations()
