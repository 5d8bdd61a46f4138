"""Grades, segments and reasons as the document says them: the words of the charter, an option without its explanation."""

from functools import cached_property
from typing import Final

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem, TextItem
from corelab.domain.values import options_words, parts
from corelab.domain.vocabulary import Missing
from corelab.export.subject_pdf.content import Drawn
from corelab.export.writers import Row

IN_NOTES: Final = "text, in notes.csv"
_CAUSES: Final = {Missing.NOT_EVALUABLE.value: "Not evaluable", Missing.NOT_IMAGED.value: "Not imaged"}
_SIDES: Final = {"LEFT": "left", "RIGHT": "right"}


class Words:
    """The words of one version of the charter."""

    def __init__(self, charter: Charter) -> None:
        self.charter = charter
        self._reasons = {one.id: one.label for one in (*charter.missing.ne, *charter.missing.ni)}
        self._options = {item.id: _options_of(item) for item in charter.items}

    @cached_property
    def items(self) -> dict[str, Item]:
        """By the code under which they stand in tables."""
        return {item.export.testcd: item for item in self.charter.items}

    def said(self, row: Row) -> str:
        """What a row of readings.csv or results.csv answers: ``Partial``, ``12.3 mm``, ``NE: No compression manoeuvre recorded``."""
        if row["EVALSTAT"] in _CAUSES:
            return f"{row['EVALSTAT']}: {self.reason(row['NERSN'])}" if row["NERSN"] else row["EVALSTAT"]
        return row["EVALSTAT"] or self.value(self.items[row["TESTCD"]], row["RESCD"])

    def reason(self, reason: str) -> str:
        """Why a grade is missing, or a segment was not imaged, in the words of the charter."""
        return self._reasons.get(reason, reason)

    def value(self, item: Item, code: str) -> str:
        """A code of an item in words."""
        match item:
            case ChoiceItem() | MultiItem():
                words = self._options[item.id]
                return ", ".join(words.get(one, one) for one in parts(code))
            case NumberItem():
                return f"{code} {unit_words(item.unit)}".strip()
            case TextItem():
                return IN_NOTES

    def legend(self, item: ChoiceItem) -> tuple[tuple[Drawn, str], ...]:
        """What the lines of the map mean for an item, from the best."""
        first, *between, last = self._options[item.id].values()
        if item.scale == "nominal":
            return (0, first), (1, "other")
        middle: tuple[tuple[Drawn, str], ...] = ((1, between[0] if len(between) == 1 else "between"),) if between else ()
        return (0, first), *middle, (2, last)


def drawn_of(item: ChoiceItem, row: Row) -> Drawn:
    """The best rank full, the worst none, what lies between partial. Without ranks the first option is full."""
    if row["EVALSTAT"]:
        return Missing(row["EVALSTAT"])
    if item.scale == "nominal":
        return 0 if row["RESCD"] == item.options[0].value else 1
    rank = item.rank(row["RESCD"])
    return 0 if rank == 0 else 2 if rank == item.worst_rank else 1


def _options_of(item: Item) -> dict[str, str]:
    if not isinstance(item, ChoiceItem | MultiItem):
        return {}
    words = options_words([option.label for option in item.options])
    return {option.value: word for option, word in zip(item.options, words, strict=True)}


def segment_words(segment: str, side: str) -> str:
    """``FV_PROX`` of the right is said ``R FV prox``."""
    first, *rest = segment.split("_")
    return " ".join(part for part in (side[:1], first, *(each.lower() for each in rest)) if part)


def side_words(side: str) -> str:
    return _SIDES.get(side, "")


def unit_words(unit: str) -> str:
    """``percent`` is the sign, ``mm2`` is square millimetres."""
    return {"percent": "%", "mm2": "mm\u00b2"}.get(unit, unit)
