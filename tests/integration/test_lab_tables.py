"""A package tells what came in, what was asked and decided: from labs as they are, through export and verify."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.adjudication import Take
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import ClipId, LabKind, SegmentId
from corelab.export.received import unreconciled
from corelab.export.versions import Versions
from corelab.imaging.archive import FolderArchive
from corelab.services import assignment, calibration, comparison, intake, packages, queries
from corelab.services.packages.lab_rows import rows_of_lab, rows_of_subject, trial_subjects
from tests.builders import Lab, a_lab
from tests.charter_builders import PORTAL, full
from tests.dicom_builders import a_file, speckle
from tests.integration.test_packages import decided, exported, read_by_both
from tests.integration.test_replacements import a_clip, delivered, released
from tests.reading_builders import signs
from tests.training_builders import a_training_lab, checked, small_pictures
from tests.unit.test_package_tables import redone

__all__ = ["small_pictures"]
LEFT_OUT = "NOT_SCANNED"


def rows(package: Path, table: str) -> list[dict[str, str]]:
    with (package / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def staffed(folder: Path) -> Lab:
    made = a_lab(folder, kind=LabKind.DEMO)
    for person in (made.reader_1, made.reader_2, made.adjudicator, made.coordinator_2):
        assert person.account
    return made


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return staffed(tmp_path)


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize("take", [Take.A, Take.B])
def test_a_decision_tells_whose_grade_was_taken_and_which_reading_it_was(lab: Lab, tmp_path: Path, take: Take) -> None:
    read_by_both(lab, COMP_CFV=2)
    decided(lab, take)
    package = exported(lab, tmp_path / "out").package
    (row,) = [one for one in rows(package, "adjudications") if one["TESTCD"] == "VNCOMPR"]
    assert (row["SEGCD"], row["CHOSEN"], row["ADJRSN"], row["CURRFL"]) == ("CFV", take.value, "OTHER_FRAME", "Y")
    said = {one["RECID"]: one for one in rows(package, "readings") if (one["SEGCD"], one["TESTCD"]) == ("CFV", "VNCOMPR")}
    assert {row["ACD"], row["BCD"]} == {"full", "none"}
    assert (said[row["ARECID"]]["RESCD"], said[row["BRECID"]]["RESCD"]) == (row["ACD"], row["BCD"])
    assert said[row["ARECID"]]["EVALROLE"] == row["AROLE"]
    assert row["RESCD"] == (row["ACD"] if take is Take.A else row["BCD"]) == said[row["RECID"]]["RESCD"]


def test_nothing_of_a_case_that_is_not_decided_is_in_a_package(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, "S01")
    read_by_both(lab, "S02", COMP_CFV=2)
    package = exported(lab, tmp_path / "out").package
    assert rows(package, "adjudications") == []
    assert {row["USUBJID"] for table in ("readings", "endpoints", "results") for row in rows(package, table)} == {"S01"}
    assert {row["USUBJID"] for row in rows(package, "clips")} == {"S01", "S02"}, "that clips came in tells no grade"


# ---------------------------------------------------------------- what came in


@dataclass(frozen=True, slots=True)
class Mixed:
    """One exam of real files: a clip that was replaced, one that serves nothing; of the rest nothing was imaged."""

    lab: Lab
    first: ClipId
    second: ClipId
    poor: ClipId
    later: ClipId
    closed: int

    def digest(self, clip: ClipId) -> str:
        with self.lab.open.store.read() as snapshot:
            return str((snapshot.one("clip", id=clip) or {})["sha256"])


def four_frames(path: Path, instance: int) -> Path:
    """What readers sign names the fourth."""

    def of(made: Dataset) -> None:
        made.SOPInstanceUID = f"1.2.3.71300456.2.{instance}"

    return a_file(path, of, pixels=speckle(4, seed=instance))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Mixed:
    tmp_path = tmp_path_factory.mktemp("mixed")
    lab = staffed(tmp_path)
    first, second, poor = (delivered(lab, four_frames(tmp_path / str(n), n)) for n in (1, 2, 3))
    for clip, segment in ((first, "CFV"), (second, "CFV"), (poor, "POPV")):
        released(lab, clip, SegmentId(segment))
    later = released(lab, delivered(lab, four_frames(tmp_path / "later", 4), replaces=first))
    nothing = ClipQuality(Quality.NON_DIAGNOSTIC, (QualityReason.GAIN, QualityReason.DEPTH))
    intake.label(lab.open, lab.coordinator, poor, SegmentId("POPV"), None, quality=nothing)
    (exam,) = intake.exams(lab.open, lab.coordinator)
    closed = [SegmentId(one.segment) for one in exam.completeness.segments if one.receipt.value == "missing"]
    intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", closed, LEFT_OUT)
    return Mixed(lab, first, second, poor, later, len(closed))


@pytest.fixture(scope="module")
def package(mixed: Mixed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = mixed.lab
    assignment.assign(lab.open, lab.coordinator)
    for reader in (lab.reader_1, lab.reader_2):
        signs(lab, reader)
    comparison.release_and_compare(lab.open, lab.coordinator)
    return exported(lab, tmp_path_factory.mktemp("package")).package


def test_every_released_clip_is_told_as_it_is(mixed: Mixed, package: Path) -> None:
    told = {row["CLIPID"]: row for row in rows(package, "clips")}
    assert set(told) == {mixed.digest(clip) for clip in (mixed.first, mixed.second, mixed.poor, mixed.later)}
    assert {row["STATE"] for clip, row in told.items() if clip != mixed.digest(mixed.first)} == {"RELEASED"}
    replaced, poor = told[mixed.digest(mixed.first)], told[mixed.digest(mixed.poor)]
    assert (replaced["STATE"], replaced["REPLCLIP"]) == ("REPLACED", mixed.digest(mixed.later))
    assert (poor["QCGRADE"], poor["QCREASN"], poor["SEGCD"], poor["SIDE"]) == ("NON-DIAGNOSTIC", "DEPTH+GAIN", "POPV", "LEFT")


def test_the_identifiers_of_a_clip_are_those_of_its_released_file(mixed: Mixed, package: Path) -> None:
    for row in rows(package, "clips"):
        file = mixed.lab.open.clips / row["CLIPID"][:2] / f"{row['CLIPID']}.dcm"
        held = file.read_bytes()
        for name in ("STDYUID", "SERUID", "SOPUID", "SOPCLASS"):
            assert row[name], name
            assert row[name].encode() in held, name


def test_every_expected_segment_is_told_with_what_came_of_it(mixed: Mixed, package: Path) -> None:
    cells = [row for row in rows(package, "expected") if row["VISIT"] == "D10"]
    of = {row["SEGCD"]: (row["STATE"], row["REASON"], row["NCLIPS"]) for row in cells}
    assert of["CFV"] == ("RECEIVED", "", "2")
    assert of["POPV"] == ("NON-DIAGNOSTIC", "", "1")
    assert Counter(state for state, reason, _ in of.values() if reason == LEFT_OUT) == {"NOT IMAGED": mixed.closed}
    assert list(unreconciled(rows(package, "clips"), rows(package, "expected"))) == []


def test_a_visit_that_has_to_come_and_did_not_is_missing(mixed: Mixed, package: Path) -> None:
    visits = {visit.id for visit in mixed.lab.open.charter.visits if visit.required}
    cells = [row for row in rows(package, "expected") if row["VISIT"] != "D10"]
    assert {row["VISIT"] for row in cells} == visits - {"D10"}
    assert {(row["STATE"], row["REASON"]) for row in cells} == {("MISSING", "NOEXAM")}


def test_a_clip_that_waits_for_release_is_counted_and_told_no_further(lab: Lab, tmp_path: Path) -> None:
    clip = delivered(lab, a_clip(tmp_path / "one", 1))
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), None)
    with lab.open.store.read() as snapshot:
        (subject,) = trial_subjects(snapshot)
        found = rows_of_subject(snapshot, Versions.of([lab.open.charter]), FolderArchive(lab.open.clips), subject)
    assert found["clips"] == ()
    (cell,) = [row for row in found["expected"] if (row["VISIT"], row["SEGCD"]) == ("D10", "CFV")]
    assert (cell["STATE"], cell["REASON"], cell["NCLIPS"], cell["NWAIT"]) == ("MISSING", "WAITING", "0", "1")


def test_a_released_clip_whose_file_is_not_there_stops_the_rows(mixed: Mixed, tmp_path: Path) -> None:
    with mixed.lab.open.store.read() as snapshot, pytest.raises(FileNotFoundError):
        rows_of_subject(snapshot, Versions.of([mixed.lab.open.charter]), FolderArchive(tmp_path), trial_subjects(snapshot)[0])


@pytest.mark.usefixtures(small_pictures.__name__)
def test_the_calibration_set_is_in_no_table(tmp_path: Path) -> None:
    lab = a_training_lab(tmp_path)
    calibration.make(lab.open, lab.coordinator)
    checked(lab)
    with lab.open.store.read() as snapshot:
        assert snapshot.all("clip")
        assert trial_subjects(snapshot) == ()
        assert rows_of_lab(snapshot, Versions.of([lab.open.charter])) == {"queries": ()}


def test_the_liver_is_told_by_its_own_charter(tmp_path: Path) -> None:
    lab = a_lab(tmp_path, charter=full(PORTAL).encode())
    assert lab.coordinator_2.account
    file = a_file(tmp_path / "clip.dcm", pixels=speckle(seed=1))
    segment = next(one for one in lab.open.charter.segments if one.presence == "required")
    visit = lab.open.charter.visits[0].id
    report = intake.take_in(lab.open, lab.coordinator, [file], subject="S-1", visit=visit)
    released(lab, ClipId(str(report.objects[0].clip)), SegmentId(segment.id))
    with lab.open.store.read() as snapshot:
        (subject,) = trial_subjects(snapshot)
        found = rows_of_subject(snapshot, Versions.of([lab.open.charter]), FolderArchive(lab.open.clips), subject)
    assert [(row["VISIT"], row["SEGCD"], row["SIDE"]) for row in found["clips"]] == [(visit, segment.id, "")]
    states = Counter(row["STATE"] for row in found["expected"] if row["VISIT"] == visit)
    assert states["RECEIVED"] == 1
    assert states["MISSING"] > 1
    assert list(unreconciled(found["clips"], found["expected"])) == []


# ---------------------------------------------------------------- queries


def test_queries_are_told_without_a_word(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    one = queries.raise_query(lab.open, lab.coordinator, QueryKind.OTHER, exam="S01:D10", site="S07", words="Is the probe repaired?")
    queries.send(lab.open, lab.coordinator, one)
    queries.answer(lab.open, lab.coordinator, one, "Since Tuesday")
    queries.close(lab.open, lab.coordinator, one)
    two = queries.raise_query(lab.open, lab.coordinator, QueryKind.QUALITY, exam="S01:D10", site="S07")
    queries.exclude(lab.open, lab.coordinator, two, "The site closed")
    package = exported(lab, tmp_path / "out").package
    told = [(row["QNUM"], row["SITEID"], row["SITENUM"], row["KIND"], row["STATE"], row["EXCLFL"]) for row in rows(package, "queries")]
    assert told == [("1", "S07", "1", "OTHER", "CLOSED", "N"), ("2", "S07", "2", "QUALITY", "OPEN", "Y")]
    first = rows(package, "queries")[0]
    assert first["RAISDTC"] < first["SENTDTC"] < first["ANSWDTC"] < first["ENDDTC"]
    assert (first["USUBJID"], first["VISIT"]) == ("S01", "D10")
    written = (package / "data/queries.csv").read_text()
    assert not [word for word in ("probe", "Tuesday", "closed,", "coordinator") if word in written]


# ---------------------------------------------------------------- the package as a whole


def test_the_package_of_a_mixed_exam_verifies(package: Path) -> None:
    assert packages.verify_package(package).faults == ()
    manifest = json.loads((package / "MANIFEST.json").read_text())
    counts = {entry["path"]: entry.get("rows") for entry in manifest["files"]}
    for table in ("endpoints", "adjudications", "clips", "expected", "queries"):
        assert counts[f"data/{table}.csv"] == len(rows(package, table))


DAMAGE = [
    ("clips", "REPLACED", "RELEASED", "data/clips.csv"),
    ("clips", "NON-DIAGNOSTIC", "DIAGNOSTIC", "data/expected.csv"),
    ("expected", ",RECEIVED,,2,", ",RECEIVED,,3,", "data/expected.csv"),
    ("expected", f",NOT IMAGED,{LEFT_OUT},", ",RECEIVED,,", "data/expected.csv"),
    ("endpoints", "CONCORDANT", "REFERENCE", "data/endpoints.csv"),
]


@pytest.mark.parametrize(("table", "old", "new", "where"), DAMAGE, ids=[f"{one[0]} {one[1]}" for one in DAMAGE])
def test_a_cell_that_was_changed_with_every_hash_is_named(
    package: Path, tmp_path: Path, table: str, old: str, new: str, where: str
) -> None:
    forged = tmp_path / package.name
    shutil.copytree(package, forged)
    redone(forged, table, old, new)
    told = [fault.where for fault in packages.verify_package(forged).faults]
    assert any(one.startswith(f"{where} ") for one in told), told
