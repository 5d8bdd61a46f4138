"""Small pictures of clips, and their bytes."""

import cv2
import numpy as np

from corelab.imaging.frames.colour import Pixels


def shrunk(pixels: Pixels, width: int) -> Pixels:
    """The frame at ``width`` pixels, its shape kept; averaging over areas keeps speckle from flickering."""
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    return np.ascontiguousarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """The frame (BGRA) as JPEG: the same bytes from the same pixels, whatever the machine has to do besides."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(pixels.shape)
    return bytes(data)
