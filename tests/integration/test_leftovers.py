"""What a killed program left in quarantine goes with the next intake; what a living one writes stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corelab.services import intake
from tests.builders import Lab, a_lab
from tests.dicom_builders import a_file

HOURS = 3 * 3600


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def left(lab: Lab, name: str, *, age_s: float = HOURS) -> Path:
    path = lab.open.quarantine / "a delivery" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half a clip")
    at = lab.clock.at.timestamp() - age_s
    os.utime(path, (at, at))
    return path


def takes_in(lab: Lab, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.mkdir()
    intake.take_in(lab.open, lab.coordinator, [a_file(sent / "1.dcm")], subject="S-1", visit="D10")


def test_a_half_made_clip_of_a_killed_program_goes(lab: Lab, tmp_path: Path, gone: int) -> None:
    half = left(lab, f"1.{gone}.0123456789abcdef.new")
    takes_in(lab, tmp_path)
    assert not half.exists()


def test_a_folder_of_a_trial_run_that_was_killed_goes_with_all_in_it(lab: Lab, tmp_path: Path, gone: int) -> None:
    folder = lab.open.quarantine / f".try-{gone}-a-delivery"
    folder.mkdir()
    (folder / "1.bin").write_bytes(b"as sent")
    at = lab.clock.at.timestamp() - HOURS
    os.utime(folder, (at, at))
    takes_in(lab, tmp_path)
    assert not folder.exists()


def test_what_a_living_program_writes_stays_however_long_it_takes(lab: Lab, tmp_path: Path) -> None:
    written = left(lab, f"1.{os.getpid()}.0123456789abcdef.new")
    takes_in(lab, tmp_path)
    assert written.read_bytes() == b"half a clip"


def test_what_was_written_a_moment_ago_stays_whoever_wrote_it(lab: Lab, tmp_path: Path, gone: int) -> None:
    """The writer may live where this machine does not see it."""
    written = left(lab, f"1.{gone}.0123456789abcdef.new", age_s=60)
    takes_in(lab, tmp_path)
    assert written.exists()


def test_candidates_and_deliveries_stay(lab: Lab, tmp_path: Path) -> None:
    others = [left(lab, name) for name in ("1.bin", "1.0123456789abcdef.dcm", "1.tokens")]
    takes_in(lab, tmp_path)
    assert all(each.exists() for each in others)


def test_intake_leaves_nothing_half_made(lab: Lab, tmp_path: Path) -> None:
    takes_in(lab, tmp_path)
    assert not [*lab.open.quarantine.glob("*/*.new"), *lab.open.quarantine.glob(".try-*")]
