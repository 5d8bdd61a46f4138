"""What `inspect` says of a file: the keys that scripts rely on, the digests of frames, and measures."""

import hashlib
from pathlib import Path

from typer.testing import CliRunner

from corelab.cli import cli
from corelab.services.inspection import inspect_files, measure
from tests.picture_files import a_picture, jpeg, native, saved

KEYS = {
    "path", "readable", "faults", "sop_class", "transfer_syntax", "rows", "columns", "photometric",
    "frames_declared", "frames_found", "frames_readable", "timing", "regions",
}  # fmt: skip


def test_every_file_is_answered_in_order_with_the_same_keys(tmp_path: Path) -> None:
    paths = [saved(tmp_path, jpeg(), "one.dcm"), saved(tmp_path, b"", "two.dcm"), saved(tmp_path, native([a_picture()]), "three.dcm")]
    answers = list(inspect_files(paths))
    assert [answer["path"] for answer in answers] == [str(path) for path in paths]
    assert [answer["readable"] for answer in answers] == [True, False, True]
    assert [set(answer) for answer in answers] == [KEYS] * 3


def test_a_sound_clip_is_described(tmp_path: Path) -> None:
    (answer,) = inspect_files([saved(tmp_path, jpeg())])
    assert {key: answer[key] for key in ("rows", "columns", "photometric", "frames_declared", "frames_found", "frames_readable")} == {
        "rows": 24,
        "columns": 32,
        "photometric": "YBR_FULL_422",
        "frames_declared": 3,
        "frames_found": 3,
        "frames_readable": 3,
    }
    assert answer["sop_class"] == "1.2.840.10008.5.1.4.1.1.3.1"
    assert answer["transfer_syntax"] == "1.2.840.10008.1.2.4.50"
    assert answer["timing"] == {"source": "FrameTime", "frame_times_ms": [40.0, 40.0, 40.0]}


def test_a_file_that_does_not_say_how_many_frames_it_holds_is_told_with_those_that_were_found(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["inspect", str(saved(tmp_path, native([a_picture()], NumberOfFrames=None)))])
    assert ", 1 of 1 frames readable, " in told.output


def test_the_digest_of_a_frame_is_that_of_its_8_bit_colours_row_by_row(tmp_path: Path) -> None:
    (answer,) = inspect_files([saved(tmp_path, native([a_picture(0), a_picture(1)]))], frames=True)
    assert answer["frame_sha256"] == [hashlib.sha256(a_picture(n).tobytes()).hexdigest() for n in range(2)]


def test_grey_frames_are_repeated_in_three_channels(tmp_path: Path) -> None:
    grey = a_picture()[..., 0]
    content = native([grey], SamplesPerPixel=1, PlanarConfiguration=None, PhotometricInterpretation="MONOCHROME2")
    (answer,) = inspect_files([saved(tmp_path, content)], frames=True)
    assert answer["frame_sha256"] == [hashlib.sha256(b"".join(bytes([value] * 3) for value in grey.tobytes())).hexdigest()]


def test_an_unreadable_frame_has_no_digest(ultrasound: Path) -> None:
    (answer,) = inspect_files([ultrasound / "malformed/corrupt_frames_10_20.dcm"], frames=True)
    assert [n for n, digest in enumerate(answer["frame_sha256"]) if digest is None] == [10, 20]


def test_a_region_says_what_it_is_and_why_it_cannot_be_used(ultrasound: Path) -> None:
    (answer,) = inspect_files([ultrasound / "real/orthanc-tests_Issue16.dcm"])
    tissue, trace = answer["regions"]
    assert (tissue["kind"], tissue["box"], tissue["unit_x"], tissue["unit_y"], tissue["usable"]) == (
        "tissue",
        [42, 4, 438, 353],
        "cm",
        "cm",
        True,
    )
    assert (round(tissue["dx"], 5), round(tissue["dy"], 5)) == (0.02857, 0.02286)
    assert (trace["kind"], trace["usable"]) == ("waveform", False)


def test_lengths_in_a_real_clip_follow_its_pixels_that_are_not_square(ultrasound: Path) -> None:
    clip = ultrasound / "real/orthanc-tests_Issue16.dcm"
    assert measure(clip, (100, 100), (200, 100)) == {"length_mm": 28.6, "region": 0}
    assert measure(clip, (100, 100), (100, 200)) == {"length_mm": 22.9, "region": 0}
    assert measure(clip, (100, 100), (100, 390), frame=5) == {"refused": "The points lie in two different regions."}


def test_measures_that_cannot_be_known_are_refused_in_words(ultrasound: Path) -> None:
    refused = {
        "malformed/region_zero_delta.dcm": "The region under the points cannot be measured: its pixel size in cm is zero or impossible.",
        "real/pydicomwheel_examples_ybr_color.dcm": (
            "The region under the points cannot be measured: its box reaches outside the image of 320 x 240 pixels."
        ),
        "real/dcm4che_US-PAL-8-10x-echo.dcm": "The image is not calibrated: only ratios can be measured.",
        "malformed/not_dicom.dcm": "This is not a DICOM file.",
    }
    assert {name: measure(ultrasound / name, (100, 100), (120, 120))["refused"] for name in refused} == refused


def test_a_frame_or_point_that_is_not_there_is_refused(ultrasound: Path) -> None:
    clip = ultrasound / "malformed/corrupt_frames_10_20.dcm"
    assert measure(clip, (100, 100), (120, 120), frame=10) == {"refused": "Frame 10 cannot be shown: the stream is cut off."}
    assert measure(clip, (100, 100), (120, 120), frame=99) == {"refused": "Frame 99 cannot be shown: there is no such frame."}
    assert measure(clip, (100, 100), (480, 120)) == {"refused": "A point lies outside the image."}
    assert measure(clip, (100, 100), (100, 100)) == {"refused": "The points are one and the same."}
