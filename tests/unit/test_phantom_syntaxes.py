"""Phantoms in every transfer syntax that an encoder is at hand for, and in every way of saying when frames were taken."""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian

from corelab.domain.clip import TimingSource
from corelab.imaging.frames import FrameFile
from corelab.imaging.phantom import SYNTAXES, Phantom, PhantomClockingError, PhantomSizeError, make_phantom
from corelab.imaging.phantom.encoding import CODINGS, VIDEO_MS

SMALL = (320, 240)
MARKED = ["burned_in_text_suspected"]
"""Every phantom says that there is text on it, as it is; nothing else may be wrong."""
LOSSLESS = [syntax for syntax, how in CODINGS.items() if how.lossy is None]
LOSSY = [syntax for syntax, how in CODINGS.items() if how.lossy is not None]
Pixels = npt.NDArray[np.uint8]


@cache
def made(syntax: str, layout: str, kind: str = "colour_patent") -> Phantom:
    return make_phantom(kind, 2, frames=3, size=SMALL, layout=layout, syntax=syntax)


def decoded(phantom: Phantom, folder: Path) -> list[Pixels]:
    """All frames as RGB, and no fault of the file may be found on the way."""
    path = folder / f"{len(list(folder.iterdir()))}.dcm"
    path.write_bytes(phantom.dicom)
    with FrameFile.open(path) as file:
        assert [fault.code for fault in file.faults] == MARKED
        return [file.rgb(index) for index in range(file.frames)]


@pytest.mark.parametrize("kind_layout", [("colour_patent", "generic"), ("partial", "compact")], ids=["colour", "grey"])
@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda uid: UID(uid).name)
def test_a_lossless_syntax_holds_every_pixel(syntax: str, kind_layout: tuple[str, str], tmp_path: Path) -> None:
    kind, layout = kind_layout
    native = made(str(ExplicitVRLittleEndian), layout, kind)
    path = tmp_path / "native.dcm"
    path.write_bytes(native.dicom)
    expected = pixel_array(path)
    expected = expected if expected.ndim == 4 else np.repeat(expected[..., None], 3, axis=3)
    assert np.array_equal(np.stack(decoded(made(syntax, layout, kind), tmp_path)), expected)


@pytest.mark.parametrize("kind_layout", [("colour_patent", "generic"), ("partial", "compact")], ids=["colour", "grey"])
@pytest.mark.parametrize("syntax", LOSSY, ids=lambda uid: UID(uid).name)
def test_a_lossy_syntax_comes_close_and_says_what_it_is(syntax: str, kind_layout: tuple[str, str], tmp_path: Path) -> None:
    kind, layout = kind_layout
    exact = decoded(made(str(ExplicitVRLittleEndian), layout, kind), tmp_path)
    phantom = made(syntax, layout, kind)
    shown = decoded(phantom, tmp_path)
    assert len(shown) == len(exact)
    for one, other in zip(shown, exact, strict=True):
        off = np.abs(one.astype(int) - other.astype(int))
        assert 0 < off.mean() < (12 if CODINGS[syntax].film else 5)
    path = tmp_path / "said.dcm"
    path.write_bytes(phantom.dicom)
    header = pydicom.dcmread(path, stop_before_pixels=True)
    assert header.LossyImageCompression == "01"
    assert header.LossyImageCompressionMethod == CODINGS[syntax].lossy
    assert float(header.LossyImageCompressionRatio) > 1


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: UID(uid).name)
def test_every_syntax_gives_the_same_bytes_again(syntax: str) -> None:
    again = make_phantom("colour_patent", 2, frames=3, size=SMALL, layout="generic", syntax=syntax)
    assert again.dicom == made(syntax, "generic").dicom


@pytest.mark.parametrize(
    ("clocking", "source"),
    [("frame_time", TimingSource.FRAME_TIME), ("vector", TimingSource.FRAME_TIME_VECTOR), ("cine_rate", TimingSource.CINE_RATE)],
)
def test_the_time_of_the_frames_is_read_as_it_was_written(clocking: str, source: TimingSource, tmp_path: Path) -> None:
    phantom = make_phantom("partial", 4, frames=24, size=SMALL, clocking=clocking)
    path = tmp_path / "clip.dcm"
    path.write_bytes(phantom.dicom)
    with FrameFile.open(path) as file:
        timing = file.header.timing
        assert [fault.code for fault in file.faults] == MARKED
    assert timing.source is source
    assert timing.frame_times_ms[:-1] == pytest.approx(phantom.footage.durations_ms[:-1], abs=0.01)
    assert (len(set(timing.frame_times_ms)) > 10) is (clocking == "vector")


def test_a_film_comes_at_the_rate_of_its_stream_and_no_other() -> None:
    film = next(syntax for syntax, how in CODINGS.items() if how.film)
    assert set(made(film, "generic").footage.durations_ms) == {VIDEO_MS}
    with pytest.raises(PhantomClockingError):
        make_phantom("partial", 1, frames=2, size=SMALL, syntax=film, clocking="vector")
    with pytest.raises(PhantomSizeError):
        make_phantom("partial", 1, frames=2, size=(800, 600), syntax=film)
