"""Discs: the DICOMDIR says which files are meant and in which order; whatever else lies on the disc is told, and nothing is followed."""

import zipfile
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.intake import IntakeRefusedError
from corelab.services import intake
from corelab.services.intake import IntakeReport
from tests.builders import Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, speckle
from tests.disc_builders import a_directory


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    folder = tmp_path / "disc"
    (folder / "IMAGES").mkdir(parents=True)
    for n in (1, 2, 3):
        a_clip(folder / "IMAGES" / f"IM{n}", n)
    return folder


def a_clip(path: Path, seed: int) -> Path:
    def of(made: Dataset) -> None:
        made.SOPInstanceUID = f"1.2.3.71300456.1.{seed}"

    return a_file(path, of, pixels=speckle(seed=seed))


def listing(disc: Path, *paths: str, name: str = "DICOMDIR") -> None:
    (disc / name).write_bytes(a_directory(paths))


def taken(lab: Lab, *sources: Path, dry_run: bool = False) -> IntakeReport:
    return intake.take_in(lab.open, lab.coordinator, sources, subject="S-1", visit="D10", dry_run=dry_run)


def outcomes(report: IntakeReport) -> list[tuple[str, str | None]]:
    return [(one.outcome.value, one.code) for one in report.objects]


def test_listed_files_come_in_the_order_of_the_list(lab: Lab, disc: Path) -> None:
    listing(disc, "IMAGES\\IM3", "images\\im1", "IMAGES\\IM2")
    digests = [one.sha256 for one in taken(lab, disc, dry_run=True).objects]
    (disc / "DICOMDIR").unlink()
    plain = [one.sha256 for one in taken(lab, disc).objects]
    assert digests == [plain[2], plain[0], plain[1]]


def test_what_the_list_does_not_name_is_told_and_never_dropped(lab: Lab, disc: Path) -> None:
    listing(disc, "IMAGES\\IM2")
    (disc / "AUTORUN.INF").write_text(f"open=viewer.exe {TOKEN}")
    (disc / "VIEWER.EXE").write_bytes(b"MZ" + b"\0" * 500)
    report = taken(lab, disc)
    assert outcomes(report) == [
        ("checked", None),
        ("rejected", "NOT_DICOM"),
        ("held", "DICOMDIR"),
        ("held", "DICOMDIR"),
        ("rejected", "NOT_DICOM"),
    ]
    assert {report.objects[n].message for n in (1, 4)} == {
        "A program or document that belongs to the disc, no DICOM file. Nothing is to be done."
    }
    assert not report.queries
    assert TOKEN not in report.json_text()
    held = report.objects[2].clip
    assert held is not None
    with pytest.raises(IntakeRefusedError):
        intake.set_mask(lab.open, lab.coordinator, held, [(0, 0, 9, 9)])
    assert intake.accept_damage(lab.open, lab.coordinator, held, "it belongs to the exam").state is intake.ClipState.CHECKED


def test_p11_71_a_list_that_leads_out_is_not_followed(lab: Lab, disc: Path, tmp_path: Path) -> None:
    a_clip(tmp_path / "OUTSIDE", 9)
    listing(disc, "..\\OUTSIDE", "IMAGES\\..\\..\\OUTSIDE", "/etc/passwd", "C:\\X", "IMAGES\\IM1", "IMAGES\\IM2", "IMAGES\\IM3", "GONE")
    report = taken(lab, disc)
    assert outcomes(report) == [("rejected", "DICOMDIR")] * 4 + [("checked", None)] * 3 + [("rejected", "DICOMDIR")]
    assert ["outside the disc" in one.message for one in report.objects] == [True] * 4 + [False] * 4
    assert "not there" in report.objects[-1].message
    assert {query.kind for query in report.queries} == {"unreadable object", "missing file"}


def test_a_list_that_cannot_be_read_hides_nothing(lab: Lab, disc: Path) -> None:
    (disc / "DICOMDIR").write_bytes(b"no list")
    report = taken(lab, disc)
    assert outcomes(report) == [("rejected", "DICOMDIR"), *[("checked", None)] * 3]
    assert "cannot be read" in report.objects[0].message


def test_a_link_in_place_of_a_list_or_of_a_file_is_not_followed(lab: Lab, disc: Path, tmp_path: Path) -> None:
    outside = a_clip(tmp_path / "OUTSIDE", 9)
    (disc / "IMAGES" / "IM1").unlink()
    (disc / "IMAGES" / "IM1").symlink_to(outside)
    listing(disc, "IMAGES\\IM1", "IMAGES\\IM2", "IMAGES\\IM3")
    assert outcomes(taken(lab, disc, dry_run=True)) == [("rejected", "DICOMDIR"), ("checked", None), ("checked", None)]
    (disc / "DICOMDIR").rename(tmp_path / "elsewhere")
    (disc / "DICOMDIR").symlink_to(tmp_path / "elsewhere")
    assert outcomes(taken(lab, disc)) == [("checked", None)] * 2


def test_choosing_the_list_means_the_disc(lab: Lab, disc: Path) -> None:
    listing(disc, "IMAGES\\IM2", "IMAGES\\IM1", "IMAGES\\IM3")
    report = taken(lab, disc / "DICOMDIR", disc / "IMAGES" / "IM2")
    assert outcomes(report) == [("checked", None)] * 3


def test_each_disc_of_a_folder_has_its_own_list(lab: Lab, disc: Path) -> None:
    listing(disc / "IMAGES", "IM3", "IM1", "IM2")
    listing(disc, name="dicomdir")
    assert outcomes(taken(lab, disc)) == [("checked", None)] * 3


def test_a_disc_in_an_archive(lab: Lab, disc: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "disc.zip", "w") as archive:
        archive.writestr("CD/DICOMDIR", a_directory(["IMAGES\\IM2", "IMAGES\\IM1", "..\\IM3"]))
        for n in (1, 2):
            archive.write(disc / "IMAGES" / f"IM{n}", f"CD/IMAGES/IM{n}")
        archive.write(disc / "IMAGES" / "IM3", "IM3")
        archive.writestr("CD/README.HTM", "read me")
    report = taken(lab, tmp_path / "disc.zip")
    assert sorted(outcomes(report), key=str) == sorted(
        [("checked", None), ("checked", None), ("rejected", "DICOMDIR"), ("rejected", "NOT_DICOM"), ("checked", None)], key=str
    )
