"""One frame of a DICOM file, in any transfer syntax, in the right colours."""

from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.frames.colour import Pixels
from corelab.imaging.frames.file import FrameFile

__all__ = ["FrameFile", "FrameUnreadableError", "Pixels"]
