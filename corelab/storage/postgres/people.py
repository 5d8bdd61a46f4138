"""The roles of a lab in its cluster, and how a person's own role follows what is recorded of the account.

All are named after the database: its owner, a group for each role of the trial, the door, and a login for each person. Who somebody
is comes from ``session_user`` alone: no setting of a session and no argument can say it.
"""

from corelab.domain.accounts import Role
from corelab.storage.postgres.texts import statements_in

DOOR_PASSWORD = "corelab"  # noqa: S105 - a door bell: everybody may know it, and nobody is anybody by it
WHOLE = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)
"""Roles that may read every table."""

DEFINER = "SECURITY DEFINER SET search_path = core, pg_temp"


def owner(database: str) -> str:
    """Owns everything of the lab; nobody signs in as it."""
    return f"{database}:owner"


def group(database: str, role: Role) -> str:
    return f"{database}:{role.value}"


def door(database: str) -> str:
    """Who has not said yet who they are."""
    return f"{database}:door"


def login(database: str, user_name: str) -> str:
    """A person's own; ``user_name`` as the account has it."""
    return f"{database}.{user_name}"


def groups(database: str) -> tuple[str, ...]:
    return tuple(group(database, role) for role in Role)


def whole_groups(database: str) -> tuple[str, ...]:
    return tuple(group(database, role) for role in WHOLE)


def quoted(name: str) -> str:
    """The name as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


CALLED = ("login_set(text)",)
"""What every person may call."""


def statements() -> tuple[str, ...]:
    """The functions and the trigger; the tables are there."""
    return statements_in("people")
