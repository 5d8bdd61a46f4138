"""Blackens whole blocks of a lossy JPEG stream in its coefficients, so that no other pixel changes.

Baseline and extended streams are not decoded: where each block begins is found by its codes, and the bits of the blocks that stay are
copied. Only progressive streams are decoded to coefficients, and written as sequential ones.
"""

from corelab.imaging.dct.mask import blackened
from corelab.imaging.dct.structure import NotMaskableError, Picture, picture_of

__all__ = ["NotMaskableError", "Picture", "blackened", "picture_of"]
