"""How much room a sealed case takes: it holds A and B of whatever is disputed, so that its length tells nothing of how much that is."""

from functools import lru_cache

from corelab.domain.adjudication import Case, Dispute, Mode
from corelab.domain.audit import SALT_BYTES, canonical
from corelab.domain.case_content import case_json
from corelab.domain.charter import Charter
from corelab.domain.form import Form
from corelab.domain.room import MEASURED, STEP, Of, forms_of, longest, room_for, room_of


def room_for_case(charter: Charter, clips: int = 0) -> int:
    """Bytes, a multiple of 2048, that hold a case of any visit with every cell in dispute, each with all its evidence on both sides.

    Never less than a reading takes: then more evidence than the charter asks for has room too.
    """
    return max(room_for(charter, clips), _room(room_of(charter, clips)))


@lru_cache(maxsize=64)
def _room(of: Of) -> int:
    most = max(_case_bytes(form) for form in forms_of(of.charter))
    return -(-(most + SALT_BYTES + 1) // STEP) * STEP


def _case_bytes(form: Form) -> int:
    """In the closure too: that names a cell once more."""
    answers = {cell: longest(form, cell) for cell in form.cells}
    disputes = tuple(Dispute(cell, (answer, answer), by_closure=True) for cell, answer in answers.items())
    measured = {max((cell.segment for cell in answers), key=len): (MEASURED, MEASURED)} if answers else {}
    return len(canonical(case_json(Case(form, disputes, form.fixed, reason_required=False, mode=Mode.REVIEW, measured=measured))))
