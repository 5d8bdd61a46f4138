"""Frames equal what pydicom decodes, bit for bit: over pydicom's own test files, and over the lossless files of the ultrasound set."""

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread

from corelab.imaging.faults import FileRefusedError
from corelab.imaging.frames import FrameFile
from tests.other_decoders import by_pydicom

WHEEL = Path(pydicom.data.__file__).parent / "test_files"

# What pydicom and its plug-ins do not decode, or 1 and 32 bits, which no ultrasound picture has
NOT_COMPARED = {
    "JPEG-lossy.dcm": "12-bit JPEG: no plug-in decodes it",
    "JPGExtended.dcm": "12-bit JPEG: no plug-in decodes it",
    "JPEG2000-embedded-sequence-delimiter.dcm": "its size field was overwritten on purpose",
    "MR_truncated.dcm": "cut off",
    "SC_rgb_jpeg.dcm": "pydicom refuses its items",
}

# Lossless files of the set. Those in big endian with a palette are compared with the same picture in little endian below.
LOSSLESS = (
    "real/cswado_US-YBR_FULL_422-EVRLE.dcm",
    "real/cswado_no-pixel-spacing.dcm",
    "real/dcm4che_US-PAL-8-10x-echo.dcm",
    "real/dcm4che_jpeg-ls-Palette.dcm",
    "real/deid-data_GREYSCALE_CINE.dcm",
    "real/deid-data_RGB_IMAGE.dcm",
    "real/dicom-test-files_ExplVR_BigEnd.dcm",
    "real/dwv_gdcm-US-RGB-8-esopecho.dcm",
    "real/pydicom-data_color-pl.dcm",
    "real/pydicom-data_gdcm-US-ALOKA-16.dcm",
    "real/pylibjpeg-data_JPEGLosslessP14SV1_1s_1f_u_08_08.dcm",
    "real/pylibjpeg-data_OBXXXX1A_2frame.dcm",
    "real/pylibjpeg-data_OBXXXX1A_rle_2frame.dcm",
    "real/pylibjpeg-data_US1_J2KR.dcm",
    "derived/epiq5g_27f_deflated.dcm",
    "derived/epiq5g_4f_implicit.dcm",
    "derived/epiq5g_4f_j2k.dcm",
    "derived/epiq5g_4f_jpeg57.dcm",
    "derived/epiq5g_4f_jpegls_near.dcm",
    "derived/epiq5g_4f_rle.dcm",
    "derived/hp_3f_bigendian_rgb.dcm",
    "derived/hp_3f_j2k_rct.dcm",
    "derived/hp_3f_jpeg70_rgb.dcm",
    "derived/hp_3f_jpegls_rgb.dcm",
    "derived/hp_3f_rgb.dcm",
    "derived/hp_3f_rle_rgb.dcm",
)


def pictures() -> tuple[list[str], list[str]]:
    """Files of pydicom's wheel that this program opens, and those it refuses as pictures that no ultrasound machine makes."""
    opened, unusual = [], []
    for path in sorted(path for path in WHEEL.rglob("*") if path.is_file()):
        name = path.relative_to(WHEEL).as_posix()
        try:
            FrameFile.open(path).close()
        except FileRefusedError as refused:
            unusual += [name] if "bits are not supported" in refused.message else []
        else:
            opened += [name] if name not in NOT_COMPARED else []
    return opened, unusual


COMPARABLE, UNUSUAL = pictures()


def by_corelab(path: Path) -> NDArray[np.uint8]:
    with FrameFile.open(path) as file:
        return np.stack([file.rgb(index) for index in range(file.frames)])


def test_all_files_of_pydicoms_wheel_are_compared_but_those_of_1_and_32_bits() -> None:
    assert len(COMPARABLE) >= 77
    assert {dcmread(WHEEL / name, force=True).BitsAllocated for name in UNUSUAL} == {1, 32}


@pytest.mark.parametrize("name", COMPARABLE)
def test_frames_equal_pydicoms_over_its_own_test_files(name: str) -> None:
    np.testing.assert_array_equal(by_corelab(WHEEL / name), by_pydicom(WHEEL / name))


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_frames_equal_pydicoms(ultrasound: Path, name: str) -> None:
    np.testing.assert_array_equal(by_corelab(ultrasound / name), by_pydicom(ultrasound / name))


def test_a_big_endian_palette_gives_the_colours_of_the_little_endian_one(ultrasound: Path) -> None:
    big = by_corelab(ultrasound / "real/pydicom-data_OBXXXX1A_expb.dcm")
    np.testing.assert_array_equal(big[0], by_corelab(ultrasound / "real/pylibjpeg-data_OBXXXX1A_2frame.dcm")[0])


def test_high_throughput_frames_equal_the_pictures_they_were_made_of(ultrasound: Path) -> None:
    np.testing.assert_array_equal(by_corelab(ultrasound / "derived/hp_3f_htj2k.dcm"), by_corelab(ultrasound / "derived/hp_3f_rgb.dcm"))


@pytest.mark.parametrize(
    "name", ["real/orthanc-tests_Issue16.dcm", "real/pydicomdata_color3d_jpeg_baseline.dcm", "semi_synthetic/popliteal_0218_partial.dcm"]
)
def test_jpeg_frames_equal_those_of_another_program(ultrasound: Path, name: str, tmp_path: Path) -> None:
    with FrameFile.open(ultrasound / name) as file:
        for index in (0, file.frames // 2, file.frames - 1):
            stream = tmp_path / "frame.jpg"
            stream.write_bytes(file.encoded(index))
            with Image.open(stream) as image:
                np.testing.assert_array_equal(file.rgb(index), np.asarray(image.convert("RGB")))
