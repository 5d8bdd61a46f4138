"""Two transfers, one after the other: changes.csv holds exactly the rows that differ, each with its cause, and nothing but those."""

import csv
import json
import lzma
import tarfile
import zlib
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.vocabulary import LabKind, SegmentId, Side
from corelab.export.causes import Reason
from corelab.export.parts import parts_here
from corelab.services import accounts, assignment, charter_approval, intake, labs, packages
from corelab.services.packages import writing
from corelab.services.packages.causes import causes
from corelab.services.verification import verify_lab
from tests.builders import PASSWORD, Lab, TickingClock, a_lab
from tests.dicom_builders import a_file, speckle
from tests.life_builders import compares, dealt, decides, invalidates, reopens, revises
from tests.reading_builders import a_ready_exam, rows_of, signs
from tests.specification_builders import amended

Change = dict[str, str]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Its packages have the tables and the codebook alone: no other file tells what changed."""
    monkeypatch.setattr(writing, "parts_here", lambda: {"codebook": parts_here()["codebook"]})
    made = a_lab(tmp_path, kind=LabKind.DEMO)
    for person in (made.reader_1, made.reader_2, made.adjudicator, made.coordinator_2):
        assert person.account
    return made


def read_by_both(lab: Lab, visit: str, **differs: int | str) -> None:
    dealt(lab, visit=visit)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, "", **differs)
    compares(lab)


def exported(lab: Lab, out: Path) -> Path:
    return packages.export(lab.open, lab.coordinator, out, PASSWORD).package


def table(package: Path, name: str) -> list[dict[str, str]]:
    with (package / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changes(package: Path) -> list[Change]:
    return table(package, "changes")


def told(package: Path) -> str:
    return (package / "CHANGES.md").read_text(encoding="utf-8")


def tables_of(package: Path) -> dict[str, dict[tuple[str, ...], dict[str, str]]]:
    """Every table by its key, but the differences themselves."""
    with (package / "codebook" / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        columns = list(csv.DictReader(file))
    keys: dict[str, list[str]] = {}
    for column in columns:
        if column["KEY"] == "Y":
            keys.setdefault(column["FILE"], []).append(column["NAME"])
    names = [path for path in keys if path not in {"data/changes.csv", "data/guess.csv"}]
    return {path: {tuple(row[name] for name in keys[path]): row for row in table(package, Path(path).stem)} for path in names}


def expected(one: Path, two: Path) -> set[tuple[str, str, str, str]]:
    """What differs between the files of two packages, by a comparison of their own: file, key, column, kind."""
    before, now = tables_of(one), tables_of(two)
    found = set()
    for path in before.keys() & now.keys():
        for key in before[path].keys() | now[path].keys():
            old, new, joined = before[path].get(key), now[path].get(key), "|".join(key)
            if old is None or new is None:
                found.add((path, joined, "", "ADDED" if old is None else "DELETED"))
            else:
                found |= {(path, joined, name, "CHANGED") for name in new if new[name] != old[name]}
    return found


def said(package: Path) -> set[tuple[str, str, str, str]]:
    return {(row["FILE"], row["KEY"], row["COLUMN"], row["KIND"]) for row in changes(package)}


def event(lab: Lab, kind: str) -> str:
    """The number of the last event of this kind."""
    with lab.open.store.read() as snapshot:
        return str(snapshot.events(kind=kind)[-1]["seq"])


def test_the_first_transfer_has_no_differences(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    one = exported(lab, tmp_path)
    assert changes(one) == []
    assert "the first transfer" in told(one)


def test_one_more_exam_is_new_rows_and_nothing_else(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    one = exported(lab, tmp_path)
    read_by_both(lab, "BL")
    two = exported(lab, tmp_path)
    found = changes(two)
    assert said(two) == expected(one, two)
    new = [row for row in found if row["FILE"] == "data/readings.csv"]
    assert {(row["KIND"], row["REASON"]) for row in new} == {("ADDED", "NEW RECORD")}
    signed = {row["EVENTSEQ"] for row in table(two, "readings")}
    assert {row["EVENTSEQ"] for row in new} <= signed
    results = {(row["REASON"], row["EVENTSEQ"]) for row in found if row["FILE"] == "data/results.csv" and row["KIND"] == "ADDED"}
    assert results == {("NEW RECORD", event(lab, "exam.compared"))}
    assert "S01 0" in told(two) or "S01 1" in told(two)


def test_the_same_state_compares_with_the_same_package_again(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    exported(lab, tmp_path / "one")
    read_by_both(lab, "BL")
    two, again = exported(lab, tmp_path / "two"), exported(lab, tmp_path / "again")
    assert two.name == again.name
    assert changes(two)
    for name in ("CHANGES.md", "data/changes.csv"):
        assert (two / name).read_bytes() == (again / name).read_bytes()


def test_a_revised_reading_an_adjudication_and_an_invalidation_are_told_apart(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    one = exported(lab, tmp_path)
    dealt(lab, visit="BL")
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    revises(lab, lab.reader_1)
    signs(lab, lab.reader_2, "", COMP_CFV=2)
    compares(lab)
    decides(lab)
    compares(lab)
    two = exported(lab, tmp_path)
    assert said(two) == expected(one, two)
    why = {row["REASON"] for row in changes(two) if row["FILE"] == "data/readings.csv"}
    assert why == {"NEW RECORD", "REVISED", "ADJUDICATED"}

    invalidates(lab, lab.reader_1)
    three = exported(lab, tmp_path)
    assert said(three) == expected(two, three)
    gone = [row for row in changes(three) if row["FILE"] == "data/results.csv" and row["KIND"] == "DELETED"]
    assert gone
    assert {(row["REASON"], row["EVENTSEQ"]) for row in gone} == {("INVALIDATED", event(lab, "reading.invalidated"))}
    assert "not in any more" in told(three)
    assert verify_lab(lab.open.folder).faults == ()
    assert packages.verify_package(three).faults == ()


def test_free_text_is_neither_kept_nor_told(lab: Lab, tmp_path: Path) -> None:
    dealt(lab, visit="D10")
    signs(lab, lab.reader_1, "thrombus of both limbs?")
    signs(lab, lab.reader_2, "seen twice")
    compares(lab)
    one = exported(lab, tmp_path)
    assert {note["NOTE"] for note in table(one, "notes")} == {"thrombus of both limbs?", "seen twice"}
    kept = {row["name"]: zlib.decompress(row["body"]).decode() for row in rows_of(lab, "package_table")}
    assert kept["notes"].count("\n") == 2
    assert not any(word in text for text in kept.values() for word in ("thrombus", "seen twice"))
    read_by_both(lab, "BL")
    two = exported(lab, tmp_path)
    assert not [row for row in changes(two) if row["FILE"] == "data/notes.csv"], "the same text has the same mark"


def test_a_clip_that_was_replaced_is_told_with_the_event_that_withdrew_it(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    first = released(lab, a_clip(tmp_path / "1", 1))
    one = exported(lab, tmp_path / "one")
    second = released(lab, a_clip(tmp_path / "2", 2), replaces=first)
    two = exported(lab, tmp_path / "two")
    assert said(two) == expected(one, two)
    hashes = {row["id"]: row["sha256"] for row in rows_of(lab, "clip")}
    of_clips = {(row["KEY"].split("|")[-1], row["COLUMN"], row["NEW"]): row for row in changes(two) if row["FILE"] == "data/clips.csv"}
    state = of_clips[hashes[first], "STATE", "REPLACED"]
    assert (state["OLD"], state["REASON"], state["EVENTSEQ"]) == ("RELEASED", "WITHDRAWN CLIP", event(lab, "clip.withdrawn"))
    new = of_clips[hashes[second], "", ""]
    assert (new["KIND"], new["REASON"]) == ("ADDED", "INTAKE")


def a_clip(path: Path, seed: int) -> Path:
    def of(made: Dataset) -> None:
        made.SOPInstanceUID = "1.2.3.71300456.1.1"

    return a_file(path, of, pixels=speckle(seed=seed))


def released(lab: Lab, path: Path, replaces: str | None = None) -> str:
    report = intake.take_in(lab.open, lab.coordinator, [path], subject="S-9", visit="BL", side=Side.LEFT, replaces=replaces)
    (clip,) = [one.clip for one in report.objects if one.clip is not None]
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), None)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    return clip


def test_a_subject_whose_facts_were_entered_explains_what_is_expected_of_it(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    one = exported(lab, tmp_path / "one")
    intake.set_subject(lab.open, lab.coordinator, "S77", {"STUDY_LIMB": "right"})
    two = exported(lab, tmp_path / "two")
    assert said(two) == expected(one, two)
    found = {(row["FILE"], row["KIND"], row["REASON"], row["EVENTSEQ"]) for row in changes(two)}
    assert found == {("data/expected.csv", "ADDED", "SUBJECT DATA", event(lab, "subject.set"))}


def test_what_a_package_held_is_kept_with_its_event_and_cannot_be_changed(lab: Lab, tmp_path: Path) -> None:
    a_ready_exam(lab, visit="BL")
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compares(lab)
    exported(lab, tmp_path)
    names = {row["name"] for row in rows_of(lab, "package_table")}
    assert {"specification", "readings", "results"} <= names
    assert not names & {"guess", "changes"}
    seq = event(lab, "package.kept")
    assert {str(row["event_seq"]) for row in rows_of(lab, "package_table")} == {seq}


def test_after_a_package_of_a_version_that_kept_no_rows_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(__file__).parents[1] / "fixtures" / "labs" / "0.5.0"
    with tarfile.open(place / "lab.tar.xz") as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2, Debian 12's, knows no filters
        packed.extractall(tmp_path)  # noqa: S202 - our own archive
    people = json.loads(lzma.decompress((place / "records.json.xz").read_bytes()))["people"]
    user, password = next((name, one["password"]) for name, one in people.items() if one["role"] == "coordinator")
    monkeypatch.setattr(writing, "parts_here", lambda: {"codebook": parts_here()["codebook"]})
    here = labs.open_lab(tmp_path / "lab", TickingClock(), tmp_path / "configuration")
    coordinator = accounts.sign_in(here, user, password)
    two = packages.export(here, coordinator, tmp_path / "two", password).package
    assert changes(two) == []
    assert "T001, was made by a version of the program that kept no rows" in told(two)
    assert packages.specification(here, coordinator).differences == ()
    with here.store.read() as snapshot:
        assert snapshot.one("package_table", name="readings") is not None


def test_another_version_of_the_program_is_named_where_no_event_explains_a_row(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_both(lab, "D10")
    exported(lab, tmp_path)
    with lab.open.store.read() as snapshot:
        assert causes(snapshot, 2, 10_000).otherwise.reason is Reason.OTHER
        monkeypatch.setattr("corelab.__version__", "99.0.0")
        found = causes(snapshot, 2, 10_000)
    assert (found.otherwise.reason, found.otherwise.seq) == (Reason.PROGRAM, None)
    assert found.of_row({"USUBJID": "S01", "VISIT": "D10", "VISITNUM": "2"}) == found.otherwise


def test_an_amended_charter_explains_what_no_event_of_the_subject_does(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "D10")
    exported(lab, tmp_path)
    charter_approval.approve(lab.open, lab.coordinator, amended("1.0.0", "0.9.0"), PASSWORD)
    with lab.open.store.read() as snapshot:
        otherwise = causes(snapshot, 2, 10_000).otherwise
    assert (otherwise.reason, str(otherwise.seq)) == (Reason.SPECIFICATION, event(lab, "charter.approved"))
