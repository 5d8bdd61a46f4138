"""What can be wrong with a file: stable codes that scripts and people rely on, each with a message in plain words."""

from dataclasses import dataclass
from typing import Literal

FaultCode = Literal[
    "not_dicom",
    "empty",
    "truncated",
    "no_pixel_data",
    "sop_class_refused",
    "syntax_unsupported",
    "frame_count_mismatch",
    "offset_table_wrong",
    "frame_unreadable",
    "header_stream_mismatch",
    "timing_missing",
    "timing_invalid",
    "calibration_missing",
    "calibration_invalid",
    "region_outside_image",
    "burned_in_text_suspected",
    "charset_invalid",
    "trailing_bytes",
    "too_large",
    "hostile",
]


@dataclass(frozen=True, slots=True)
class FileFault:
    """Something wrong with a file that can still be looked at."""

    code: FaultCode
    message: str


class FileRefusedError(Exception):
    """The file, or its pixels, cannot be used at all. Carries the stable ``code`` and a ``message`` without any value of the file."""

    def __init__(self, code: FaultCode, message: str) -> None:
        super().__init__(code, message)
        self.code: FaultCode = code
        self.message = message


class FrameUnreadableError(Exception):
    """Frame ``index`` (from 0) cannot be shown; ``reason`` says why. The other frames of the file may be sound."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(index, reason)
        self.index = index
        self.reason = reason


class StreamFaultError(Exception):
    """The compressed stream of one frame is damaged or is not what the header says; ``args[0]`` says how."""
