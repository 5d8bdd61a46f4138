"""Which state of an exam may follow which; everything else is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from corelab.domain.vocabulary import ExamState

_NEXT: Mapping[ExamState | None, frozenset[ExamState]] = MappingProxyType(
    {
        None: frozenset({ExamState.RECEIVING, ExamState.READY}),
        ExamState.RECEIVING: frozenset({ExamState.READY}),
        ExamState.READY: frozenset({ExamState.RECEIVING, ExamState.ASSIGNED}),
        ExamState.ASSIGNED: frozenset({ExamState.RELEASED}),
        ExamState.RELEASED: frozenset({ExamState.FINAL, ExamState.ASSIGNED}),
        ExamState.FINAL: frozenset({ExamState.LOCKED, ExamState.ASSIGNED}),
        ExamState.LOCKED: frozenset({ExamState.FINAL}),
    }
)


def may_follow(before: ExamState | None, after: ExamState) -> bool:
    """An exam goes forward one step; back only from ready (an image is taken back), by an invalidation, or by unlocking.

    The same state again is a correction of what goes with it, such as the list of segments that were not imaged.
    """
    return before is after or after in _NEXT[before]
