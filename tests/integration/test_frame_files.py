"""Frames of files whose tables, counts, colours or ends are wrong: what is there is shown, the fault is told by its code."""

import random
import struct
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from sys import getswitchinterval, setswitchinterval
from threading import Event
from time import monotonic, sleep

import imagecodecs
import numpy as np
import pytest
import simplejpeg
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import FrameFile
from tests.picture_files import SEQUENCE_END, a_data_set, a_picture, dicom, encapsulated, jpeg, native, saved, with_items

STREAMS = [simplejpeg.encode_jpeg(a_picture(n), 90, "RGB", "422") for n in range(3)]


def opened(folder: Path, content: bytes) -> FrameFile:
    return FrameFile.open(saved(folder, content, f"{sum(1 for _ in folder.iterdir())}.dcm"))


def codes(file: FrameFile) -> set[str]:
    return {str(fault.code) for fault in file.faults} - {"calibration_missing"}


def halves(stream: bytes) -> list[bytes]:
    middle = len(stream) // 4 * 2
    return [stream[:middle], stream[middle:]]


def test_frames_in_several_fragments_are_joined_by_the_offset_table(tmp_path: Path) -> None:
    fragments = [half for stream in STREAMS for half in halves(stream)]
    lengths = [sum(len(half) + len(half) % 2 + 8 for half in halves(stream)) for stream in STREAMS]
    table = struct.pack("<3I", 0, lengths[0], lengths[0] + lengths[1])
    with opened(tmp_path, with_items(jpeg(), fragments, table)) as file, opened(tmp_path, jpeg()) as whole:
        assert (file.frames, codes(file)) == (3, set())
        np.testing.assert_array_equal(file.decode(2), whole.decode(2))


def test_frames_in_several_fragments_are_found_without_a_table(tmp_path: Path) -> None:
    fragments = [half for stream in STREAMS for half in halves(stream)]
    with opened(tmp_path, with_items(jpeg(), fragments)) as file:
        assert (file.frames, codes(file)) == (3, set())
        assert [len(spans) for spans in file.header.spans] == [2, 2, 2]


def test_a_wrong_table_is_told_and_not_followed(tmp_path: Path) -> None:
    with opened(tmp_path, with_items(jpeg(), STREAMS, struct.pack("<3I", 6, 99, 12))) as file:
        assert (file.frames, codes(file)) == (3, {"offset_table_wrong"})
        file.decode(2)


def test_a_missing_end_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, with_items(jpeg(), STREAMS, end=b"")) as file:
        assert (file.frames, codes(file)) == (3, {"truncated"})
        file.decode(2)


def test_bytes_behind_the_data_set_are_told(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg() + b"\1" * 7) as file:
        assert codes(file) == {"trailing_bytes"}


def test_padding_that_belongs_to_the_data_set_is_not(tmp_path: Path) -> None:
    padding = struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 4) + bytes(4)
    with opened(tmp_path, jpeg() + padding) as file:
        assert codes(file) == set()


@pytest.mark.parametrize(
    ("declared", "code"), [(5, {"frame_count_mismatch"}), (None, {"frame_count_mismatch"}), ("junk", {"frame_count_mismatch"})]
)
def test_what_is_there_is_shown_whatever_the_number_of_frames_says(tmp_path: Path, declared: object, code: set[str]) -> None:
    data = jpeg(NumberOfFrames=None) if declared is None else jpeg()
    if declared is not None:
        data = data.replace(b"\x28\x00\x08\x00IS\x02\x003 ", b"\x28\x00\x08\x00IS" + struct.pack("<H", 4) + str(declared).ljust(4).encode())
    with opened(tmp_path, data) as file:
        assert (file.frames, codes(file), len(file.header.timing.frame_times_ms)) == (3, code, 3)


@pytest.mark.parametrize("broken", [STREAMS[1][:-40], b"", bytes(40)])
def test_a_cut_or_empty_frame_is_refused_and_the_others_stay(tmp_path: Path, broken: bytes) -> None:
    with opened(tmp_path, with_items(jpeg(), [STREAMS[0], broken, STREAMS[2]])) as file:
        assert [_readable(file, index) for index in range(3)] == [True, False, True]


def test_a_frame_damaged_inside_is_refused(tmp_path: Path) -> None:
    broken = STREAMS[1][:-60] + b"\xff\xd0\xff\xd3" * 3 + STREAMS[1][-48:]
    with opened(tmp_path, with_items(jpeg(), [STREAMS[0], broken, STREAMS[2]])) as file:
        assert [_readable(file, index) for index in range(3)] == [True, False, True]


def test_a_file_cut_inside_a_frame_keeps_the_frames_before(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg()[:-200]) as file:
        assert "truncated" in codes(file)
        assert [_readable(file, index) for index in range(file.frames)] == [True, True, False]


def test_a_native_file_cut_inside_a_frame_keeps_the_frames_before(tmp_path: Path) -> None:
    with opened(tmp_path, native([a_picture(n) for n in range(3)])[:-100]) as file:
        assert "truncated" in codes(file)
        assert [_readable(file, index) for index in range(file.frames)] == [True, True, False]


def test_a_stream_of_another_size_is_never_decoded(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg(Rows=32)) as file:
        assert codes(file) == {"header_stream_mismatch"}
        with pytest.raises(FrameUnreadableError, match="32 x 24"):
            file.decode(0)


def test_a_colour_stream_under_a_grey_header_is_shown_in_colour_and_told(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg(SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2")) as file:
        assert codes(file) == {"header_stream_mismatch"}
        assert np.abs(file.rgb(0).astype(int) - a_picture(0)).mean() < 12


def rgb_stream(ids: bytes = b"\1\2\3") -> bytes:
    """Red, green and blue in a JPEG without a marker that says so."""
    marked = bytes(imagecodecs.jpeg8_encode(a_picture(), level=95, colorspace="rgb", outcolorspace="rgb", subsampling="444"))
    at = marked.index(b"\xff\xee")
    plain = bytearray(marked[:at] + marked[at + 16 :])
    frame, scan = plain.index(b"\xff\xc0") + 10, plain.index(b"\xff\xda") + 5
    for n in range(3):
        plain[frame + 3 * n] = plain[scan + 2 * n] = ids[n]
    return bytes(plain)


@pytest.mark.parametrize("ids", [b"\1\2\3", b"RGB"])
def test_red_green_blue_without_a_marker_is_shown_as_such(tmp_path: Path, ids: bytes) -> None:
    with opened(tmp_path, encapsulated([rgb_stream(ids)], NumberOfFrames=1, PhotometricInterpretation="RGB")) as file:
        assert np.abs(file.rgb(0).astype(int) - a_picture()).max() < 30


def test_component_names_in_the_stream_win_over_the_header(tmp_path: Path) -> None:
    with opened(tmp_path, encapsulated([rgb_stream(b"RGB")], NumberOfFrames=1)) as file:
        assert np.abs(file.rgb(0).astype(int) - a_picture()).max() < 30


def test_a_marked_stream_wins_over_a_header_that_says_rgb(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg(PhotometricInterpretation="RGB")) as file, opened(tmp_path, jpeg()) as honest:
        np.testing.assert_array_equal(file.rgb(0), honest.rgb(0))


def test_lossless_jpeg_of_luma_and_chroma_is_turned_into_colours(tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpeg8_encode(a_picture(), colorspace="rgb", outcolorspace="rgb", lossless=True, predictor=1))
    at = stream.index(b"\xff\xee")
    plain = stream[:at] + stream[at + 16 :]
    content = encapsulated([plain], JPEGLosslessSV1, NumberOfFrames=1, PhotometricInterpretation="YBR_FULL")
    with opened(tmp_path, content) as file, opened(tmp_path, native([a_picture()], PhotometricInterpretation="YBR_FULL")) as raw:
        np.testing.assert_array_equal(file.rgb(0), raw.rgb(0))
        assert not np.array_equal(raw.rgb(0), a_picture())


def test_planar_and_inverted_pictures(tmp_path: Path) -> None:
    picture = a_picture()
    with opened(tmp_path, native([np.moveaxis(picture, -1, 0)], PlanarConfiguration=1)) as file:
        np.testing.assert_array_equal(file.rgb(0), picture)
    grey = picture[..., 0]
    with opened(tmp_path, native([grey], SamplesPerPixel=1, PlanarConfiguration=None, PhotometricInterpretation="MONOCHROME1")) as file:
        np.testing.assert_array_equal(file.rgb(0)[..., 1], 255 - grey)


def test_bits_above_those_stored_are_not_shown(tmp_path: Path) -> None:
    stored = a_picture()[..., 0].astype(np.uint16) << 4
    values = {
        "SamplesPerPixel": 1,
        "PlanarConfiguration": None,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 12,
    }
    with opened(tmp_path, native([(stored | 0xF000).view(np.uint8)], **values)) as file:
        np.testing.assert_array_equal(file.rgb(0)[..., 0], a_picture()[..., 0])


def test_segmented_palettes_are_expanded(tmp_path: Path) -> None:
    """Sixteen black, a ramp of 200 up to full, then the ramp's segment once more from full, which stays full."""
    words = struct.pack("<14H", 0, 2, 0, 0, 1, 14, 0, 1, 200, 0xFF00, 2, 1, 14, 0) + struct.pack("<3H", 1, 40, 0xFF00)
    colours = {f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in ("Red", "Green", "Blue")}
    data = a_data_set(SamplesPerPixel=1, PlanarConfiguration=None, PhotometricInterpretation="PALETTE COLOR", NumberOfFrames=1, **colours)
    for name in ("Red", "Green", "Blue"):
        setattr(data, f"Segmented{name}PaletteColorLookupTableData", words)
    data.PixelData = bytes(range(256)) * 3
    with opened(tmp_path, dicom(data)) as file:
        red = file.rgb(0).reshape(-1, 3)[:256, 0]
        assert (red[:16].tolist(), red[115], red[215], red[255]) == ([0] * 16, 127, 255, 255)


def test_a_palette_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refused:
        opened(
            tmp_path, native([a_picture()[..., 0]], SamplesPerPixel=1, PlanarConfiguration=None, PhotometricInterpretation="PALETTE COLOR")
        )
    assert refused.value.code == "header_stream_mismatch"


def test_a_short_plane_of_rle_is_refused(tmp_path: Path) -> None:
    whole = imagecodecs.packbits_encode(a_picture()[..., 0])
    streams = [struct.pack("<16I", 1, 64, *[0] * 14) + plane + bytes(len(plane) % 2) for plane in (whole, whole[:-50])]
    values = {"SamplesPerPixel": 1, "PlanarConfiguration": None, "PhotometricInterpretation": "MONOCHROME2"}
    with opened(tmp_path, encapsulated(streams, RLELossless, NumberOfFrames=2, **values)) as file:
        assert [_readable(file, index) for index in range(2)] == [True, False]


def test_frames_are_the_same_from_several_threads(tmp_path: Path) -> None:
    with opened(tmp_path, jpeg(30)) as file:
        alone = [file.decode(index).tobytes() for index in range(30)]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda index: file.decode(index).tobytes(), list(range(30)) * 3))
    assert together == alone * 3


def test_decoders_let_other_threads_run(tmp_path: Path) -> None:
    """With the interpreter set to switch threads never on its own, only a decoder that lets go lets the other one count."""
    pictures = [a_picture(n, 600, 800) for n in range(2)]
    streams = [simplejpeg.encode_jpeg(picture, 90, "RGB", "422") for picture in pictures]
    with opened(tmp_path, encapsulated(streams, NumberOfFrames=2, Rows=600, Columns=800)) as file:
        assert _runs_beside(lambda: file.decode(0))
    with opened(tmp_path, native(pictures, Rows=600, Columns=800)) as file:
        assert _runs_beside(lambda: file.decode(0))


def test_a_closed_file_gives_no_frame(tmp_path: Path) -> None:
    file = opened(tmp_path, jpeg())
    file.close()
    with pytest.raises(FrameUnreadableError):
        file.decode(0)


def test_a_group_fffe_element_that_strayed_into_the_header_is_passed_over(tmp_path: Path) -> None:
    content = jpeg()
    at = content.index(b"\x28\x00\x02\x00US")
    with opened(tmp_path, content[:at] + SEQUENCE_END + bytes(4) + content[at:]) as file:
        assert (file.frames, codes(file)) == (3, set())


def _runs_beside(decode: Callable[[], object]) -> bool:
    """Whether another thread gets on while ``decode`` runs, although the interpreter would not switch for a minute."""
    counted, stop, given_up = [0], Event(), monotonic() + 30

    def count() -> None:
        while not stop.is_set():
            counted[0] += 1
            sleep(0)

    usual = getswitchinterval()
    setswitchinterval(60)
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(count)
            sleep(0.01)
            before = counted[0]
            while counted[0] == before and monotonic() < given_up:  # waking a thread takes a busy system a while
                decode()
            return counted[0] > before
        finally:
            stop.set()
            setswitchinterval(usual)


def _readable(file: FrameFile, index: int) -> bool:
    try:
        file.decode(index)
    except FrameUnreadableError:
        return False
    return True


def test_damaged_high_throughput_frames_are_refused_as_another_decoder_refuses_them(tmp_path: Path) -> None:
    """The faster decoder reports its error where nobody can catch it; here it is caught, and nothing is printed or told to others."""
    sound = bytes(imagecodecs.htj2k_encode(a_picture(0, 96, 128), reversible=True))
    chance = random.Random(3)  # noqa: S311 - the same damage each time
    streams = [_flipped(sound, chance) for _ in range(60)]
    values = {"NumberOfFrames": 60, "Rows": 96, "Columns": 128, "PhotometricInterpretation": "YBR_RCT"}
    hooks: list[object] = []
    unraisable, printed = sys.unraisablehook, sys.excepthook
    try:
        sys.unraisablehook, sys.excepthook = hooks.append, lambda *fault: hooks.append(fault)
        with opened(tmp_path, encapsulated(streams, HTJ2KLossless, **values)) as file:
            refused = [not _readable(file, index) for index in range(60)]
    finally:
        sys.unraisablehook, sys.excepthook = unraisable, printed
    theirs = [_refused_by_openjpeg(stream) for stream in streams]
    assert sum(theirs) >= 5
    assert [ours or not other for ours, other in zip(refused, theirs, strict=True)] == [True] * 60
    assert hooks == []


def _flipped(stream: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(stream)
    damaged[chance.randrange(len(stream) // 4, len(stream) - 4)] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _refused_by_openjpeg(stream: bytes) -> bool:
    try:
        imagecodecs.jpeg2k_decode(stream, numthreads=1)
    except RuntimeError:
        return True
    return False


def test_a_frame_is_not_changed_by_the_next_one_decoded(tmp_path: Path) -> None:
    """Pictures on their way to the screen share a buffer: what has been given out does not."""
    pictures = [a_picture(n) for n in range(3)]
    for syntax, encode in (
        (JPEGLSLossless, imagecodecs.jpegls_encode),
        (JPEG2000Lossless, lambda picture: imagecodecs.jpeg2k_encode(picture, level=0, codecformat="J2K")),
        (HTJ2KLossless, lambda picture: imagecodecs.htj2k_encode(picture, reversible=True)),
    ):
        streams = [bytes(encode(picture)) for picture in pictures]
        with opened(tmp_path, encapsulated(streams, syntax, PhotometricInterpretation="RGB")) as file:
            decoded = [file.decode(index) for index in range(3)]
            np.testing.assert_array_equal(np.stack(decoded)[..., 2::-1], np.stack(pictures))
