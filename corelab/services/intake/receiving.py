"""A delivery under way, object by object: copied, hashed, de-identified, recorded in one transaction, and only then reported."""

import contextlib
import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Role
from corelab.domain.attributes import UNKNOWN
from corelab.domain.delivery import Remark
from corelab.domain.intake import KNOWN_ELSEWHERE, IntakeCode, IntakeRefusedError, ObjectRefusedError, Outcome
from corelab.domain.mask_template import Template
from corelab.domain.queries import QueryKind
from corelab.domain.record_errors import DiskFullError, LabError, LabStorageError
from corelab.domain.transmittal import TransmittalLine
from corelab.domain.vocabulary import ClipId, ExamId, Sha256
from corelab.imaging.child import ChildStoppedError, ReaderUnavailableError
from corelab.imaging.child import prepared as prepare
from corelab.imaging.deid.candidate import Decision, Prepared
from corelab.services.accounts import Session
from corelab.services.intake import arrivals, automatic, verdicts
from corelab.services.intake.accepted import Accepted
from corelab.services.intake.arrivals import Arrival
from corelab.services.intake.automatic import Judged
from corelab.services.intake.copying import archive_digest, copied
from corelab.services.intake.delivered import Source, SourceNote
from corelab.services.intake.exam_work import settle
from corelab.services.intake.facts import payload_of
from corelab.services.intake.mixups import Mixups
from corelab.services.intake.replacement import has_others
from corelab.services.intake.report import IntakeReport, ObjectReport, QueryRaised, RowReport
from corelab.services.intake.resuming import Interrupted, known
from corelab.services.intake.sources import DELIVERY_LIMIT
from corelab.services.intake.targets import Target, Targets
from corelab.services.intake.templates import templates_in_use
from corelab.services.intake.transmittal import Plan, is_dicom
from corelab.services.intake.verdicts import ENTERS
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.errors import LockedError
from corelab.services.packages.locking import require_unlocked
from corelab.services.quarantine import Place
from corelab.storage import intake_rows, registry
from corelab.storage.keys import BoxPublic
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

Progress = Callable[[int, int, str], None]
_NO_BYTES = {
    SourceNote.UNREADABLE_LIST: Remark.LIST_UNREADABLE,
    SourceNote.MISSING: Remark.LIST_MISSING,
    SourceNote.OUTSIDE: Remark.LIST_OUTSIDE,
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What stays the same from its first object to its last. ``replaces`` is the clip whose place its one object is to take."""

    lab: OpenLab
    session: Session
    role: Role
    plan: Plan
    key: bytes = field(repr=False)
    custody: BoxPublic
    accepts: Accepted
    replaces: ClipId | None = None
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class _Object:
    """One object on its way: where its bytes go, the row and the exam it belongs to. ``target`` is None where nobody knows the exam."""

    source: Source
    place: Place
    sha256: str
    line: TransmittalLine | None
    target: Target | None
    known: ClipId | None = None
    """The clip of another exam that has the same bytes."""
    resumed: bool = False


class _KnownMeanwhileError(Exception):
    """Another window recorded the same bytes while these were prepared."""


@dataclass(slots=True)
class Receiving:
    """The objects so far. ``trying``: nothing is kept."""

    delivery: Delivery
    folder: Path
    targets: Targets
    interrupted: Interrupted
    trying: bool = False
    cancelled: Callable[[], bool] = bool
    room: int = DELIVERY_LIMIT
    seen: dict[str, Target] = field(default_factory=dict)
    mixups: Mixups | None = None
    taken: list[Arrival] = field(default_factory=list)
    queries: list[QueryRaised] = field(default_factory=list)

    def take(self, sources: Sequence[Source], progress: Progress) -> IntakeReport:
        stopped: str | None = None
        for n, source in enumerate(sources, 1):
            if self.cancelled():
                break
            progress(n - 1, len(sources), f"Object {n} of {len(sources)}")
            try:
                self._one(source, Place(self.folder, n))
            except ChildStoppedError:
                self._clear(Place(self.folder, n))
                break
            except KeyboardInterrupt:
                self._clear(Place(self.folder, n))
                raise
            except (OSError, DiskFullError, LabStorageError, IntakeRefusedError, LockedError) as error:
                self._clear(Place(self.folder, n))
                stopped = _why(error)
                break
        progress(len(self.taken), len(sources), "")
        return self._report(len(sources), stopped)

    def _report(self, total: int, stopped: str | None) -> IntakeReport:
        """Rows are compared once everything was looked at: what was not reached is not missing."""
        whole = len(self.taken) == total
        rows = arrivals.rows_of(self.delivery.plan, self.taken) if whole else ()
        if not self.trying and stopped is None:
            try:
                self._compare(rows)
            except (OSError, DiskFullError, LabStorageError) as error:
                rows, stopped = (), _why(error)
        return IntakeReport(
            self.delivery.lab.lab_id,
            None if self.trying else self.delivery.id,
            tuple(one.report for one in self.taken),
            cancelled=not whole and not stopped,
            stopped=stopped,
            transmittal=tuple(row for row, _ in rows),
            queries=tuple(self.queries),
        )

    def _compare(self, rows: Sequence[tuple[RowReport, Arrival | None]]) -> None:
        """Writes down how the rows fared, and asks about what the delivery as a whole shows."""
        if rows:
            with self.delivery.lab.store.begin(self.delivery.session.actor(self.delivery.role)) as transaction:
                self.queries += arrivals.recorded(transaction, self.delivery.id, rows)
        self._ask_about_days()

    def _ask_about_days(self) -> None:
        """Once for the whole delivery: the first clip of a baseline exam tells the interval to all others of the subject."""
        touched = [target.exam for target in self.targets.values() if target.exam is not None]
        with self.delivery.lab.store.read(self.delivery.session.account) as snapshot:
            outside = [exam for each in touched for exam in automatic.newly_outside(snapshot, each)]
        if outside:
            with self.delivery.lab.store.begin(self.delivery.session.actor(self.delivery.role)) as transaction:
                asked = [arrivals.asked(transaction, QueryKind.VISIT_WINDOW, None, None, exam=exam) for exam in dict.fromkeys(outside)]
            self.queries += [query for query in asked if query is not None]

    def _clear(self, place: Place) -> None:
        """Only what no record names: the failure may have come after the record. On a disk that fails, it stays where it is."""
        with contextlib.suppress(OSError, LabError), self.delivery.lab.store.read() as snapshot:
            if not registry.objects(snapshot, delivery_id=self.delivery.id, n=place.n):
                place.clear()

    # ------------------------------------------------------------ one object

    def _one(self, source: Source, place: Place) -> None:
        plan = self.delivery.plan
        try:
            sha256 = self._copied(source, place)
        except ObjectRefusedError as refused:
            line = plan.by_object.get(place.n)
            self._keep(self._object(source, place, archive_digest(source), line), verdicts.refused(refused.code, refused.detail))
            return
        line = plan.line_of(place.n, place.source)
        self._judge(self._object(source, place, sha256, line))

    def _copied(self, source: Source, place: Place) -> str:
        if source.note in _NO_BYTES:
            raise ObjectRefusedError(IntakeCode.DICOMDIR, _NO_BYTES[source.note].value)
        sha256 = copied(source, place.source, self.room)
        self.room -= place.source.stat().st_size
        return sha256

    def _object(self, source: Source, place: Place, sha256: str, line: TransmittalLine | None) -> _Object:
        wanted = self.delivery.plan.exam_of(line)
        return _Object(source, place, sha256, line, self.targets[wanted] if wanted else None)

    def _judge(self, one: _Object) -> None:
        if one.target is None:
            self._keep(one, self._of_nobody(one))
            return
        with self.delivery.lab.store.read() as snapshot:
            same = known(snapshot, one.sha256)
            here = self.seen.get(one.sha256) is one.target or any(one.target.has(snapshot, each) for each in same)
            resumed = here and self.interrupted.had(snapshot, one.sha256)
        if not here and not same and one.sha256 not in self.seen:
            self._prepare(one, one.target)
            return
        one.place.source.unlink()
        if here:
            words = Remark.RESUMED.value if resumed else IntakeCode.DUPLICATE.message
            self._keep(replace(one, resumed=resumed), verdicts.duplicate(words), sealed=False)
        else:
            self._keep(replace(one, known=same[0].id if same else None), verdicts.duplicate(KNOWN_ELSEWHERE), sealed=False)

    def _of_nobody(self, one: _Object) -> Prepared:
        """A file that no row names: without a subject nothing of it can be de-identified."""
        if is_dicom(one.place.source):
            return replace(verdicts.refused(IntakeCode.TRANSMITTAL_ROW), message=Remark.EXTRA.value)
        return verdicts.of_a_disc(one.source, verdicts.refused(IntakeCode.NOT_DICOM))

    def _templates(self) -> tuple[Template, ...]:
        with self.delivery.lab.store.read() as snapshot:
            return templates_in_use(snapshot)

    def _begin_mixups(self) -> Mixups:
        """With what an interrupted delivery, or an earlier one, brought for these exams; before anything is locked."""
        mixups = Mixups()
        if len({wanted.subject for wanted in self.targets}) > 1:
            with self.delivery.lab.store.read() as snapshot:
                for target in self.targets.values():
                    for said in target.patients.known_before(snapshot):
                        mixups.add(target.wanted.subject, said)
        return mixups

    def _prepare(self, one: _Object, target: Target) -> None:
        self.mixups = self.mixups or self._begin_mixups()
        draft = one.place.draft()
        try:
            mark, kinds = target.mark(self.delivery.lab, self.delivery.key, one.place.n), self.delivery.accepts
            prepared = prepare(
                one.place.source,
                draft,
                mark,
                Decision(),
                retired=kinds.retired,
                deflated=kinds.deflated,
                templates=self._templates(),
                cancelled=self.cancelled,
            )
            if prepared.outcome is not Outcome.REJECTED:
                self.seen[one.sha256] = target
            self._keep(
                one, verdicts.of_a_disc(one.source, verdicts.compared(one.source, one.sha256, one.line, mark.keyed, prepared)), draft
            )
        except _KnownMeanwhileError:
            del self.seen[one.sha256]
            one.place.tokens.unlink()
            self._judge(one)
        finally:
            draft.unlink(missing_ok=True)

    # ------------------------------------------------------------ its record

    def _keep(self, one: _Object, prepared: Prepared, draft: Path | None = None, *, sealed: bool = True) -> None:
        """Sealed, recorded, and only then reported."""
        clip = ClipId(str(uuid4()))
        if self.trying:
            found = self._foreseen(one, prepared)
        else:
            if sealed:
                one.place.keep_identity(prepared.identity, one.source.name, self.delivery.custody)
            found = self._recorded(clip, one, prepared, draft)
        judged, proposal = found.prepared, found.proposal
        waits = not self.trying and judged.outcome in ENTERS
        code = judged.code.value if judged.code else None
        shown = clip if waits else one.known
        report = ObjectReport(one.place.n, Sha256(one.sha256), judged.outcome, code, judged.message, shown, faults=judged.faults)
        report = replace(report, segment=proposal.segment, side=proposal.side) if proposal else report
        if one.known:
            report = replace(report, message=f"{report.message} {self._whose(one.known)}".rstrip())
        self.taken.append(Arrival(replace(report, resumed=one.resumed), one.line, None if self.trying else clip))

    def _whose(self, clip: ClipId) -> str:
        """Said to who delivers, and kept in no record: which exam has the file."""
        with self.delivery.lab.store.read() as snapshot:
            found = next(iter(registry.objects(snapshot, id=clip)), None)
            exam = registry.exam(snapshot, found.exam) if found and found.exam else None
        return f"It is in {exam.subject} {exam.visit}." if exam else ""

    def _foreseen(self, one: _Object, prepared: Prepared) -> Judged:
        if one.target is None:
            return Judged(prepared)
        with self.delivery.lab.store.read() as snapshot:
            judged = self._of_patient(snapshot, one.target, prepared)
            found = self._judged(snapshot, one, one.target, judged)
        if judged is prepared and prepared.identity.patient:
            one.target.patients.foreseen.append(prepared.identity)
        if judged is prepared and judged.outcome in ENTERS and self.mixups:
            self.mixups.add(one.target.wanted.subject, judged.identity)
        return found

    def _judged(self, snapshot: Snapshot, one: _Object, target: Target, prepared: Prepared) -> Judged:
        """Beside everything that its sources say it shows."""
        charter, subject = effective_charter(snapshot), registry.subject_id(snapshot, target.wanted.subject)
        known = registry.attributes(snapshot, subject) if subject else UNKNOWN
        return automatic.judged(charter, prepared, known, side=target.wanted.side, claimed=arrivals.proposed(charter, one.line))

    def _recorded(self, clip: ClipId, one: _Object, prepared: Prepared, draft: Path | None) -> Judged:
        target = one.target
        with self.delivery.lab.store.begin(self.delivery.session.actor(self.delivery.role)) as transaction:
            exam, rows = target.exam if target else None, list[NewRow]()
            if target is not None and prepared.outcome in ENTERS:
                self._require_so_still(transaction, one)
                exam, rows = target.entered(transaction, self.delivery.key)
            judged = self._of_patient(transaction, target, prepared) if target else prepared
            differs = target is not None and self._patient_differs(transaction, target, judged)
            found = self._judged(transaction, one, target, judged) if target else Judged(judged)
            judged = found.prepared
            code = judged.code.value if judged.code else None
            new = ObjectRecord(clip, self.delivery.id, one.place.n, Sha256(one.sha256), judged.outcome, code, exam)
            rows = [*rows, registry.object_row(new), *found.rows(clip), *self._replacing(clip, judged)]
            transaction.record("object.received", "clip", clip, rows=rows, payload=payload_of(judged))
            asked = [*self._ask(transaction, clip, one, found), *self._ask_about_patient(transaction, one, exam if differs else None)]
            if exam is not None:
                settle(transaction, exam)
            if draft is not None and judged.sha256 is not None:
                one.place.keep_candidate(draft, judged.sha256)
        if target is not None:
            target.exam = exam
        self.queries += asked
        return found

    def _of_patient(self, snapshot: Snapshot, target: Target, prepared: Prepared) -> Prepared:
        """``prepared``, or the same held because it is another patient's, or its study another subject's."""
        judged = target.patients.judged(snapshot, prepared)
        return self.mixups.held(target.wanted.subject, judged) if self.mixups and judged is prepared else judged

    def _patient_differs(self, snapshot: Snapshot, target: Target, judged: Prepared) -> bool:
        """Whether the site is to be asked about the exam's patient, though nothing is held."""
        if judged.outcome not in ENTERS or judged.code is IntakeCode.IDENTITY_MISMATCH:
            return False
        second = self.mixups is not None and self.mixups.add(target.wanted.subject, judged.identity)
        return target.patients.differ(snapshot, judged.identity) or second

    def _ask_about_patient(self, transaction: Transaction, one: _Object, exam: ExamId | None) -> list[QueryRaised]:
        if exam is None or automatic.is_asked_about_patient(transaction, exam):
            return []
        row = one.line.row if one.line else None
        asked = arrivals.asked(transaction, QueryKind.IDENTITY_MISMATCH, row, one.place.n, exam=exam, delivery=self.delivery.id)
        return [asked] if asked else []

    @staticmethod
    def _require_so_still(transaction: Transaction, one: _Object) -> None:
        """Under the write lock: preparing takes long, and another window may have locked the data or delivered the same file."""
        require_unlocked(transaction)
        if known(transaction, one.sha256):
            raise _KnownMeanwhileError

    def _replacing(self, clip: ClipId, judged: Prepared) -> list[NewRow]:
        """Whose place it takes."""
        replaced = self.delivery.replaces if judged.outcome in ENTERS else None
        return [intake_rows.replacement_row(clip, replaced)] if replaced else []

    def _ask(self, transaction: Transaction, clip: ClipId, one: _Object, found: Judged) -> list[QueryRaised]:
        """The questions to the site that this object raises."""
        judged, code = found.prepared, {"code": found.prepared.code.value} if found.prepared.code else {}
        facts = judged.facts if judged.outcome in ENTERS else None
        again = facts is not None and not self.delivery.replaces and has_others(transaction, facts.sop_uid, clip)
        doubtful = again or (judged.outcome is Outcome.DUPLICATE and one.known is not None)
        missing = one.source.note is SourceNote.MISSING
        kinds = arrivals.kinds_asked(judged.code, judged.outcome, one.line, doubtful=doubtful, missing=missing)
        asked = [*((kind, code if kind is QueryKind.UNREADABLE else {}) for kind in kinds), *automatic.questions(transaction, clip, found)]
        raised = [self._raised(transaction, kind, clip, one, facts) for kind, facts in asked]
        return [query for query in raised if query is not None]

    def _raised(
        self, transaction: Transaction, kind: QueryKind, clip: ClipId, one: _Object, facts: Mapping[str, str]
    ) -> QueryRaised | None:
        row = one.line.row if one.line else None
        named = arrivals.named(transaction, one.target.wanted, one.line) if one.target else None
        return arrivals.asked(transaction, kind, row, one.place.n, clip=clip, delivery=self.delivery.id, facts=dict(facts), named=named)


def _why(error: Exception) -> str:
    if isinstance(error, ReaderUnavailableError):
        return "The program that reads delivered files cannot be started here: restart the computer, then install corelab again if need be."
    if isinstance(error, (IntakeRefusedError, LockedError)):
        return "Readers were given the exam meanwhile, or the data were locked: nothing more is taken in."
    full = isinstance(error, DiskFullError) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    return "The disk is full: make room." if full else "The lab's folder could not be written: check the disk."
