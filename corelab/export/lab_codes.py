"""The codes of what came in and of what was asked: the same in every trial."""

from corelab.domain.clip_label import Mode, View
from corelab.domain.clip_quality import Quality, QualityReason
from corelab.domain.queries import QueryKind, QueryState
from corelab.export.columns import Code

OPEN = "OPEN"
"""Why an endpoint has no value where it looks back to an exam that is not final."""
RELEASED, REPLACED, WITHDRAWN = "RELEASED", "REPLACED", "WITHDRAWN"
"""The states of a clip."""
RECEIVED, NON_DIAGNOSTIC, MISSING, NOT_IMAGED = "RECEIVED", "NON-DIAGNOSTIC", "MISSING", "NOT IMAGED"
"""The states of an expected cell."""
NO_EXAM, NO_CLIP, WAITS = "NOEXAM", "NOCLIP", "WAITING"
"""Why a cell is missing."""


def view_code(view: View) -> str:
    return view.value.upper()


def mode_code(mode: Mode) -> str:
    return mode.value.upper()


def quality_code(grade: Quality) -> str:
    return grade.value.upper()


def quality_reason_code(reason: QualityReason) -> str:
    """Several stand in one cell, so that none holds a blank."""
    return reason.name


def kind_code(kind: QueryKind) -> str:
    return kind.value.upper()


def state_code(state: QueryState) -> str:
    return state.value.upper()


_MODES = {Mode.B: "B-mode", Mode.COLOUR: "Colour Doppler", Mode.SPECTRAL: "Spectral Doppler"}

OF_THE_LAB = (
    *(Code("VIEW", view_code(view), view.value.capitalize()) for view in View),
    *(Code("MODE", mode_code(mode), _MODES[mode]) for mode in Mode),
    *(Code("QCGRADE", quality_code(grade), grade.value.capitalize()) for grade in Quality),
    *(Code("QCREASN", quality_reason_code(reason), reason.value.capitalize()) for reason in QualityReason),
    Code("CLIPSTAT", RELEASED, "Released, and it counts"),
    Code("CLIPSTAT", REPLACED, "Another clip took its place"),
    Code("CLIPSTAT", WITHDRAWN, "Withdrawn"),
    Code("EXPSTAT", RECEIVED, "Received"),
    Code("EXPSTAT", NON_DIAGNOSTIC, "Received, and no clip of it serves its purpose"),
    Code("EXPSTAT", MISSING, "Missing"),
    Code("EXPSTAT", NOT_IMAGED, "Not imaged, as a coordinator closed it with a reason"),
    Code("EXPRSN", NO_EXAM, "Nothing of this visit came in"),
    Code("EXPRSN", NO_CLIP, "Nothing of this segment came in"),
    Code("EXPRSN", WAITS, "Its clips are not released yet"),
    *(Code("QRYKIND", kind_code(kind), kind.value.capitalize()) for kind in QueryKind),
    *(Code("QRYSTAT", state_code(state), state.value.capitalize()) for state in QueryState),
)
