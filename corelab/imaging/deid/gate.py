"""The release gate: the final bytes of a clip, read again as if they came from a stranger."""

import mmap
import shutil
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from corelab.domain.intake import Box, IntakeCode, ObjectRefusedError
from corelab.imaging.deid.final_container import require_blocks, require_clean_container
from corelab.imaging.deid.header import US, US_MULTI, claim_clean_pixels
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import is_of_the_standard, is_uid
from corelab.imaging.deid.policy import OURS, Policy, Rule, load_policy
from corelab.imaging.deid.search import Needles, found_in_numbers, found_in_stream, found_in_values, needles_of
from corelab.imaging.deid.source_set import BINARY, SourceSet
from corelab.imaging.deid.storing import stored_form
from corelab.imaging.deid.values import kept_codes, kept_numbers
from corelab.imaging.deid.writer import IMPLEMENTATION_CLASS_UID, header_bytes
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import FrameFile
from corelab.imaging.pixel_mask import PIXELS, Kept, Mask
from corelab.imaging.raw_walk import Element, Walk, walk

_META = frozenset({0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013})
_SHIFTED = 8
_OWN = "2.25."


def finish(candidate: Path, final: Path, *, checked: bool) -> None:
    """The bytes to be released: the candidate, and when two people looked at it, with the claim that its pixels are clean."""
    if not checked:
        shutil.copyfile(candidate, final)
        return
    with candidate.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        walked = walk(data)
        header = pydicom.dcmread(BytesIO(data[: walked.pixel_header]))
        claim_clean_pixels(header)
        with final.open("wb") as out:
            out.write(header_bytes(_data_set(header), walked.syntax))
            source.seek(walked.pixel_header)
            shutil.copyfileobj(source, out, 1 << 20)


def _data_set(header: pydicom.FileDataset) -> Dataset:
    plain = Dataset()
    plain.update(header)
    return plain


def require_clean(final: Path, identity: Identity, kept: tuple[Box, ...], drawn: tuple[Box, ...], blocks: tuple[int, int] = PIXELS) -> None:
    """Raises ObjectRefusedError with a code unless structure, header, container and mask hold, and nothing of ``identity`` is left.

    ``blocks``: what the mask lies on; other blocks than those of the very streams prove nothing.
    """
    with final.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        walked = walk(data)
        if walked.faults or walked.end != len(data) or walked.start != 132 or any(data[:128]):
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "final bytes")
        values = SourceSet.of(data, walked)
        needles = needles_of(identity)
        _require_allowed(values, walked, load_policy())
        _require_no_token(values, walked, needles)
        require_clean_container(values, walked)
        require_blocks(values, walked, blocks)
    _require_masked(final, kept, drawn, blocks)


def _require_allowed(values: SourceSet, walked: Walk, policy: Policy) -> None:
    for element in walked.elements:
        if element.tag >> 16 == 2:
            sound = element.tag in _META
        else:
            rule = policy.rule(element.path, element.tag)
            sound = rule is not None and _holds(rule, values, element)
        if not sound:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, f"not allowed: {element.tag:08X}")
    if values.text(0x00020012, "UI") != IMPLEMENTATION_CLASS_UID or values.text(0x00080016, "UI") not in {US, US_MULTI}:
        raise ObjectRefusedError(IntakeCode.STRUCTURE, "not our file")


def _holds(rule: Rule, values: SourceSet, element: Element) -> bool:
    """Whether a written value is one that its rule can produce."""
    found = [str(value) for value in values.values(rule.tag, rule.vr, element.path, element.items)]
    match rule.action:
        case "keep_code":
            return kept_codes(rule, found) == found
        case "keep_number" | "ratio":
            return len(kept_numbers(rule, found)) == len(found)
        case "uid":
            return all(is_uid(value) and (value.startswith(_OWN) or is_of_the_standard(value)) for value in found)
        case "date":
            return all(len(value) == _SHIFTED and value.isdigit() for value in found)
        case "set" if not rule.argument.startswith("$"):
            return found == [rule.argument] * bool(rule.argument)
        case _:
            return True


def _require_no_token(values: SourceSet, walked: Walk, needles: Needles) -> None:
    """Every value that does not come from our own lists, and the whole pixel stream."""
    policy = load_policy()
    theirs = [element for element in walked.elements if _is_theirs(element, policy, walked)]
    if found_in_values(needles, map(values.raw, theirs)) or found_in_numbers(needles, _numbers(values, theirs)):
        raise ObjectRefusedError(IntakeCode.TOKEN_FOUND)
    if walked.pixel is not None:
        stream = np.frombuffer(values.data, np.uint8, walked.pixel.length, walked.pixel.offset)
        found = found_in_stream(needles, stream)
        del stream  # or the map could not be closed
        if found:
            raise ObjectRefusedError(IntakeCode.TOKEN_FOUND)


def _numbers(values: SourceSet, elements: Iterable[Element]) -> Iterator[str]:
    """Numbers in binary form as they would be read: no search for text finds a patient's number in four bytes."""
    for element in elements:
        if element.vr in BINARY:
            yield from map(str, values.values(element.tag, element.vr, element.path, element.items))


def _is_theirs(element: Element, policy: Policy, walked: Walk) -> bool:
    """Whether a value could have come from the source in any form."""
    if element.vr == "SQ" or element is walked.pixel:
        return False
    rule = policy.rule(element.path, element.tag)
    return rule is None or rule.action not in OURS or rule.argument.startswith("$")


def _require_masked(final: Path, kept: tuple[Box, ...], drawn: tuple[Box, ...], blocks: tuple[int, int]) -> None:
    try:
        with FrameFile.open(final) as file:
            grey = file.header.photometric.startswith("MONOCHROME")
            photometric = file.header.photometric if grey else "RGB"
            mask = Mask.of(Kept(file.header.rows, file.header.columns, kept, drawn, blocks), photometric)
            if any(mask.changes(stored_form(file.decode(index), photometric)) for index in range(file.frames)):
                raise ObjectRefusedError(IntakeCode.MASK_PROOF)
    except (FileRefusedError, FrameUnreadableError) as error:
        raise ObjectRefusedError(IntakeCode.DECODE) from error
