"""A later version of the charter: who may approve it, what it must say, what keeps the former one, and whom it shuts out."""

import hashlib
import json
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.charter import Charter, CharterError, load_charter
from corelab.domain.reading_errors import CharterRefusal, CharterRefusedError, NotTrainedError
from corelab.domain.record_errors import RecordDamagedError, SignInRefusedError
from corelab.domain.room import room_for
from corelab.export.versions import Versions, VersionsDifferError
from corelab.services import (
    accounts,
    assignment,
    charter_approval,
    charter_versions,
    comparison,
    exam_comparison,
    own_work,
    packages,
    reading,
)
from corelab.services.labs import charter_of
from corelab.services.packages.errors import ManyChartersError
from corelab.services.verification import verify_open
from corelab.storage.snapshot import Snapshot
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab
from tests.exam_builders import changed
from tests.life_builders import compares, read_by_both
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, opened_next, rows_of, signs

VERSION = 'version = "0.9.0"'
SUPERSEDES = 'supersedes = ["0.9.0"]'


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_staffed_lab(tmp_path)


def later(version: str, *replacements: tuple[str, str], supersedes: str = SUPERSEDES) -> bytes:
    return changed((VERSION, f'version = "{version}"\n{supersedes}'), *replacements)


def approves(lab: Lab, toml: bytes) -> charter_approval.Approved:
    return charter_approval.approve(lab.open, lab.coordinator, toml, PASSWORD)


WORDS = ('changes = "First version', 'changes = "Wording only. First version')
MAJOR = 'presence = "required"', 'presence = "if_received"'


def test_a_later_version_is_stored_as_it_is_and_signed(lab: Lab) -> None:
    toml = later("0.9.1", WORDS)
    done = approves(lab, toml)
    assert (done.version, done.former, done.untrained, done.exams) == ("0.9.1", "0.9.0", 0, 0)
    assert lab.open.charter.hash == done.charter
    (stored,) = [row for row in rows_of(lab, "charter") if row["hash"] == done.charter]
    assert (stored["toml"], stored["file_sha256"]) == (toml, hashlib.sha256(toml).hexdigest())
    signature = next(row for row in rows_of(lab, "signature") if row["record_id"] == done.charter)
    assert (signature["meaning"], signature["account_id"]) == ("charter approval", lab.coordinator.account)
    assert verify_open(lab.open).faults == ()


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (later("0.9.1", ('id = "DVT-LE"', 'id = "DVT-XX"')), CharterRefusal.OTHER),
        (later("0.8.9", WORDS), CharterRefusal.NOT_LATER),
        (changed(WORDS), CharterRefusal.VERSION_USED),
        (later("0.9.1", WORDS, supersedes='supersedes = ["0.8.0"]'), CharterRefusal.NOT_LATER),
        (later("0.9.1", MAJOR), CharterRefusal.STEP),
        (later("0.10.0", MAJOR), CharterRefusal.STEP),
    ],
)
def test_a_version_that_cannot_follow_is_refused_by_name(lab: Lab, toml: bytes, why: CharterRefusal) -> None:
    before = lab.open.charter.hash
    with pytest.raises(CharterRefusedError) as refused:
        approves(lab, toml)
    assert refused.value.why is why
    assert "The charter in force stays." in words_for(refused.value).all
    assert (lab.open.charter.hash, len(rows_of(lab, "charter"))) == (before, 1)


def test_a_charter_with_faults_is_refused_with_all_of_them(lab: Lab) -> None:
    for toml in (b"no charter", later("0.9.1", ('side = "study"', 'side = "sideways"'))):
        with pytest.raises(CharterError) as refused:
            approves(lab, toml)
        assert refused.value.faults
    assert len(rows_of(lab, "charter")) == 1


def test_a_wrong_password_approves_nothing(lab: Lab) -> None:
    with pytest.raises(SignInRefusedError):
        charter_approval.approve(lab.open, lab.coordinator, later("0.9.1", WORDS), "not the password at all")
    assert len(rows_of(lab, "charter")) == 1


def test_a_charter_without_a_visit_that_the_lab_uses_is_refused(lab: Lab) -> None:
    a_ready_exam(lab, visit="D10")
    with pytest.raises(CharterRefusedError) as refused:
        approves(lab, later("1.0.0", ('id = "D10"', 'id = "D11"'), *[('"D10"', '"D11"')] * _more('"D10"')))
    assert (refused.value.why, refused.value.what) == (CharterRefusal.IN_USE, "D10")


def _more(text: str) -> int:
    return changed().decode().count(text) - 1


def test_p11_31_exams_that_are_in_the_lab_keep_their_charter_and_their_records_name_it(lab: Lab) -> None:
    a_ready_exam(lab, "S01")
    former = lab.charter_sha256
    assignment.assign(lab.open, lab.coordinator)
    opened = opened_next(lab, lab.reader_1)
    version = reading.save(lab.open, lab.reader_1, filled(opened)).version
    done = approves(lab, later("0.9.1", WORDS))
    assert done.exams == 1
    reading.sign(lab.open, lab.reader_1, filled(opened), PASSWORD, version=version)
    signs(lab, lab.reader_2)
    lab.charter_sha256 = done.charter
    a_ready_exam(lab, "S02")
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    assert [row["charter_hash"] for row in rows_of(lab, "reading")] == [former, former, done.charter, done.charter]
    assert comparison.release_and_compare(lab.open, lab.coordinator).concordant == 2
    assert verify_open(lab.open).faults == ()


@pytest.mark.of_the_file
def test_a_charter_that_a_reading_names_is_never_replaced(lab: Lab) -> None:
    """Neither by the same version with another content, nor by an older file, nor behind the service: its row stays."""
    read_by_both(lab)
    kept = rows_of(lab, "charter")
    for toml in (changed(WORDS), changed(), later("0.8.0", WORDS)):
        with pytest.raises(CharterRefusedError):
            approves(lab, toml)
    for statement in ("DELETE FROM charter", "UPDATE charter SET toml = x'00'"):
        with closing(sqlite3.connect(lab.open.folder / "corelab.db")) as database, pytest.raises(sqlite3.DatabaseError):
            database.execute(statement)
    assert rows_of(lab, "charter") == kept
    (version,) = charter_versions.versions(lab.open, lab.coordinator)
    assert (version.readings, version.exams) == (2, 1)
    assert version.locked_since is not None


def test_versions_are_told_with_what_stands_under_them(lab: Lab) -> None:
    read_by_both(lab)
    done = approves(lab, later("0.9.1", WORDS))
    lab.charter_sha256 = done.charter
    a_ready_exam(lab, "S02")
    now, before = charter_versions.versions(lab.open, lab.coordinator)
    assert (now.version, now.in_force, now.exams, now.readings, now.locked_since) == ("0.9.1", True, 1, 0, None)
    assert (before.version, before.in_force, before.exams, before.readings) == ("0.9.0", False, 1, 2)
    assert before.approved_at < now.approved_at
    assert before.hash in PdfReader(BytesIO(charter_versions.printed(lab.open, lab.coordinator, before.hash))).pages[0].extract_text()


def test_a_later_version_is_checked_before_it_is_signed(lab: Lab) -> None:
    a_ready_exam(lab)
    sound = charter_versions.check_later(lab.open, lab.coordinator, later("0.9.1", WORDS))
    assert sound.may_be_approved
    small = charter_versions.check_later(lab.open, lab.coordinator, later("0.9.1", MAJOR))
    assert ([fault.path for fault in small.report.faults if fault.code == "C02"], small.may_be_approved) == (["charter.version"], False)
    another = charter_versions.check_later(lab.open, lab.coordinator, later("0.9.1", ('id = "DVT-LE"', 'id = "DVT-XX"')))
    assert not another.may_be_approved
    assert len(rows_of(lab, "charter")) == 1


def test_two_readings_under_different_major_versions_are_not_compared(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command makes such a pair; one that is there all the same is rejected, and nothing of it becomes a result."""
    read_by_both(lab)
    major = load_charter(later("1.0.0", MAJOR))
    under = charter_of
    named: list[str] = []

    def second_is_major(snapshot: Snapshot, content_hash: str) -> Charter:
        named.append(content_hash)
        return major if len(named) % 2 == 0 else under(snapshot, content_hash)

    monkeypatch.setattr(exam_comparison, "charter_of", second_is_major)
    done = comparison.release_and_compare(lab.open, lab.coordinator)
    assert (done.concordant, done.cases, len(done.rejected)) == (0, 0, 1)
    assert rows_of(lab, "result") == []


def test_a_package_is_under_the_charters_of_its_exams(lab: Lab, tmp_path: Path) -> None:
    """A later version shuts out no package of exams that came in before it, and exams of both go together where one has all columns."""
    read_by_both(lab)
    compares(lab)
    before = lab.open.charter.hash
    done = approves(lab, later("0.9.1", WORDS))
    made = packages.export(lab.open, lab.coordinator, tmp_path / "packages", PASSWORD)
    manifest = json.loads((made.package / "MANIFEST.json").read_text())
    assert [one["hash"] for one in manifest["charter"]] == [before]
    assert packages.verify_package(made.package).ok
    lab.charter_sha256 = done.charter
    read_by_both(lab, visit="M6")
    compares(lab)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "packages", PASSWORD)
    manifest = json.loads((made.package / "MANIFEST.json").read_text())
    assert [one["hash"] for one in manifest["charter"]] == [done.charter, before]
    assert sorted(path.name for path in (made.package / "codebook").glob("charter_*")) == ["charter_0.9.0.toml", "charter_0.9.1.toml"]
    assert packages.verify_package(made.package).faults == ()


def test_exams_of_versions_that_do_not_fit_into_the_same_tables_are_told_in_words(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_both(lab)
    compares(lab)

    def differ(_charters: object) -> None:
        raise VersionsDifferError(("0.9.0", "1.0.0"))

    monkeypatch.setattr(Versions, "of", differ)
    with pytest.raises(ManyChartersError) as refused:
        packages.export(lab.open, lab.coordinator, tmp_path / "packages", PASSWORD)
    assert "All records and results are kept." in words_for(refused.value).all
    assert not (tmp_path / "packages").exists()


def test_a_record_takes_the_room_that_the_charter_of_its_own_exam_asks(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of a later one, which may ask less: then the length of an envelope would tell of the grades."""
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    before, asked = lab.open.charter.hash, []
    approves(lab, later("0.9.1", WORDS))

    def asks(charter: Charter, clips: int) -> int:
        asked.append(charter.hash)
        return room_for(charter, clips)

    monkeypatch.setattr(own_work, "room_for", asks)
    signs(lab, lab.reader_1)
    assert set(asked) == {before}


@pytest.mark.of_the_file
def test_p11_31_a_reading_names_charter_and_product_version_and_an_altered_charter_is_found(lab: Lab) -> None:
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signed = signs(lab, lab.reader_1)
    with lab.open.store.read() as snapshot:
        event, row = snapshot.one("event", seq=signed.seq), snapshot.one("reading", id=signed.record)
        signature, charter = snapshot.one("signature", record_id=signed.record), snapshot.one("charter")
        assert event is not None
        assert row is not None
        assert signature is not None
        assert charter is not None
        assert event["app"]
        assert row["charter_hash"] == signature["charter_hash"] == lab.charter_sha256
    altered = bytes(charter["toml"]).replace(b"Common femoral", b"Another femoral", 1)
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        connection.execute("DROP TRIGGER charter_no_update")
        connection.execute("UPDATE charter SET toml = ?", (altered,))
        connection.commit()
    assert "rows" in {fault.step for fault in verify_open(lab.open).faults}
    with pytest.raises(RecordDamagedError, match="not the one that was approved"):
        opened_next(lab, lab.reader_2)


def test_p11_29_a_new_major_version_closes_reading_until_training_is_recorded(lab: Lab) -> None:
    for subject in ("S01", "S02"):
        a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    begun = opened_next(lab, lab.reader_1)
    version = reading.save(lab.open, lab.reader_1, filled(begun)).version
    done = approves(lab, later("1.0.0", MAJOR))
    assert done.untrained == 3
    with pytest.raises(NotTrainedError) as refused:
        opened_next(lab, lab.reader_2)
    assert "Ask a coordinator to record it" in words_for(refused.value).all
    with pytest.raises(NotTrainedError):
        reading.sign(lab.open, lab.reader_1, filled(begun), PASSWORD, version=version)
    assert rows_of(lab, "reading") == []
    with lab.open.store.read() as snapshot:
        assert [event["reason"] for event in snapshot.events(kind="reading.open.refused")] == ["not_trained"]
    for session in (lab.reader_1, lab.reader_2):
        accounts.record_training(lab.open, lab.coordinator, session.account, done.charter)
    reading.sign(lab.open, lab.reader_1, filled(begun), PASSWORD, version=version)
    signs(lab, lab.reader_2)


def test_p11_29_a_minor_version_asks_for_no_new_training(lab: Lab) -> None:
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    assert approves(lab, later("0.9.1", WORDS)).untrained == 0
    signs(lab, lab.reader_1)


def test_the_command_says_what_follows(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    a_ready_exam(lab)
    file = tmp_path / "charter 1.0.0.toml"
    file.write_bytes(later("1.0.0", MAJOR))
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}
    done = CliRunner().invoke(cli, ["charter", "approve", str(lab.open.folder), str(file)], env=told)
    assert done.exit_code == 0, done.stderr
    assert "Charter 1.0.0" in done.stdout
    assert "3 active readers and adjudicators open nothing" in done.stdout
    assert "1 exam stays under an earlier version" in done.stdout
    again = CliRunner().invoke(cli, ["charter", "approve", str(lab.open.folder), str(file)], env=told)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "The lab knows a charter of version 1.0.0 already." in again.stderr
