"""From two clicks on an image to the value of an item: the caliper of the imaging core, in the item's unit, kept as evidence. No widget."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from corelab.domain.charter.model_item import Item, NumberItem
from corelab.domain.clip import Clip, RegionKind
from corelab.domain.measurement import HUNDREDTHS, PER_UNIT, QUANTITIES
from corelab.domain.values import NumberRefusedError, number_text, typed_number
from corelab.domain.vocabulary import Binding, Caliper, Evidence
from corelab.services import clips
from corelab.services.clips import Length
from corelab.ui import caliper
from corelab.ui.entry import EntryRefusedError, quantity_words, range_words, unit_words

_SHOWN: Final[Mapping[str, frozenset[RegionKind]]] = MappingProxyType(
    {
        "b_mode": frozenset({RegionKind.TISSUE, RegionKind.COLOUR}),
        "colour": frozenset({RegionKind.COLOUR}),
        "spectral": frozenset({RegionKind.SPECTRAL}),
    }
)


def shows(clip: Clip, item: Item) -> bool:
    """Whether a frame of this clip can prove this item by itself: the clip has a region of the kind that the charter names."""
    wanted = item.evidence.region if item.evidence is not None else "any"
    return wanted == "any" or any(region.kind in _SHOWN[wanted] for region in clip.regions)


def is_split(clip: Clip) -> bool:
    """Whether one frame shows the vein twice, without and under pressure side by side."""
    return sum(region.kind in _SHOWN["b_mode"] for region in clip.regions) > 1


def captured(item: Item, clip: Clip, drawn: caliper.Caliper) -> Evidence:
    """The caliper drawn on this clip as the evidence of an answer to this item; its value is computed from the points that are kept.

    A duration is measured across, a velocity down, a length along the line. Raises EntryRefusedError with what is wrong, in words.
    """
    if not isinstance(item, NumberItem) or item.measure == "typed":
        raise EntryRefusedError("This question is not measured.")
    points = tuple((_kept(x), _kept(y)) for x, y in (drawn.start, drawn.end))
    start, end = ((x / HUNDREDTHS, y / HUNDREDTHS) for x, y in points)
    found = clips.caliper(clip, start, end)
    if not isinstance(found, Length):
        raise EntryRefusedError(found.reason)
    value = _value(item, found)
    return Evidence(clip.sha256, drawn.frame, bound=Binding.CALIPER, caliper=Caliper(points, found.region, value, item.unit, found.spacing))


def drawn_again(evidence: Evidence) -> caliper.Caliper | None:
    """A kept caliper as it is drawn on its frame; None where the evidence has none."""
    kept = evidence.caliper
    if kept is None or len(kept.points) != 2:
        return None
    start, end = ((x / HUNDREDTHS + 0.5, y / HUNDREDTHS + 0.5) for x, y in kept.points)
    return caliper.Caliper(evidence.frame_a, start, end)


def caliper_words(kept: Caliper) -> str:
    """``8.4 mm``."""
    return f"{kept.value} {unit_words(kept.unit)}"


def region_words(item: Item) -> str:
    """Where to measure, for the hint under the question."""
    if isinstance(item, NumberItem) and item.measure != "length":
        return f"Two clicks on the spectral strip measure the {quantity_words(item)}"
    return "Two clicks on the image measure the length"


def _kept(coordinate: float) -> int:
    return round((coordinate - 0.5) * HUNDREDTHS)


def _value(item: NumberItem, found: Length) -> str:
    quantity = QUANTITIES[item.measure]
    measured = found.exactly(quantity)
    if measured is None:
        where = "the spectral strip" if item.measure != "length" else "the image, not on the spectral strip"
        raise EntryRefusedError(f"A {quantity_words(item)} is measured on {where}.")
    factor = PER_UNIT[quantity].get(item.unit)
    if factor is None:
        raise EntryRefusedError(f"A caliper cannot give {unit_words(item.unit)}; tell the coordinator.")
    text = number_text(item, measured * factor)
    try:
        return typed_number(item, text)
    except NumberRefusedError:
        raise EntryRefusedError(f"{text} {unit_words(item.unit)} measured; taken is {range_words(item)}.") from None
