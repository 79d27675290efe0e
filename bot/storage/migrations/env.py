"""Alembic's entry: runs the revisions on the connection that `bot.storage.migrate` hands over, in its transaction."""

from alembic import context

from bot.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,
    transactional_ddl=False,  # the caller began the transaction and ends it
)
context.run_migrations()
