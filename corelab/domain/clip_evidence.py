"""What the sources of a clip come to: one proposal out of several, and whether two of them disagree."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from corelab.domain.clip_label import Proposal, ProposalSource
from corelab.domain.vocabulary import SegmentId, Side


def combined(evidence: Sequence[Proposal]) -> Proposal | None:
    """The strongest word on each point; of segments that a source leaves open, those that weaker sources leave too. None: nothing is said.

    Its source is the one that named the segment, or else the strongest that said anything.
    """
    ordered = sorted(evidence, key=lambda one: one.source.rank)
    source, segment = _segment(ordered)
    side = next((one.side for one in ordered if one.side), None)
    view = next((one.view for one in ordered if one.view), None)
    mode = next((one.mode for one in ordered if one.mode), None)
    if segment is None and not (side or view or mode):
        return None
    strongest = next(one.source for one in ordered if one.segment or one.side or one.view or one.mode)
    return Proposal(segment, side, view, mode, source or strongest)


def _segment(ordered: Sequence[Proposal]) -> tuple[ProposalSource | None, SegmentId | None]:
    """The one segment that is left once every source had its say; a source that leaves none of them is not heard."""
    left: frozenset[SegmentId] | None = None
    for source, named in _named(ordered).items():
        left = named if left is None else left & named or left
        if len(left) == 1:
            return source, next(iter(left))
    return None, None


def _named(evidence: Iterable[Proposal]) -> Mapping[ProposalSource, frozenset[SegmentId]]:
    """The segments that each source leaves open; silent ones are left out."""
    found: dict[ProposalSource, frozenset[SegmentId]] = {}
    for one in evidence:
        if one.segment is not None:
            found[one.source] = found.get(one.source, frozenset()) | {one.segment}
    return found


def segments_conflict(evidence: Sequence[Proposal]) -> bool:
    """Two sources leave no segment in common. The order of the clips is no source to quarrel with."""
    named = (segments for source, segments in _named(evidence).items() if source is not ProposalSource.ORDER)
    return any(not one & other for one, other in combinations(named, 2))


def sides_conflict(evidence: Sequence[Proposal]) -> bool:
    """Two sources name different sides."""
    return len({one.side for one in evidence if one.side in {Side.LEFT, Side.RIGHT} and one.source is not ProposalSource.ORDER}) > 1
