"""How alembic runs the numbered steps: on the connection, and in the transaction, that storage/migrate.py opened."""

from alembic import context

from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it again
)
context.run_migrations()
