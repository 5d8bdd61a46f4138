"""Who may write which kind of event, with rows of which tables: the server's own table of permissions, made from one list."""

from corelab.domain.accounts import Role
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.storage.schema import REGULATED


def statements() -> tuple[str, ...]:
    return (
        "CREATE TABLE may_write (kind text, role text, tables text[], PRIMARY KEY (kind, role))",
        *(
            f"INSERT INTO may_write VALUES ('{kind}', '{role}', ARRAY[{', '.join(repr(each) for each in REGULATED)}])"  # noqa: S608 - names of ours
            for kind in KIND_COMMANDS
            for role in ("", *(each.value for each in Role))
        ),
    )
