"""Which command leads from which state of a reading and a case to which: every cell of both tables."""

import pytest

from corelab.domain.reading_states import (
    CASE_LIFE,
    ONLY_UNLOCKED,
    READING_LIFE,
    CaseCommand,
    CaseState,
    ReadingCommand,
    ReadingState,
    StateRefusedError,
    next_state,
)

# rows: from; columns: open, answer, sign, withdraw, reopen, release, invalidate; "-" is refused
READINGS = """
assigned     in progress  -            -       withdrawn  -         -         -
in progress  in progress  in progress  signed  withdrawn  -         -         -
signed       signed       -            -       -          assigned  released  invalidated
released     released     -            -       -          -         -         invalidated
withdrawn    -            -            -       -          -         -         -
invalidated  -            -            -       -          -         -         -
"""
# columns: open, decide, sign, finish, withdraw
CASES = """
open         in progress  -            -        -         withdrawn
in progress  in progress  in progress  decided  -         withdrawn
decided      decided      -            -        finished  withdrawn
finished     finished     -            -        -         withdrawn
withdrawn    -            -            -        -         -
"""


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.strip().splitlines()]


def test_p11_26_every_command_in_every_state_of_a_reading_leads_where_the_table_says_or_is_refused() -> None:
    rows = _cells(READINGS)
    assert [ReadingState(row[0]) for row in rows] == list(ReadingState)
    for state, *cells in rows:
        for command, cell in zip(ReadingCommand, cells, strict=True):
            found = READING_LIFE.get((ReadingState(state), command))
            assert (found.value if found else "-") == cell, (state, command)


def test_p11_26_every_command_in_every_state_of_a_case_leads_where_the_table_says_or_is_refused() -> None:
    rows = _cells(CASES)
    assert [CaseState(row[0]) for row in rows] == list(CaseState)
    for state, *cells in rows:
        for command, cell in zip(CaseCommand, cells, strict=True):
            found = CASE_LIFE.get((CaseState(state), command))
            assert (found.value if found else "-") == cell, (state, command)


@pytest.mark.parametrize("state", [ReadingState.RELEASED, ReadingState.WITHDRAWN, ReadingState.INVALIDATED])
def test_no_command_of_a_reader_changes_a_reading_after_its_release(state: ReadingState) -> None:
    for command in (ReadingCommand.ANSWER, ReadingCommand.SIGN, ReadingCommand.REOPEN):
        with pytest.raises(StateRefusedError) as refused:
            next_state("R1", state, command)
        assert (refused.value.state, refused.value.command) == (state, command)


def test_a_locked_trial_leaves_looking_only() -> None:
    assert frozenset(ReadingCommand) - ONLY_UNLOCKED == {ReadingCommand.OPEN}
