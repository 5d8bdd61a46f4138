"""Who may write what on a server: every kind of event has its place in the table, and what a whole trial wrote is allowed by it."""

import tarfile
from collections import defaultdict
from pathlib import Path

import pytest

from corelab.domain.accounts import ROLE_COMMANDS, Role
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.storage.file_store import FileStore
from corelab.storage.postgres import may_write
from corelab.storage.postgres.may_write import NOBODY, Writing
from corelab.storage.schema import REGULATED
from tests.builders import TickingClock

KEPT = Path(__file__).parents[1] / "fixtures" / "labs" / "0.6.0" / "lab.tar.xz"
NEVER = {"account.created", "code.refused", "custody.made", "lab.created", "schema.migrated"}
"""What the making of a lab, its migration, and the server itself write."""
IN_THE_MAKING = NEVER | {"charter.loaded"}
LINES = {(one.kind, one.role): one for one in may_write.lines()}


def test_every_kind_of_event_is_written_by_somebody_or_by_no_person() -> None:
    written = {kind for kind, _ in LINES}
    assert KIND_COMMANDS.keys() - written == NEVER
    assert written <= KIND_COMMANDS.keys()


def test_every_table_of_a_line_is_there_and_every_table_is_written() -> None:
    named = {table for one in LINES.values() for table in one.tables}
    assert named <= set(REGULATED)
    assert set(REGULATED) - named == {"lab"}, "it is written when the lab is made"


@pytest.mark.parametrize("kind", [kind for kind, command in KIND_COMMANDS.items() if command is not None])
def test_a_kind_of_a_command_is_written_in_the_roles_that_have_the_command(kind: str) -> None:
    command = KIND_COMMANDS[kind]
    assert {role for each, role in LINES if each == kind} == {role.value for role in Role if command in ROLE_COMMANDS[role]}


def test_a_reader_writes_nothing_that_opens_releases_deals_or_changes_people() -> None:
    blind = {Role.READER.value, Role.ADJUDICATOR.value, NOBODY}
    tables = {table for one in LINES.values() if one.role in blind for table in one.tables}
    secret = {"opening", "grade", "evidence", "result", "assignment", "assignment_end", "comparison", "adj_case", "setting", "charter"}
    assert tables & (secret | {"custody_key", "custody_grant", "lab_secret", "regrant", "invitation", "lock", "package"}) == set()
    people = {one.kind for one in LINES.values() if "account_revision" in one.tables and one.role in blind}
    assert people == {"account.activated", "account.locked"}


def test_what_is_written_without_a_sign_in_is_on_the_way_in_or_out() -> None:
    outside = {kind for (kind, _), one in LINES.items() if not one.session}
    assert outside == may_write.WITHOUT_SESSION
    assert all(KIND_COMMANDS[kind] is None for kind in outside)


def test_everything_that_a_trial_of_a_released_version_wrote_is_allowed(tmp_path: Path) -> None:
    with tarfile.open(KEPT) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(tmp_path)  # noqa: S202 - our own archive
    store = FileStore.open(tmp_path / "lab" / "corelab.db", TickingClock())
    with store.read() as snapshot:
        tables = defaultdict(set)
        for table in REGULATED:
            for row in snapshot.all(table):
                tables[row["event_seq"]].add(table)
        events = [event for event in snapshot.events() if event["kind"] not in IN_THE_MAKING]
        kinds = {event["kind"] for event in events}
        refused = [_refusal(LINES.get((event["kind"], event["role"] or NOBODY)), event["kind"], tables[event["seq"]]) for event in events]
    store.close()
    assert [one for one in refused if one] == []
    assert len(kinds) > 30


def _refusal(line: Writing | None, kind: str, tables: set[str]) -> str:
    if line is None:
        return f"{kind}: no line"
    left = tables - set(line.tables)
    return f"{kind}: {', '.join(sorted(left))}" if left else ""
