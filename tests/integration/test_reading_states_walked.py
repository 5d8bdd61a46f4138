"""Every command tried by the services in every state of a reading: what the table allows leads there, all else is refused and on record."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corelab.domain.reading import Reading
from corelab.domain.reading_errors import AlreadySignedError, NotNextError, NotYoursError
from corelab.domain.reading_states import READING_LIFE, ReadingCommand, ReadingState, StateRefusedError
from corelab.domain.reasons import change_of
from corelab.domain.vocabulary import AssignmentId
from corelab.services import invalidation, reading, reopening, shown, withdrawal
from corelab.services.reading import OpenReading
from corelab.storage import readings
from tests.builders import PASSWORD, Lab
from tests.life_builders import WHY, assignment_of, compares, dealt, invalidates, reading_of, reading_state, refusals, withdraws
from tests.reading_builders import a_staffed_lab, filled, opened_next, signs

REFUSED = (AlreadySignedError, NotNextError, NotYoursError, StateRefusedError)


def _opened(lab: Lab) -> None:
    opened_next(lab, lab.reader_1)


def _signed(lab: Lab) -> None:
    signs(lab, lab.reader_1)


def _released(lab: Lab) -> None:
    _signed(lab)
    compares(lab)


def _invalid(lab: Lab) -> None:
    _signed(lab)
    invalidates(lab, lab.reader_1)


INTO: dict[ReadingState, Callable[[Lab], None]] = {
    ReadingState.ASSIGNED: lambda _lab: None,
    ReadingState.IN_PROGRESS: _opened,
    ReadingState.SIGNED: _signed,
    ReadingState.RELEASED: _released,
    ReadingState.WITHDRAWN: lambda lab: withdraws(lab, lab.reader_1),
    ReadingState.INVALIDATED: _invalid,
}


def _all_answered(lab: Lab) -> Reading:
    """What a window could send, whether it was opened or not."""
    of = AssignmentId(assignment_of(lab, lab.reader_1))
    with lab.open.store.read() as snapshot:
        (assigned,) = readings.all_assignments(snapshot, id=of)
        clips = shown.clips_of(snapshot, assigned.exam)
        form = shown.form_of(snapshot, assigned.exam, assigned.reading_type, clips)
    return filled(OpenReading(Reading.begun(of, form), clips, ""), COMP_CFV=1)


def _record(lab: Lab) -> str:
    try:
        return reading_of(lab, lab.reader_1)
    except IndexError:
        return "nothing signed"


def _sign(lab: Lab) -> None:
    change = change_of("SLIP", "typed the wrong digit") if _record(lab) != "nothing signed" else None
    reading.sign(lab.open, lab.reader_1, _all_answered(lab), PASSWORD, change=change)


DOES: dict[ReadingCommand, Callable[[Lab], object]] = {
    ReadingCommand.OPEN: lambda lab: reading.open_reading(lab.open, lab.reader_1, AssignmentId(assignment_of(lab, lab.reader_1))),
    ReadingCommand.ANSWER: lambda lab: reading.save(lab.open, lab.reader_1, _all_answered(lab)),
    ReadingCommand.SIGN: _sign,
    ReadingCommand.WITHDRAW: lambda lab: withdrawal.withdraw(lab.open, lab.coordinator, assignment_of(lab, lab.reader_1), "AWAY", WHY),
    ReadingCommand.REOPEN: lambda lab: reopening.reopen(lab.open, lab.coordinator, _record(lab), "ASKED", WHY),
    ReadingCommand.RELEASE: compares,
    ReadingCommand.INVALIDATE: lambda lab: invalidation.invalidate(lab.open, lab.coordinator, _record(lab), "CLIPS", WHY, PASSWORD),
}
LOOKS = {ReadingState.INVALIDATED}
"""Who signed it can still look at it, which changes nothing."""


def a_lab_in(state: ReadingState, folder: Path) -> Lab:
    """The other reading of the exam is signed; the first reader's is in this state."""
    lab = a_staffed_lab(folder)
    dealt(lab)
    signs(lab, lab.reader_2, COMP_CFV=1)
    INTO[state](lab)
    assert state_of(lab) is state
    return lab


def state_of(lab: Lab) -> ReadingState:
    return reading_state(lab, assignment_of(lab, lab.reader_1))


@pytest.mark.parametrize(("state", "command"), READING_LIFE)
def test_p11_26_what_the_table_allows_leads_where_it_says(state: ReadingState, command: ReadingCommand, tmp_path: Path) -> None:
    lab = a_lab_in(state, tmp_path)
    DOES[command](lab)
    assert state_of(lab) is READING_LIFE[state, command]


@pytest.mark.parametrize("state", ReadingState)
def test_p11_26_all_else_is_refused_changes_nothing_and_leaves_an_event(state: ReadingState, tmp_path: Path) -> None:
    lab = a_lab_in(state, tmp_path)
    for command in ReadingCommand:
        if (state, command) in READING_LIFE or (command is ReadingCommand.OPEN and state in LOOKS):
            continue
        before = len(refusals(lab))
        if command is ReadingCommand.RELEASE:
            done = compares(lab)  # a batch takes what is due and leaves the rest
            assert (done.concordant, done.cases) == (0, 0)
        else:
            with pytest.raises(REFUSED):
                DOES[command](lab)
            assert len(refusals(lab)) == before + 1, command
        assert state_of(lab) is state
