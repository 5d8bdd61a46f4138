"""How well a reader agrees with the known truth of the calibration set, item by item, and whether that is enough for the charter. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from corelab.domain.agreement.measured import limits_of_agreement
from corelab.domain.agreement.two_readers import Weights, counts, kappa
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.vocabulary import Cell, Grade, ItemId, Missing

_WEIGHTS = {"linear": Weights.LINEAR, "quadratic": Weights.QUADRATIC, "none": Weights.UNWEIGHTED}


class Verdict(Enum):
    """What is recorded about a reader who read the calibration set. ``value`` stands in the table."""

    CERTIFIED = "certified"
    NOT_CERTIFIED = "not_certified"


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item over all cells whose truth is known.

    ``agreed`` of ``cells`` are as the truth says; ``not_evaluable`` were not graded though they can be. ``kappa`` is that of the graded
    cells, weighted as the charter says where the item has ranks; None where only one grade occurs. ``difference`` is the mean of reading
    minus truth of measured values, ``deviation`` its standard deviation, in the item's unit.
    """

    item: ItemId
    label: str
    cells: int
    agreed: int
    not_evaluable: int
    kappa: float | None = None
    difference: float | None = None
    deviation: float | None = None

    @property
    def share(self) -> float:
        return self.agreed / self.cells

    def to_json(self) -> dict[str, Any]:
        """Figures as decimal text: records hold no real numbers."""
        return {name: f"{value:.6f}" if isinstance(value, float) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ItemFigures":
        real = {name: float(value[name]) if value[name] is not None else None for name in ("kappa", "difference", "deviation")}
        return cls(**{**value, **real})


@dataclass(frozen=True, slots=True)
class Examined:
    """The agreement of one reader with the set. ``least`` is the charter's smallest weighted kappa, None where it states none."""

    exams: int
    items: tuple[ItemFigures, ...]
    least: float | None

    @property
    def short(self) -> tuple[ItemFigures, ...]:
        """Items on which the reader falls short. Without a figure to compare (one grade only) every cell has to agree."""
        if self.least is None:
            return ()
        judged = (each for each in self.items if each.difference is None)
        return tuple(each for each in judged if (each.kappa < self.least if each.kappa is not None else each.agreed < each.cells))

    @property
    def verdict(self) -> Verdict:
        return Verdict.NOT_CERTIFIED if self.short else Verdict.CERTIFIED

    def to_json(self) -> dict[str, Any]:
        least = f"{self.least:.6f}" if self.least is not None else None
        return {"exams": self.exams, "items": [each.to_json() for each in self.items], "least": least}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Examined":
        least = float(value["least"]) if value["least"] is not None else None
        return cls(value["exams"], tuple(ItemFigures.from_json(each) for each in value["items"]), least)


def examined(charter: Charter, readings: Sequence[tuple[Mapping[Cell, Grade], Mapping[Cell, Grade]]], exams: int) -> Examined:
    """``readings``: truth and grades of each calibration reading of one person. What the charter did not ask there does not count."""
    pairs: dict[ItemId, list[tuple[Grade, Grade]]] = {}
    for truth, given in readings:
        for cell, true in truth.items():
            said = given.get(cell)
            if said is not None and said.missing not in {Missing.NOT_APPLICABLE, Missing.NOT_IMAGED}:
                pairs.setdefault(cell.item, []).append((true, said))
    ordered = (ItemId(item.id) for item in charter.items if ItemId(item.id) in pairs)
    return Examined(exams, tuple(_figures(charter, item, pairs[item]) for item in ordered), charter.certification.min_weighted_kappa)


def _figures(charter: Charter, item: ItemId, pairs: Sequence[tuple[Grade, Grade]]) -> ItemFigures:
    asked = charter.item(item)
    agreed = sum(true.value == said.value and said.missing is None for true, said in pairs)
    graded = [(true, said) for true, said in pairs if said.missing is None]
    not_evaluable = len(pairs) - len(graded)
    if not isinstance(asked, ChoiceItem):
        difference, deviation = _differences(graded) if asked.kind == "number" else (None, None)
        return ItemFigures(item, asked.label, len(pairs), agreed, not_evaluable, None, difference, deviation)
    weights = _WEIGHTS[charter.monitoring.weights] if asked.scale == "ordinal" else Weights.UNWEIGHTED
    values = [option.value for option in asked.options]
    return ItemFigures(item, asked.label, len(pairs), agreed, not_evaluable, _kappa(values, graded, weights))


def _kappa(values: Sequence[str], graded: Iterable[tuple[Grade, Grade]], weights: Weights) -> float | None:
    met = Counter((true.value, said.value) for true, said in graded)
    table = [[met[row, column] for column in values] for row in values]
    return kappa(counts(table), weights).value


def _differences(graded: Sequence[tuple[Grade, Grade]]) -> tuple[float | None, float | None]:
    if not graded:
        return None, None
    found = limits_of_agreement([float(said.value or 0) for _, said in graded], [float(true.value or 0) for true, _ in graded])
    return found.mean.value, found.deviation.value
