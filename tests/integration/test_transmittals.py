"""A site's list beside its delivery: the exam of each object, how each row fared, what the site is asked; and no word of it stays."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from corelab.domain.clip_label import View
from corelab.domain.intake import IntakeRefusedError, Outcome, Refusal
from corelab.domain.transmittal import RowFault, TransmittalRefusedError
from corelab.domain.vocabulary import Side
from corelab.services import intake, queries
from corelab.services.intake import IntakeReport
from corelab.services.verification import verify_lab
from corelab.storage import intake_rows
from tests.builders import Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, speckle

HEAD = "subject,visit,path_or_study_uid"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / f"from {TOKEN}"
    folder.mkdir()
    return folder


def a_clip(path: Path, seed: int, study: int = 1, patient: str = "71300456") -> Path:
    def of(made: Dataset) -> None:
        made.SOPInstanceUID, made.StudyInstanceUID = f"1.2.3.71300456.1.{seed}", f"1.2.3.71300456.2.{study}"
        made.PatientID = patient

    path.parent.mkdir(parents=True, exist_ok=True)
    return a_file(path, of, pixels=speckle(seed=seed))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def a_list(site: Path, *rows: str, head: str = HEAD, name: str = "list.csv") -> Path:
    path = site.parent / name
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def taken(lab: Lab, source: Path, rows: Path, **more: Any) -> IntakeReport:
    return intake.take_in(lab.open, lab.coordinator, [source], transmittal=rows, **more)


def states(report: IntakeReport) -> list[tuple[int | None, str, int | None]]:
    return [(row.row, row.state.value, row.object) for row in report.transmittal]


def exams(lab: Lab) -> Mapping[tuple[str, str], int]:
    return {(exam.subject, exam.visit): exam.completeness.waiting for exam in intake.exams(lab.open, lab.coordinator)}


def test_one_delivery_holds_many_subjects_and_visits(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / "day 1" / f"{n}.dcm", n, study=n, patient=f"7130045{n // 3}")
    rows = a_list(
        site,
        "S-1,D10,day 1/1.dcm,CFV,L,rest,B01",
        f"S-1,BL,{site.name}\\DAY 1\\2.DCM,CFV,left,,",
        "S-2,D10,1.2.3.71300456.2.3,,,,",
        head=f"{HEAD},segment,side,view,site",
    )
    report = taken(lab, site, rows)
    assert states(report) == [(2, "matched", 1), (3, "matched", 2), (4, "matched", 3)]
    assert exams(lab) == {("S-1", "D10"): 1, ("S-1", "BL"): 1, ("S-2", "D10"): 1}
    first = intake.waiting(lab.open, lab.coordinator)[0]
    said = next(each for each in first.evidence if each.source.value == "transmittal")
    assert (said.segment, said.side, said.view, first.segment) == ("CFV", Side.LEFT, View.REST, None)
    with lab.open.store.read() as snapshot:
        assert intake_rows.site_of_delivery(snapshot, report.delivery or "") == "B01"
        assert {row["site_code"] for row in snapshot.all("subject")} == {"B01"}
        kept = intake_rows.transmittal(snapshot, report.delivery or "")
    assert [(row.state.value, row.object, row.segment) for row in kept] == [
        ("matched", one.clip, row.segment) for one, row in zip(report.objects, report.transmittal, strict=True)
    ]
    assert {query.kind for query in report.queries} <= {"visit window"}
    assert verify_lab(lab.open.folder).faults == ()


def test_what_did_not_match_becomes_a_query(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / f"{n}.dcm", n)
    (site / "notes.txt").write_text("no picture")
    rows = a_list(
        site, f"S-1,D10,1.dcm,{digest(site / '2.dcm')}", f"S-1,D10,2.dcm,{digest(site / '2.dcm')}", "S-1,D10,4.dcm,", head=f"{HEAD},sha256"
    )
    report = taken(lab, site, rows)
    assert states(report) == [(2, "hash differs", 1), (3, "matched", 2), (4, "missing", None), (None, "unexpected", 3)]
    assert [(one.outcome.value, one.code) for one in report.objects] == [
        ("held", "TRANSMITTAL_ROW"),
        ("checked", None),
        ("rejected", "TRANSMITTAL_ROW"),
        ("rejected", "NOT_DICOM"),
    ]
    assert [(query.kind, query.row, query.object) for query in report.queries] == [
        ("hash differs", 2, 1),
        ("missing file", 4, None),
        ("extra file", None, 3),
    ]
    open_ = queries.queries(lab.open, lab.coordinator)
    assert [query.number for query in open_] == [query.number for query in report.queries]
    assert [query.subject for query in open_][:2] == ["S-1", "S-1"]
    held = report.objects[0].clip
    assert held is not None
    with pytest.raises(IntakeRefusedError):
        intake.set_mask(lab.open, lab.coordinator, held, [(0, 0, 9, 9)])
    assert intake.accept_damage(lab.open, lab.coordinator, held, "the site confirmed it").state is intake.ClipState.CHECKED


def test_what_is_missing_of_two_exams_that_are_not_there_yet_is_two_questions(lab: Lab, site: Path) -> None:
    a_clip(site / "1.dcm", 1)
    rows = a_list(site, "S-1,D10,1.dcm,", "S-1,BL,2.dcm,CFV", "S-2,D10,3.dcm,CFV", "S-3,D10,4.dcm,CFV", head=f"{HEAD},segment")
    assert [(query.kind, query.row) for query in taken(lab, site, rows).queries] == [("missing file", row) for row in (3, 4, 5)]
    named = [(query.subject, query.visit) for query in queries.queries(lab.open, lab.coordinator)]
    assert named == [("S-1", "BL"), (None, "D10"), (None, "D10")]


def test_the_report_says_nothing_that_the_site_wrote(lab: Lab, site: Path) -> None:
    a_clip(site / f"{TOKEN}.dcm", 1)
    rows = a_list(
        site,
        f"S-1,D10,{TOKEN}.dcm,2026-01-12,=HYPERLINK({TOKEN})",
        f"S-1,D10,{TOKEN}2.dcm,,{TOKEN} was late",
        head=f"{HEAD},study_date,comment",
    )
    report = taken(lab, site, rows)
    document = report.to_json()
    assert set(document["transmittal"][0]) == {"row", "state", "object", "clip", "subject", "visit", "segment", "side", "view"}
    assert set(document["queries"][0]) == {"id", "number", "kind", "object", "row"}
    for word in (TOKEN, "2026-01-12", "20260112", "71300456"):
        assert word not in report.json_text()
        assert word not in report.in_words()
        assert word.encode() not in b"".join(path.read_bytes() for path in lab.open.folder.glob("lab.db*"))
    assert "row 3" in report.in_words()
    assert "1 matched" in report.in_words()


def test_another_day_than_the_list_says_is_held(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    a_clip(site / "2", 2)
    rows = a_list(site, "S-1,D10,1,2026-01-12", "S-1,D10,2,2026-01-13", head=f"{HEAD},study_date")
    report = taken(lab, site, rows)
    assert [(one.outcome.value, one.code) for one in report.objects] == [("checked", None), ("held", "IDENTITY_MISMATCH")]
    assert "another date" in report.objects[1].message


def test_one_study_under_two_subjects_is_held_until_a_person_clears_it(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / f"{n}.dcm", n)
    rows = a_list(site, "S-1,D10,1.dcm", "S-2,D10,2.dcm", "S-1,D10,3.dcm")
    tried, report = taken(lab, site, rows, dry_run=True), taken(lab, site, rows)
    for each in (tried, report):
        assert [(one.outcome.value, one.code) for one in each.objects] == [
            ("checked", None),
            ("held", "IDENTITY_MISMATCH"),
            ("checked", None),
        ]
    assert "another subject of this delivery" in report.objects[1].message
    assert [(query.kind, query.object) for query in report.queries] == [("identity mismatch", 2)]
    later = site / "later"
    a_clip(later / "4.dcm", 4)
    a_clip(later / "5.dcm", 5, study=2)
    again = a_list(site, "S-2,D10,4.dcm", "S-1,BL,5.dcm", "S-1,D10,6.dcm", name="again.csv")
    assert taken(lab, later, again, dry_run=True).objects[0].code == "IDENTITY_MISMATCH", "what came before is known"
    assert report.objects[1].clip is not None
    intake.accept_damage(lab.open, lab.coordinator, report.objects[1].clip, "the site numbers no studies")
    assert taken(lab, later, again).objects[0].outcome is Outcome.CHECKED
    assert verify_lab(lab.open.folder).faults == ()


def test_one_patient_under_many_subjects_is_asked_about_once(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / f"{n}.dcm", n, study=n)
    a_clip(site / "4.dcm", 4, study=4, patient="99999999")
    report = taken(lab, site, a_list(site, *(f"S-{n},D10,{n}.dcm" for n in (1, 2, 3, 4))))
    assert {one.outcome for one in report.objects} == {Outcome.CHECKED}
    assert [(query.kind, query.object) for query in report.queries] == [("identity mismatch", 2)]
    (asked,) = queries.queries(lab.open, lab.coordinator)
    assert (asked.subject, asked.clip) == ("S-2", None)


@pytest.mark.parametrize("head", [HEAD, "Visit;SUBJECT;path_or_study_uid;comment"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_list_among_files_of_one_subject_is_not_overlooked(lab: Lab, site: Path, head: str, *, packed: bool) -> None:
    a_clip(site / "1.dcm", 1)
    rows = a_list(site, "S-1,D10,1.dcm", head=head)
    if packed:
        with zipfile.ZipFile(site / "delivery.zip", "w") as archive:
            archive.write(rows, "day 1/LIST.CSV")
    else:
        rows.replace(site / "list.csv")
    for dry_run in (True, False):
        with pytest.raises(IntakeRefusedError) as refused:
            intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10", dry_run=dry_run)
        assert refused.value.refusal is Refusal.SITE_LIST
    with lab.open.store.read() as snapshot:
        assert not snapshot.all("delivery")


def test_a_table_of_something_else_beside_clips_is_no_list(lab: Lab, site: Path) -> None:
    a_clip(site / "1.dcm", 1)
    (site / "measures.csv").write_text("subject,visit,diameter\nS-1,D10,8\n")
    report = intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10")
    assert sorted(one.outcome.value for one in report.objects) == ["checked", "rejected"]


def test_a_folder_or_a_study_is_a_row_with_its_number_of_files(lab: Lab, site: Path) -> None:
    for n in (1, 2):
        a_clip(site / "a" / str(n), n, study=1)
    for n in (3, 4, 5):
        a_clip(site / "b" / str(n), n, study=2)
    rows = a_list(site, "S-1,D10,a,3", "S-2,D10,1.2.3.71300456.2.2,2", head=f"{HEAD},n_files")
    report = taken(lab, site, rows)
    assert states(report) == [
        (2, "matched", 1),
        (2, "matched", 2),
        (2, "missing", None),
        (3, "matched", 3),
        (3, "matched", 4),
        (3, "unexpected", 5),
    ]


def test_members_of_archives_are_named_with_or_without_the_archive(lab: Lab, site: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(site / "delivery.zip", "w") as archive:
        for n in (1, 2):
            archive.write(a_clip(tmp_path / str(n), n), f"x/{n}")
    rows = a_list(site, "S-1,D10,delivery.zip/x/1", "S-1,D10,delivery.zip/x/2")
    assert states(taken(lab, site, rows)) == [(2, "matched", 1), (3, "matched", 2)]
    again = a_list(site, "S-1,D10,x/1", "S-1,D10,x/2", name="again.csv")
    report = taken(lab, site / "delivery.zip", again)
    assert states(report) == [(2, "matched", 1), (3, "matched", 2)]
    assert {one.outcome for one in report.objects} == {Outcome.DUPLICATE}


def test_a_list_with_faults_takes_nothing_in(lab: Lab, site: Path) -> None:
    a_clip(site / "x" / "1", 1)
    a_clip(site / "y" / "X" / "1", 2)
    before = len(lab.open.store.path.read_bytes())
    rows = a_list(site, "S-1,NEVER,x/1", "S 1,D10,z", head=HEAD)
    with pytest.raises(TransmittalRefusedError) as refused:
        taken(lab, site, rows)
    assert [(fault.row, fault.kind) for fault in refused.value.faults] == [(2, RowFault.VISIT), (3, RowFault.SUBJECT)]
    with pytest.raises(TransmittalRefusedError) as refused:
        taken(lab, site, a_list(site, "S-1,D10,x", "S-1,D10,X/1", "S-1,D10,y"))
    assert [(fault.row, fault.kind) for fault in refused.value.faults] == [(3, RowFault.OVERLAPS)]
    assert before == len(lab.open.store.path.read_bytes())
    assert not list(lab.open.quarantine.iterdir())


def test_a_list_that_is_not_there_or_no_file(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    for path in (site / "none.csv", site):
        with pytest.raises(TransmittalRefusedError) as refused:
            taken(lab, site, path)
        assert [fault.kind for fault in refused.value.faults] == [RowFault.GONE]


def test_the_same_path_in_two_places_is_named_with_its_folder(lab: Lab, site: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        a_clip(tmp_path / folder / "1", ord(folder))
    rows = a_list(site, "S-1,D10,1")
    with pytest.raises(TransmittalRefusedError) as refused:
        intake.take_in(lab.open, lab.coordinator, [tmp_path / "a", tmp_path / "b"], transmittal=rows)
    assert [fault.kind for fault in refused.value.faults] == [RowFault.AMBIGUOUS]
    rows = a_list(site, "S-1,D10,a/1", "S-1,D10,b/1")
    report = intake.take_in(lab.open, lab.coordinator, [tmp_path / "a", tmp_path / "b"], transmittal=rows)
    assert states(report) == [(2, "matched", 1), (3, "matched", 2)]


def test_the_list_itself_is_no_object_and_alone_no_delivery(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    rows = site / "list.csv"
    rows.write_text(f"{HEAD}\nS-1,D10,1")
    assert len(taken(lab, site, rows).objects) == 1
    with pytest.raises(IntakeRefusedError) as refused:
        taken(lab, rows, rows)
    assert refused.value.refusal is Refusal.SOURCE


def test_a_subject_of_another_site_is_refused_by_row(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    taken(lab, site, a_list(site, "S-1,D10,1,B01", head=f"{HEAD},site"))
    with pytest.raises(TransmittalRefusedError) as refused:
        taken(lab, site, a_list(site, "S-1,D10,1,B02", head=f"{HEAD},site"))
    assert [(fault.row, fault.kind) for fault in refused.value.faults] == [(2, RowFault.SITE_OF_SUBJECT)]


def test_trying_a_list_leaves_no_trace(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    assert lab.coordinator.account
    before = lab.open.store.path.read_bytes()
    report = taken(lab, site, a_list(site, "S-1,D10,1", "S-1,D10,2"), dry_run=True)
    assert states(report) == [(2, "matched", 1), (3, "missing", None)]
    assert (report.queries, report.objects[0].clip) == ((), None)
    assert lab.open.store.path.read_bytes() == before


def test_what_a_cancelled_delivery_did_not_reach_is_not_missing(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / str(n), n, study=n, patient=f"7130045{n}")
    rows = a_list(site, *(f"S-{n},D10,{n}" for n in (1, 2, 3)))
    seen: list[int] = []
    report = taken(lab, site, rows, progress=lambda done, _of, _words: seen.append(done), cancelled=lambda: len(seen) >= 2 and seen[-1] > 1)
    assert report.cancelled
    assert (report.transmittal, report.queries) == ((), ())
    again = taken(lab, site, rows)
    assert states(again) == [(2, "matched", 1), (3, "matched", 2), (4, "matched", 3)]
    assert again.counts["resumed"] == len(report.objects) > 0
    assert not again.queries
    third = taken(lab, site, rows)
    assert (third.counts["duplicate"], third.counts["resumed"]) == (3, 0)


def test_the_bytes_of_one_subject_for_another_are_a_question(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    (site / "2").write_bytes((site / "1").read_bytes())
    rows = a_list(site, "S-1,D10,1", "S-2,D10,2")
    tried, report = taken(lab, site, rows, dry_run=True), taken(lab, site, rows)
    for each in (tried, report):
        assert [one.outcome.value for one in each.objects] == ["checked", "duplicate"]
        assert "another exam" in each.objects[1].message
    assert report.objects[1].doubtful
    assert [query.kind for query in report.queries] == ["duplicate"]
