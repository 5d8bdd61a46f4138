"""A site's list beside its delivery: read and refused whole, then the exam of each object, and at the end how each row fared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corelab.domain.charter import Charter
from corelab.domain.intake import IntakeRefusedError, ObjectRefusedError, Refusal
from corelab.domain.transmittal import SIZE_LIMIT, RowFault, Transmittal, TransmittalFault, TransmittalLine, TransmittalRefusedError
from corelab.domain.transmittal_file import begins_transmittal, inner_path, read_transmittal
from corelab.domain.vocabulary import SubjectCode, VisitId
from corelab.imaging.child import study_uid
from corelab.imaging.deid.keyed import is_uid
from corelab.services.intake.copying import head_of
from corelab.services.intake.delivered import Source, SourceNote
from corelab.services.intake.exam_work import Wanted, exam_rows
from corelab.storage.snapshot import Snapshot

_PLACE = "path_or_study_uid"
_LISTS = (".csv", ".txt")
_HEAD = 4096
_NO_BYTES = frozenset({SourceNote.MISSING, SourceNote.OUTSIDE, SourceNote.UNREADABLE_LIST})
_CLOSED = {Refusal.EXAM_CLOSED: RowFault.EXAM_CLOSED, Refusal.RESERVED: RowFault.RESERVED}


def read(path: Path, charter: Charter) -> Transmittal:
    """Raises TransmittalRefusedError with every fault of the file."""
    content = _content(path) if path.is_file() else None
    if content is None:
        raise TransmittalRefusedError([TransmittalFault(RowFault.GONE)])
    return read_transmittal(content, charter)


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except OSError:
        return None


def require_no_list(sources: Sequence[Source]) -> None:
    """Who names one subject for all objects has not seen that a list among them names the subject of each. Raises IntakeRefusedError."""
    named = (source for source in sources if source.name.casefold().endswith(_LISTS) and source.note not in _NO_BYTES)
    if any(begins_transmittal(head_of(source, _HEAD)) for source in named):
        raise IntakeRefusedError(Refusal.SITE_LIST)


def wanted_by(line: TransmittalLine, site: str | None) -> Wanted:
    return Wanted(SubjectCode(line.subject), VisitId(line.visit), None, site)


def require_possible(snapshot: Snapshot, charter: Charter, transmittal: Transmittal, key: bytes) -> None:
    """No row names an exam that is closed, a subject of the calibration set, or one of another site. Raises with all that do."""
    faults: list[TransmittalFault] = []
    judged: dict[Wanted, TransmittalFault | None] = {}
    for line in transmittal.lines:
        wanted = wanted_by(line, transmittal.site)
        if wanted not in judged:
            judged[wanted] = _impossible(snapshot, charter, wanted, key)
        fault = judged[wanted]
        if fault is not None:
            faults.append(TransmittalFault(fault.kind, line.row, fault.column))
    if faults:
        raise TransmittalRefusedError(faults)


def _impossible(snapshot: Snapshot, charter: Charter, wanted: Wanted, key: bytes) -> TransmittalFault | None:
    subject = snapshot.one("subject", code=wanted.subject)
    if subject and wanted.site and subject["site_code"] not in {None, wanted.site}:
        return TransmittalFault(RowFault.SITE_OF_SUBJECT, None, "site")
    try:
        exam_rows(snapshot, charter, wanted, key)
    except IntakeRefusedError as refused:
        return TransmittalFault(_CLOSED.get(refused.refusal, RowFault.EXAM_CLOSED), None, "subject")
    return None


# ---------------------------------------------------------------- which exam each object belongs to


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the objects of a delivery go: all to one exam, or each to that of its row. Objects count from 1."""

    wanted: Wanted | None
    transmittal: Transmittal | None = None
    by_object: Mapping[int, TransmittalLine] = field(default_factory=dict, repr=False)
    by_study: Mapping[str, TransmittalLine] = field(default_factory=dict, repr=False)

    @property
    def exams(self) -> tuple[Wanted, ...]:
        """Every exam of the delivery, each once."""
        if self.wanted is not None:
            return (self.wanted,)
        lines = self.transmittal.lines if self.transmittal else ()
        return tuple(dict.fromkeys(wanted_by(line, self.site) for line in lines))

    @property
    def site(self) -> str | None:
        return self.transmittal.site if self.transmittal else None

    def line_of(self, n: int, content: Path) -> TransmittalLine | None:
        """The row that names this object, by its path or by its study."""
        line = self.by_object.get(n)
        if line is not None or not self.by_study:
            return line
        try:
            return self.by_study.get(study_uid(content))
        except ObjectRefusedError:
            return None

    def exam_of(self, line: TransmittalLine | None) -> Wanted | None:
        """None for an object that no row names."""
        return self.wanted or (wanted_by(line, self.site) if line else None)


def is_dicom(content: Path) -> bool:
    """Whether the file claims to be DICOM, or can be walked as such."""
    try:
        study_uid(content)
    except ObjectRefusedError:
        with content.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    return True


def planned(transmittal: Transmittal, sources: Sequence[Source]) -> Plan:
    """Each row with the objects that its path names. Raises TransmittalRefusedError where rows cannot be told apart by them."""
    places, faults = _Places.of(sources), list[TransmittalFault]()
    by_object: dict[int, TransmittalLine] = {}
    by_study: dict[str, TransmittalLine] = {}
    for line in transmittal.lines:
        found = places.named(line.place)
        if found is None:
            faults.append(TransmittalFault(RowFault.AMBIGUOUS, line.row, _PLACE))
        elif not found and is_uid(line.place):
            by_study[line.place] = line
        elif any(n in by_object for n in found or ()):
            faults.append(TransmittalFault(RowFault.OVERLAPS, line.row, _PLACE))
        else:
            by_object.update(dict.fromkeys(found, line))
    if faults:
        raise TransmittalRefusedError(faults)
    return Plan(None, transmittal, by_object, by_study)


@dataclass(frozen=True, slots=True)
class _Places:
    """The objects by what a row may call them: their path, with or without the folder or archive that was given, or a folder above it."""

    exact: Mapping[str, list[int]]
    folded: Mapping[str, list[int]]
    folders: Mapping[str, list[int]]

    @classmethod
    def of(cls, sources: Sequence[Source]) -> "_Places":
        exact, folded, folders = (defaultdict[str, list[int]](list) for _ in range(3))
        for n, source in enumerate(sources, 1):
            for name in _names(source):
                _add(exact[name], n)
                _add(folded[name.casefold()], n)
                for folder in _above(name):
                    _add(folders[folder.casefold()], n)
        return cls(exact, folded, folders)

    def named(self, place: str) -> Sequence[int] | None:
        """The objects that a path means; None where it may mean one or another."""
        for known in (self.exact.get(place, ()), self.folded.get(place.casefold(), ())):
            if known:
                return known if len(known) == 1 else None
        return self.folders.get(place.casefold(), ())


def _add(known: list[int], n: int) -> None:
    """Once, though an object has two names."""
    if n not in known[-1:]:
        known.append(n)


def _names(source: Source) -> Iterable[str]:
    if source.note in _NO_BYTES:
        return ()
    return dict.fromkeys(name for name in (inner_path(source.inner), inner_path(source.name)) if name)


def _above(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[:deep]) for deep in range(1, len(parts)))
