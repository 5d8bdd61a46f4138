"""How alembic reaches the database: by the connection that it was given, in the transaction that is already open on it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
