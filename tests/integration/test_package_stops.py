"""Each check that stops a package before it is signed: what it finds, and that nothing is written then."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.accounts import Role
from corelab.export import rows
from corelab.export.rows import Tables
from corelab.export.stops import Check
from corelab.export.stops.of_files import no_arm_named, nobody_named
from corelab.export.stops.of_tables import not_lower
from corelab.export.stops.of_typed import Typed, nothing_identifies
from corelab.imaging.deid.identity import Identity
from corelab.services import accounts, assignment, comparison, packages
from corelab.services.packages import lab_rows
from corelab.services.packages.errors import StopTheLineError
from corelab.services.quarantine import Place, made_folder
from corelab.storage import registry
from corelab.storage.snapshot import Row, Snapshot
from corelab.ui.stop_words import TO_DO
from corelab.ui.work_words import WORK_WORDS
from tests.builders import PASSWORD, Lab
from tests.lab_commands import run
from tests.reading_builders import a_ready_exam, a_staffed_lab, signs

MAKING, LAB = "corelab.services.packages.making", "corelab.services.packages.stopping_lab"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """An exam that both have read; a package that is stopped changes nothing, so that all tests may have it."""
    return read(a_staffed_lab(tmp_path_factory.mktemp("stops")))


def read(made: Lab, note: str = "") -> Lab:
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    signs(made, made.reader_1, note)
    signs(made, made.reader_2)
    comparison.release_and_compare(made.open, made.coordinator)
    return made


@pytest.fixture(autouse=True)
def _tables_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Formats are made from the tables: what is wrong with these stops a package with or without them."""
    with monkeypatch.context() as patched:
        patched.setattr("corelab.services.packages.writing.parts_here", dict)
        patched.setattr("corelab.services.packages.writing.documents", lambda _clips: {})
        yield


def stopped(lab: Lab, out: Path) -> StopTheLineError:
    with lab.open.store.read() as snapshot:
        before = len(snapshot.all("package"))
    with pytest.raises(StopTheLineError) as refused:
        packages.export(lab.open, lab.coordinator, out, PASSWORD)
    assert list(out.iterdir()) == []
    with lab.open.store.read() as snapshot:
        assert len(snapshot.all("package")) == before
    return refused.value


def told(error: StopTheLineError) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in error.faults]


def changed(monkeypatch: pytest.MonkeyPatch, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    """The rows of a table as they would be written, otherwise than the lab gives them."""
    of_tables, of_subject = rows.tables_of, lab_rows.rows_of_subject

    def tables(*given: Any) -> Tables:
        made = of_tables(*given)
        return replace(made, **{table: otherwise(getattr(made, table))}) if hasattr(made, table) else made

    def subject(*given: Any) -> Any:
        made = of_subject(*given)
        return {**made, table: otherwise(made[table])} if table in made else made

    def otherwise(stored: tuple[Row, ...]) -> tuple[dict[str, str], ...]:
        own = [dict(row) for row in stored]
        change(own)
        return tuple(own)

    monkeypatch.setattr(f"{MAKING}.tables_of", tables)
    monkeypatch.setattr(f"{MAKING}.rows_of_subject", subject)


def to(column: str, value: str) -> Callable[[list[dict[str, str]]], None]:
    return lambda rows: rows[0].update({column: value})


def each(rows: list[dict[str, str]], column: str, value: str) -> None:
    for row in rows:
        row[column] = value


WRONG: dict[str, tuple[str, Callable[[list[dict[str, str]]], None], Check, str]] = {
    "a row twice": ("results", lambda rows: rows.append(dict(rows[0])), Check.KEYS, "has the key of the row before"),
    "a code of no list": ("readings", to("EVALSTAT", "XX"), Check.CODES, "EVALSTAT holds 'XX', which is in no code list"),
    "a word for a number": ("clips", to("FRAMES", "many"), Check.TYPES, "FRAMES holds 'many', which is no whole number"),
    "a day that is none": ("readings", to("EXAMDTC", "2026-02-30"), Check.TYPES, "EXAMDTC holds '2026-02-30', which is no date"),
    "a name that is too long": ("readings", to("SEG", "x" * 61), Check.TYPES, "SEG holds 61 characters, its length is 60"),
    "a formula": ("readings", to("UNIT", "=1+1"), Check.FORMULAS, "UNIT begins with '='"),
    "no accepted grade": (
        "readings",
        lambda rows: each(rows, "ACPTFL", "N"),
        Check.ACCEPTED,
        "rests on 0 accepted rows of readings.csv instead of one",
    ),
    "a clip that is not counted": ("expected", to("NCLIPS", "7"), Check.EXPECTED, "NCLIPS is '7', clips.csv has"),
    "another site": ("subject_visit", to("SITEID", "S9"), Check.SUBJECTS, "is of another trial or site than in the lab"),
    "a clip of nobody": ("viewing", to("CLIPID", "0" * 64), Check.CLIPS, "rests on a clip that is not of this subject"),
    "a clip that is not kept": ("clips", to("CLIPID", "0" * 64), Check.CLIPS, f"{'0' * 64}: is not in the archive of the lab"),
    "a final exam left out": ("subject_visit", lambda rows: rows.clear(), Check.OPEN_WORK, "S01 D10: is final and is not there"),
    "a record of nobody": (
        "readings",
        lambda rows: each(rows, "RECID", "a" * 36),
        Check.SIGNED,
        "is no signed record of the lab",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_of_a_table_stops_the_package(name: str, shared: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, change, check, what = WRONG[name]
    changed(monkeypatch, table, change)
    error = stopped(shared, tmp_path)
    assert check.value in error.checks
    assert any(what in each for each in told(error)), told(error)


def test_a_reader_without_training_at_that_time_stops_the_package(shared: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Snapshot.all

    def later(self: Snapshot, table: str, **equals: Any) -> tuple[Row, ...]:
        rows = found(self, table, **equals)
        return tuple({**row, "event_seq": 10**6} for row in rows) if table == "training" else rows

    monkeypatch.setattr(Snapshot, "all", later)
    error = stopped(shared, tmp_path)
    assert error.checks == (Check.SIGNED.value,)
    assert "was signed by somebody who had no training for its charter then" in told(error)[0]


def test_a_record_whose_signature_is_not_valid_stops_the_package(shared: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LAB}.verifies", lambda _snapshot, _record: False)
    error = stopped(shared, tmp_path)
    assert error.checks == (Check.SIGNED.value,)
    assert all("has no valid signature" in each for each in told(error))


def test_an_older_specification_than_that_of_the_last_package_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = read(a_staffed_lab(tmp_path))
    packages.export(lab.open, lab.coordinator, tmp_path / "first", PASSWORD)
    one = Snapshot.one

    def by_a_later_program(self: Snapshot, table: str, **equals: Any) -> Row | None:
        row = one(self, table, **equals)
        return {**row, "spec_version": "99.0.0"} if row is not None and table == "package" else row

    a_ready_exam(lab, "S02")
    monkeypatch.setattr(Snapshot, "one", by_a_later_program)
    (tmp_path / "out").mkdir()
    error = stopped(lab, tmp_path / "out")
    assert error.checks == (Check.SPECIFICATION.value,)
    assert not_lower("1.4.0", "1.10.0").faults
    assert not not_lower("1.10.0", "1.4.0").faults


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("note", "check", "what"),
    [
        ("Looks like thrombectomy", Check.ARMS, "names an arm of the trial"),
        ("asked Anna Schmidt", Check.NAMES, "names a person of the lab"),
        ("seen on 12.01.2026", Check.IDENTIFIERS, "holds a date"),
        ("mail to a.b@site.org", Check.IDENTIFIERS, "holds an e-mail address"),
        ("number 12345678", Check.IDENTIFIERS, "holds a long number"),
        ("Mrs Doemann moved", Check.IDENTIFIERS, "holds something that identifies a patient"),
    ],
)
def test_a_note_that_names_somebody_or_a_treatment_stops_the_package(
    note: str, check: Check, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What earlier versions let a reader sign stands in their labs."""
    monkeypatch.setattr("corelab.services.reading.hard_faults", lambda _reading, _clips: ())
    lab = a_staffed_lab(tmp_path)
    lab.person("anna-schmidt", Role.COORDINATOR)
    read(lab, note)
    a_known_patient(lab)
    (tmp_path / "out").mkdir()
    error = stopped(lab, tmp_path / "out")
    assert error.checks == (check.value,)
    assert any(what in each for each in told(error)), told(error)
    assert not any(part in each for each in told(error) for part in ("12345678", "Doemann", "site.org", "Schmidt"))


def a_known_patient(lab: Lab) -> None:
    """What a source of the exam says of its patient, sealed where intake keeps it."""
    with lab.open.store.read() as snapshot:
        one = registry.objects(snapshot)[0]
    folder = made_folder(lab.open.quarantine / one.delivery)
    Place(folder, one.n).keep_identity(Identity({"name": ("DOEMANN^JANE",)}), "a.dcm", accounts.custody_public(lab.open))


def test_the_command_says_what_stopped_it_what_was_kept_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = read(a_staffed_lab(tmp_path), "Looks like thrombectomy")
    done = run(lab, "export", str(tmp_path / "out"))
    assert done.exit_code == 1
    said = " ".join(done.stderr.split())
    assert f"The package was stopped. Not so: {Check.ARMS.value}." in said
    assert "data/notes.csv line 2 names an arm of the trial" in said
    assert "Nothing was signed or written." in said
    assert TO_DO[Check.ARMS.value] in said
    assert list((tmp_path / "out").iterdir()) == []


def test_a_package_tells_every_check_with_what_it_looked_at(shared: Lab, tmp_path: Path) -> None:
    made = packages.export(shared.open, shared.coordinator, tmp_path, PASSWORD)
    checks = json.loads((made.package / "qc/checks.json").read_text())["checks"]
    assert {one["name"] for one in checks} == {check.value for check in Check}
    assert all(one["ok"] and one["looked_at"] for one in checks)
    counted = {one["name"]: one["count"] for one in checks}
    assert counted[Check.SIGNED.value] == counted[Check.SUBJECTS.value] == 1
    assert counted[Check.KEYS.value] == sum(made.rows.values())


def test_a_note_about_veins_alone_stops_nothing(tmp_path: Path) -> None:
    lab = read(a_staffed_lab(tmp_path), "CFV at 12.5 mm, S01 D10, wall thick 2/3")
    a_known_patient(lab)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert packages.verify_package(made.package).ok


def test_arms_are_found_across_blocks_in_what_all_else_is_made_from(tmp_path: Path) -> None:
    filler = "x" * (1024**2 - 12)
    for path in ("data/notes.csv", "audit/openings.jsonl", "codebook/dictionary.csv", "codebook/charter_1.0.0.toml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"{filler}\n{'y' * 3} thrombectomy")
    found = no_arm_named(tmp_path, ["Thrombectomy"])
    told = [f"{each.where}: {each.what}" for each in found.faults]
    assert told == [f"{path}: line 2 names an arm of the trial" for path in ("audit/openings.jsonl", "data/notes.csv")]
    assert found.count == 2


@pytest.mark.parametrize("cut", range(-2, 8))
def test_a_word_that_ends_like_an_arm_names_none_wherever_it_lies(cut: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    before = "x" * (1024**2 - 4096 - cut)
    (tmp_path / "data" / "notes.csv").write_text(f"{before} consistent {'y' * 2 * 4096}")
    assert not no_arm_named(tmp_path, ["Stent", "Tent"]).faults
    (tmp_path / "data" / "notes.csv").write_text(f"{before} (stent) {'y' * 2 * 4096}")
    assert no_arm_named(tmp_path, ["Stent"]).faults


def test_the_words_of_the_program_name_no_arm(shared: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial with such arms could never hand over a package."""
    monkeypatch.setattr("corelab.services.packages.stopping.no_arm_named", partial(of_all, no_arm_named))
    assert packages.export(shared.open, shared.coordinator, tmp_path, PASSWORD).package.is_dir()


def of_all(look: Any, folder: Path, _arms: Any) -> Any:
    return look(folder, ["Active", "Control", "Observation", "Standard", "Device", "Treatment"])


def test_a_printed_name_is_a_word_of_its_own_and_may_stand_with_signatures(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "signatures.jsonl").write_text('{"name":"Anna Schmidt"}')
    (tmp_path / "a.csv").write_text("Joanna Schmidtke\n")
    assert not nobody_named(tmp_path, ["Anna Schmidt"]).faults
    (tmp_path / "b.csv").write_text("x\n1,ANNA SCHMIDT\n")
    assert [each.where for each in nobody_named(tmp_path, ["Anna Schmidt"]).faults] == ["b.csv"]


def test_codes_of_the_trial_may_stand_in_words() -> None:
    texts = [Typed("a", "see 20240117"), Typed("b", "20240117-3 is meant")]
    assert [each.where for each in nothing_identifies(texts, ["20240117-3"], lambda _one: False).faults] == ["a"]


def test_the_day_of_a_lock_in_its_reason_stops_nothing_and_a_patient_in_it_does(tmp_path: Path) -> None:
    """What a lock was signed with is never emptied: no package could ever be written again."""
    lab = read(a_staffed_lab(tmp_path))
    a_known_patient(lab)
    packages.lock(lab.open, lab.coordinator, "Database lock of 2026-11-23, minutes 20261123-1", PASSWORD)
    assert packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD).package.is_dir()
    of_trial = Typed("a", "Locked on 2026-11-23 after Mrs Doemann", of_trial=True)
    found = nothing_identifies([of_trial], (), lambda one: "Doemann" in one.text).faults
    assert [each.what for each in found] == ["holds something that identifies a patient"]


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("check", Check)
def test_every_check_has_words_that_say_what_to_do(check: Check) -> None:
    words = WORK_WORDS["StopTheLineError"](StopTheLineError((), (check.value,)))
    assert check.value in words.happened
    assert "Nothing was" in words.kept
    assert words.do == TO_DO[check.value]
    assert TO_DO.keys() == {each.value for each in Check}
