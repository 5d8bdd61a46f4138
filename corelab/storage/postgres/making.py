"""Makes the room for a lab in an empty database: roles, schemas and tables first, and after its rows are in, all that guards them.

The connection is of an installing role: a superuser, or one that may create roles and owns the database.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from psycopg import Connection, sql

from corelab.domain.accounts import user_key
from corelab.storage.postgres import appending, ddl, digests, door, may_write, people, triggers
from corelab.storage.schema import TABLES

CORE, SEEN = "core", "seen"


def begin(connection: Connection[Any], database: str) -> None:
    """Roles, schemas and tables, without triggers; afterwards this transaction acts as the owner, who may fill them."""
    _drop_left_roles(connection, database)
    _make_roles(connection, database)
    owner = people.quoted(people.owner(database))
    _run(
        connection,
        f"GRANT CREATE ON DATABASE {people.quoted(database)} TO {owner}",
        *_as_owner(database),
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"CREATE SCHEMA {CORE}",
        f"CREATE SCHEMA {SEEN}",
        *ddl.tables(),
    )


def finish(connection: Connection[Any], database: str) -> None:
    """Everything else: indexes, functions, triggers, row security, privileges, and a role for each account, without password.

    Afterwards this transaction acts as the owner.
    """
    _run(connection, *_as_owner(database))
    _run(connection, *ddl.indexes(), *digests.statements(), *triggers.statements(), *people.statements())
    _run(connection, *may_write.statements(), *appending.statements(), *door.statements(), *_seeing(database))
    _run(connection, *_privileges(database))
    _run(connection, "SELECT login_follows(id, false) FROM account ORDER BY event_seq")
    _run(
        connection, *triggers.row_security(people.quoted(people.owner(database)), tuple(map(people.quoted, people.whole_groups(database))))
    )
    _run(connection, "RESET ROLE", *_closed(database), *_as_owner(database))


def set_login(connection: Connection[Any], database: str, user: str, verifier: str) -> None:
    """Opens the database for a person who has an account in the lab and is active; ``verifier`` is what libpq makes of the password.

    Afterwards this transaction acts as the owner. Raises LookupError where there is no such account.
    """
    _run(connection, *_as_owner(database))
    statement = sql.SQL(
        "SELECT password_put(login_of({0}), {1}), login_follows(id, (standing(id)).status = 'active') FROM account WHERE user_name = {0}"
    )
    found = connection.execute(statement.format(sql.Literal(user_key(user)), sql.Literal(verifier))).fetchone()
    if found is None:
        raise LookupError(user)


def _as_owner(database: str) -> tuple[str, str]:
    return f"SET LOCAL ROLE {people.quoted(people.owner(database))}", f"SET LOCAL search_path = {CORE}, pg_temp"


def _run(connection: Connection[Any], *statements: str) -> None:
    for statement in statements:
        connection.execute(statement.encode())


# ---------------------------------------------------------------- roles


def _drop_left_roles(connection: Connection[Any], database: str) -> None:
    """Those of a lab that was in a database of this name before; the server keeps whatever still owns something."""
    question = "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) OR starts_with(rolname, %s) ORDER BY rolname"
    left = [name for (name,) in connection.execute(question, (f"{database}:", f"{database}."))]
    owner = people.owner(database)
    for name in sorted(left, key=lambda name: name == owner):
        _run(connection, f"DROP ROLE {people.quoted(name)}")


def _make_roles(connection: Connection[Any], database: str) -> None:
    owner = people.quoted(people.owner(database))
    _run(connection, f"CREATE ROLE {owner} NOLOGIN CREATEROLE", *_reached(connection, owner), *_as_owner(database))
    for name in people.groups(database):
        _run(connection, f"CREATE ROLE {people.quoted(name)} NOLOGIN")
    made = people.quoted(people.door(database))
    _run(connection, f"CREATE ROLE {made} LOGIN PASSWORD '{people.DOOR_PASSWORD}'", "RESET ROLE")


def _reached(connection: Connection[Any], owner: str) -> tuple[str, ...]:
    """An installing role that is no superuser acts as the owner only when it is a member of it."""
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return () if found and found[0] else (f"GRANT {owner} TO CURRENT_USER",)


# ---------------------------------------------------------------- privileges


def _privileges(database: str) -> tuple[str, ...]:
    everybody, whole = people.listed(people.groups(database)), people.listed(people.whole_groups(database))
    door_, tables = people.quoted(people.door(database)), ", ".join(people.quoted(each) for each in (*TABLES, "alembic_version"))
    persons = (*people.CALLED, *appending.CALLED)
    return (
        f"GRANT USAGE ON SCHEMA {CORE} TO {everybody}",
        f"GRANT USAGE ON SCHEMA {SEEN} TO {everybody}, {door_}",
        f"GRANT SELECT ON {tables} TO {whole}",
        *(f"GRANT EXECUTE ON FUNCTION {each} TO {everybody}" for each in persons),
        *(f"GRANT EXECUTE ON FUNCTION {each} TO {door_}" for each in door.CALLED),
    )


def _closed(database: str) -> tuple[str, ...]:
    """Nobody else has anything here; who comes in finds the tables of their own kind only."""
    name, door_ = people.quoted(database), people.quoted(people.door(database))
    return (
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {people.listed(people.groups(database))}, {door_}",
        f"REVOKE CREATE ON DATABASE {name} FROM {people.quoted(people.owner(database))}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"ALTER ROLE {door_} IN DATABASE {name} SET search_path = {SEEN}, pg_temp",
        f"ALTER ROLE {door_} IN DATABASE {name} SET idle_in_transaction_session_timeout = '5s'",
    )


def _seeing(database: str) -> tuple[str, ...]:
    """What blind persons see."""
    name = "corelab.storage.postgres.seeing"
    if find_spec(name) is None:
        return ()
    made: tuple[str, ...] = import_module(name).statements(database)
    return made
