"""What the coordinator entered about a subject: facts of the whole subject, and facts of each segment. Never an allocation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from corelab.domain.vocabulary import SegmentId

NOT_PRESENT: Final = "not_present"
"""The value of an attribute that makes a segment absent for this subject (charter format, section 3)."""
_NONE: Mapping[str, str] = MappingProxyType({})
_NOWHERE: Mapping[tuple[str, SegmentId], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Attributes:
    """``subject``: attribute -> value; ``segments``: (attribute, segment at run time) -> value. What is not there is not known."""

    subject: Mapping[str, str] = field(default_factory=lambda: _NONE)
    segments: Mapping[tuple[str, SegmentId], str] = field(default_factory=lambda: _NOWHERE)

    def of(self, attribute: str, segment: SegmentId | None = None) -> str | None:
        """The value for a segment, or for the subject; None while nobody entered one."""
        found = self.segments.get((attribute, segment)) if segment is not None else None
        return found if found is not None else self.subject.get(attribute)

    def absent(self, segment: SegmentId) -> bool:
        """Whether the subject does not have this segment."""
        return any(value == NOT_PRESENT for (_, where), value in self.segments.items() if where == segment)


UNKNOWN: Final = Attributes()
