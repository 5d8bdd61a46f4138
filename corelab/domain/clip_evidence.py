"""What the sources of a clip say in the charter's words, what they come to together, and whether two of them disagree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from corelab.domain.charter import Charter
from corelab.domain.charter.model_subject import Segment
from corelab.domain.charter.table import Code
from corelab.domain.clip_label import Concept, Hint, Proposal, ProposalSource
from corelab.domain.vocabulary import SegmentId, Side

_SIDED = frozenset({Side.LEFT, Side.RIGHT})


# ---------------------------------------------------------------- one source


def proposals_of(charter: Charter, hints: Sequence[Hint], side: Side | None = None) -> tuple[Proposal, ...]:
    """Each hint with the segments whose codes the charter gives; a source that names no vein of the charter keeps what else it says.

    ``side`` is that of the whole delivery. A source that is silent about the side is placed on the one that is otherwise said.
    """
    ranked = sorted(hints, key=lambda hint: hint.source.rank)
    otherwise = next((hint.side for hint in ranked if hint.side in _SIDED), side)
    return tuple(proposal for hint in hints for proposal in _proposals(charter, hint, otherwise))


def _proposals(charter: Charter, hint: Hint, otherwise: Side | None) -> Iterator[Proposal]:
    segments = [segment for segment in charter.segments if any(_is_named(segment, *place) for place in hint.places)]
    for segment in segments:
        for shown in _run_time(segment, hint.side or otherwise):
            yield Proposal(shown, _side(segment, hint.side), hint.view, hint.mode, hint.source)
    if not segments and (hint.side or hint.view or hint.mode):
        yield Proposal(None, hint.side, hint.view, hint.mode, hint.source)


def _is_named(segment: Segment, vein: Concept, part: Concept | None) -> bool:
    """The vein is the segment's; a part that is said on one side only leaves the segment open."""
    if _concept(segment.code) != vein:
        return False
    return part is None or segment.modifier is None or _concept(segment.modifier) == part


def _concept(code: Code) -> Concept:
    return code.scheme, code.value


def _run_time(segment: Segment, side: Side | None) -> tuple[SegmentId, ...]:
    """The ids in readings: both of a vein that has two sides, as long as nothing says which."""
    if segment.side != "both":
        return (SegmentId(segment.id),)
    sides = (side,) if side is Side.LEFT or side is Side.RIGHT else (Side.LEFT, Side.RIGHT)
    return tuple(SegmentId(f"{segment.id}.{each.letter}") for each in sides)


def _side(segment: Segment, side: Side | None) -> Side | None:
    """A vein without a side has none, whatever a header says of the limb."""
    return Side.UNPAIRED if segment.side == "unpaired" else side


# ---------------------------------------------------------------- all of them


def combined(evidence: Sequence[Proposal]) -> Proposal | None:
    """The strongest word on each point; of segments that a source leaves open, those that weaker sources leave too. None: nothing is said.

    Its source is the one that settled the segment, or else the strongest that said anything.
    """
    ordered = sorted(evidence, key=lambda one: one.source.rank)
    source, segment = _segment(ordered)
    side = _side_of(ordered, segment)
    view = next((one.view for one in ordered if one.view), None)
    mode = next((one.mode for one in ordered if one.mode), None)
    if segment is None and not (side or view or mode):
        return None
    strongest = next((one.source for one in ordered if one.side or one.view or one.mode), ordered[0].source)
    return Proposal(segment, side, view, mode, source or strongest)


def _side_of(ordered: Sequence[Proposal], segment: SegmentId | None) -> Side | None:
    """Unpaired where the segment is; else the strongest word on a side."""
    if segment is not None and any(one.segment == segment and one.side is Side.UNPAIRED for one in ordered):
        return Side.UNPAIRED
    return next((one.side for one in ordered if one.side in _SIDED), None)


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
    """Two sources leave no vein in common, whatever they say of its side. The order of the clips is no source to quarrel with."""
    named = (segments for source, segments in _named(evidence).items() if source is not ProposalSource.ORDER)
    veins = [{segment.partition(".")[0] for segment in segments} for segments in named]
    return any(not one & other for one, other in combinations(veins, 2))


def sides_conflict(evidence: Sequence[Proposal]) -> bool:
    """Two sources name different sides, and the clip does not show a vein that has none."""
    segment = combined(evidence)
    if segment is not None and segment.side is Side.UNPAIRED:
        return False
    return len({one.side for one in evidence if one.side in _SIDED and one.source is not ProposalSource.ORDER}) > 1


def exam_side(charter: Charter, side: Side | None, *, delivered: bool) -> Proposal | None:
    """The side that the delivery names for all its clips, or the subject's limb under study where every sided segment is of that limb."""
    if side not in _SIDED or not (delivered or all(segment.side != "both" for segment in charter.segments)):
        return None
    return Proposal(None, side, None, None, ProposalSource.EXAM)
