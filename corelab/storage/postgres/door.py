"""What somebody may ask who has not said yet who they are: which lab this is, that a password was wrong, and to come in by a code."""

from corelab.domain.accounts import FAILURE_WINDOW, MOST_FAILURES
from corelab.storage.postgres.people import DEFINER
from corelab.storage.postgres.texts import statements_in

CALLED = (
    "seen.door_lab()",
    "seen.door_failed(text, text, text, integer)",
    "seen.door_code_refused(text, text, integer)",
    "seen.door_invited(text)",
    "seen.door_user(text, text)",
    "seen.door_enter(text, text, text)",
)
"""What the door may call."""


_ARRIVED = "CREATE TABLE arrived AS SELECT coalesce(max(seq), 0) AS seq FROM event"  # the last event that was not written here


def statements() -> tuple[str, ...]:
    """The functions; those of people and of appending are there."""
    return (_ARRIVED, *_rules(), *statements_in("door"))


def _rules() -> tuple[str, str]:
    """The lockout, with the numbers of the one rule of it."""
    minutes, stamped = int(FAILURE_WINDOW.total_seconds() // 60), """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""
    later = f"SELECT to_char((at::timestamptz + interval '{minutes} minutes') AT TIME ZONE 'UTC', {stamped})"
    return (
        f"CREATE FUNCTION most_failures() RETURNS integer LANGUAGE sql {DEFINER} AS 'SELECT {MOST_FAILURES}'",
        f"CREATE FUNCTION later(at text) RETURNS text LANGUAGE sql STABLE {DEFINER} AS $$ {later} $$",
    )
