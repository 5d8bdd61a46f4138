"""What the tables of a package cost: beside the same rows out of a bare SQLite file, and in how much memory."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from time import thread_time
from types import MappingProxyType

from corelab.domain.allocation import Slot
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.form import Form, form_for, segments_of
from corelab.domain.values import first_value
from corelab.domain.vocabulary import (
    Answer,
    Cell,
    Evidence,
    Grade,
    NotApplicableCause,
    ReadingTypeId,
    Sha256,
    VisitId,
    not_applicable,
)
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.rows import tables_of
from corelab.export.table_files import table_files
from corelab.export.tables import tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import Written
from corelab.resources import resource
from corelab.services.bench_decoding import in_turns
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Result, Spread, Told
from corelab.services.bench_memory import private_bytes
from corelab.storage.bare_rows import BareRows

_CHARTER = "dvt_lower_extremity.toml"
_MEGABYTE = 1024 * 1024
_ALLOWED = 25.0
"""Megabytes between few subjects and a hundred times as many: what the allocator keeps in pieces."""
_MORE = 100
_ROLLUP = Path("/proc/self/smaps_rollup")
_SIGNED = "2026-01-12T12:00:00.000Z"
_BOTH: tuple[Slot, Slot] = (1, 2)
Rows = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Subjects whose tables are written in each turn, and those of the smaller of two packages whose memory is compared."""

    subjects: int
    turns: int
    few: int


QUICK = Sizes(10, 3, 1)
WHOLE = Sizes(20, 7, 2)


def measure(folder: Path, sizes: Sizes, say: Told) -> Iterator[Result]:
    """Time beside the bare file, by this thread's share of the processor; then memory."""
    folder.mkdir(parents=True, exist_ok=True)
    trial = Trial(load_charter(resource("charters", _CHARTER).read_bytes()))
    counted = sizes.subjects * sum(map(len, trial.rows.values()))
    say(f"Tables of a package, {sizes.subjects} subjects, {counted} rows")
    subjects = [trial.subject(number) for number in range(sizes.subjects)]
    works = (partial(_write, folder / "ours", trial, subjects), partial(_derive, folder / "derived", trial, sizes.subjects))
    bare = _bare(folder, trial, subjects)
    ours, derived, theirs = in_turns((*works, partial(_anew, folder / "bare", bare)), sizes.turns, thread_time)
    beside = f"{counted} rows selected from SQLite and written by the csv library"
    yield Goal.over("csv", f"writing the tables of a package, beside {beside}", Spread.ratio(ours, theirs), 1.3)
    yield Beside(
        "csv-derived", f"the same with results and endpoints computed from the readings, beside {beside}", Spread.ratio(derived, theirs)
    )
    yield _memory(folder, sizes.few, say)


def _write(folder: Path, trial: "Trial", subjects: Sequence[Rows]) -> None:
    rmtree(folder, ignore_errors=True)
    with table_files(folder, trial.tables) as files:
        for rows in subjects:
            files.add(rows)


def _derive(folder: Path, trial: "Trial", subjects: int) -> None:
    """From signed readings to files."""
    rmtree(folder, ignore_errors=True)
    with table_files(folder, trial.tables) as files:
        for number in range(subjects):
            files.add(trial.derived(number))


def _bare(folder: Path, trial: "Trial", subjects: Sequence[Rows]) -> BareRows:
    """The same rows in the same order."""
    made = BareRows.made(folder / "rows.db", {table.name: table.names for table in trial.tables})
    with table_files(folder / "sorted", trial.tables) as files:
        for rows in subjects:
            files.add(rows)
    sorted_ = Written(folder / "sorted", {}, trial.versions, trial.tables)
    for table in trial.tables:
        made.add(table.name, (tuple(row.values()) for row in sorted_.rows(table.name)))
    return made


def _anew(folder: Path, bare: BareRows) -> None:
    rmtree(folder, ignore_errors=True)
    bare.write(folder)


# ---------------------------------------------------------------- memory


def _memory(folder: Path, few: int, say: Told) -> Result:
    what = f"private memory while tables of {few * _MORE} subjects are written and read, above that of {few}, in MB"
    if not _ROLLUP.exists():
        return NotMeasured("csv-memory", what, "the system does not tell a program's private memory (no /proc)")
    say(f"Memory, the tables of {few} and of {few * _MORE} subjects")
    try:
        less, more = (_in_a_child(folder / f"{count}", count) / _MEGABYTE for count in (few, few * _MORE))
    except BrokenProcessPool:
        return NotMeasured("csv-memory", what, "the process that wrote was ended by the system")
    return Goal("csv-memory", what, more - less, _ALLOWED)


def _in_a_child(folder: Path, subjects: int) -> int:
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(streamed, folder, subjects).result()
    finally:
        rmtree(folder, ignore_errors=True)


def streamed(folder: Path, subjects: int) -> int:
    """The most private memory, in bytes, that writing the tables and reading them by subject takes beside what was there before."""
    trial = Trial(load_charter(resource("charters", _CHARTER).read_bytes()))
    before = most = private_bytes(_ROLLUP.read_text("ascii"))
    with table_files(folder, trial.tables) as files:
        for number in range(subjects):
            files.add(trial.subject(number))
            most = max(most, private_bytes(_ROLLUP.read_text("ascii")))
    for _ in Written(folder, {}, trial.versions, trial.tables).subjects():
        most = max(most, private_bytes(_ROLLUP.read_text("ascii")))
    return most - before


# ---------------------------------------------------------------- rows


class Trial:
    """Subjects with every visit of the charter read twice: nothing found, each grade on a frame. They differ in their code only."""

    def __init__(self, charter: Charter) -> None:
        self.versions = Versions.of([charter])
        self._exams = tuple(_exams(charter))
        self.rows: Rows = self.derived(0)
        self.tables = tuple(table for table in tables_for(charter) if table.name in self.rows)

    def derived(self, number: int) -> Rows:
        """The rows of a subject, from its readings."""
        return tables_of(self.versions, (replace(exam, subject=_code(number)) for exam in self._exams)).named()

    def subject(self, number: int) -> Rows:
        code = {"USUBJID": _code(number)}
        return {name: tuple({**row, **code} for row in rows) for name, rows in self.rows.items()}


def _code(number: int) -> str:
    return f"S{number:07}"


def _exams(charter: Charter) -> Iterator[ExamRecord]:
    attributes = Attributes(MappingProxyType({charter.exam.side_attribute or "": "left"}))
    sides = MappingProxyType({place.id: place.side for place in segments_of(charter, attributes)})
    for visit in charter.visits:
        kinds = [kind.id for kind in charter.types_at(visit.id)]
        forms = {kind: _form(charter, kind, VisitId(visit.id), attributes) for kind in kinds}
        records = tuple(_record(forms[kind], kind, f"{visit.id} {kind} {slot}", slot) for kind in kinds for slot in _BOTH)
        head = (charter.trial.id, "", "S", visit.id, "2026-01-12", str(visit.day), "left")
        yield ExamRecord(*head, 1, charter.version, charter.hash, sides, records, attributes)


def _form(charter: Charter, kind: str, visit: VisitId, attributes: Attributes) -> Form:
    received = [place.id for place in segments_of(charter, attributes)]
    return form_for(charter, kind, visit=visit, attributes=attributes, received=received, not_imaged={})


def _record(form: Form, kind: str, name: str, slot: Slot) -> SignedRecord:
    digest = sha256(name.encode()).hexdigest()
    answers = MappingProxyType({cell: _answer(form, cell, Sha256(digest)) for cell in form.grid})
    of = ReadingTypeId(kind)
    return SignedRecord(digest[:36], slot, f"R0{slot}", 1, current=True, signed_at=_SIGNED, event=1, answers=answers, kind=of, number=slot)


def _answer(form: Form, cell: Cell, clip: Sha256) -> Answer:
    """What stands first in the charter, on a frame; nothing where it is a number or a text."""
    value = first_value(form.item(cell.item))
    grade = form.fixed.get(cell) or (not_applicable(NotApplicableCause.OPTIONAL) if value is None else Grade(value))
    return Answer(cell, grade, (Evidence(clip, 3),) if grade.missing is None else ())
