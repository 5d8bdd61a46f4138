"""Blocks of a JPEG stream become exactly black, and no pixel beside them changes, in the decoders of others too."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from corelab.imaging.dct import NotMaskableError, blackened, picture_of
from corelab.imaging.dct.huffman import Table
from corelab.imaging.pixel_mask import Kept, Mask
from tests.jpeg_streams import COLOURED, GREY, Frame, a_frame, stream_of

ROWS, COLUMNS = 121, 170
REGION = (31, 33, 140, 90)
BOX = (60, 50, 75, 58)

DECODERS: dict[str, Callable[[bytes], Frame]] = {
    "libjpeg-turbo": lambda stream: simplejpeg.decode_jpeg(stream, "RGB"),
    "opencv": lambda stream: np.asarray(cv2.imdecode(np.frombuffer(stream, np.uint8), cv2.IMREAD_COLOR), np.uint8)[..., ::-1],
    "pillow": lambda stream: np.asarray(Image.open(io.BytesIO(stream)).convert("RGB")),
}


def area(stream: bytes) -> Kept:
    return Kept(ROWS, COLUMNS, (REGION,), (BOX,), picture_of(stream).block)


def inside(shape: tuple[int, ...]) -> np.ndarray:
    """The region but for what is nearer to the box than a block and the rim."""
    found = np.zeros(shape[:2], bool)
    found[REGION[1] : REGION[3] + 1, REGION[0] : REGION[2] + 1] = True
    found[BOX[1] - 18 : BOX[3] + 19, BOX[0] - 34 : BOX[2] + 35] = False
    return found


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("kind", [*COLOURED, *GREY])
def test_the_mask_is_black_and_the_rest_unchanged(kind: str, decoder: str) -> None:
    stream = stream_of(kind)
    kept = area(stream)
    made = blackened(stream, kept.stays(), rgb=kind == "red, green and blue")
    before, after = DECODERS[decoder](stream), DECODERS[decoder](made)
    assert Mask.of(kept, "RGB").proves(np.ascontiguousarray(before), np.ascontiguousarray(after))
    assert (before[inside(before.shape)] == after[inside(before.shape)]).all()
    assert not after[BOX[1] : BOX[3] + 1, BOX[0] : BOX[2] + 1].any()
    assert not after[:12].any()


@pytest.mark.parametrize("kind", GREY)
def test_black_may_be_the_highest_value(kind: str) -> None:
    stream = stream_of(kind)
    kept = area(stream)
    made = blackened(stream, kept.stays(), rgb=False, inverted=True)
    before, after = (simplejpeg.decode_jpeg(each, "GRAY")[..., 0] for each in (stream, made))
    assert Mask.of(kept, "MONOCHROME1").proves(before, after)
    assert (after[:12] == 255).all()


@pytest.mark.parametrize("kind", [*COLOURED, *GREY])
def test_a_stream_in_which_all_stays_decodes_to_the_same(kind: str) -> None:
    stream = stream_of(kind)
    stays = np.ones(picture_of(stream).grid, bool)
    assert (DECODERS["pillow"](blackened(stream, stays, rgb=False)) == DECODERS["pillow"](stream)).all()


@pytest.mark.parametrize("kind", ["4:2:0", "4:2:0, own tables", "grey, restart markers"])
def test_sequential_streams_keep_every_byte_where_all_stays(kind: str) -> None:
    """Their codes are not written again."""
    stream = stream_of(kind)
    made = blackened(stream, np.ones(picture_of(stream).grid, bool), rgb=False)
    assert len(made) - len(stream) in {0, *range(30, 80)}  # tables may be widened; the picture's own bytes are the same
    assert stream[-2000:] == made[-2000:]


@pytest.mark.skipif(shutil.which("jpegtran") is None, reason="jpegtran makes streams with a scan for each component")
@pytest.mark.parametrize("scans", ["0;1;2;", "0 1;2;", "2;0;1;"])
def test_each_component_may_have_a_scan_of_its_own(scans: str, tmp_path: Path) -> None:
    (tmp_path / "scans").write_text(scans)
    (tmp_path / "one.jpg").write_bytes(stream_of("4:2:0"))
    words = ["jpegtran", "-scans", str(tmp_path / "scans"), "-outfile", str(tmp_path / "two.jpg"), str(tmp_path / "one.jpg")]
    subprocess.run(words, check=True)
    stream = (tmp_path / "two.jpg").read_bytes()
    kept = area(stream)
    made = blackened(stream, kept.stays(), rgb=False)
    before, after = (DECODERS["libjpeg-turbo"](each) for each in (stream, made))
    assert Mask.of(kept, "RGB").proves(before, after)


def broken() -> dict[str, bytes]:
    sound = stream_of("4:2:0")
    at = sound.index(b"\xff\xda") + 14
    return {
        "cut off": sound[: at + 900] + b"\xff\xd9",
        "another size": sound.replace(b"\xff\xc0\x00\x11\x08\x00\x79", b"\xff\xc0\x00\x11\x08\x00\x9b"),
        "no table": sound.replace(b"\xff\xc4", b"\xff\xe5"),
        "more bytes than blocks": sound[:-2] + b"\x12\x34\x56\xff\xd9",
        "nothing": b"\xff\xd8\xff\xd9",
        "no picture": stream_of("grey")[:20],
    }


@pytest.mark.parametrize("fault", broken())
def test_a_broken_stream_is_left_to_another_way(fault: str) -> None:
    with pytest.raises(NotMaskableError):
        blackened(broken()[fault], np.ones((10, 11), bool), rgb=False)


def test_a_table_takes_more_symbols_behind_its_own() -> None:
    narrow = Table.of((0, 2, 1, *[0] * 13), bytes([3, 1, 0]))
    wide = narrow.with_symbols(range(12))
    assert {symbol: wide.codes()[symbol] for symbol in (3, 1, 0)} == narrow.codes()
    codes = [format(code, f"0{length}b") for code, length in wide.codes().values()]
    assert len(codes) == 12
    assert not any(one != other and other.startswith(one) for one in codes for other in codes)
    assert "1" * 16 not in codes


def test_a_full_table_takes_none() -> None:
    with pytest.raises(ValueError, match="no room"):
        Table.of((1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), bytes(range(16))).with_symbols([200])


def test_frames_are_not_alike() -> None:
    assert (a_frame(1) != a_frame(2)).any()
