"""Small pictures of clips."""

import cv2
import numpy as np

from corelab.imaging.frames.colour import Pixels


def shrunk(pixels: Pixels, width: int) -> Pixels:
    """The frame at ``width`` pixels, its shape kept; averaging over areas keeps speckle from flickering."""
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    return np.ascontiguousarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
