"""A lab says which kinds of files it takes in beyond the usual ones; deflated objects only where it wants them, and never without end."""

import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest

from corelab.domain.accounts import Command
from corelab.domain.intake import ClipState, IntakeCode, IntakeRefusedError, ObjectRefusedError, Outcome
from corelab.domain.record_errors import NotPermittedError
from corelab.imaging import inflating
from corelab.imaging.deid.intake_source import opened
from corelab.imaging.source import DEFLATED, start_of
from corelab.services import intake
from corelab.services.intake import Accepted, ObjectReport
from corelab.services.verification import verify_lab
from tests.builders import Lab, a_lab
from tests.dicom_builders import REGION, TOKEN, a_dataset, file_bytes, speckle
from tests.lab_commands import answered, run

WHY = "The archive of a site sends nothing else"
X0, Y0, X1, Y1 = REGION


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path / "lab")


def deflated(path: Path, *, behind: bytes = b"") -> Path:
    path.write_bytes(file_bytes(a_dataset(), DEFLATED) + behind)
    return path


def taken(lab: Lab, source: Path) -> ObjectReport:
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10").objects
    return one


def test_deflated_objects_are_rejected_until_an_administrator_wants_them(lab: Lab, tmp_path: Path) -> None:
    source = deflated(tmp_path / "x.dcm")
    one = taken(lab, source)
    assert (one.outcome, one.code) == (Outcome.REJECTED, "TRANSFER_SYNTAX")
    assert intake.set_accepted(lab.open, lab.administrator, "accept_deflated", WHY, on=True) == Accepted(retired=True, deflated=True)
    one = taken(lab, source)
    assert (one.outcome, one.code) == (Outcome.CHECKED, None)
    assert intake.set_accepted(lab.open, lab.administrator, "accept_deflated", WHY, on=False) == Accepted()
    assert intake.accepted(lab.open, lab.coordinator) == Accepted()
    assert verify_lab(lab.open.folder).faults == ()


def test_a_deflated_clip_is_masked_again_and_released_even_where_no_more_are_taken_in(lab: Lab, tmp_path: Path) -> None:
    intake.set_accepted(lab.open, lab.administrator, "accept_deflated", WHY, on=True)
    clip = taken(lab, deflated(tmp_path / "x.dcm")).clip
    assert clip is not None
    intake.set_accepted(lab.open, lab.administrator, "accept_deflated", WHY, on=False)
    masked = intake.set_mask(lab.open, lab.coordinator, clip, [(20, 30, 25, 35)])
    intake.pass_pixels(lab.open, lab.coordinator, [clip], {clip: masked.flagged})
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], {clip: masked.flagged})
    assert done.state is ClipState.RELEASED
    (released,) = lab.open.clips.rglob("*.dcm")
    assert TOKEN.encode() not in released.read_bytes()
    wanted = speckle()
    wanted[:, 30:36, 20:26] = 0
    inside = np.s_[:, Y0 : Y1 + 1, X0 : X1 + 1]
    np.testing.assert_array_equal(pydicom.dcmread(released).pixel_array[inside], wanted[inside])


def test_retired_classes_can_be_refused(lab: Lab, tmp_path: Path) -> None:
    made = a_dataset()
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3"
    (tmp_path / "x.dcm").write_bytes(file_bytes(made))
    intake.set_accepted(lab.open, lab.administrator, "accept_retired_sop", WHY, on=False)
    assert taken(lab, tmp_path / "x.dcm").code == "SOP_CLASS"
    intake.set_accepted(lab.open, lab.administrator, "accept_retired_sop", WHY, on=True)
    assert taken(lab, tmp_path / "x.dcm").outcome is Outcome.CHECKED


def test_only_an_administrator_changes_it_with_a_reason_and_only_what_there_is(lab: Lab) -> None:
    with pytest.raises(NotPermittedError) as refused:
        intake.set_accepted(lab.open, lab.coordinator, "accept_deflated", WHY, on=True)
    assert refused.value.command is Command.ACCOUNT
    for name, reason in (("accept_everything", WHY), ("accept_deflated", " ")):
        with pytest.raises(IntakeRefusedError):
            intake.set_accepted(lab.open, lab.administrator, name, reason, on=True)
    assert intake.accepted(lab.open, lab.coordinator) == Accepted()


def refusal(path: Path) -> IntakeCode:
    with pytest.raises(ObjectRefusedError) as refused, opened(path, deflated=True):
        pass
    return refused.value.code


def test_what_does_not_inflate_to_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = deflated(tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "damaged").write_bytes(whole[:-2000] + b"\xff" * 2000)
    assert refusal(tmp_path / "cut") is IntakeCode.TRUNCATED
    assert refusal(tmp_path / "damaged") is IntakeCode.TRUNCATED
    monkeypatch.setattr(inflating, "INFLATED_LIMIT", 10_000)
    assert refusal(tmp_path / "whole") is IntakeCode.LIMIT_SIZE


def test_two_megabytes_that_hold_two_gigabytes_are_left_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    hollow = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    start = start_of(deflated(tmp_path / "whole"))
    assert start is not None
    (tmp_path / "x").write_bytes((tmp_path / "whole").read_bytes()[: start.offset] + hollow)
    monkeypatch.setattr(inflating, "INFLATED_LIMIT", 4 << 20)
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    largest = 0
    real = zlib.decompressobj

    class Watched:
        """An inflater beside which it is seen how much was written."""

        def __init__(self, bits: int) -> None:
            self.inner = real(bits)

        def decompress(self, data: bytes, most: int) -> bytes:
            nonlocal largest
            largest = max(largest, *(path.stat().st_size for path in room.rglob("plain")))
            return self.inner.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    monkeypatch.setattr(inflating.zlib, "decompressobj", Watched)  # type: ignore[attr-defined]
    assert refusal(tmp_path / "x") is IntakeCode.LIMIT_SIZE
    assert 0 < largest <= 5 << 20
    assert list(room.iterdir()) == []


def test_bytes_behind_the_deflated_ones_are_told_and_never_kept(tmp_path: Path) -> None:
    with opened(deflated(tmp_path / "even"), deflated=True) as found:
        assert found.salvage is None
    with opened(deflated(tmp_path / "more", behind=TOKEN.encode() * 20), deflated=True) as found:
        assert found.salvage is IntakeCode.TRAILING_BYTES


def test_the_command_shows_and_switches(lab: Lab) -> None:
    assert answered(lab, "accept") == {"accept_retired_sop": True, "accept_deflated": False}
    changed = answered(lab, "accept", "accept_deflated", "on", "--reason", WHY, user="administrator")
    assert changed == {"accept_retired_sop": True, "accept_deflated": True}
    assert run(lab, "accept", "accept_deflated", "maybe", user="administrator").exit_code == 2
    assert run(lab, "accept", "nothing", "on", "--reason", WHY, user="administrator").exit_code != 0
