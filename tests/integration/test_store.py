"""The store: what a transaction keeps, what the database refuses, and what its failures are called."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from corelab.domain.accounts import Meaning, Role
from corelab.domain.record_errors import (
    ClockBackwardError,
    DiskFullError,
    LabCorruptError,
    LabExistsError,
    LabLockedError,
    LabReadOnlyError,
    NewerSchemaError,
    NotALabError,
    NotPermittedError,
    PayloadSealedError,
    RecordDamagedError,
    RecordRefusedError,
    SignedOutError,
    SubmitConflictError,
)
from corelab.domain.vocabulary import AssignmentId
from corelab.services import accounts, labs
from corelab.services.verification import verify_lab
from corelab.storage import own_assignments, rows
from corelab.storage.file_store import FileStore
from corelab.storage.keys import BoxSecret, make_opening
from corelab.storage.schema import COLUMNS, REGULATED, TABLES, statements
from corelab.storage.store import Actor, NewRow
from tests.builders import PASSWORD, Lab, TickingClock, a_lab

BOX = BoxSecret.of(b"\x22" * 32)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def raw(lab: Lab) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        connection.execute("PRAGMA recursive_triggers=ON")
        yield connection


def _site(code: str) -> NewRow:
    return NewRow("site", {"code": code})


# ---------------------------------------------------------------- what is kept


def test_an_event_carries_its_rows_and_continues_the_chain(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        head = transaction.next_head()
        first = transaction.record("x.one", "site", "A", rows=[_site("A")], payload={"why": "first"})
        second = transaction.record("x.two", "site", "B", rows=[_site("B")])
    with lab.open.store.read() as snapshot:
        events = snapshot.events(after=head.seq - 1)
        assert [event["seq"] for event in events] == [first.seq, second.seq] == [head.seq, head.seq + 1]
        assert (events[0]["prev"], events[1]["prev"]) == (head.prev, events[0]["hash"])
        assert [row["event_seq"] for row in snapshot.all("site")] == [first.seq, second.seq]
        assert snapshot.opening_of(first.seq) == {"why": "first"}
        assert snapshot.opening_of(second.seq) == {}
        assert events[0]["at"].tzinfo is not None


def test_an_exception_leaves_nothing(lab: Lab) -> None:
    def work() -> None:
        with lab.open.store.begin(Actor()) as transaction:
            transaction.record("x.one", "site", "A", rows=[_site("A")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    with lab.open.store.read() as snapshot:
        assert snapshot.one("site") is None
        assert not snapshot.events(kind="x.one")


def test_rows_read_are_immutable(lab: Lab) -> None:
    with lab.open.store.read() as snapshot:
        row = snapshot.one("lab")
        assert row is not None
        with pytest.raises(TypeError):
            row["kind"] = "trial"  # type: ignore[index]


def test_latest_is_by_number_and_all_is_in_order(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        for n, value in enumerate(("one", "sample:10"), 2):
            transaction.record("setting.changed", "setting", "pixel_check", rows=[_setting(n, value)])
    with lab.open.store.read() as snapshot:
        latest = snapshot.latest("setting", name="pixel_check")
        assert latest is not None
        assert latest["value"] == "sample:10"
        assert [row["n"] for row in snapshot.all("setting", name="pixel_check")] == [1, 2, 3]
        assert snapshot.latest("setting", name="absent") is None


@pytest.mark.parametrize("after", [(), ("seq",)])
def test_events_of_one_record_are_found_by_the_record_not_by_their_kind(raw: sqlite3.Connection, after: tuple[str, ...]) -> None:
    asked = rows._select(rows.Manner.FILE, "event", ("kind", "entity", "id"), frozenset(), after, rows.in_order("event"))
    plan = raw.execute(f"EXPLAIN QUERY PLAN {asked}", ["x"] * (3 + len(after))).fetchall()
    assert [step[3] for step in plan] == ["SEARCH event USING INDEX ix_event_entity_id (entity=? AND id=?)"]


@pytest.mark.parametrize("begun", [False, True])
def test_what_is_next_for_a_person_looks_at_no_table_as_a_whole(raw: sqlite3.Connection, begun: bool) -> None:  # noqa: FBT001 - a parameter
    asked = rows._composed(own_assignments._first(("primary", "repeat"), begun=begun), rows.Manner.FILE)
    assert asked.sql is not None
    plan = [step[3] for step in raw.execute(f"EXPLAIN QUERY PLAN {asked.sql}", ["x"] * len(asked.asked))]
    assert [step for step in plan if step.startswith("SCAN") or "ix_event_kind" in step or "TEMP B-TREE" in step] == []


def _setting(n: int, value: str) -> NewRow:
    return NewRow("setting", {"name": "pixel_check", "n": n, "value": value})


def test_typed_text_is_stored_in_one_form(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        transaction.record("x.one", "site", None, rows=[_site("e\u0301")])
    with lab.open.store.read() as snapshot:
        assert snapshot.one("site", code="\u00e9") is not None


def test_what_a_transaction_asked_before_it_asks_anew_after_a_write(lab: Lab) -> None:
    table = TABLES["setting"]
    composed = select(table.columns.value).where(table.columns.name == bindparam("name"))
    with lab.open.store.begin(Actor()) as transaction:
        before = transaction.all("setting", name="pixel_check"), transaction.query(composed, name="pixel_check")
        transaction.record("setting.changed", "setting", "pixel_check", rows=[_setting(2, "one")])
        after = transaction.all("setting", name="pixel_check"), transaction.query(composed, name="pixel_check")
        latest = transaction.latest("setting", name="pixel_check")
    assert [len(rows) for rows in before] == [1, 1]
    assert [len(rows) for rows in after] == [2, 2]
    assert latest is not None
    assert latest["value"] == "one"


def test_a_moment_answers_the_same_whatever_is_written_after_it(lab: Lab) -> None:
    with lab.open.store.read() as early:
        assert len(early.all("setting", name="pixel_check")) == 1
    with lab.open.store.begin(Actor()) as transaction:
        transaction.record("setting.changed", "setting", "pixel_check", rows=[_setting(2, "one")])
    with lab.open.store.read() as late:
        assert len(late.all("setting", name="pixel_check")) == 2


def test_a_draft_is_replaced_and_dropped(lab: Lab) -> None:
    of = AssignmentId("a")
    with lab.open.store.begin(Actor()) as transaction:
        transaction._rows.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        transaction.put_draft(of, b"one")
        transaction.put_draft(of, b"two")
        assert transaction.draft(of) == b"two"
        transaction.drop_draft(of)
        assert transaction.draft(of) is None


# ---------------------------------------------------------------- payloads


def test_a_sealed_payload_needs_its_key_until_it_is_opened(lab: Lab) -> None:
    opening = make_opening({"grade": "sentinelword"})
    with lab.open.store.begin(Actor()) as transaction:
        sealed = transaction.record("x.sealed", "site", None, payload=opening, seal_to=[BOX.public])
    assert b"sentinelword" not in lab.open.store.path.read_bytes()
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(sealed.seq, BOX) == {"grade": "sentinelword"}
        with pytest.raises(PayloadSealedError):
            snapshot.opening_of(sealed.seq)
    with lab.open.store.begin(Actor()) as transaction:
        row = NewRow("opening", {"seq": sealed.seq, "body": opening.body})
        transaction.record("x.opened", "site", None, rows=[row])
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(sealed.seq) == {"grade": "sentinelword"}


def test_an_opening_of_something_else_is_noticed_when_read(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        sealed = transaction.record("x.sealed", "site", None, payload={"a": 1}, seal_to=[BOX.public])
        false = NewRow("opening", {"seq": sealed.seq, "body": make_opening({"a": 2}).body})
        transaction.record("x.opened", "site", None, rows=[false])
        with pytest.raises(RecordDamagedError):
            transaction.opening_of(sealed.seq)


# ---------------------------------------------------------------- idempotent commands


def test_a_command_sent_twice_is_found_and_not_done_twice(lab: Lab) -> None:
    submit = "00000000-0000-4000-8000-0000000000d1"
    with lab.open.store.begin(Actor()) as transaction:
        assert transaction.found_submit(submit, kind="x.one") is None
        done = transaction.record("x.one", "site", "A", submit=submit)
    with lab.open.store.begin(Actor()) as transaction:
        assert transaction.found_submit(submit, kind="x.one") == done.seq
        with pytest.raises(SubmitConflictError):
            transaction.found_submit(submit, kind="x.two")
        with pytest.raises(SubmitConflictError):
            transaction.record("x.one", "site", "A", submit=submit)


def test_the_id_of_another_persons_command_is_refused(lab: Lab) -> None:
    submit = "00000000-0000-4000-8000-0000000000d1"
    with lab.open.store.begin(Actor()) as transaction:
        transaction.record("x.one", "site", "A", submit=submit)
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction, pytest.raises(SubmitConflictError):
        transaction.found_submit(submit, kind="x.one")


# ---------------------------------------------------------------- who acts


def test_a_sign_in_that_is_over_writes_nothing(lab: Lab) -> None:
    actor = lab.reader_1.actor(Role.READER)
    accounts.sign_out(lab.open, lab.reader_1)
    with pytest.raises(SignedOutError), lab.open.store.begin(actor):
        pass


def test_a_role_that_was_taken_away_writes_nothing(lab: Lab) -> None:
    actor = lab.reader_1.actor(Role.READER)
    accounts.set_roles(lab.open, lab.administrator, lab.reader_1.account, {Role.ADJUDICATOR}, "moved to the other team")
    with pytest.raises(SignedOutError), lab.open.store.begin(actor):
        pass


@pytest.mark.parametrize("wrong", ["session", "account"])
def test_an_invented_sign_in_writes_nothing(lab: Lab, wrong: str) -> None:
    one, other = lab.reader_1.actor(Role.READER), lab.reader_2.actor(Role.READER)
    forged = Actor(one.account, Role.READER, "no-session" if wrong == "session" else other.session, None)
    with pytest.raises(SignedOutError), lab.open.store.begin(forged):
        pass


def test_only_the_role_of_a_meaning_signs_with_it(lab: Lab) -> None:
    with (
        accounts.signer(lab.open, lab.coordinator, PASSWORD) as signer,
        lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction,
        pytest.raises(NotPermittedError),
    ):
        transaction.signature(
            signer, record_type="reading", record_id="r", revision=1, meaning=Meaning.READING, charter_hash=None, content_digest="0" * 64
        )


def test_a_signature_belongs_to_the_event_it_was_made_for(lab: Lab) -> None:
    with (
        accounts.signer(lab.open, lab.coordinator, PASSWORD) as signer,
        lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction,
    ):
        signed = transaction.signature(
            signer, record_type="lock", record_id="L", revision=1, meaning=Meaning.LOCK_APPROVAL, charter_hash=None, content_digest="0" * 64
        )
        with pytest.raises(ValueError, match="another event"):
            transaction.record("x.locked", "lock", "L", rows=[signed], payload={"other": "content"})


def test_nothing_is_signed_while_the_clock_stands_before_the_last_event(lab: Lab) -> None:
    session = lab.coordinator
    lab.clock.forward(minutes=-10)
    with pytest.raises(ClockBackwardError) as refused:
        accounts.signer(lab.open, session, PASSWORD)
    assert refused.value.now < refused.value.last
    with lab.open.store.read() as snapshot:
        assert len(snapshot.events(kind="clock.backward")) == 1


def test_a_clock_that_went_back_is_written_down_by_the_next_transaction(lab: Lab) -> None:
    lab.clock.forward(minutes=-10)
    with lab.open.store.begin(Actor()) as transaction:
        transaction.record("x.one", "site", None)
    with lab.open.store.read() as snapshot:
        assert [event["kind"] for event in snapshot.events()][-2:] == ["clock.backward", "x.one"]


# ---------------------------------------------------------------- what the database refuses


def test_every_regulated_table_has_its_three_triggers(raw: sqlite3.Connection) -> None:
    found = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for table in (*REGULATED, "event_payload"):
        assert {f"{table}_no_update", f"{table}_no_delete", f"{table}_of_this_event"} <= found
    assert {"event_no_update", "event_no_delete", "event_in_the_chain"} <= found


def test_every_table_is_strict_and_has_a_primary_key(raw: sqlite3.Connection) -> None:
    listed = {name: strict for _, name, _, _, _, strict in raw.execute("PRAGMA table_list") if name in TABLES}
    assert listed == dict.fromkeys(TABLES, 1)
    for table in TABLES:
        assert any(key for *_, key in raw.execute(f'PRAGMA table_info("{table}")')), table


def test_every_regulated_table_is_reachable_by_an_event() -> None:
    assert set(TABLES) - set(REGULATED) == {"event", "event_payload", "draft"}
    assert all(COLUMNS[table][0] == "event_seq" for table in REGULATED)


_EVENT = (
    "seq, at, tz, clock, actor, role, session, workstation, app, schema, kind, entity, id, reason, NULL, payload, sealed, rows, prev, "
    "'f' || substr(hash, 2)"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lab SET kind = 'trial'",
        "DELETE FROM lab",
        "INSERT OR REPLACE INTO lab SELECT event_seq, lab_id, 'X', kind, created_at FROM lab",
        "UPDATE OR REPLACE lab SET kind = 'trial'",
        "REPLACE INTO account_revision SELECT * FROM account_revision",
        "INSERT INTO site VALUES (1, 'late')",
        "UPDATE event SET kind = 'x'",
        "DELETE FROM event",
        "UPDATE event_payload SET body = NULL, redaction_seq = 1 WHERE seq = 2",
        "UPDATE event_payload SET body = x'00'",
        "DELETE FROM event_payload",
        "UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL",
        "UPDATE credential SET wrapped_sign = x'00'",
        "UPDATE signature SET printed_name = 'Somebody Else'",
        f"INSERT INTO event SELECT {_EVENT.replace('seq', 'seq + 9', 1)} FROM event WHERE seq = 1",
        f"INSERT INTO event SELECT {_EVENT.replace('seq', '(SELECT max(seq) FROM event) + 1', 1)} FROM event WHERE seq = 1",
    ],
)
def test_the_database_itself_refuses_to_change_records(raw: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|with their event only|continue the chain"):
        raw.execute(statement)


def test_a_payload_is_emptied_only_by_a_redaction_that_names_it(lab: Lab, raw: sqlite3.Connection) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        told = transaction.record("x.told", "site", None, payload={"text": "a name"})
        redaction = transaction.record("payload.redacted", "event", str(told.seq))
    emptied = "UPDATE event_payload SET body = NULL, redaction_seq = ? WHERE seq = ?"
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(emptied, (redaction.seq, 2))
    raw.execute(emptied, (redaction.seq, told.seq))
    raw.commit()
    assert b"a name" not in lab.open.store.path.read_bytes()


def test_a_row_against_a_rule_is_refused_with_its_reason(lab: Lab) -> None:
    with pytest.raises(RecordRefusedError) as refused, lab.open.store.begin(Actor()) as transaction:
        transaction.record("x.one", "exam", "E", rows=[NewRow("exam_status", {"exam_id": "none", "n": 1, "state": "lost"})])
    assert refused.value.kind.startswith("SQLITE_CONSTRAINT")


def test_a_row_for_an_unknown_column_is_a_mistake_of_the_program(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction, pytest.raises(ValueError, match="no column"):
        transaction.record("x.one", "site", None, rows=[NewRow("site", {"code": "A", "colour": "red"})])


# ---------------------------------------------------------------- opening and failing


def test_the_file_is_opened_as_records_need_it(lab: Lab) -> None:
    expected = {
        "journal_mode": "truncate",
        "synchronous": 3,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }
    with lab.open.store.begin(Actor()) as transaction:
        found = {name: transaction._rows.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected


def test_a_new_database_goes_nowhere_where_one_is(lab: Lab) -> None:
    with pytest.raises(LabExistsError):
        FileStore.create(lab.open.store.path, lab.clock, lab.open.lab_id)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 10])
def test_a_file_that_is_no_lab_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "corelab.db").write_bytes(content)
    with pytest.raises(NotALabError):
        labs.open_lab(tmp_path, TickingClock(), tmp_path)


def test_a_folder_without_a_lab_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotALabError) as refused:
        labs.open_lab(tmp_path, TickingClock(), tmp_path)
    assert refused.value.path == tmp_path


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "corelab.db")) as connection:
        connection.execute("CREATE TABLE somebody_elses (x)")
    with pytest.raises(NotALabError):
        labs.open_lab(tmp_path, TickingClock(), tmp_path)


def test_a_damaged_file_is_told_as_damaged(lab: Lab) -> None:
    lab.open.close()
    path = lab.open.store.path
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises((LabCorruptError, NotALabError)):
        labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)


def test_a_lab_of_a_later_version_is_refused(lab: Lab, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    with pytest.raises(NewerSchemaError) as refused:
        labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
    assert refused.value.found == "9999"


def test_a_lab_opened_for_reading_refuses_to_write(lab: Lab) -> None:
    opened = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration, read_only=True)
    with opened.store.read() as snapshot:
        assert snapshot.one("lab") is not None
    with pytest.raises(LabReadOnlyError), opened.store.begin(Actor()) as transaction:
        transaction.record("x.one", "site", None)


def test_a_file_held_by_another_program_is_told_as_locked(lab: Lab, raw: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.storage.database._PRAGMAS", ("busy_timeout=1",))
    opened = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
    raw.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LabLockedError), opened.store.begin(Actor()):
        pass


def test_a_full_disk_keeps_nothing_of_the_transaction_and_work_goes_on_afterwards(lab: Lab) -> None:
    def write(pages: str) -> None:
        with lab.open.store.begin(Actor()) as transaction:
            transaction._rows.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            transaction.record("x.one", "site", "A", rows=[_site("A" * 200_000)])

    with pytest.raises(DiskFullError) as full:
        write("1")
    assert full.value.path == lab.open.store.path
    with lab.open.store.read() as snapshot:
        assert snapshot.one("site") is None
    write("1000000")
    with lab.open.store.read() as snapshot:
        assert snapshot.one("site") is not None


WRITER = """
import sys
from pathlib import Path
from corelab.domain.clock import SystemClock
from corelab.services import labs
from corelab.storage.store import Actor

lab = labs.open_lab(Path(sys.argv[1]), SystemClock(), Path(sys.argv[2]))
while True:
    with lab.store.begin(Actor()) as transaction:
        done = transaction.record("x.written", "lab", lab.lab_id, payload={"filler": "x" * 3000})
    print(done.seq, flush=True)
"""


def test_no_acknowledged_event_is_lost_when_the_program_is_killed(lab: Lab) -> None:
    lab.open.close()
    for acknowledged in (3, 20, 7):
        command = [sys.executable, "-c", WRITER, str(lab.open.folder), str(lab.open.configuration)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(acknowledged)]
            writer.kill()
            told += [int(line) for line in writer.stdout.read().split()]
        opened = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
        with opened.store.read() as snapshot:
            assert max(told) <= snapshot.events()[-1]["seq"]
        opened.close()
        assert verify_lab(lab.open.folder).ok


def test_the_statements_make_the_same_schema_every_time() -> None:
    assert statements() == statements()
    assert len(statements()) == len(set(statements()))
