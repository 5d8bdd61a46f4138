"""How alembic reaches the database that it was given."""

from alembic import context

from corelab.storage.database import engine_for

engine = engine_for(context.config.attributes["path"], read_only=False)
with engine.connect() as connection:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
