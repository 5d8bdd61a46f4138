"""How a case was decided, for a package: whose grade was taken and why, and which reading was A; known only after its results are."""

from types import MappingProxyType

from corelab.domain.content import AdjudicationContent
from corelab.domain.vocabulary import SegmentId
from corelab.export.records import Adjudicated
from corelab.storage.readings import CaseRecord
from corelab.storage.snapshot import Snapshot


def adjudicated(snapshot: Snapshot, case: CaseRecord, content: AdjudicationContent) -> Adjudicated:
    """The order of A and B is opened with the decision; while it is sealed, nobody is told which was which."""
    opened = snapshot.one("opening", seq=case.key_seq) is not None
    segments = snapshot.opening_of(case.key_seq)["segments"] if opened else {}
    taken = {one.cell: (one.take, one.reason) for one in content.decisions}
    a, b = ({SegmentId(segment): str(sides[letter]) for segment, sides in segments.items()} for letter in ("A", "B"))
    return Adjudicated(MappingProxyType(taken), MappingProxyType(a), MappingProxyType(b))
