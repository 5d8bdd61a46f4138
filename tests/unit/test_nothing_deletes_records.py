"""Every statement of the program that could take something out of a lab's records, found in its sources, and each one accounted for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import corelab

SOURCES = Path(corelab.__file__).parent
CHANGING = re.compile(
    r"\s*(?:DELETE\s+FROM|UPDATE\s+\S+\s+SET|DROP\s+(?:TABLE|TRIGGER|INDEX|VIEW|COLUMN)|ALTER\s+TABLE|INSERT\s+OR|REPLACE\s+INTO|"
    r"TRUNCATE\s+TABLE|VACUUM|PRAGMA\s+(?:writable_schema|ignore_check_constraints|defer_foreign_keys))\b",
    re.IGNORECASE,
)

ACCOUNTED_FOR = {
    "DELETE FROM draft WHERE assignment_id = ?": "a draft is no record yet; it goes when it is signed",
    "UPDATE {} SET body = NULL, redaction_seq = ? WHERE seq = ?": "personal data, by two people; a trigger refuses every other shape",
    "UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL WHERE account_id = ? AND wrapped_sign IS NOT NULL "
    "AND n < (SELECT max(n) FROM credential WHERE account_id = ?)": "old wrapped keys after a new password; a trigger refuses the newest",
    "UPDATE page SET body = ? WHERE n = ?": "a file of its own in which the bench measures the disk; no lab has such a table",
    'ALTER TABLE "{}" ADD COLUMN {}': "a later column of a new lab",
    'ALTER TABLE "{}" ENABLE ALWAYS TRIGGER "{}"': "on a server: the triggers that refuse a change, also for who copies rows",
    'ALTER TABLE "{}" ENABLE ROW LEVEL SECURITY': "on a server: who may read a table at all",
    'ALTER TABLE "{}" FORCE ROW LEVEL SECURITY': "the same for the owner of the table",
}
ON_A_SERVER = {
    "ALTER TABLE account_revision ENABLE ALWAYS TRIGGER account_revision_login": "a person's role follows their account",
    "UPDATE draft SET body = draft_put.body, updated_at = draft_put.updated_at "
    "WHERE draft.assignment_id = draft_put.assignment;": "as above",
    "DELETE FROM draft WHERE assignment_id = draft_drop.assignment;": "as above",
    "UPDATE event_payload SET body = NULL, redaction_seq = by WHERE event_payload.seq = payload_empty.seq;": "as above",
    "UPDATE opening SET body = NULL, redaction_seq = by WHERE opening.seq = payload_empty.seq;": "as above",
    "UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL": "as above",
}
"""What functions of a server do with the rights of the owner; their triggers refuse every other shape there too."""


def texts(path: Path) -> Iterator[str]:
    """The strings of a source file; what an f-string fills in is {}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


def test_p11_10_every_statement_that_changes_or_deletes_is_accounted_for_and_none_deletes_a_record() -> None:
    found = {text for path in SOURCES.rglob("*.py") for text in texts(path) if CHANGING.match(text)}
    assert found == set(ACCOUNTED_FOR)


def test_p11_10_every_function_of_a_server_that_changes_or_deletes_is_accounted_for() -> None:
    lines = (line for path in SOURCES.rglob("postgres/*.sql") for line in path.read_text(encoding="utf-8").splitlines())
    assert {line.strip() for line in lines if CHANGING.match(line)} == set(ON_A_SERVER)


def test_p11_10_no_source_builds_such_a_statement_with_the_toolkit() -> None:
    """SQLAlchemy and alembic could write one from an expression."""
    named = re.compile(
        r"from sqlalchemy[^\n]* import [^\n]*\b(?:delete|update)\b|\.(?:delete|update|drop|drop_all)\(\)|op\.drop_|batch_alter"
    )
    found = {
        f"{path.name}: {line.strip()}"
        for path in (SOURCES / "storage").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    }
    assert found == set()


def test_p11_10_migrations_only_add() -> None:
    scripts = sorted((SOURCES / "storage" / "migrations" / "versions").glob("*.sql"))
    starts = {
        re.match(r"CREATE (?:TABLE|UNIQUE INDEX|INDEX|TRIGGER)|ALTER TABLE \S+ ADD COLUMN", statement) is not None
        for script in scripts
        for statement in script.read_text(encoding="utf-8").split("\n--\n")
    }
    assert len(scripts) >= 2
    assert starts == {True}


def test_the_scan_sees_a_statement_that_deletes(tmp_path: Path) -> None:
    source = tmp_path / "bad.py"
    source.write_text('x = f"delete  from {table} where n = 1"\ny = "INSERT OR REPLACE INTO grade VALUES (1)"\n')
    assert sum(CHANGING.match(text) is not None for text in texts(source)) == 2
