"""Whatever is changed behind the program's back, verify finds it and names the event; triggers dropped first, recreated to the letter."""

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.accounts import Role
from corelab.domain.audit import Fault
from corelab.domain.record_errors import NotALabError, PayloadSealedError
from corelab.services.labs import DATABASE
from corelab.services.verification import Verified, verify_lab
from corelab.storage.keys import make_opening, new_keys
from corelab.storage.schema import COLUMNS, REGULATED
from corelab.storage.verify import source
from tests.builders import Lab, a_lab
from tests.every_table import CLIPS, a_lab_with_every_table
from tests.tampering import behind_its_back, chained_anew

CLIP = hashlib.sha256(CLIPS[0].encode()).hexdigest()
CONTENT_STEPS = {"chain", "payload", "rows", "signature", "projection"}
TABLES = ("event", "event_payload", *REGULATED)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untouched lab with a row in every table."""
    lab = a_lab_with_every_table(tmp_path_factory.mktemp("original"))
    lab.open.close()
    return lab.open.folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "lab"))


def tampered(folder: Path, *statements: str | tuple[str, Sequence[Any]]) -> Verified:
    with behind_its_back(folder) as connection:
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            assert connection.execute(sql, values).rowcount > 0, sql
    return verify_lab(folder)


def content_faults(found: Verified) -> list[Fault]:
    assert not found.ok
    assert not [fault for fault in found.faults if fault.step == "schema"]
    return [fault for fault in found.faults if fault.step in CONTENT_STEPS and "event " in fault.where]


def test_verifying_says_what_it_looks_at_and_how_far_it_is(original: Path) -> None:
    told: list[tuple[int, int, str]] = []
    verify_lab(original, progress=lambda *how_far: told.append(how_far))
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}
    assert [words for _, _, words in told][-1] == "Verifying grades and results"


def test_the_untouched_lab_has_no_fault_and_a_row_in_every_table(original: Path) -> None:
    found = verify_lab(original)
    assert found.faults == ()
    assert found.checked["clips"] == len(CLIPS)
    with closing(sqlite3.connect(original / DATABASE)) as connection:
        counts = {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in TABLES}
    assert all(counts.values()), counts


@pytest.mark.parametrize("table", TABLES)
def test_p11_02_a_changed_cell_is_found_in_every_column(original: Path, tmp_path: Path, table: str) -> None:
    folder = tmp_path / "lab"
    shutil.copytree(original, folder)
    for column in COLUMNS[table]:
        shutil.copy(original / DATABASE, folder / DATABASE)
        with behind_its_back(folder) as connection:
            row, was = connection.execute(f'SELECT rowid, "{column}" FROM "{table}" ORDER BY rowid LIMIT 1').fetchone()
            connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (_other(connection, table, column, was), row))
        assert content_faults(verify_lab(folder)), f"{table}.{column}"


def _other(connection: sqlite3.Connection, table: str, column: str, was: Any) -> Any:
    """Another value of the column's own type."""
    declared = next(kind for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")') if name == column)
    match declared:
        case "INTEGER":
            return (was or 0) + 1000
        case "BLOB":
            return bytes([(was or b"\0")[0] ^ 1]) + (was or b"\0")[1:]
        case _:
            return f"{was[:-1]}{'1' if was[-1] != '1' else '2'}" if was else "x"


GRADED = "segment = 'CFV' AND record_type = 'reading'"
_SAME = "event_seq, account_id"
_READERS = "SELECT account_id FROM signature WHERE record_type = 'reading' ORDER BY account_id"
KINDS: dict[str, tuple[str, ...]] = {
    "row deleted": ("DELETE FROM training WHERE rowid = (SELECT min(rowid) FROM training)",),
    "row added": ("INSERT INTO site SELECT event_seq, 'S99' FROM site",),
    "row added for an event that is not there": ("INSERT INTO site SELECT 9999, 'S99' FROM site",),
    "event deleted": ("DELETE FROM event WHERE seq = 9",),
    "first event deleted": ("DELETE FROM event WHERE seq = 1",),
    "two events swapped": (
        "UPDATE event SET seq = -1 WHERE seq = 9",
        "UPDATE event SET seq = 9 WHERE seq = 10",
        "UPDATE event SET seq = 10 WHERE seq = -1",
    ),
    "payload row deleted": ("DELETE FROM event_payload WHERE seq = 2",),
    "payload row added": (
        "INSERT INTO event_payload SELECT (SELECT max(seq) FROM event) + 1, form, body, NULL FROM event_payload WHERE seq = 2",
    ),
    "payload emptied without redaction": ("UPDATE event_payload SET body = NULL, redaction_seq = 3 WHERE seq = 2",),
    "wrapped keys taken away": ("UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL WHERE n = 1",),
    "wrapped keys exchanged": ("UPDATE credential SET wrapped_sign = wrapped_box",),
    "grade edited after release": (f"UPDATE grade SET value = 'full' WHERE {GRADED}",),
    "evidence moved": ("UPDATE evidence SET frame_a = frame_a + 1",),
    "result edited": ("UPDATE result SET value = 'full' WHERE segment = 'CFV'",),
    "comparison outcome edited": ("UPDATE comparison SET outcome = 'concordant'",),
    "printed name edited": ("UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'reader'",),
    "printed name of a signature edited": ("UPDATE signature SET printed_name = 'Somebody Else'",),
    "signature copied to another record": (
        "UPDATE signature SET record_id = (SELECT max(id) FROM reading) WHERE record_id = (SELECT min(id) FROM reading)",
    ),
    "signature deleted": ("DELETE FROM signature WHERE record_type = 'reading'",),
    "signature of another person": (f"UPDATE signature SET account_id = ({_READERS} DESC) WHERE account_id = ({_READERS})",),
    "account role row added": (
        f"INSERT INTO account_revision SELECT {_SAME}, n + 1, printed_name, status, 'coordinator', NULL FROM account_revision LIMIT 1",
    ),
    "header of an event edited": ("UPDATE event SET actor = NULL WHERE seq = 9",),
    "payload edited": ("UPDATE event_payload SET body = CAST(body || x'20' AS BLOB) WHERE seq = 2",),
    "opening deleted": ("DELETE FROM opening WHERE seq = (SELECT min(seq) FROM opening)",),
    "checkpoint exchanged": ("UPDATE checkpoint SET text = replace(text, 'at 2026', 'at 2025')",),
    "package manifest edited": ("UPDATE package SET manifest_sha256 = replace(manifest_sha256, '5', '6')",),
    "clip row pointing to another file": (f"UPDATE clip SET sha256 = '{'7' * 64}' WHERE sha256 = '{CLIP}'",),
    "charter exchanged": ("UPDATE charter SET toml = CAST(toml || x'0a' AS BLOB)",),
    "lab made another kind": ("UPDATE lab SET kind = 'trial'",),
}


@pytest.mark.parametrize("kind", KINDS)
def test_p11_02_every_kind_of_tampering_is_found(folder: Path, kind: str) -> None:
    assert content_faults(tampered(folder, *KINDS[kind]))


@pytest.mark.parametrize("table", ["event_payload", "opening"])
@pytest.mark.parametrize("which", ["min", "max"])
def test_payloads_are_read_a_few_at_a_time_from_the_first_to_the_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch, table: str, which: str
) -> None:
    monkeypatch.setattr(source, "_CHUNK", 2)
    assert verify_lab(folder).ok
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        (seq,) = connection.execute(f"SELECT {which}(seq) FROM {table}").fetchone()
    found = tampered(folder, (f"UPDATE {table} SET body = CAST(body || x'00' AS BLOB) WHERE seq = ?", (seq,)))
    assert f"event {seq} " in {fault.where.partition("(")[0] for fault in found.faults if fault.step == "payload"}


def test_a_payload_below_the_first_number_is_one_without_event(folder: Path) -> None:
    found = tampered(folder, "INSERT INTO event_payload (seq, form, body) VALUES (-5, 'clear', x'00')")
    assert ("event -5", "payload") in {(fault.where, fault.step) for fault in found.faults}


def test_a_grade_of_a_record_that_is_not_there_is_found(folder: Path) -> None:
    columns = [name for name in COLUMNS["grade"] if name != "record_id"]
    listed = ", ".join(columns)
    found = tampered(folder, f"INSERT INTO grade ({listed}, record_id) SELECT {listed}, 'nobody' FROM grade LIMIT 1")
    assert ("reading nobody", "projection") in {(fault.where, fault.step) for fault in found.faults}


def test_an_envelope_of_the_same_length_is_not_the_one_recorded(folder: Path) -> None:
    (length,) = _asked(folder, "SELECT length(body) FROM event_payload WHERE form = 'sealed'")
    forged = ("UPDATE event_payload SET body = ? WHERE form = 'sealed'", (b"CLE1" + b"\1" * (length - 4),))
    assert {fault.step for fault in content_faults(tampered(folder, forged))} >= {"payload"}


def test_an_edited_opening_is_not_what_was_signed(folder: Path) -> None:
    forged = make_opening({"grades": []}).body
    faults = content_faults(tampered(folder, ("UPDATE opening SET body = ?", (forged,))))
    assert {"payload", "projection"} <= {fault.step for fault in faults}


def test_another_public_key_does_not_verify(folder: Path) -> None:
    forged = ("UPDATE credential SET sign_pub = ?", (new_keys().sign_public,))
    assert {fault.step for fault in content_faults(tampered(folder, forged))} >= {"rows", "signature"}


def test_a_missing_grade_and_an_extra_grade_are_projections_gone_wrong(folder: Path) -> None:
    found = tampered(folder, f"UPDATE grade SET item = 'OTHER' WHERE item = 'COMP' AND {GRADED}")
    assert sum(fault.step == "projection" for fault in content_faults(found)) >= 2


def test_a_replaced_clip_and_a_stray_file_are_found(folder: Path) -> None:
    (folder / "clips" / CLIP[:2] / f"{CLIP}.dcm").write_bytes(b"other bytes")
    (folder / "clips" / "stray.dcm").write_bytes(b"stray")
    found = verify_lab(folder)
    assert [fault.step for fault in found.faults] == ["clip", "clip"]


def test_a_missing_clip_is_found(folder: Path) -> None:
    (folder / "clips" / CLIP[:2] / f"{CLIP}.dcm").unlink()
    assert [fault.step for fault in verify_lab(folder).faults] == ["clip"]


@pytest.mark.parametrize("change", ["DROP TRIGGER grade_no_update", "CREATE TABLE extra (x)", "CREATE INDEX other ON grade (value)"])
def test_a_changed_schema_is_found(folder: Path, change: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute(change)
    assert {fault.step for fault in verify_lab(folder).faults} == {"schema"}


def test_a_trigger_replaced_by_an_empty_one_is_found(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("DROP TRIGGER grade_no_update")
        connection.execute('CREATE TRIGGER "grade_no_update" BEFORE UPDATE ON "grade" BEGIN SELECT 1; END')
    assert [fault.where for fault in verify_lab(folder).faults] == ["trigger grade_no_update"]


# ---------------------------------------------------------------- the whole chain made anew


def _asked(folder: Path, question: str) -> tuple[Any, ...]:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return tuple(connection.execute(question).fetchone())


_ADMINISTRATOR = "SELECT account_id FROM account_revision WHERE roles = 'administrator'"
REWRITES: dict[str, tuple[str, Callable[[set[str]], bool]]] = {
    "a grade": (f"UPDATE grade SET value = 'full' WHERE {GRADED}", lambda steps: "projection" in steps),
    "the visit of an exam, before it was read": ("UPDATE exam SET visit = 'M6'", lambda steps: "signature" in steps),
    "the name of a person": (
        "UPDATE account_revision SET printed_name = 'X' WHERE roles = 'coordinator'",
        lambda steps: "signature" in steps,
    ),
    "who read": (
        f"UPDATE assignment SET account_id = ({_ADMINISTRATOR}) WHERE slot = 1 AND attempt = 1",
        lambda steps: "history" in steps,
    ),
    "the states of an exam": ("UPDATE exam_status SET state = 'locked' WHERE n = 2", lambda steps: "history" in steps),
    "the role of a person": ("UPDATE account_revision SET roles = 'auditor' WHERE roles = 'coordinator'", lambda steps: "history" in steps),
    "the verifier of a clip": ("UPDATE clip_release SET verifier_id = checker_id", lambda steps: "history" in steps),
    "who was signed in": ("UPDATE session SET account_id = (SELECT max(id) FROM account)", lambda steps: "history" in steps),
}


@pytest.mark.parametrize("what", REWRITES)
def test_p11_02_a_chain_made_anew_without_keys_is_found(folder: Path, what: str) -> None:
    statement, found_by = REWRITES[what]
    with behind_its_back(folder) as connection:
        connection.execute(statement)
        chained_anew(connection)
    steps = {fault.step for fault in verify_lab(folder).faults}
    assert not {"chain", "rows"} & steps
    assert found_by(steps), steps


def test_a_chain_made_anew_over_nothing_changed_is_the_same_chain(folder: Path) -> None:
    before = _asked(folder, "SELECT group_concat(hash) FROM event")
    with behind_its_back(folder) as connection:
        chained_anew(connection)
    assert _asked(folder, "SELECT group_concat(hash) FROM event") == before


# ---------------------------------------------------------------- redaction


def _redacted(tmp_path: Path, second: str | None) -> tuple[Lab, int]:
    """A lab in which the payload of one event was emptied, by the coordinator and this second person."""
    lab = a_lab(tmp_path)
    actor = lab.coordinator.actor(Role.COORDINATOR)
    named = {"coordinator": lab.coordinator.account, "coordinator-2": lab.coordinator_2.account, None: None}[second]
    with lab.open.store.begin(actor) as transaction:
        told = transaction.record("query.sent", "query", None, payload={"words": "a name that should not stand here"})
    asking = lab.coordinator if second == "coordinator" else lab.coordinator_2
    with lab.open.store.begin(asking.actor(Role.COORDINATOR)) as transaction:
        asked = transaction.record("redaction.requested", "event", str(told.seq), payload={"reason_text": "a name"})
    with lab.open.store.begin(actor) as transaction:
        payload = {"requested": asked.seq, "second": named}
        cause = transaction.record("payload.redacted", "event", str(told.seq), payload=payload)
        statement = "UPDATE event_payload SET body = NULL, redaction_seq = ? WHERE seq = ?"
        transaction._rows.connection.exec_driver_sql(statement, (cause.seq, told.seq))
    return lab, told.seq


def test_a_payload_redacted_by_two_persons_leaves_a_lab_that_verifies(tmp_path: Path) -> None:
    lab, seq = _redacted(tmp_path, "coordinator-2")
    assert verify_lab(lab.open.folder).faults == ()
    with lab.open.store.read() as snapshot, pytest.raises(PayloadSealedError):
        snapshot.opening_of(seq)


@pytest.mark.parametrize("second", ["coordinator", None])
def test_a_redaction_without_a_second_person_is_found(tmp_path: Path, second: str | None) -> None:
    lab, seq = _redacted(tmp_path, second)
    faults = verify_lab(lab.open.folder).faults
    assert [(fault.step, fault.where.startswith(f"event {seq} ")) for fault in faults] == [("payload", True)]


# ---------------------------------------------------------------- damage


def test_verify_survives_any_damage_of_the_file(folder: Path) -> None:
    content = (folder / DATABASE).read_bytes()
    for place in range(0, len(content), len(content) // 40):
        damaged = bytearray(content)
        damaged[place : place + 200] = hashlib.sha512(bytes([place % 251])).digest() * 3
        (folder / DATABASE).write_bytes(damaged)
        assert isinstance(verify_lab(folder), Verified)


def test_no_flipped_bit_changes_what_is_recorded_unseen(folder: Path) -> None:
    """A flip that is not reported has changed nothing that anybody could read."""
    content, whole = (folder / DATABASE).read_bytes(), _everything(folder)
    chance = random.Random("flips")  # noqa: S311 - the same flips every time
    found = 0
    for _ in range(60):
        flipped = bytearray(content)
        flipped[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        (folder / DATABASE).write_bytes(flipped)
        if verify_lab(folder).ok:
            assert _everything(folder) == whole
        else:
            found += 1
    assert found > 5  # much of a small file is unused room


def _everything(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return list(connection.iterdump())


def test_a_file_that_is_no_database_is_a_fault_and_no_crash(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"x" * 5000)
    assert [fault.step for fault in verify_lab(folder).faults] == ["integrity"]


def test_a_folder_without_a_lab_is_no_lab(tmp_path: Path) -> None:
    with pytest.raises(NotALabError):
        verify_lab(tmp_path)


def test_a_lab_whose_rules_cannot_be_run_again_is_a_fault_and_no_crash(folder: Path) -> None:
    with behind_its_back(folder) as connection:
        connection.execute("UPDATE subject_attribute SET value = 'neither'")
        chained_anew(connection)
    assert "projection" in {fault.step for fault in verify_lab(folder).faults}


def test_a_lab_without_its_own_row_is_a_fault_and_no_crash(folder: Path) -> None:
    assert "chain" in {fault.step for fault in tampered(folder, "DELETE FROM lab").faults}


def test_a_header_that_cannot_be_read_is_a_fault_and_no_crash(folder: Path) -> None:
    with behind_its_back(folder) as connection:
        connection.execute("UPDATE event SET kind = CAST(x'ff' AS TEXT) WHERE seq = 9")
    assert "chain" in {fault.step for fault in verify_lab(folder).faults}


def test_a_time_before_the_event_before_it_is_found(folder: Path) -> None:
    with behind_its_back(folder) as connection:
        connection.execute("UPDATE event SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 9")
        chained_anew(connection)
    assert any(fault.step == "chain" and fault.where.startswith("event 9 ") for fault in verify_lab(folder).faults)


def test_a_folder_that_cannot_be_written_is_verified_too(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert verify_lab(folder).ok
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
