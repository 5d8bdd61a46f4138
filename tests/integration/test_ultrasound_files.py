"""Every file of the ultrasound set: what becomes of it, its fault codes, its frames; file by file as the committed table says."""

import csv
from pathlib import Path

import numpy as np
import pytest

from corelab.imaging.frames import FrameFile
from corelab.imaging.inspection import inspect

FOLDERS = ("real", "derived", "semi_synthetic", "malformed")
TABLE = Path(__file__).parent / "ultrasound_files.csv"
ROWS = tuple(csv.DictReader(TABLE.read_text().splitlines()))


def test_the_table_names_every_file(ultrasound: Path) -> None:
    there = {f"{folder}/{path.name}" for folder in FOLDERS for path in (ultrasound / folder).iterdir()}
    assert {row["file"] for row in ROWS} == there


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_file_ends_as_the_table_says(ultrasound: Path, row: dict[str, str]) -> None:
    answer = inspect(ultrasound / row["file"], frames=True)
    codes = " ".join(dict.fromkeys(fault["code"] for fault in answer["faults"]))
    declared = "" if answer["frames_declared"] is None else str(answer["frames_declared"])
    outcome = "readable" if answer["readable"] else "damaged" if answer["frames_readable"] else "refused"
    found = {"file": row["file"], "outcome": outcome, "codes": codes, "declared": declared, "found": str(answer["frames_found"])}
    assert {**found, "readable": str(answer["frames_readable"])} == row
    assert len([digest for digest in answer["frame_sha256"] if digest]) == answer["frames_readable"]


def test_sizes_and_frames_agree_with_what_the_set_says_of_its_sound_files(ultrasound: Path) -> None:
    manifest = {row["file"]: row for row in csv.DictReader((ultrasound / "MANIFEST.csv").read_text().splitlines())}
    sound = [row["file"] for row in ROWS if row["outcome"] == "readable" and not row["file"].startswith("malformed")]
    said = {name: tuple(int(manifest[name][key] or 1) for key in ("frames", "rows", "cols")) for name in sound}
    answers = {name: inspect(ultrasound / name, frames=False) for name in sound}
    assert {name: (answer["frames_readable"], answer["rows"], answer["columns"]) for name, answer in answers.items()} == said


def test_what_is_no_dicom_in_the_set_is_said_to_be_none(ultrasound: Path) -> None:
    answers = [inspect(path, frames=True) for path in sorted((ultrasound / "vein_stills").iterdir())]
    assert len(answers) == 18
    assert {tuple(fault["code"] for fault in answer["faults"]) for answer in answers} == {("not_dicom",)}
    assert not any(answer["readable"] for answer in answers)


@pytest.mark.parametrize("name", ["sonosite_h264_l41_mp4", "sonosite_h264_l41_ts", "sonosite_hevc_main_mp4", "sonosite_mpeg2_mpml"])
def test_video_frames_equal_those_of_another_decoder(ultrasound: Path, name: str, tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    path = ultrasound / f"derived/{name}.dcm"
    with FrameFile.open(path) as file:
        container = tmp_path / "video"
        container.write_bytes(file.encoded(0))
        with av.open(str(container)) as theirs:
            for index, frame in enumerate(theirs.decode(video=0)):
                np.testing.assert_array_equal(file.rgb(index), frame.to_ndarray(format="rgb24", interpolation="BICUBIC"))
        assert index + 1 == file.frames == 120
