"""The life of a reading and of a case: which command leads from which state to which; whatever is not in the tables is refused."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class ReadingState(Enum):
    """Where a reading stands: one assignment of one reader, with all its revisions."""

    ASSIGNED = "assigned"
    IN_PROGRESS = "in progress"
    SIGNED = "signed"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"


class ReadingCommand(Enum):
    """What people do with a reading. Opening a signed one is a look at it: nothing in it changes."""

    OPEN = "open"
    ANSWER = "answer"
    SIGN = "sign"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    RELEASE = "release"
    INVALIDATE = "invalidate"


_ASSIGNED, _IN_PROGRESS, _SIGNED = ReadingState.ASSIGNED, ReadingState.IN_PROGRESS, ReadingState.SIGNED

READING_LIFE: Mapping[tuple[ReadingState, ReadingCommand], ReadingState] = MappingProxyType(
    {
        (_ASSIGNED, ReadingCommand.OPEN): _IN_PROGRESS,
        (_ASSIGNED, ReadingCommand.WITHDRAW): ReadingState.WITHDRAWN,
        (_IN_PROGRESS, ReadingCommand.OPEN): _IN_PROGRESS,
        (_IN_PROGRESS, ReadingCommand.ANSWER): _IN_PROGRESS,
        (_IN_PROGRESS, ReadingCommand.SIGN): _SIGNED,
        (_IN_PROGRESS, ReadingCommand.WITHDRAW): ReadingState.WITHDRAWN,
        (_SIGNED, ReadingCommand.OPEN): _SIGNED,
        (_SIGNED, ReadingCommand.REOPEN): _ASSIGNED,
        (_SIGNED, ReadingCommand.RELEASE): ReadingState.RELEASED,
        (_SIGNED, ReadingCommand.INVALIDATE): ReadingState.INVALIDATED,
        (ReadingState.RELEASED, ReadingCommand.OPEN): ReadingState.RELEASED,
        (ReadingState.RELEASED, ReadingCommand.INVALIDATE): ReadingState.INVALIDATED,
    }
)
"""After a release no command of a reader changes a reading: who knows the outcome gets no second look."""

ONLY_UNLOCKED = frozenset(ReadingCommand) - {ReadingCommand.OPEN}
"""A locked trial refuses all of these; what was signed can still be looked at."""


class CaseState(Enum):
    OPEN = "open"
    IN_PROGRESS = "in progress"
    DECIDED = "decided"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class CaseCommand(Enum):
    """``WITHDRAW`` is no command of its own: it comes with the invalidation of one of the two readings."""

    OPEN = "open"
    DECIDE = "decide"
    SIGN = "sign"
    FINISH = "finish"
    WITHDRAW = "withdraw"


CASE_LIFE: Mapping[tuple[CaseState, CaseCommand], CaseState] = MappingProxyType(
    {
        (CaseState.OPEN, CaseCommand.OPEN): CaseState.IN_PROGRESS,
        (CaseState.OPEN, CaseCommand.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.IN_PROGRESS, CaseCommand.OPEN): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseCommand.DECIDE): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseCommand.SIGN): CaseState.DECIDED,
        (CaseState.IN_PROGRESS, CaseCommand.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.DECIDED, CaseCommand.OPEN): CaseState.DECIDED,
        (CaseState.DECIDED, CaseCommand.FINISH): CaseState.FINISHED,
        (CaseState.DECIDED, CaseCommand.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.FINISHED, CaseCommand.OPEN): CaseState.FINISHED,
        (CaseState.FINISHED, CaseCommand.WITHDRAW): CaseState.WITHDRAWN,
    }
)


class StateRefusedError(Exception):
    """The record is not in a state in which this can be done. ``record`` is its id; nothing was changed.

    ``signed_before``: a revision of it is signed; what is not signed yet is the next one.
    """

    def __init__(self, record: str, state: ReadingState | None, command: ReadingCommand, *, signed_before: bool = False) -> None:
        super().__init__(f"{command.value} of {record}: {state.value if state else 'not there'}")
        self.record = record
        self.state = state
        self.command = command
        self.signed_before = signed_before


def next_state(record: str, state: ReadingState, command: ReadingCommand, *, signed_before: bool = False) -> ReadingState:
    """Where this command leads. Raises StateRefusedError."""
    after = READING_LIFE.get((state, command))
    if after is None:
        raise StateRefusedError(record, state, command, signed_before=signed_before)
    return after
