"""What arrived beside what the site's list says: how each row fared, and what the site is asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corelab.domain.charter import Charter
from corelab.domain.clip_label import Proposal, ProposalSource
from corelab.domain.intake import IntakeCode, Outcome
from corelab.domain.queries import QueryKind
from corelab.domain.transmittal import RowState, TransmittalLine
from corelab.domain.vocabulary import ClipId, SegmentId
from corelab.services.intake.exam_work import Wanted
from corelab.services.intake.report import ObjectReport, QueryRaised, RowReport
from corelab.services.intake.transmittal import Plan
from corelab.services.queries import met, raised
from corelab.storage import intake_rows, registry
from corelab.storage.intake_rows import TransmittalRow
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

_NEVER_CAME = frozenset({IntakeCode.SOURCE_GONE.value, IntakeCode.ARCHIVE_MEMBER.value})
_NOT_ASKED = frozenset({IntakeCode.NOT_DICOM, IntakeCode.SOP_CLASS, IntakeCode.SOURCE_GONE, IntakeCode.TRANSMITTAL_ROW})
"""What lies beside clips on any disc, what went away here, and what the list itself leads to: no question to the site."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One object as it was received, with the row that names it; ``object`` is its id, None in a dry run."""

    report: ObjectReport
    line: TransmittalLine | None
    object: ClipId | None

    @property
    def came(self) -> bool:
        """Its bytes were read."""
        return self.report.code not in _NEVER_CAME or self.report.outcome is not Outcome.REJECTED

    @property
    def unexpected(self) -> bool:
        """A DICOM file that no row names."""
        return self.line is None and self.report.code == IntakeCode.TRANSMITTAL_ROW.value


def rows_of(plan: Plan, arrivals: Sequence[Arrival]) -> tuple[tuple[RowReport, Arrival | None], ...]:
    """How each row fared, then the objects that no row names. Only for a delivery that was looked at to its end."""
    by_row: dict[int, list[Arrival]] = {}
    for each in arrivals:
        if each.line is not None and each.came:
            by_row.setdefault(each.line.row, []).append(each)
    lines = plan.transmittal.lines if plan.transmittal else ()
    listed = [row for line in lines for row in _of_line(line, by_row.get(line.row, []))]
    extra = [(RowReport(None, RowState.UNEXPECTED, each.report.n), each) for each in arrivals if each.unexpected]
    return (*listed, *extra)


def _of_line(line: TransmittalLine, came: Sequence[Arrival]) -> Iterator[tuple[RowReport, Arrival | None]]:
    """One for each object of the row, and one for what did not come."""
    for count, each in enumerate(came, 1):
        over = line.n_files is not None and count > line.n_files
        differs = line.sha256 not in {None, each.report.sha256}
        state = RowState.UNEXPECTED if over else RowState.HASH_DIFFERS if differs else RowState.MATCHED
        yield _row(line, state, each), each
    if len(came) < (line.n_files or 1):
        yield _row(line, RowState.MISSING, None), None


def _row(line: TransmittalLine, state: RowState, of: Arrival | None) -> RowReport:
    said = (line.subject, line.visit, line.segment, line.side, line.view)
    return RowReport(line.row, state, of.report.n if of else None, of.report.clip if of else None, *said)


def recorded(transaction: Transaction, delivery: str, rows: Sequence[tuple[RowReport, Arrival | None]]) -> tuple[QueryRaised, ...]:
    """Writes the rows down, and asks the site about each that did not match."""
    made = [_kept(delivery, n, row, of) for n, (row, of) in enumerate(rows, 1)]
    transaction.record("transmittal.compared", "delivery", delivery, rows=made)
    return tuple(query for row, of in rows if (query := _asked(transaction, delivery, row, of)) is not None)


def _kept(delivery: str, n: int, row: RowReport, of: Arrival | None) -> NewRow:
    side, view = row.side.value if row.side else None, row.view.value if row.view else None
    named = of.object if of else None
    return intake_rows.transmittal_row(TransmittalRow(delivery, n, row.state, named, row.subject, row.visit, row.segment, side, view))


_KINDS = {
    RowState.MISSING: QueryKind.MISSING_FILE,
    RowState.UNEXPECTED: QueryKind.EXTRA_FILE,
    RowState.HASH_DIFFERS: QueryKind.HASH_DIFFERS,
}


def _asked(transaction: Transaction, delivery: str, row: RowReport, of: Arrival | None) -> QueryRaised | None:
    exam = registry.exam_at(transaction, row.subject, row.visit) if row.subject and row.visit else None
    said = {"row": str(row.row) if row.row else None, "segment": row.segment, "view": row.view.value if row.view else None}
    said |= {} if exam else {"subject": row.subject, "visit": row.visit}
    facts = {name: value for name, value in said.items() if value} | ({"side": row.side.value} if row.side else {})
    kind = _KINDS.get(row.state)
    if kind is None:
        if exam is not None:
            met(transaction, QueryKind.MISSING_FILE, exam=exam.id, facts=facts)
        return None
    clip = of.object if of else None
    about = exam.id if exam and clip is None else None
    return asked(transaction, kind, row.row, row.object, clip=clip, exam=about, delivery=delivery, facts=facts)


def asked(  # noqa: PLR0913 - what a query is about
    transaction: Transaction,
    kind: QueryKind,
    row: int | None,
    number: int | None,
    *,
    clip: str | None = None,
    exam: str | None = None,
    delivery: str | None = None,
    facts: dict[str, str] | None = None,
    named: tuple[str, str] | None = None,
) -> QueryRaised | None:
    """Raises a query about an object by its number, or about a row, and tells of it; None where the same is asked already."""
    found = raised(transaction, kind, clip=clip, exam=exam, delivery=delivery, facts=facts, named=named)
    counted = next((query.number for query in intake_rows.queries(transaction, id=found)), 0) if found else 0
    return QueryRaised(found, counted, kind.value, number, row) if found else None


def named(snapshot: Snapshot, wanted: Wanted, line: TransmittalLine | None) -> tuple[str, str]:
    """Subject and visit for a query: what a site wrote where a code belongs may be anybody's name, until the lab knows it as a code."""
    known = line is None or registry.subject_id(snapshot, wanted.subject) is not None
    return wanted.subject if known else "", wanted.visit


def kinds_asked(
    code: IntakeCode | None, outcome: Outcome, line: TransmittalLine | None, *, doubtful: bool, missing: bool
) -> Iterator[QueryKind]:
    """What the site is asked about an object as soon as it is recorded. ``missing``: its disc lists it, and it is not there."""
    if missing:
        yield QueryKind.MISSING_FILE
        return
    if code is IntakeCode.IDENTITY_MISMATCH:
        yield QueryKind.IDENTITY_MISMATCH
    if doubtful:
        yield QueryKind.DUPLICATE
    if outcome is Outcome.REJECTED and (code not in _NOT_ASKED or (line is not None and code is not IntakeCode.SOURCE_GONE)):
        yield QueryKind.UNREADABLE


def proposed(charter: Charter, line: TransmittalLine | None) -> tuple[Proposal, ...]:
    """What the site's list says that the object shows: a proposal, like what the file itself says."""
    if line is None or not (line.segment or line.view):
        return ()
    both = any(each.id == line.segment and each.side == "both" for each in charter.segments)
    named = f"{line.segment}.{line.side.letter}" if both and line.side else None if both else line.segment
    return (Proposal(SegmentId(named) if named else None, line.side, line.view, None, ProposalSource.TRANSMITTAL),)
