"""Clips of sixty JPEG frames: after masking no diagnostic pixel has changed, and what was to go is exactly black."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging.deid.candidate import Decision, Facts, prepare
from corelab.imaging.deid.gate import finish, require_clean
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.frames import FrameFile
from tests.dicom_builders import a_dataset, a_region, file_bytes
from tests.jpeg_streams import COLOURED, GREY, a_frame, stream_of

FRAMES, DIFFERENT = 60, 6
REGION = (31, 33, 140, 90)
BOX = (60, 50, 75, 58)
MARK = Mark("7K2Q9XBM", "DEMO-TRIAL", Keyed(b"\x88" * 32, "DEMO-001"), 4)


def a_clip(path: Path, kind: str, *, frames: int = FRAMES, photometric: str | None = None) -> Path:
    different = [stream_of(kind, number) for number in range(DIFFERENT)]
    return a_clip_of(path, [different[number % DIFFERENT] for number in range(frames)], colour=kind in COLOURED, photometric=photometric)


def a_clip_of(path: Path, streams: list[bytes], *, colour: bool, photometric: str | None = None) -> Path:
    made = a_dataset(np.zeros((1, *a_frame(colour=colour).shape), np.uint8), regions=[a_region(REGION)])
    made.NumberOfFrames = str(len(streams))
    made.PhotometricInterpretation = photometric or ("YBR_FULL_422" if colour else "MONOCHROME2")
    made.PixelData = encapsulate(streams)
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    made.LossyImageCompression = "01"
    path.write_bytes(file_bytes(made, JPEGBaseline8Bit))
    return path


def released(source: Path, *, drawn: tuple[tuple[int, int, int, int], ...] = ()) -> tuple[Path, Facts, Identity]:
    result = prepare(source, source.with_suffix(".out"), MARK, Decision(drawn))
    assert result.outcome is Outcome.CHECKED, result
    assert result.facts is not None
    final = source.with_suffix(".final")
    finish(source.with_suffix(".out"), final, checked=True)
    require_clean(final, result.identity, result.facts.kept, result.facts.blackened, result.facts.blocks)
    return final, result.facts, result.identity


def changed_and_bright(source: Path, final: Path, *, boxed: bool, rim: int) -> tuple[int, int]:
    """(diagnostic pixels that changed, pixels of the mask that are not black), over all frames."""
    changed = bright = 0
    with FrameFile.open(source) as before, FrameFile.open(final) as after:
        assert before.frames == after.frames == FRAMES
        for index in range(before.frames):
            one, two = before.rgb(index), after.rgb(index)
            area = np.zeros(one.shape[:2], bool)
            area[REGION[1] : REGION[3] + 1, REGION[0] : REGION[2] + 1] = True
            gone = np.ones(one.shape[:2], bool)
            gone[max(REGION[1] - rim, 0) : REGION[3] + rim + 1, max(REGION[0] - rim, 0) : REGION[2] + rim + 1] = False
            if boxed:
                area[BOX[1] - 18 : BOX[3] + 19, BOX[0] - 34 : BOX[2] + 35] = False
                gone[BOX[1] : BOX[3] + 1, BOX[0] : BOX[2] + 1] = True
            changed += int((one[area] != two[area]).any(axis=-1).sum())
            bright += int(two[gone].any(axis=-1).sum())
    return changed, bright


@pytest.mark.parametrize("kind", [*COLOURED, *GREY])
def test_sixty_masked_frames_keep_every_diagnostic_pixel(kind: str, tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", kind, photometric="RGB" if kind == "red, green and blue" else None)
    final, facts, _ = released(source, drawn=(BOX,))
    assert facts.transfer_syntax == JPEGBaseline8Bit
    assert facts.blocks != (1, 1)
    assert changed_and_bright(source, final, boxed=True, rim=2 + 31 + 1) == (0, 0)
    assert final.stat().st_size < 1.4 * source.stat().st_size


def test_inverted_grey_is_masked_in_its_blocks_too(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", "grey", photometric="MONOCHROME1")
    final, facts, _ = released(source)
    assert facts.blocks == (8, 8)
    assert changed_and_bright(source, final, boxed=False, rim=10) == (0, 0)


def test_frames_of_different_blocks_are_stored_without_loss(tmp_path: Path) -> None:
    streams = [stream_of("4:2:0" if number % 2 else "4:4:4", number) for number in range(FRAMES)]
    source = a_clip_of(tmp_path / "x", streams, colour=True)
    final, facts, _ = released(source, drawn=(BOX,))
    assert facts.blocks == (1, 1)
    assert facts.transfer_syntax != JPEGBaseline8Bit
    assert changed_and_bright(source, final, boxed=False, rim=0)[1] == 0


def test_a_mask_that_fails_its_proof_is_not_stored_in_its_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that shows one kept pixel otherwise: then the frames are stored without loss."""
    source = a_clip(tmp_path / "x", "4:2:2")
    from corelab.imaging.deid import storing  # noqa: PLC0415

    monkeypatch.setattr(storing, "blackened", lambda stream, *_, **__: stream)
    final, facts, _ = released(source)
    assert facts.blocks == (1, 1)
    assert changed_and_bright(source, final, boxed=False, rim=0) == (0, 0)


@pytest.mark.parametrize("blocks", [(1, 1), (8, 8), (32, 32), (16, 16)])
def test_the_gate_believes_no_other_blocks_than_those_of_the_streams(blocks: tuple[int, int], tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", "4:2:2", frames=2)
    final, facts, identity = released(source)
    assert facts.blocks == (16, 8)
    with pytest.raises(ObjectRefusedError) as error:
        require_clean(final, identity, facts.kept, facts.blackened, blocks)
    assert error.value.code is IntakeCode.MASK_PROOF


def test_the_gate_refuses_a_pixel_outside_the_blocks(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", "grey", frames=2)
    final, facts, identity = released(source)
    (x0, y0, x1, y1), *_ = facts.kept
    with pytest.raises(ObjectRefusedError) as error:
        require_clean(final, identity, ((x0, y0, x1 - 24, y1),), facts.blackened, facts.blocks)
    assert error.value.code is IntakeCode.MASK_PROOF
