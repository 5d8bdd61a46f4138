"""A sealed case has the same length however much is disputed in it."""

import pytest

from corelab.domain.adjudication import Case, Dispute
from corelab.domain.audit import SALT_BYTES, canonical
from corelab.domain.case_content import case_json
from corelab.domain.case_room import room_for_case
from corelab.domain.charter import load_charter
from corelab.domain.room import STEP, forms_of, longest, room_for
from tests.charter_builders import DVT, ODD, PORTAL, full


@pytest.mark.parametrize("name", [DVT, PORTAL, ODD])
def test_a_case_with_everything_in_dispute_fits_as_one_with_nothing(name: str) -> None:
    charter = load_charter(full(name).encode())
    room = room_for_case(charter)
    assert room % STEP == 0
    assert room >= room_for(charter)
    for form in forms_of(charter):
        answers = {cell: longest(form, cell) for cell in form.cells}
        disputes = tuple(Dispute(cell, (answer, answer), by_closure=True) for cell, answer in answers.items())
        case = case_json(Case(form, disputes, form.fixed, reason_required=False))
        assert len(canonical(case)) + SALT_BYTES < room


def test_a_charter_whose_readings_are_short_still_has_room_for_two_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.domain.case_room.room_for", lambda _charter, _clips: STEP)
    charter = load_charter(full(PORTAL).encode())
    assert room_for_case(charter) > STEP
