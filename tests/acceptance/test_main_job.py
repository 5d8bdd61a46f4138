"""From three real clips to a verified package, through the window alone: two readers who differ, an adjudicator, a kill in between."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtWidgets import QApplication

from corelab.domain.clock import SystemClock
from corelab.imaging.frames import FrameFile
from corelab.services import packages, verification
from corelab.ui.theme import apply_theme
from tests.acceptance.main_job import QUESTION, MainJob
from tests.acceptance.screen import private_screen
from tests.builders import TickingClock, a_lab

pytestmark = [pytest.mark.window]


@pytest.fixture(scope="module")
def job(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, ultrasound: Path) -> Iterator[MainJob]:
    apply_theme(qapp)
    folder = tmp_path_factory.mktemp("main-job")
    sent = folder / "from the site"
    shutil.copytree(ultrasound / "semi_synthetic", sent)
    for file in sent.iterdir():
        of_one_patient(file)
    lab = a_lab(folder, clock=TickingClock(SystemClock().now()))
    for person in (lab.coordinator_2, lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    with private_screen() as screen:
        job = MainJob(screen, lab, folder, sorted(sent.iterdir()))
        try:
            work(job)
        except BaseException:
            keep_picture(job, folder)
            raise
        finally:
            job.end()
        job.require_quiet_logs()
        yield job


def of_one_patient(file: Path) -> None:
    """Clips of several patients in one exam would be asked about, and an open query keeps the data from being locked."""
    found = pydicom.dcmread(file)
    found.PatientName, found.PatientID, found.PatientBirthDate = "ZEBRAFINCH^ONE", "70912", ""
    found.save_as(file)


def work(job: MainJob) -> None:
    job.take_in()
    job.label()
    job.close_the_rest()
    job.check_pixels()
    job.verify_pixels()
    job.assign()
    job.open_next("reader-1", showing=QUESTION)
    job.watch(instants=3)
    job.seen.evidence = job.stand_on_evidence()
    job.grade("3", "k", done="1 of 2")
    job.die_and_start_again()
    job.open_next("reader-1", showing="Does colour fill the lumen?")
    job.grade("9", "5", done="2 of 2")
    job.write_note()
    job.sign("reader-1", readings=1)
    job.change_workstation()
    job.open_next("reader-2", showing=QUESTION)
    job.grade("1", "9", "5", done="2 of 2")
    job.look_for_the_note()
    job.sign("reader-2", readings=2)
    job.compare()
    job.comes("adj_case", 1)
    job.window.sign_out()
    job.open_next("adjudicator-1", showing="Dispute 1 of 1")
    job.grade("a", "1", done="1 of 1")
    job.sign("adjudicator-1", readings=2, adjudications=1)
    job.compare()
    job.state("final")
    job.lock()
    job.export()


def keep_picture(job: MainJob, folder: Path) -> None:
    """What was on the screen when it failed, for whoever looks into it."""
    from PySide6.QtGui import QImage  # noqa: PLC0415

    pixels = np.ascontiguousarray(job.window.screen.grab())
    height, width, _ = pixels.shape
    QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888).save(str(folder / "failed.png"))


def rows(job: MainJob, table: str, **where: str) -> list[dict[str, str]]:
    assert job.seen.package is not None
    with (job.seen.package / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if all(row[name] == value for name, value in where.items())]


@pytest.mark.requirement("viewer: what is on the screen is what was decoded")
def test_pixels_grabbed_from_the_window_equal_the_decoded_frame_at_three_instants_of_play(job: MainJob) -> None:
    assert len({each.frame for each in job.seen.frames}) >= 3
    assert len({(each.clip, each.left, each.top) for each in job.seen.frames}) == 1
    assert job.seen.unknown == 0


@pytest.mark.requirement("reading: what was shown as saved survives the program")
def test_a_killed_program_loses_nothing_that_was_shown_as_saved(job: MainJob) -> None:
    assert len(job.seen.draft_before) == 1
    assert job.seen.draft_after == job.seen.draft_before


@pytest.mark.requirement("reading: neither reader can learn what the other wrote")
def test_reader_2s_program_and_no_file_hold_what_reader_1_wrote(job: MainJob) -> None:
    found = {words for (words, _way), count in job.seen.in_memory.items() if count}
    assert found == {QUESTION}
    assert {place: count for place, count in job.seen.in_files.items() if count} == {}


@pytest.mark.requirement("package: every grade with its evidence")
def test_the_package_holds_both_readers_grades_with_the_frame_that_proves_them(job: MainJob) -> None:
    evidence = job.seen.evidence
    assert evidence is not None
    graded = rows(job, "readings", SEGCD="POPV", TESTCD="VNCOMPR")
    by_role = {row["EVALROLE"]: row for row in graded}
    readers = sorted((by_role[role] for role in ("READER 1", "READER 2")), key=lambda row: row["RESCD"])
    assert [row["RESCD"] for row in readers] == ["full", "none"]
    proof = readers[1]
    assert int(proof["FRAMEA"]) == evidence.frame + 1
    released = job.lab.open.clips / proof["CLIPID"][:2] / f"{proof['CLIPID']}.dcm"
    with FrameFile.open(released) as clip:
        assert np.array_equal(clip.rgb(evidence.frame), job.clips[evidence.clip][evidence.frame])


@pytest.mark.requirement("adjudication: the decision is the result")
def test_the_result_is_what_the_adjudicator_decided(job: MainJob) -> None:
    decided = rows(job, "readings", EVALROLE="ADJUDICATOR 1", SEGCD="POPV", TESTCD="VNCOMPR")
    result = rows(job, "results", SEGCD="POPV", TESTCD="VNCOMPR")
    assert len(decided) == len(result) == 1
    assert result[0]["SOURCE"] == "ADJUDICATED"
    assert result[0]["ADJCD"] == result[0]["RESCD"] == decided[0]["RESCD"]
    assert {result[0]["R1CD"], result[0]["R2CD"]} == {"full", "none"}


@pytest.mark.requirement("package: three kinds of missing")
def test_what_was_not_imaged_and_not_evaluable_stands_as_such(job: MainJob) -> None:
    flow = rows(job, "results", SEGCD="POPV", TESTCD="VNFLOW")
    assert [(row["RESCD"], row["NERSN"]) for row in flow] == [("NE", "NO_COLOUR")]
    others = rows(job, "results", SEGCD="CFV", TESTCD="VNCOMPR")
    assert [(row["RESCD"], row["NERSN"]) for row in others] == [("NI", "NOT_SCANNED")]


@pytest.mark.requirement("package: verifies")
def test_lab_and_package_verify(job: MainJob) -> None:
    assert job.seen.package is not None
    assert packages.verify_package(job.seen.package).faults == ()
    assert verification.verify_lab(job.lab.open.folder).faults == ()
