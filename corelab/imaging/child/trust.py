"""Nothing that a child says is believed: types, ranges and forms of its answer, and the file that it made, before anybody uses them."""

import hashlib
import math
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from corelab.domain.clip import Region
from corelab.domain.intake import Box, IntakeCode, Outcome
from corelab.domain.mask_template import Machine, Template
from corelab.imaging.deid.as_json import prepared_from
from corelab.imaging.deid.candidate import Decision, Facts, Prepared
from corelab.imaging.deid.header import RETIRED, US, US_MULTI
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import is_uid
from corelab.imaging.deid.policy import load_policy
from corelab.imaging.faults import FaultCode

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEMPLATE = re.compile(r"[0-9a-f-]{36}/[0-9]{1,6}")
_DIGEST = re.compile(r"#[0-9a-f]{16}")
_BLOCK = 32
_DATE = re.compile(r"[0-9]{8}")
_COUNTING = frozenset(["of", "frames", "are", "whole", "the", "file", "says", "that", "it", "holds"])
_SIDE, _FRAMES, _NUMBER = 8192, 10_000, 10**12
_COUNT = re.compile(r"-?[0-9]{1,13}", re.ASCII)
_WORDS, _TEXT, _KIND = 300, 1 << 17, 32
_CLASSES = frozenset({US, US_MULTI, *RETIRED})


class UntrustedError(Exception):
    """An answer that no sound child gives."""


def believed(document: Mapping[str, Any]) -> Prepared:
    """Raises UntrustedError."""
    try:
        prepared = prepared_from(document)
        sound = _is_sound(prepared)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UntrustedError from error
    if not sound:
        raise UntrustedError
    return prepared


def require_asked(prepared: Prepared, decision: Decision, templates: Sequence[Template]) -> None:
    """The mask that it tells of is the one that people asked for: their boxes, and a template of those that were offered to it.

    The release gate proves the very mask that is told of here: a child could leave out what identifies somebody. Raises UntrustedError.
    """
    facts = prepared.facts
    if facts is None:
        return
    offered = {
        one.key: one.boxes for one in templates if one.machine == facts.machine and (one.rows, one.columns) == (facts.rows, facts.columns)
    }
    boxes = () if facts.template is None else offered.get(facts.template)
    if facts.drawn != decision.drawn or facts.templated != boxes:
        raise UntrustedError


def _is_sound(prepared: Prepared) -> bool:
    facts, code = prepared.facts, prepared.code
    match prepared.outcome:
        case Outcome.CHECKED:
            fits = code is None and facts is not None and is_digest(prepared.sha256)
        case Outcome.HELD:
            fits = code is not None and facts is not None and prepared.sha256 is None
        case Outcome.REJECTED:
            fits = code is not None and facts is None and prepared.sha256 is None
        case _:
            fits = False
    return (
        fits
        and _says(prepared.message, code)
        and all(fault.code in get_args(FaultCode) and _is_words(fault.message) for fault in prepared.faults)
        and _is_identity(prepared.identity)
        and (prepared.study == "" or is_uid(prepared.study))
        and (facts is None or _are_facts(facts))
    )


def _says(message: object, code: IntakeCode | None) -> bool:
    """Our own words about the code, and how many frames are whole: nothing of the source can come in as a message."""
    if not isinstance(message, str) or code is None:
        return message == ""
    rest = re.split(r"[ .;]+", message[len(code.message) :])
    return message.startswith(code.message) and all(word in _COUNTING or _COUNT.fullmatch(word) for word in rest if word)


def _is_words(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _WORDS and text.isprintable()


def _is_identity(identity: Identity) -> bool:
    kinds = all(len(kind) <= _KIND for kind in identity.values)
    return kinds and all(len(value) <= _TEXT for values in identity.values.values() for value in values)


def _are_facts(facts: Facts) -> bool:
    if not (_is_whole(facts.rows, 1, _SIDE) and _is_whole(facts.columns, 1, _SIDE) and 1 <= facts.frames <= _FRAMES):
        return False
    return (
        is_uid(facts.sop_uid)
        and facts.sop_class in _CLASSES
        and is_uid(facts.transfer_syntax)
        and all(math.isfinite(time) and time >= 0 for time in facts.timing.frame_times_ms)
        and all(_is_region(region) for region in facts.regions)
        and all(_is_inside(box, facts) for box in (*facts.kept, *facts.drawn, *facts.hits))
        and all(_is_whole(frame, 0, facts.frames - 1) for frame in facts.flagged)
        and all(_is_whole(frame, 0, _FRAMES - 1) for frame in facts.left_out)
        and (facts.study_date is None or bool(_DATE.fullmatch(facts.study_date)))
        and facts.rules_version == load_policy().version
        and (facts.declared is None or _is_whole(facts.declared, -_NUMBER, _NUMBER))
        and is_digest(facts.picture)
        and _is_flag(facts.coloured)
        and len(facts.classes) in {0, len(facts.hits)}
        and _is_masked_soundly(facts)
    )


def _is_masked_soundly(facts: Facts) -> bool:
    machine = facts.machine
    return (
        all(_is_whole(side, 1, _BLOCK) for side in facts.blocks)
        and all(_is_inside(box, facts) for box in facts.templated)
        and (facts.template is None or bool(_TEMPLATE.fullmatch(facts.template)))
        and (machine is None or ((machine.manufacturer, machine.model, "") in load_policy().devices and _is_software(machine)))
    )


def _is_software(machine: Machine) -> bool:
    """A listed version, or a digest that says nothing."""
    listed = {version for maker, model, version in load_policy().devices if (maker, model) == (machine.manufacturer, machine.model)}
    return all(word in listed for word in machine.software.split("\\")) or bool(_DIGEST.fullmatch(machine.software))


def _is_region(region: Region) -> bool:
    numbers = (region.dx, region.dy, *region.reference_value)
    places = (*region.box, *(region.reference or ()))
    return (
        all(_is_whole(place, -_NUMBER, _NUMBER) for place in places)
        and _is_flag(region.usable)
        and (not region.usable or all(math.isfinite(number) for number in numbers))
        and _is_words(region.unit_x)
        and _is_words(region.unit_y)
        and (region.reason is None or _is_words(region.reason))
    )


def _is_inside(box: Box, facts: Facts) -> bool:
    x0, y0, x1, y1 = box
    if not all(_is_whole(place, 0, _SIDE) for place in box):
        return False
    return x0 <= x1 < facts.columns and y0 <= y1 < facts.rows


def _is_whole(number: object, least: int, most: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number <= most


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def is_digest(text: object) -> bool:
    return isinstance(text, str) and bool(_SHA256.fullmatch(text))


def adopt(made: Path, sha256: str, target: Path, limit: int) -> None:
    """Moves the file that a child made to ``target``, once its bytes are those that it told of. Raises UntrustedError."""
    try:
        digest = _digest(made, limit)
    except OSError as error:
        raise UntrustedError from error
    if digest != sha256:
        raise UntrustedError
    made.chmod(0o600)
    with made.open("r+b") as file:
        os.fsync(file.fileno())
    made.replace(target)


def _digest(made: Path, limit: int) -> str:
    """Of a plain file without another name, by which somebody else could write it later; of nothing else."""
    handle = os.open(made, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size > limit:
        os.close(handle)
        return ""
    with os.fdopen(handle, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
