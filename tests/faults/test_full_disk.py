"""A disk that is really full, too small for the file, read-only or gone: told in words, nothing lost, nothing half-made, and on it goes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corelab.domain.intake import Outcome
from corelab.domain.record_errors import LabError
from corelab.services import backup, intake, labs, packages
from corelab.services.verification import verify_lab
from corelab.ui.words import words_for
from tests.builders import PASSWORD, TickingClock
from tests.dicom_builders import a_file, speckle
from tests.faults.day import Desk, Told, copied, survived, work
from tests.faults.figures import Figures
from tests.faults.small_disk import SmallDisk, mounted

FULL = "The disk is full. What was saved before is kept. Make room, then try again."
FAILED = "The disk or share failed. What was saved before is kept. Check the disk or network, then try again."
NO_ROOM = (
    "A file could not be read or written: No space left on device. What was saved before is kept. Make room or access, then try again."
)
NOT_WRITABLE = "The lab cannot be written. What was saved before is kept. Ask for write access to the folder."


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mounted(tmp_path / "small", 12) as made:
        yield made


def words_of(work: Callable[[], object]) -> str:
    """What a person is told when this fails; empty when it does not."""
    try:
        work()
    except (LabError, OSError) as error:
        return words_for(error).all
    return ""


def all_files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- work


def test_p11_65_a_disk_that_fills_up_again_and_again_loses_nothing(
    office: Path, disk: SmallDisk, many: Callable[[int, int], int], figures: Figures
) -> None:
    desk = Desk.at(copied(office, disk.place / "work"))
    told, said, times = list[Told](), set[str](), many(30, 300)
    for room in range(times):
        day = work(desk)
        told.append(next(day))
        disk.fill(leaving=4096 * (room % 8))
        said.add(words_of(lambda day=day: told.extend(day)))  # type: ignore[misc]
        disk.free()
    told += _some(desk, 3)
    desk.close()
    after = survived(desk.lab.open.folder, told, desk.boxes)
    figures.tell(injected=times, acknowledged=len(told), lost=len(after.lost), undetected=len(after.faults))
    assert after.whole
    assert said == {FULL}


def _some(desk: Desk, steps: int) -> list[Told]:
    return [told for told, _ in zip(work(desk), range(steps), strict=False)]


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    import resource  # noqa: PLC0415 - only POSIX has it

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_p11_65_a_limit_on_the_size_of_files_loses_nothing(
    office: Path, tmp_path: Path, many: Callable[[int, int], int], figures: Figures
) -> None:
    """The limit rises by a page each time it was met."""
    if os.name != "posix":
        pytest.skip("this system has no limit on the size of files")
    desk, told, said, times = Desk.at(copied(office, tmp_path / "work")), list[Told](), set[str](), many(30, 300)
    for _ in range(times):
        day = work(desk)
        told.append(next(day))
        with _largest_file(desk.lab.open.store.path.stat().st_size + 4096):
            said.add(words_of(lambda day=day: told.extend(day)))  # type: ignore[misc]
    told += _some(desk, 3)
    desk.close()
    after = survived(desk.lab.open.folder, told, desk.boxes)
    figures.tell(injected=times, acknowledged=len(told), lost=len(after.lost), undetected=len(after.faults))
    assert after.whole
    assert said == {FAILED}


def test_p11_65_a_folder_that_is_gone_is_told_and_work_goes_on_when_it_is_back(office: Path, tmp_path: Path) -> None:
    desk = Desk.at(copied(office, tmp_path / "share"))
    told, away, here = _some(desk, 2), tmp_path / "away", tmp_path / "share"
    here.rename(away)
    assert words_of(lambda: _some(desk, 1)) == FAILED
    here.mkdir()
    assert words_of(lambda: _some(desk, 1)) == FAILED
    here.rmdir()
    away.rename(here)
    told += _some(desk, 3)
    desk.close()
    assert survived(desk.lab.open.folder, told, desk.boxes).whole


def test_p11_65_a_read_only_disk_is_told_and_the_lab_can_be_read_and_verified(office: Path, disk: SmallDisk) -> None:
    folder = copied(office, disk.place / "work")
    disk.remount("ro")
    assert words_of(lambda: _some(Desk.at(folder), 1)) == NOT_WRITABLE
    assert verify_lab(folder).ok
    opened = labs.open_lab(folder, TickingClock(), folder.parent / "configuration", read_only=True)
    with opened.store.read() as snapshot:
        assert snapshot.events()
    opened.close()
    disk.remount("rw")
    desk = Desk.at(folder)
    told = _some(desk, 3)
    desk.close()
    assert survived(folder, told, desk.boxes).whole


# ---------------------------------------------------------------- what must not be left half-made


def test_p11_65_a_delivery_that_does_not_fit_is_told_and_fits_later(office: Path, disk: SmallDisk, tmp_path: Path) -> None:
    desk = Desk.at(copied(office, disk.place / "work"))
    lab, coordinator, reports = desk.lab.open, desk.lab.coordinator, list[intake.IntakeReport]()
    files = [a_file(tmp_path / f"{n}.dcm", pixels=speckle(seed=n)) for n in range(4)]
    said = set[str]()
    for room in (4096, 60_000, 90_000, 120_000):
        disk.fill(leaving=room)
        said.add(words_of(lambda: reports.append(intake.take_in(lab, coordinator, files, subject="S-9", visit="D10"))))
        disk.free()
        assert verify_lab(lab.folder).ok
    assert said <= {"", FULL}
    assert any("The disk is full" in report.in_words() for report in reports)
    reports.append(intake.take_in(lab, coordinator, files, subject="S-9", visit="D10"))
    assert {one.outcome for one in reports[-1].objects} <= {Outcome.CHECKED, Outcome.DUPLICATE}
    assert len(intake.waiting(lab, coordinator)) == len(files)
    desk.close()


def test_p11_65_a_package_that_does_not_fit_leaves_nothing_and_is_written_later(office: Path, disk: SmallDisk, tmp_path: Path) -> None:
    desk = Desk.at(copied(office, tmp_path / "work"))
    for told in work(desk):
        if told.what == "compared" and _is_any_final(desk):
            break
    for room in (0, 30_000, 60_000):
        disk.fill(leaving=room)
        assert words_of(lambda: packages.export(desk.lab.open, desk.lab.coordinator, disk.place, PASSWORD)) == NO_ROOM
        disk.free()
        assert not all_files(disk.place)
    exported = packages.export(desk.lab.open, desk.lab.coordinator, disk.place, PASSWORD)
    assert packages.verify_package(exported.package).ok
    assert _events(desk).count("package.approved") == 1  # the one that was approved and did not fit
    desk.close()
    assert verify_lab(desk.lab.open.folder).ok


def _is_any_final(desk: Desk) -> bool:
    with desk.lab.open.store.read() as snapshot:
        return any(row["state"] == "final" for row in snapshot.all("exam_status"))


def _events(desk: Desk) -> list[str]:
    with desk.lab.open.store.read() as snapshot:
        return [row["kind"] for row in snapshot.events()]


def test_p11_65_a_backup_that_does_not_fit_leaves_nothing_and_is_made_later(office: Path, disk: SmallDisk, tmp_path: Path) -> None:
    desk = Desk.at(copied(office, tmp_path / "work"))
    size = desk.lab.open.store.path.stat().st_size
    for room in (0, size // 2, size + 20_000):
        disk.fill(leaving=room)
        assert words_of(lambda: backup.back_up(desk.lab.open, desk.lab.coordinator, disk.place / "backup.tar")) in {NO_ROOM, FULL}
        disk.free()
        assert not all_files(disk.place)
    assert "lab.backed_up" not in _events(desk)
    assert backup.back_up(desk.lab.open, desk.lab.coordinator, disk.place / "backup.tar").file.is_file()
    desk.close()


def test_p11_65_a_backup_that_cannot_be_written_down_is_not_there(office: Path, disk: SmallDisk, tmp_path: Path) -> None:
    """The lab's own disk is full: the copy fits elsewhere, but its event does not."""
    desk = Desk.at(copied(office, disk.place / "work"))
    for room in (0, 4096, 8192, 16_384, 32_768):
        disk.fill(leaving=room)
        told = words_of(lambda: backup.back_up(desk.lab.open, desk.lab.coordinator, tmp_path / "backup.tar"))
        disk.free()
        assert told == FULL
        assert not (tmp_path / "backup.tar").exists(), room
    assert backup.back_up(desk.lab.open, desk.lab.coordinator, tmp_path / "backup.tar").file.is_file()
    assert _events(desk).count("lab.backed_up") == 1
    desk.close()
