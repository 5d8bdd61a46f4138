"""The segments of a charter at run time: with their side, under the ids that cells, clips and tables use; which of them a rule means."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from corelab.domain.attributes import Attributes
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_subject import Segment
from corelab.domain.charter.table import Selection, Where
from corelab.domain.vocabulary import SegmentId, Side

_SIDES = {"left": Side.LEFT, "right": Side.RIGHT}
_SUFFIXES = (".L", ".R")


class SideUnknownError(Exception):
    """The subject's side under study is not entered yet."""

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute)
        self.attribute = attribute


@dataclass(frozen=True, slots=True)
class Place:
    """A segment of the charter at run time: with its side, under the id that cells, clips and tables use."""

    id: SegmentId
    segment: Segment
    side: Side

    @property
    def required(self) -> bool:
        return self.segment.presence == "required"


def charter_id(segment: SegmentId) -> str:
    """The id that the charter gave a segment: without the suffix of its side."""
    return segment.partition(".")[0]


def side_of(charter: Charter, segment: Segment, attributes: Attributes) -> Side:
    """The side of a segment that stands for one side. Raises SideUnknownError when the subject's side is not entered."""
    if segment.side != "study":
        return Side.UNPAIRED
    attribute = charter.exam.side_attribute or ""
    value = attributes.of(attribute)
    if value not in _SIDES:
        raise SideUnknownError(attribute)
    return _SIDES[value]


def segments_of(charter: Charter, attributes: Attributes) -> tuple[Place, ...]:
    """Every segment of the charter in form order, with side; one for both sides becomes ``.L`` and ``.R``."""
    return tuple(place for segment in charter.segments for place in _places(charter, segment, attributes))


def _places(charter: Charter, segment: Segment, attributes: Attributes) -> Iterator[Place]:
    if segment.side == "both":
        yield Place(SegmentId(f"{segment.id}.L"), segment, Side.LEFT)
        yield Place(SegmentId(f"{segment.id}.R"), segment, Side.RIGHT)
    else:
        yield Place(SegmentId(segment.id), segment, side_of(charter, segment, attributes))


def run_time_ids(charter: Charter, segments: Collection[str]) -> tuple[SegmentId, ...]:
    """The ids under which these segments of the charter stand in a reading."""
    return tuple(
        SegmentId(f"{segment}{suffix}")
        for segment in segments
        for suffix in (_SUFFIXES if charter.segment(segment).side == "both" else ("",))
    )


def members_of(
    charter: Charter, attributes: Attributes, *, groups: Iterable[str] = (), segments: Iterable[str] = (), where: Where | None = None
) -> tuple[SegmentId, ...]:
    """The union of groups and segments at run time, without repeats; ``where`` keeps those whose attribute has one of the values."""
    named = dict.fromkeys((*segments, *(member for group in groups for member in charter.group(group).segments)))
    found = run_time_ids(charter, named)
    return found if where is None else tuple(one for one in found if attributes.of(where.attribute, one) in where.values)


def selected(charter: Charter, selection: Selection, attributes: Attributes) -> tuple[SegmentId, ...]:
    """The segments of a selection at run time, without those that the subject does not have."""
    groups = (selection.group,) if selection.group else ()
    found = members_of(charter, attributes, groups=groups, segments=selection.segments or (), where=selection.where)
    return tuple(one for one in found if not attributes.absent(one))
