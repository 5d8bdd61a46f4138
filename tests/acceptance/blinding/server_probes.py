"""What a person asks of the server in their own database role, past the program: everything that PostgreSQL lets anybody try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

CHANNELS: Mapping[str, str] = {
    "roles": "the role names, and so the user names and roles of all people of the lab",
    "connections": "who is connected now",
    "locks": "that somebody writes at this moment",
    "totals": "how large each table is and how many rows were written to it since the server counts",
    "numbers": "the number, the time and the hash of the last record of the lab, whoever wrote it",
    "definitions": "the names and texts of all tables, views and functions, which are those of the program",
    "visits": "the visit of each of the own exams, and which of them are of one subject",
}
"""What PostgreSQL tells every role of a database, or a reader needs; the manual says the same."""


NOBODYS = "00000000-0000-4000-8000-00000000dead"


@dataclass(frozen=True)
class Probe:
    """Statements that are run one after the other in a transaction that is then undone; ``channel`` is what they are known to tell."""

    name: str
    statements: Sequence[str]
    channel: str | None = None


@dataclass
class Known:
    """Ids of what is another's, for who guesses right."""

    database: str
    reading: str
    assignment: str
    exam: str
    account: str
    session: str
    seq: int
    own_assignment: str
    own_exam: str
    others: tuple[str, ...] = field(default=())


# ---------------------------------------------------------------- asking


def answer(connection: "psycopg.Connection[Any]", statements: Sequence[str]) -> str:
    """Everything that comes back: rows, messages and the error with all its parts; nothing of it stays."""
    said: list[str] = []
    notices: list[str] = []
    hear = lambda diagnostic: notices.append(f"{diagnostic.severity} {diagnostic.message_primary}")  # noqa: E731 - added and taken away again
    connection.add_notice_handler(hear)
    try:
        said += (_rows(connection, statement) for statement in statements)
    except psycopg.Error as error:
        parts = error.diag
        said.append(f"{error.sqlstate} {parts.message_primary} {parts.message_detail} {parts.message_hint} {parts.context}")
    finally:
        connection.rollback()
        connection.remove_notice_handler(hear)
    return "\n".join((*said, *notices))


def _rows(connection: "psycopg.Connection[Any]", statement: str) -> str:
    cursor = connection.cursor()
    if statement.startswith("COPY"):
        with cursor.copy(statement.encode()) as copy:
            return repr(b"".join(bytes(each) for each in copy))
    cursor.execute(statement.encode())
    return "\n".join(map(repr, cursor.fetchall())) if cursor.description else cursor.statusmessage or ""


# ---------------------------------------------------------------- what a question touches

_COUNTED = """SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE schemaname = 'core' ORDER BY relname"""


def touched(connection: "psycopg.Connection[Any]", statement: str) -> Mapping[str, int]:
    """How many rows of each table PostgreSQL says it read for this question, by indexes: it says so to everybody."""
    connection.execute("SET enable_seqscan = off")
    connection.execute(statement.encode()).fetchall()  # the first time it looks up more
    before = dict(connection.execute(_COUNTED).fetchall())
    connection.execute(statement.encode()).fetchall()
    after = dict(connection.execute(_COUNTED).fetchall())
    connection.rollback()
    return {table: count - before[table] for table, count in after.items() if count != before[table]}


def touching(known: Known) -> tuple[str, ...]:
    """Questions about what is one's own, of which others have rows too."""
    by_exam = (
        "assignment",
        "exam_status",
        "comparison",
        "clip",
        "intake_object",
        "calibration_exam",
        "result",
        "unblinding",
        "single_release",
    )
    by_work = ("reading", "draft", "adj_case", "guess", "assignment_end")
    return (
        *(f"""SELECT * FROM seen.of_{table}('{{"exam_id": "{known.own_exam}"}}')""" for table in by_exam),
        *(f"""SELECT * FROM seen.of_{table}('{{"assignment_id": "{known.own_assignment}"}}')""" for table in by_work),
        f"""SELECT * FROM seen.of_exam('{{"id": "{known.own_exam}"}}')""",
        f"""SELECT * FROM seen.of_event('{{"entity": "assignment", "id": "{known.own_assignment}"}}')""",
        f"""SELECT * FROM seen.of_event_payload('{{"seq": {known.seq}}}')""",
        f"""SELECT * FROM seen.of_event('{{"seq": {known.seq}}}')""",
    )
