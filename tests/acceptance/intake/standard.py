"""Table E.1-1 of DICOM PS3.15 as a test: a file with every attribute that it names, and what of them is left in a file made from it."""

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pydicom
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tests.acceptance.intake.case import Seed
from tests.acceptance.intake.objects import an_object, as_sites_write
from tests.dicom_builders import file_bytes

TABLE = Path(__file__).parents[4] / "shared" / "data" / "ps3_15_table_e1_1.json"
MESSAGES = 8
"""Groups below this one stand in messages, file meta and directories, not in an object."""
_CURVES, _OVERLAYS = (0x50003000, 0x50020022), (0x60003000, 0x60004000, 0x60023000, 0x60024000)
_CURVE, _OVERLAY, _PRIVATE = "50xxxxxx", "60xx", "ggggeeee-where-gggg-is-odd"
Place = tuple[tuple[int, int], ...]
"""Sequences and item numbers around an element, outermost first."""


@cache
def table() -> Mapping[str, str]:
    """Row -> action of the basic profile."""
    return {row["id"].upper() if not _is_range(row["id"]) else row["id"]: row["basicProfile"] for row in json.loads(TABLE.read_text())}


def _is_range(name: str) -> bool:
    return "x" in name or "-" in name


def checksum() -> str:
    return sha256(TABLE.read_bytes()).hexdigest()


@cache
def single_tags() -> frozenset[int]:
    return frozenset(int(name, 16) for name in table() if not _is_range(name))


def row_of(tag: int) -> str | None:
    """The row of the table that names this element."""
    group = tag >> 16
    if tag in single_tags():
        return f"{tag:08X}"
    if group >> 8 == 0x50 and not group % 2:
        return _CURVE
    if group >> 8 == 0x60 and not group % 2 and tag & 0xFFFF in {0x3000, 0x4000}:
        return f"{_OVERLAY}{tag & 0xFFFF:04x}"
    return _PRIVATE if group % 2 else None


# ---------------------------------------------------------------- a file with all of them


def _value(vr: str, seed: Seed, n: int) -> Any:
    day, words = f"19{30 + n % 60}{1 + n % 12:02d}{1 + n % 28:02d}", f"{seed.word} {n}"
    by_vr: Mapping[str, Any] = {
        **dict.fromkeys(("OB", "OW", "UN"), f"{seed.word}{n:06d}".encode()),
        **dict.fromkeys(("CS", "AE", "SH"), words[:16]),
        "PN": f"{seed.word}^N{n}",
        "DA": day,
        "DT": f"{day}112233.5",
        "TM": f"{n % 24:02d}4533",
        "UI": f"1.2.3.{seed.number}.{n}",
        "AS": "061Y",
        "DS": f"{seed.short}.5",
        "IS": str(seed.short),
        "US": 54321,
        "UR": f"http://{seed.word}.test/{n}",
    }
    return by_vr.get(vr, words)


def _fill(target: Dataset, seed: Seed) -> None:
    for n, tag in enumerate(sorted(single_tags())):
        group = tag >> 16
        if group < MESSAGES or not dictionary_has_tag(tag):
            continue
        vr = dictionary_VR(tag).split(" ", maxsplit=1)[0]
        if vr == "SQ":
            item = Dataset()
            item.CodeMeaning, item.PatientComments = f"{seed.word} {n}", f"{seed.word} {n}"
            target.add(DataElement(tag, "SQ", [item]))
        else:
            target.add(DataElement(tag, vr, _value(vr, seed, n)))
    for tag in (*_CURVES, *_OVERLAYS):
        target.add(
            DataElement(tag, "OW" if tag & 0xFFFF == 0x3000 else "LT", f"{seed.word}".encode() if tag & 0xFFFF == 0x3000 else seed.word)
        )
    block = target.private_block(0x0019, f"{seed.word} MAKER", create=True)
    block.add_new(0x01, "LO", seed.word)


def hostile(seed: Seed) -> bytes:
    """A whole ultrasound file: every attribute at the root, in an item of a sequence that is kept, and two levels deep in one."""
    made = an_object(seed)
    _fill(made, seed)
    deeper, item = Dataset(), Dataset()
    deeper.CodeValue, deeper.CodingSchemeDesignator, deeper.CodeMeaning = "7771000", "SCT", "Left"
    _fill(deeper, seed)
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", "Popliteal Vein"
    _fill(item, seed)
    item.AnatomicRegionModifierSequence = [deeper]
    made.AnatomicRegionSequence = [item]
    _fill(made.SequenceOfUltrasoundRegions[0], seed)
    with as_sites_write():
        return file_bytes(made)


# ---------------------------------------------------------------- what is left


@dataclass(frozen=True, slots=True)
class Left:
    """How many elements of the table a source holds, at its root and nested, and how many of them stand in the output as they were."""

    root: int
    nested: int
    left_root: tuple[str, ...]
    left_nested: tuple[str, ...]

    @property
    def left(self) -> int:
        return len(self.left_root) + len(self.left_nested)


def elements(dataset: Dataset, place: Place = ()) -> Iterator[tuple[Place, DataElement]]:
    for element in dataset:
        yield place, element
        if element.VR == "SQ":
            for number, item in enumerate(element.value or ()):
                yield from elements(item, (*place, (int(element.tag), number)))


def named_in(path: Path) -> dict[tuple[Place, int], Any]:
    """Every element of the table that a file holds with a value: sequences by what stands in them."""
    with warnings.catch_warnings(), as_sites_write():
        warnings.simplefilter("ignore")
        found = pydicom.dcmread(path, force=True)
        placed = {(place, int(element.tag)): element for place, element in (*elements(found), *elements(found.file_meta))}
        return {at: _said(element) for at, element in placed.items() if row_of(at[1]) is not None and _said(element)}


def _said(element: DataElement) -> Any:
    if element.VR == "SQ":
        return tuple(text for item in element.value or () for _, inner in elements(item) if inner.VR != "SQ" and (text := _said(inner)))
    value = element.value
    return bytes(value) if isinstance(value, bytes | bytearray) else str(value).strip() if value not in (None, "") else ""


def left_of(source: Path, output: Path) -> Left:
    """What must go by the table and stands in ``output`` with the value of the source, or at all where it must be removed."""
    before, after = named_in(source), named_in(output)
    same = [at for at, said in after.items() if at in before and (_kept(before[at], said) or table().get(row_of(at[1]) or "") == "X")]
    return Left(
        root=sum(1 for place, _ in before if not place),
        nested=sum(1 for place, _ in before if place),
        left_root=tuple(_name(at) for at in same if not at[0]),
        left_nested=tuple(_name(at) for at in same if at[0]),
    )


def _kept(before: Any, after: Any) -> bool:
    if isinstance(before, tuple):
        return not set(before).isdisjoint(after)
    return bool(before == after)


def _name(at: tuple[Place, int]) -> str:
    return "/".join(f"{tag:08X}" for tag in (*(tag for tag, _ in at[0]), at[1]))
