"""Whatever a file holds, looking into it ends with a code and words, soon and without much memory; never with an error."""

import random
import struct
import zlib
from pathlib import Path

import pytest

from corelab.imaging import source
from corelab.imaging.faults import FileRefusedError
from corelab.imaging.header import read_header
from corelab.imaging.inspection import inspect, measure_file
from tests.picture_files import LONG, a_picture, element, jpeg, native, raw_file, saved

SEQUENCE = struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, LONG)
ITEM, ITEM_END = struct.pack("<HHI", 0xFFFE, 0xE000, LONG), struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
DEFLATED = "1.2.840.10008.1.2.1.99"


def a_header(**numbers: int) -> bytes:
    """The size of a picture, and few bytes of pixels."""
    rows, columns = numbers.get("rows", 24), numbers.get("columns", 32)
    frames = str(numbers.get("frames", 1)).encode()
    return (
        element(0x28, 2, b"US", struct.pack("<H", 3))
        + element(0x28, 4, b"CS", b"RGB ")
        + element(0x28, 8, b"IS", frames + b" " * (len(frames) % 2))
        + element(0x28, 0x10, b"US", struct.pack("<H", rows))
        + element(0x28, 0x11, b"US", struct.pack("<H", columns))
        + element(0x28, 0x100, b"US", struct.pack("<H", 8))
        + element(0x7FE0, 0x10, b"OB", bytes(100))
    )


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


HOSTILE = {
    "an empty file": (b"", "empty"),
    "a text": (b"not a picture at all " * 40, "not_dicom"),
    "a million empty items": (raw_file(element(8, 0x1140, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 1_000_000)), "hostile"),
    "100 000 nested sequences": (raw_file((SEQUENCE + ITEM) * 100_000), "hostile"),
    "400 000 private elements": (raw_file(element(9, 0x1001, b"LO", b"") * 400_000 + a_header()), "hostile"),
    "a sequence of no items": (raw_file(SEQUENCE + element(8, 5, b"CS", b"")), "hostile"),
    "65 535 x 65 535 pixels": (raw_file(a_header(rows=65535, columns=65535, frames=9999)), "too_large"),
    "two thousand million frames": (raw_file(a_header(frames=2**31 - 1)), "too_large"),
    "more pixels than can be painted": (raw_file(a_header(rows=8192, columns=8192, frames=9999)), "too_large"),
    "a value of 4 GB of which 3 bytes are there": (raw_file(struct.pack("<HH2sHI", 9, 0x1001, b"OB", 0, 0xFFFFFFFE) + b"abc"), "truncated"),
    "a header that stops": (raw_file(a_header())[:200], "truncated"),
    "a file meta that stops": (raw_file(a_header())[:140], "truncated"),
    "no pixels": (raw_file(element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.6.1\0")), "no_pixel_data"),
    "no size": (raw_file(element(0x7FE0, 0x10, b"OB", bytes(100))), "no_pixel_data"),
    "no frame": (raw_file(a_header()[:-100].replace(b"OB\0\0" + struct.pack("<I", 100), b"OB\0\0" + bytes(4))), "no_pixel_data"),
    "damaged deflated data": (raw_file(b"\xff" * 100, DEFLATED), "truncated"),
    "a syntax nobody knows": (raw_file(a_header(), "1.2.3.4"), "syntax_unsupported"),
    "samples of 32 bits": (
        raw_file(a_header().replace(b"\x28\x00\x00\x01US\x02\x00\x08\x00", b"\x28\x00\x00\x01US\x02\x00\x20\x00")),
        "syntax_unsupported",
    ),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_end_with_their_code(tmp_path: Path, content: bytes, code: str) -> None:
    answer = inspect(saved(tmp_path, content), frames=True)
    assert (answer["readable"], answer["frames_readable"]) == (False, 0)
    assert code in {fault["code"] for fault in answer["faults"]}
    assert "refused" in measure_file(tmp_path / "clip.dcm", ((1, 1), (2, 2)), 0)


def test_a_data_set_that_inflates_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "INFLATED_LIMIT", 1 << 20)
    path = saved(tmp_path, raw_file(deflated(a_header() + bytes(4 << 20)), DEFLATED))
    with pytest.raises(FileRefusedError) as refused:
        read_header(path)
    assert refused.value.code == "too_large"


def test_what_is_no_file_is_answered(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.dcm", Path("/dev/null")):
        assert [fault["code"] for fault in inspect(path, frames=False)["faults"]] == ["not_dicom"]


def test_messages_never_repeat_what_the_file_says(tmp_path: Path) -> None:
    content = raw_file(element(8, 5, b"CS", b"ZZTOKEN ") + element(8, 0x16, b"UI", b"ZZTOKEN\0") + a_header()[:-108])
    assert "ZZTOKEN" not in str(inspect(saved(tmp_path, content), frames=True)["faults"])


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_answered_too(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, not a secret
    sound = (jpeg(), native([a_picture(n) for n in range(3)]))
    for n in range(150):
        content = bytearray(sound[n % 2])
        for _ in range(chance.choice((1, 2, 8))):
            content[chance.randrange(128, min(len(content), 1200))] = chance.randrange(256)
        answer = inspect(saved(tmp_path, bytes(content)), frames=True)
        assert answer["frames_readable"] == sum(digest is not None for digest in answer["frame_sha256"])
