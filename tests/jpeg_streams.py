"""Small JPEG streams of every kind that scanners and their converters write, with strong colours where a mask has its border."""

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

Frame = NDArray[np.uint8]


def a_frame(number: int = 0, *, rows: int = 121, columns: int = 170, colour: bool = True) -> Frame:
    """Speckle with saturated patches over it, all of it bright enough to be seen where it must be black; no size is a whole block."""
    chance = np.random.default_rng(number)
    grey = cv2.GaussianBlur(chance.gamma(1.5, 60.0, (rows, columns)).astype(np.float32), (0, 0), 1.2)
    frame = np.repeat(np.clip(grey + 30, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    for n, shade in enumerate(((255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 0))):
        frame[n * 31 : n * 31 + 24, 15 * n : columns - 9 * n] = shade if (number + n) % 2 else 255 - np.array(shade)
    frame[:, ::37] = 255
    return frame if colour else np.ascontiguousarray(frame[..., 0])


def _by_opencv(*options: int) -> Callable[[Frame], bytes]:
    return lambda frame: cv2.imencode(".jpg", frame[..., ::-1] if frame.ndim == 3 else frame, options)[1].tobytes()


def _sampled(sampling: int, *more: int) -> Callable[[Frame], bytes]:
    return _by_opencv(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling, cv2.IMWRITE_JPEG_QUALITY, 91, *more)


def _with_rgb(frame: Frame) -> bytes:
    out = io.BytesIO()
    Image.fromarray(frame).save(out, "JPEG", quality=91, keep_rgb=True)
    return out.getvalue()


_RESTART, _PROGRESSIVE, _OPTIMISED = cv2.IMWRITE_JPEG_RST_INTERVAL, cv2.IMWRITE_JPEG_PROGRESSIVE, cv2.IMWRITE_JPEG_OPTIMIZE
_420, _422, _440, _444, _411 = 0x221111, 0x211111, 0x121111, 0x111111, 0x411111

COLOURED: Mapping[str, Callable[[Frame], bytes]] = MappingProxyType(
    {
        "4:2:0": _sampled(_420),
        "4:2:2": _sampled(_422),
        "4:4:4": _sampled(_444),
        "4:4:0": _sampled(_440),
        "4:1:1": _sampled(_411),
        "4:2:0, restart markers": _sampled(_420, _RESTART, 3),
        "4:4:4, a restart marker after each block": _sampled(_444, _RESTART, 1),
        "4:2:0, own tables": _sampled(_420, _OPTIMISED, 1),
        "4:2:0, progressive": _sampled(_420, _PROGRESSIVE, 1),
        "4:2:2, progressive, restart markers": _sampled(_422, _PROGRESSIVE, 1, _RESTART, 5),
        "4:4:4, finest steps": lambda frame: simplejpeg.encode_jpeg(frame, 100, "RGB", "444"),
        "4:2:0, coarse steps": lambda frame: simplejpeg.encode_jpeg(frame, 20, "RGB", "420"),
        "red, green and blue": _with_rgb,
    }
)
GREY: Mapping[str, Callable[[Frame], bytes]] = MappingProxyType(
    {
        "grey": _by_opencv(cv2.IMWRITE_JPEG_QUALITY, 91),
        "grey, restart markers": _by_opencv(cv2.IMWRITE_JPEG_QUALITY, 91, _RESTART, 4),
        "grey, progressive": _by_opencv(cv2.IMWRITE_JPEG_QUALITY, 91, _PROGRESSIVE, 1),
    }
)


def stream_of(kind: str, number: int = 0) -> bytes:
    """A stream of this kind; the same number gives the same one."""
    return COLOURED[kind](a_frame(number)) if kind in COLOURED else GREY[kind](a_frame(number, colour=False))
