"""Packages with evidence, calipers and clips as tables on disk, and structured reports read back by another library."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from pydicom import dcmread
from pydicom.dataset import Dataset

from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.measurement import Measurement, Quantity
from corelab.domain.vocabulary import Answer, Binding, Caliper, Cell, Evidence, Sha256
from corelab.export.columns import Table
from corelab.export.lab_tables import CLIPS
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.rows import tables_of
from corelab.export.tables import tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import Written
from tests.charter_builders import full
from tests.table_builders import table_bytes
from tests.unit.test_package_round_trip import a_subject

FRAMES, ROWS, COLUMNS = 40, 480, 640
USED = ("readings", "evidence", "measurements", "clips")


def a_package(folder: Path, name: str, seed: int = 1, visits: int = 2) -> Written:
    """The tables of one subject under a full charter: answers with frames, pairs and calipers, and measurements nobody asked for."""
    charter = load_charter(full(name).encode())
    chance = random.Random(seed)  # noqa: S311 - evidence of a test
    exams = tuple(proved(charter, exam, chance) for exam in a_subject(charter, seed)[:visits])
    return written(folder, charter, exams)


def written(folder: Path, charter: Charter, exams: Sequence[ExamRecord]) -> Written:
    made = dict(tables_of(Versions.of([charter]), exams).named())
    rows = {name: made.get(name, ()) for name in USED[:3]}
    rows["clips"] = tuple(clip_rows(rows))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    package = Written(folder, {}, Versions.of([charter]), _tables(charter))
    for table in package.tables:
        (folder / table.path).write_bytes(table_bytes(table, rows[table.name]))
    return package


def opened(folder: Path, name: str) -> Written:
    """The tables that lie there, read under a full charter."""
    charter = load_charter(full(name).encode())
    return Written(folder, {}, Versions.of([charter]), _tables(charter))


def _tables(charter: Charter) -> tuple[Table, ...]:
    known = {table.name: table for table in (*tables_for(charter), CLIPS)}
    return tuple(known[name] for name in USED)


def edit(package: Written, table: str, change: Callable[[Row], Row]) -> None:
    rewritten(package, table, [change(row) for row in package.rows(table)])


def rewritten(package: Written, table: str, rows: list[Row]) -> None:
    (package.folder / package.table(table).path).write_bytes(table_bytes(package.table(table), rows))


def clip_rows(rows: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """A clip for every id that evidence names; a still now and then."""
    known = {(row["USUBJID"], row["VISITNUM"], row["CLIPID"]): row for name in ("evidence", "measurements") for row in rows[name]}
    for row in known.values():
        clip, blank = row["CLIPID"], dict.fromkeys(CLIPS.names, "")
        places = {"FRAMES": str(FRAMES), "ROWS": str(ROWS), "COLS": str(COLUMNS), "STATE": "RELEASED"}
        uids = {name: uid_of(name, clip) for name in ("STDYUID", "SERUID", "SOPUID")}
        shared = {name: row[name] for name in ("STUDYID", "USUBJID", "VISITNUM", "VISIT", "CLIPID")}
        yield {**blank, **shared, **places, **uids, "SOPCLASS": "1.2.840.10008.5.1.4.1.1.3.1"}


def uid_of(name: str, clip: str) -> str:
    return f"2.25.{int.from_bytes(sha256(f'{name} {clip}'.encode()).digest()[:8])}"


# ---------------------------------------------------------------- what answers rest on


def proved(charter: Charter, exam: ExamRecord, chance: random.Random) -> ExamRecord:
    return replace(exam, records=tuple(_with_proof(charter, exam, record, chance) for record in exam.records))


def _with_proof(charter: Charter, exam: ExamRecord, record: SignedRecord, chance: random.Random) -> SignedRecord:
    answers = {cell: replace(one, evidence=tuple(_evidence(charter, exam, one, chance))) for cell, one in record.answers.items()}
    free = tuple(_free(exam, quantity) for quantity in Quantity) if record.slot == 1 else ()
    return replace(record, answers=MappingProxyType(answers), measurements=free)


def _evidence(charter: Charter, exam: ExamRecord, answer: Answer, chance: random.Random) -> Iterator[Evidence]:
    """Nothing for most of what is missing; two pieces now and then; a caliper for what one measures."""
    if answer.grade.missing is not None and chance.random() < 0.8:
        return
    clip = clip_of(exam, answer.cell)
    item = charter.item(answer.cell.item)
    if isinstance(item, NumberItem) and item.measure != "typed" and answer.grade.value is not None:
        drawn = Caliper(((1234, 1250), (3_000 + chance.randrange(1000), 47_050)), 0, answer.grade.value, item.unit, ("0.01", "0.01"))
        yield Evidence(clip, chance.randrange(FRAMES), bound=Binding.CALIPER, caliper=drawn)
        return
    pair = chance.randrange(FRAMES) if chance.random() < 0.3 else None
    yield Evidence(clip, chance.randrange(FRAMES), pair, Binding.MARKED)
    if chance.random() < 0.2:
        yield Evidence(clip_of(exam, answer.cell, "second"), chance.randrange(FRAMES), None, Binding.AUTO)


def clip_of(exam: ExamRecord, cell: Cell, which: str = "first") -> Sha256:
    return Sha256(sha256(f"{exam.visit} {cell.segment} {which}".encode()).hexdigest())


def _free(exam: ExamRecord, quantity: Quantity) -> Measurement:
    """A measurement that no question asked for, of as many points as its kind has."""
    points = ((100, 200), (300, 400), (525, 610), (710, 805))[: {Quantity.AREA: 3, Quantity.RATIO: 4}.get(quantity, 2)]
    unit = {"length": "mm", "area": "mm2", "duration": "s", "velocity": "cm/s", "ratio": "percent"}[quantity.value]
    region, spacing = (None, None) if quantity is Quantity.RATIO else (0, ("0.01", "0.01"))
    clip = Sha256(sha256(f"{exam.visit} free".encode()).hexdigest())
    return Measurement(clip, 4, quantity, points, region, spacing, f"{len(points)}.5", unit)


# ---------------------------------------------------------------- reports, read by pydicom

Code = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of a report: its group's key and site, the question, the answer and what it rests on."""

    key: str
    site: tuple[Code, ...]
    concept: Code
    answer: tuple[str, ...]
    reason: Code | None
    frames: tuple[tuple[str, tuple[int, ...]], ...]
    lines: tuple[tuple[Decimal, ...], ...]


def reports(folder: Path) -> dict[str, Dataset]:
    return {path.stem: dcmread(path) for path in sorted((folder / "dicom" / "sr").iterdir())}


def code(item: Dataset) -> Code:
    return str(item.get("CodeValue") or item.LongCodeValue), str(item.CodingSchemeDesignator)


def name(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeMeaning)


def below(item: Dataset, relation: str) -> list[Dataset]:
    return [one for one in item.get("ContentSequence", ()) if one.RelationshipType == relation]


def groups(report: Dataset) -> list[Dataset]:
    (all_of_them,) = below(report, "CONTAINS")
    return below(all_of_them, "CONTAINS")


def told(report: Dataset) -> Iterator[Told]:
    for group in groups(report):
        key = next(one.TextValue for one in below(group, "HAS OBS CONTEXT") if name(one) == "Tracking Identifier")
        for item in below(group, "CONTAINS"):
            reason = next((code(one.ConceptCodeSequence[0]) for one in below(item, "HAS PROPERTIES")), None)
            proof = below(item, "INFERRED FROM")
            frames, lines = tuple(map(_frames, proof)), tuple(_line(one) for one in proof if one.ValueType == "SCOORD")
            yield Told(str(key), _site(group), code(item.ConceptNameCodeSequence[0]), _answer(item), reason, frames, lines)


def _site(group: Dataset) -> tuple[Code, ...]:
    """The site, then each modifier."""
    sites = below(group, "HAS CONCEPT MOD")
    assert len(sites) <= 1
    return tuple(code(one.ConceptCodeSequence[0]) for site in sites for one in (site, *below(site, "HAS CONCEPT MOD")))


def _answer(item: Dataset) -> tuple[str, ...]:
    if item.ValueType == "CODE":
        return code(item.ConceptCodeSequence[0])
    measured = item.MeasuredValueSequence[0]
    return measured.NumericValue.original_string, *code(measured.MeasurementUnitsCodeSequence[0])


def _frames(proof: Dataset) -> tuple[str, tuple[int, ...]]:
    image = below(proof, "SELECTED FROM")[0] if proof.ValueType == "SCOORD" else proof
    referenced = image.ReferencedSOPSequence[0]
    given = referenced.get("ReferencedFrameNumber", ())
    numbers = [given] if isinstance(given, int) else given
    return str(referenced.ReferencedSOPInstanceUID), tuple(int(one) for one in numbers)


def _line(proof: Dataset) -> tuple[Decimal, ...]:
    return tuple(Decimal(f"{number:.2f}") for number in proof.GraphicData)
