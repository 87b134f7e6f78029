"""Alembic's entry: migrates the engine it is handed."""

from alembic import context

from bot.storage.ledger_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
