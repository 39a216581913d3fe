"""Runs inside Alembic. The caller (storage/migrate.py) brings the connection; no offline mode, no ini file."""

from alembic import context

from storage.metadata import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
