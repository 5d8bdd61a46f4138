"""Why a row of a package differs from the last one: the event after the last cut-off that brought it about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Self

from corelab.export.writers import Row


class Reason(Enum):
    """A kind of cause. Where several events could be it, the one that stands first here is named."""

    INVALIDATED = "INVALIDATED"
    WITHDRAWN_CLIP = "WITHDRAWN CLIP"
    SUBJECT_DATA = "SUBJECT DATA"
    REVISED = "REVISED"
    ADJUDICATED = "ADJUDICATED"
    NEW_RECORD = "NEW RECORD"
    INTAKE = "INTAKE"
    QUERY = "QUERY"
    SPECIFICATION = "SPECIFICATION"
    PROGRAM = "PROGRAM"
    OTHER = "OTHER"


REASON_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.INVALIDATED: "A reading was declared invalid",
        Reason.WITHDRAWN_CLIP: "A clip was withdrawn or replaced",
        Reason.SUBJECT_DATA: "A fact about the subject was entered or corrected",
        Reason.REVISED: "A reading or decision was signed as a revision",
        Reason.ADJUDICATED: "A case was adjudicated",
        Reason.NEW_RECORD: "A reading was signed and released",
        Reason.INTAKE: "Clips came in, or were labelled or graded",
        Reason.QUERY: "A query to a site moved on",
        Reason.SPECIFICATION: "The charter was amended, or the columns of a file changed",
        Reason.PROGRAM: "Another version of the program wrote the package",
        Reason.OTHER: "Something else that the audit trail tells",
    }
)


@dataclass(frozen=True, slots=True)
class Cause:
    """``seq`` is the number of the event; None where no event but another version of the program is the cause."""

    reason: Reason
    seq: int | None = None

    def or_better(self, other: Self) -> Self:
        """The reason that stands first; of two alike the later event."""
        order = list(Reason)
        mine, its = (order.index(self.reason), -(self.seq or 0)), (order.index(other.reason), -(other.seq or 0))
        return self if mine <= its else other


@dataclass(frozen=True, slots=True)
class Concerns:
    """What one event is about, as far as a row can name it: ids as they stand in the tables."""

    cause: Cause
    subject: str = ""
    visit: str = ""
    record: str = ""
    clip: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Causes:
    """The events since the last package by what they concern. ``otherwise``: where none of them explains a row."""

    otherwise: Cause
    _by: Mapping[tuple[str, ...], Cause] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Concerns], otherwise: Cause) -> Self:
        found: dict[tuple[str, ...], Cause] = {}
        for event in events:
            for key in _keys(event):
                found[key] = event.cause.or_better(found[key]) if key in found else event.cause
        return cls(otherwise, MappingProxyType(found))

    def of_row(self, row: Row, *, is_record: bool = True) -> Cause:
        """By what the row names, from the record down to the subject: a date or an endpoint may rest on another visit.

        ``is_record``: it tells of the record that it names; a result that only rests on one is explained by all of its exam.
        """
        asked = (
            ("record", row.get("RECID", "") if is_record else ""),
            ("query", row.get("QNUM", "")),
            ("clip", row.get("CLIPID", "") if "RECID" not in row else ""),
            ("exam", row.get("USUBJID", ""), row.get("VISIT", "")),
            ("subject", row.get("USUBJID", "")),
            ("any visit", row.get("USUBJID", "")),
        )
        return next((self._by[key] for key in asked if all(key) and key in self._by), self.otherwise)


def _keys(event: Concerns) -> Iterable[tuple[str, ...]]:
    """Under which names the event is looked up."""
    exam = ("exam", event.subject, event.visit) if event.visit else ("subject", event.subject)
    keys = (("record", event.record), ("query", event.query), ("clip", event.clip), exam, ("any visit", event.subject))
    return (key for key in keys if all(key))
