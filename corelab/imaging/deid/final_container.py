"""The pixel data of a clip's final bytes: nothing but its frames, each in one piece, each as our own writing would make it."""

import struct

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import HTJ2K, JPEG_2000, JPEG_BASELINE, JPEG_EXTENDED, RLE, STREAMS, Shape, clean_stream, run_lengths
from corelab.imaging.dct import NotMaskableError, picture_of
from corelab.imaging.deid.source_set import SourceSet
from corelab.imaging.deid.streams import hides
from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.rle import decode_rle
from corelab.imaging.pixel_mask import PIXELS
from corelab.imaging.raw_walk import EXPLICIT_LITTLE, Walk

_ROWS, _COLUMNS, _SAMPLES, _FRAMES, _PHOTOMETRIC = 0x00280010, 0x00280011, 0x00280002, 0x00280008, 0x00280004
_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
_COLOUR = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422"})
_WAVELET_COLOUR = frozenset({"RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT"})


def require_clean_container(values: SourceSet, walked: Walk) -> None:
    """Raises ObjectRefusedError unless the pixel data are exactly the frames that the header declares."""
    if walked.pixel is None or walked.syntax not in STREAMS | {EXPLICIT_LITTLE, RLE}:
        raise ObjectRefusedError(IntakeCode.TRANSFER_SYNTAX, "nothing that we write")
    shape = _declared(values, walked.syntax)
    frames = _number(values, _FRAMES, "IS") if values.element(_FRAMES) is not None else 1
    if not walked.encapsulated:
        _require_native(values, walked, shape, frames)
        return
    _require_table(values, walked, frames)
    for offset, length in walked.fragments[1:]:
        _require_clean_stream(values.data[offset : offset + length], shape, walked.syntax, values.text(_PHOTOMETRIC, "CS"))


def require_blocks(values: SourceSet, walked: Walk, blocks: tuple[int, int]) -> None:
    """A mask that lies on blocks lies on those of each stream. Raises ObjectRefusedError."""
    if blocks == PIXELS:
        return
    try:
        found = {picture_of(values.data[offset : offset + length]).block for offset, length in walked.fragments[1:]}
    except NotMaskableError as error:
        raise ObjectRefusedError(IntakeCode.MASK_PROOF, "blocks") from error
    if walked.syntax not in {JPEG_BASELINE, JPEG_EXTENDED} or found != {blocks}:
        raise ObjectRefusedError(IntakeCode.MASK_PROOF, "blocks")


def _declared(values: SourceSet, syntax: str) -> Shape:
    rows, columns, samples = (_number(values, tag, "US") for tag in (_ROWS, _COLUMNS, _SAMPLES))
    allowed = _GREY if samples == 1 else _WAVELET_COLOUR if syntax in JPEG_2000 | HTJ2K else _COLOUR
    bits = [values.whole(tag) for tag in (0x00280100, 0x00280101, 0x00280102, 0x00280103)]
    if samples not in {1, 3} or bits != [8, 8, 7, 0] or values.text(_PHOTOMETRIC, "CS") not in allowed:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "not the samples that we write")
    return Shape(rows, columns, samples, 8)


def _number(values: SourceSet, tag: int, vr: str) -> int:
    found = values.whole(tag, vr)
    if found is None or found < 1:
        raise ObjectRefusedError(IntakeCode.CONTAINER, f"no number: {tag:08X}")
    return found


def _require_native(values: SourceSet, walked: Walk, shape: Shape, frames: int) -> None:
    """As many bytes as the frames take, and where that is odd, one more of 0."""
    length = shape.rows * shape.columns * shape.components * frames
    if walked.pixel is None or walked.syntax != EXPLICIT_LITTLE or walked.pixel.length != length + length % 2:
        raise ObjectRefusedError(IntakeCode.PIXEL_LENGTH, "final bytes")
    if length % 2 and values.data[walked.pixel.offset + length]:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "padding")


def _require_table(values: SourceSet, walked: Walk, frames: int) -> None:
    """One fragment for each frame, and a table of exactly their offsets."""
    if walked.syntax == EXPLICIT_LITTLE or len(walked.fragments) != frames + 1 or walked.fragments[0][1] != 4 * frames:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "fragments")
    (start, length), *pieces = walked.fragments
    wanted = [offset - pieces[0][0] for offset, _ in pieces]
    if list(struct.unpack(f"<{frames}I", values.data[start : start + length])) != wanted:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "offset table")


def _require_clean_stream(stored: bytes, shape: Shape, syntax: str, photometric: str) -> None:
    """The stream as cleaning gives it, with one 0 behind it where its length is odd; nothing hides behind its picture."""
    if syntax == RLE:
        clean, said = _coded_again(stored, shape), shape
    else:
        clean, said = clean_stream(stored, syntax)
    if stored != clean + b"\0" * (len(clean) % 2) or hides(clean, syntax, photometric):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "bytes that no picture needs")
    if (said.rows, said.columns, said.components, said.precision) != (shape.rows, shape.columns, shape.components, shape.precision):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "another size than declared")


def _coded_again(stored: bytes, shape: Shape) -> bytes:
    try:
        return run_lengths(decode_rle(stored, (shape.rows, shape.columns, shape.components), 8))
    except StreamFaultError as error:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "runs") from error
