"""A lab's database on a server against what this program makes: tables, constraints, triggers, functions, rights, roles of people.

What is right stands in a file that ships with the program; it was taken from a server on which the program had just made an empty lab.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from psycopg import Connection

from corelab.domain.accounts import Role, Status
from corelab.domain.audit import Fault
from corelab.resources import resource
from corelab.storage.postgres import people
from corelab.storage.postgres.texts import statements_in

STEP = "server"
EXPECTED = ("server", "catalogue.json")
_LAB = "LAB"
"""Stands for the name of the database."""


def catalogue(connection: Connection[Any], database: str) -> Mapping[str, str]:
    """Everything in the database by its name, with a digest of what it is; the name of the database is taken out of both."""
    found = {}
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")  # so that each name stands with its schema
        for statement in statements_in("checking"):
            for name, what in connection.execute(statement.encode()):
                made = _nameless(what, database)
                found[_nameless(name, database)] = hashlib.sha256(made.encode()).hexdigest()[:16] if made else ""
    return MappingProxyType(found)


def _nameless(text: str, database: str) -> str:
    return text.replace(f"{database}:", f"{_LAB}:").replace(f"{database}.", f"{_LAB}.") if text else ""


@cache
def expected() -> Mapping[str, str]:
    """What ``catalogue`` finds in a lab that nobody has touched."""
    return MappingProxyType(json.loads(resource(*EXPECTED).read_text("utf-8")))


def server_faults(connection: Connection[Any], database: str) -> tuple[Fault, ...]:
    """What differs from what this program makes. The connection is of somebody who may read the accounts."""
    found, right = catalogue(connection, database), expected()
    return (*_differences(found, right, database), *_role_faults(connection, database))


def connected(connection: Connection[Any], database: str) -> tuple[str, ...]:
    """The user names of the other people who are connected to the lab right now."""
    question = """SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database()
        AND usename <> session_user AND starts_with(usename, current_database() || '.') ORDER BY usename"""
    return tuple(name.removeprefix(f"{database}.") for (name,) in connection.execute(question))


def _differences(found: Mapping[str, str], right: Mapping[str, str], database: str) -> Iterator[Fault]:
    for name in sorted(found.keys() | right.keys()):
        where = name.replace(f"{_LAB}:", f"{database}:").replace(f"{_LAB}.", f"{database}.")
        if name not in found:
            yield _fault(where, "is missing")
        elif name not in right:
            yield _fault(where, "does not belong here")
        elif found[name] != right[name]:
            yield _fault(where, "differs from what this program makes")


def _fault(where: str, what: str) -> Fault:
    return Fault(where, f"{STEP}: {what}", STEP)


# ---------------------------------------------------------------- roles


def _role_faults(connection: Connection[Any], database: str) -> Iterator[Fault]:
    roles, members, settings, accounts = (connection.execute(each.encode()).fetchall() for each in statements_in("checking_roles"))
    persons = {people.login(database, user): (status, set(held.split(","))) for user, status, held in accounts}
    own = {people.owner(database), people.door(database), *people.groups(database)}
    for missing in sorted((own | persons.keys()) - {name for name, *_ in roles}):
        yield _fault(f"role {missing}", "is missing")
    for name, powers, enters in roles:
        yield from _powers(database, name, powers)
        yield from _entry(database, persons, name, enters=enters)
    yield from _memberships(database, persons, {(member, of): admin for member, of, admin in members})
    for name, setting in settings:
        if name in persons and not setting.startswith(("search_path=core, pg_temp", "search_path=seen, pg_temp", "idle_in_transaction")):
            yield _fault(f"role {name}", f"has a setting that this program does not make ({setting.partition('=')[0]})")


def _powers(database: str, name: str, powers: str) -> Iterator[Fault]:
    due = "may make roles" if name == people.owner(database) else ""
    if powers != due:
        yield _fault(f"role {name}", f"has other powers than it should ({powers or 'none'})")


def _entry(database: str, persons: Mapping[str, tuple[str, set[str]]], name: str, *, enters: bool) -> Iterator[Fault]:
    """Who may sign in to the server; an active person who has set no password there yet may not."""
    if name in {people.owner(database), *people.groups(database)}:
        if enters:
            yield _fault(f"role {name}", "may sign in, and should not")
    elif name == people.door(database):
        if not enters:
            yield _fault(f"role {name}", "may not sign in, so nobody can")
    elif name not in persons:
        yield _fault(f"role {name}", "belongs to no account")
    elif enters and persons[name][0] not in {Status.ACTIVE.value, Status.INVITED.value}:
        yield _fault(f"role {name}", f"may sign in, and the account is {persons[name][0]}")


def _memberships(database: str, persons: Mapping[str, tuple[str, set[str]]], found: Mapping[tuple[str, str], bool]) -> Iterator[Fault]:
    due = {
        (name, people.group(database, Role(role)))
        for name, (status, held) in persons.items()
        for role in held
        if status == Status.ACTIVE.value
    }
    for member, of in sorted(found.keys() | due):
        if (member, of) not in due:
            yield _fault(f"role {member}", f"is a member of {of}, and should not be")
        elif found.get((member, of)):
            yield _fault(f"role {member}", f"may make others members of {of}")
