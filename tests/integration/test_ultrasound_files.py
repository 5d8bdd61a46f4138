"""Every file of the ultrasound set: what becomes of it, its fault codes, its frames; file by file as the committed table says."""

import csv
from pathlib import Path

import pytest

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
