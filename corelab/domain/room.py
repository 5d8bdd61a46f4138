"""How much room a complete record of a charter takes, so that the length of an envelope tells nothing about the grades inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from corelab.domain.adjudication import Decision, DecisionReason, Take
from corelab.domain.attributes import Attributes
from corelab.domain.audit import SALT_BYTES, canonical
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem
from corelab.domain.content import AdjudicationContent, ReadingContent, Viewing
from corelab.domain.form import Form, form_for, segments_of
from corelab.domain.measurement import MOST, MOST_POINTS, Measurement, Quantity
from corelab.domain.reading import Confirmed
from corelab.domain.values import joined, number_text
from corelab.domain.vocabulary import Answer, Binding, Caliper, Cell, Evidence, Grade, Sha256, VisitId, not_evaluable
from corelab.domain.watching import Watched

STEP = 2048
"""Room is a multiple of this many bytes."""
CLIPS_OF_A_SEGMENT = 3
"""An exam with more clips takes more room, the same for all its readings."""

_DIGEST = Sha256("0" * 64)
_LATE = 99_999
_FAR = 999_999
_REASON = "-" * 80
"""As long as the reason of a confirmed check may be before it takes more room."""
_TIMES_SHOWN = 4
_WATCHED = Watched(_LATE, _LATE, (400,) * 8)
"""At every speed there is."""
_METHOD = "-" * 16
"""As long as the version text of a method may be before it takes more room."""
_DECIMAL = "-" + "9" * 20
MEASURED = (
    Measurement(_DIGEST, _LATE, Quantity.DURATION, ((_FAR, _FAR),) * MOST_POINTS, 99, (_DECIMAL, _DECIMAL), _DECIMAL[:12], "cm/s"),
) * MOST
_LONG_REASON = max(DecisionReason, key=lambda reason: len(reason.value))


def room_for(charter: Charter, clips: int = 0) -> int:
    """Bytes, a multiple of 2048, that hold a complete reading or adjudication of any visit with every evidence and no free text."""
    return _room(room_of(charter, clips))


def room_of(charter: Charter, clips: int) -> "Of":
    """What room is reckoned from: at least as many clips as the charter's segments may have."""
    return Of(charter, max(clips, CLIPS_OF_A_SEGMENT * len(segments_of(charter, _attributes(charter)))))


@dataclass(frozen=True, slots=True, eq=False)
class Of:
    """A charter and a number of clips, told apart by the charter's hash: comparing whole charters costs more than the room itself."""

    charter: Charter
    clips: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Of) and (self.charter.hash, self.clips) == (other.charter.hash, other.clips)

    def __hash__(self) -> int:
        return hash((self.charter.hash, self.clips))


@lru_cache(maxsize=64)
def _room(of: Of) -> int:
    most = max(max(_reading_bytes(form, of.clips), _adjudication_bytes(form, of.clips)) for form in forms_of(of.charter))
    return -(-(most + SALT_BYTES + 1) // STEP) * STEP


def forms_of(charter: Charter) -> Iterator[Form]:
    """The form of every reading type at every visit, with every segment imaged."""
    attributes = _attributes(charter)
    everywhere = tuple(place.id for place in segments_of(charter, attributes))
    for kind in charter.reading_types:
        for visit in charter.visits:
            yield form_for(charter, kind.id, visit=VisitId(visit.id), attributes=attributes, received=everywhere, not_imaged={})


def _attributes(charter: Charter) -> Attributes:
    return Attributes(subject={charter.exam.side_attribute: "left"}) if charter.exam.side_attribute else Attributes()


def _reading_bytes(form: Form, clips: int) -> int:
    answers = tuple(longest(form, cell) for cell in form.grid)
    checks = tuple(Confirmed(check.id, check.segment, _REASON, check.level) for check in form.checks)
    content = ReadingContent(
        "0" * 64,
        "0" * 16,
        form.reading_type,
        99,
        answers,
        (_DIGEST,) * clips,
        _viewings(clips),
        checks,
        seconds=_LATE,
        measurements=MEASURED,
    )
    return len(canonical(content.to_json()))


def _adjudication_bytes(form: Form, clips: int) -> int:
    """Every cell disputed, each decision with an own grade."""
    said = (longest(form, cell) for cell in form.cells)
    decisions = tuple(Decision(one.cell, Take.OWN, one.grade, _LONG_REASON, one.evidence) for one in said)
    checks = tuple(Confirmed(check.id, check.segment, _REASON, check.level) for check in form.checks)
    content = AdjudicationContent(
        "0" * 64, "0" * 16, 99, decisions, (_DIGEST,) * clips, _viewings(clips), measurements=MEASURED, checks=checks
    )
    return len(canonical(content.to_json()))


def _viewings(clips: int) -> tuple[Viewing, ...]:
    return (Viewing(_DIGEST, _LATE, ((_LATE, _LATE),) * _TIMES_SHOWN, _WATCHED),) * clips


def longest(form: Form, cell: Cell) -> Answer:
    """The answer that takes the most room in a cell."""
    item = form.item(cell.item)
    pair = Evidence(_DIGEST, _LATE, _LATE, Binding.CALIPER, _caliper(item) if isinstance(item, NumberItem) else None, _METHOD)
    grades = (*_values(item), *(not_evaluable(reason.id) for reason in form.ne_reasons(cell.item)))
    fixed = form.fixed.get(cell)
    return Answer(cell, max((*grades, *((fixed,) if fixed else ())), key=_length), (pair,))


def _values(item: Item) -> tuple[Grade, ...]:
    """The values that may be the longest; of a free text only that there is one."""
    match item:
        case ChoiceItem():
            return tuple(Grade(option.value, prefilled=item.default is not None) for option in item.options)
        case MultiItem():
            return (Grade(joined(item, (option.value for option in item.options))),)
        case NumberItem():
            return tuple(Grade(number_text(item, Decimal(str(bound)))) for bound in (item.min, item.max))
        case _:
            return (Grade("-"),)


def _caliper(item: NumberItem) -> Caliper:
    return Caliper(((_FAR, _FAR), (_FAR, _FAR)), 99, number_text(item, Decimal(str(item.max))), item.unit, (_DECIMAL, _DECIMAL))


def _length(grade: Grade) -> int:
    return len(grade.code) + len(grade.reason or "") + 20 * (grade.missing is not None) + 20 * grade.prefilled
