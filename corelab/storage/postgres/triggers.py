"""The triggers that keep records append-only on a server, generated from the list of regulated tables, and the row security under them.

They refuse what a file's triggers refuse, with the same words, and TRUNCATE as well; whoever replicates into the database meets them too.
"""

from collections.abc import Iterator

from corelab.storage.postgres.texts import statements_in
from corelab.storage.schema import REGULATED, TABLES

_UPDATES = {"event_payload": "redacted_only", "opening": "redacted_only", "credential": "unwrapped_only"}
"""The tables of which something may be emptied, and what looks at it."""


def statements() -> tuple[str, ...]:
    """The functions and triggers of every table."""
    made = [_trigger("event", "in_the_chain", "BEFORE INSERT"), _trigger("event_payload", "payload_of_this_event", "BEFORE INSERT")]
    made += [_trigger(table, "of_this_event", "BEFORE INSERT") for table in REGULATED]
    made += [each for table in ("event", "event_payload", *REGULATED) for each in _append_only(table)]
    made += _never_truncated("draft")
    return (*statements_in("triggers"), *(each for pair in made for each in pair))


def _append_only(table: str) -> Iterator[tuple[str, str]]:
    yield _trigger(table, _UPDATES.get(table, "stays"), "BEFORE UPDATE", "no_update")
    yield _trigger(table, "stays", "BEFORE DELETE", "no_delete")
    yield from _never_truncated(table)


def _never_truncated(table: str) -> Iterator[tuple[str, str]]:
    yield _trigger(table, "stays", "BEFORE TRUNCATE", "no_truncate")


def _trigger(table: str, function: str, moment: str, suffix: str | None = None) -> tuple[str, str]:
    """Fires whatever the session says of its replication."""
    name, each = f"{table}_{suffix or function}", "STATEMENT" if moment.endswith("TRUNCATE") else "ROW"
    return (
        f'CREATE TRIGGER "{name}" {moment} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}()',
        f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"',
    )


def row_security(owner: str, whole: tuple[str, ...]) -> tuple[str, ...]:
    """Every row of every table for the owner, for reading also for these roles, and for nobody else, the owner's own queries included.

    The names are quoted already.
    """
    made = [each for table in (*TABLES, "alembic_version") for each in _secured(table, owner, whole)]
    return tuple(made)


def _secured(table: str, owner: str, whole: tuple[str, ...]) -> Iterator[str]:
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield f'CREATE POLICY of_the_owner ON "{table}" TO {owner} USING (true) WITH CHECK (true)'
    yield f'CREATE POLICY of_the_whole ON "{table}" FOR SELECT TO {", ".join(whole)} USING (true)'
