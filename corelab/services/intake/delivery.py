"""Takes a delivery in: source -> quarantine -> de-identified candidate, one transaction per object."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Command, Role
from corelab.domain.intake import KNOWN_ELSEWHERE, IntakeCode, ObjectRefusedError, Outcome
from corelab.domain.record_errors import DiskFullError, LabError, LabStorageError
from corelab.domain.vocabulary import ClipId, ExamId, Sha256, Side
from corelab.imaging.child import ChildStoppedError, ReaderUnavailableError
from corelab.imaging.child import prepared as prepare
from corelab.imaging.deid.candidate import NOBODY, Decision, Prepared
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.keyed import Keyed
from corelab.services.accounts import Session, custody_public, lab_secret, permit
from corelab.services.intake.copying import archive_digest, copied
from corelab.services.intake.delivered import Source
from corelab.services.intake.exam_work import Wanted, exam_rows, pseudonym, require_names, settle
from corelab.services.intake.facts import payload_of
from corelab.services.intake.leftovers import remove_leftovers
from corelab.services.intake.patients import Patients
from corelab.services.intake.report import IntakeReport, ObjectReport
from corelab.services.intake.sources import DELIVERY_LIMIT, listed
from corelab.services.intake.strays import set_strays_aside
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.quarantine import Place, made_folder
from corelab.storage import registry
from corelab.storage.keys import BoxPublic
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

Progress = Callable[[int, int, str], None]
RETIRED_CLASSES = "accept_retired_sop"
ENTERS = frozenset({Outcome.CHECKED, Outcome.HELD})


def take_in(  # noqa: PLR0913 - what a delivery is
    lab: OpenLab,
    session: Session,
    sources: Sequence[Path],
    *,
    subject: str,
    visit: str,
    side: Side | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IntakeReport:
    """Takes every object of ``sources`` into quarantine and de-identifies it, for one exam of one subject.

    ``dry_run`` says what would happen and keeps nothing. Cancelled, interrupted, or stopped by a full disk (the report says so), what was
    finished stays; delivered again, it is found as duplicates.

    Raises IntakeRefusedError when nothing was begun, NotPermittedError, CustodyMissingError, LockedError.
    """
    role = permit(session, Command.INTAKE)
    key, custody = lab_secret(lab, session, "deid"), custody_public(lab)
    with lab.store.read() as snapshot:
        require_unlocked(snapshot)
        wanted = require_names(effective_charter(snapshot), subject, visit, side)
        retired = _accepts_retired(snapshot)
    found = listed(sources)
    if not dry_run:
        set_strays_aside(lab, session, role)
        remove_leftovers(lab.quarantine, lab.clock.now())
    work = _Delivery(lab, session, role, wanted, key, custody, retired)
    with _folder(lab, work.id, dry_run=dry_run) as folder:
        begun = work.foreseen(folder) if dry_run else work.begun(folder)
        return begun.take(found, progress or _quiet, cancelled or _never)


def _accepts_retired(snapshot: Snapshot) -> bool:
    """Two ultrasound classes were retired long ago; old machines still write them. Accepted unless the lab says ``off``."""
    found = snapshot.latest("setting", name=RETIRED_CLASSES)
    return found is None or found["value"] == "on"


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _never() -> bool:
    return False


@contextmanager
def _folder(lab: OpenLab, delivery: str, *, dry_run: bool) -> Iterator[Path]:
    folder = lab.quarantine / (f".try-{os.getpid()}-{delivery}" if dry_run else delivery)
    try:
        yield folder
    finally:
        if dry_run:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Delivery:
    lab: OpenLab
    session: Session
    role: Role
    wanted: Wanted
    key: bytes = field(repr=False)
    custody: BoxPublic
    retired: bool
    id: str = field(default_factory=lambda: str(uuid4()))

    def begun(self, folder: Path) -> "_Begun":
        """Records the delivery. A new exam, and its subject, are made with the first object that enters it: never an empty one."""
        with self.lab.store.begin(self.session.actor(self.role)) as transaction:
            require_unlocked(transaction)
            exam, rows = exam_rows(transaction, effective_charter(transaction), self.wanted, self.key)
            known = registry.exam(transaction, exam.id)
            rows = [NewRow("delivery", {"id": self.id, "kind": "files"}), *(rows if known else ())]
            transaction.record("delivery.opened", "delivery", self.id, rows=rows)
            already = _delivered(transaction, exam.id)
        return _Begun(self, made_folder(folder), known.id if known else None, exam.code, already, self._patients(exam.id))

    def foreseen(self, folder: Path) -> "_Begun":
        """The same checks without a trace."""
        with self.lab.store.read() as snapshot:
            exam_rows(snapshot, effective_charter(snapshot), self.wanted, self.key)
            code = pseudonym(snapshot, self.key, self.wanted)
            known = registry.exam_at(snapshot, self.wanted.subject, self.wanted.visit)
        return _Begun(self, made_folder(folder), None, code, 0, self._patients(known.id if known else None), trying=True)

    def _patients(self, exam: ExamId | None) -> Patients:
        return Patients(self.lab, self.session, exam)

    def is_for(self, snapshot: Snapshot, one: ObjectRecord) -> bool:
        """An object of the exam that this delivery names."""
        exam = registry.exam(snapshot, one.exam) if one.exam else None
        return exam is not None and (exam.subject, exam.visit) == (self.wanted.subject, self.wanted.visit)


@dataclass(slots=True)
class _Begun:
    """A delivery under way. ``exam`` is None in a dry run, and until the first object enters a new exam."""

    delivery: _Delivery
    folder: Path
    exam: ExamId | None
    code: str
    already: int
    patients: Patients
    trying: bool = False
    cancelled: Callable[[], bool] = _never
    room: int = DELIVERY_LIMIT
    seen: set[str] = field(default_factory=set)
    taken: list[ObjectReport] = field(default_factory=list)

    def take(self, sources: Sequence[Source], progress: Progress, cancelled: Callable[[], bool]) -> IntakeReport:
        stopped: str | None = None
        self.cancelled = cancelled
        for n, source in enumerate(sources, 1):
            if cancelled():
                break
            progress(n - 1, len(sources), f"Object {n} of {len(sources)}")
            try:
                self.taken.append(self._one(source, Place(self.folder, n)))
            except ChildStoppedError:
                self._clear(Place(self.folder, n))
                break
            except (OSError, DiskFullError, LabStorageError) as error:
                self._clear(Place(self.folder, n))
                stopped = _why(error)
                break
        progress(len(self.taken), len(sources), "")
        delivery, cut = None if self.trying else self.delivery.id, len(self.taken) < len(sources) and not stopped
        return IntakeReport(self.delivery.lab.lab_id, delivery, tuple(self.taken), cancelled=cut, stopped=stopped)

    def _clear(self, place: Place) -> None:
        """Only what no record names: the failure may have come after the record. On a disk that fails, it stays where it is."""
        with contextlib.suppress(OSError, LabError), self.delivery.lab.store.read() as snapshot:
            if not registry.objects(snapshot, delivery_id=self.delivery.id, n=place.n):
                place.clear()

    def _one(self, source: Source, place: Place) -> ObjectReport:
        try:
            sha256 = copied(source, place.source, self.room)
        except ObjectRefusedError as refused:
            return self._kept(place, source, archive_digest(source), _refused(refused.code))
        self.room -= place.source.stat().st_size
        with self.delivery.lab.store.read() as snapshot:
            known = _known(snapshot, sha256)
            here = sha256 in self.seen or any(self.delivery.is_for(snapshot, one) for one in known)
        if not here and not known:
            return self._prepared(source, place, sha256)
        place.source.unlink()
        if here:
            return self._kept(place, None, sha256, _duplicate(IntakeCode.DUPLICATE.message))
        return replace(self._kept(place, None, sha256, _duplicate(KNOWN_ELSEWHERE)), clip=known[0].id)

    def _prepared(self, source: Source, place: Place, sha256: str) -> ObjectReport:
        draft = place.draft()
        try:
            prepared = prepare(place.source, draft, self._mark(), Decision(), retired=self.delivery.retired, cancelled=self.cancelled)
            if prepared.outcome is not Outcome.REJECTED:
                self.seen.add(sha256)
            return self._kept(place, source, sha256, prepared, draft)
        finally:
            draft.unlink(missing_ok=True)

    def _mark(self) -> Mark:
        number = self.already + len(self.taken) + 1
        keyed = Keyed(self.delivery.key, self.delivery.wanted.subject)
        return Mark(self.code, self.delivery.lab.trial_id, keyed, number)

    def _kept(self, place: Place, source: Source | None, sha256: str, prepared: Prepared, draft: Path | None = None) -> ObjectReport:
        """Sealed, recorded, and only then reported."""
        clip = ClipId(str(uuid4()))
        if self.trying:
            judged = self._foreseen(prepared)
        else:
            if source is not None:
                place.keep_identity(prepared.identity, source.name, self.delivery.custody)
            judged = self._recorded(clip, place, sha256, prepared, draft)
        waits = not self.trying and judged.outcome in ENTERS
        code = judged.code.value if judged.code else None
        return ObjectReport(place.n, Sha256(sha256), judged.outcome, code, judged.message, clip if waits else None, faults=judged.faults)

    def _foreseen(self, prepared: Prepared) -> Prepared:
        with self.delivery.lab.store.read() as snapshot:
            judged = self.patients.judged(snapshot, prepared)
        if judged is prepared and prepared.identity.patient:
            self.patients.foreseen.append(prepared.identity)
        return judged

    def _recorded(self, clip: ClipId, place: Place, sha256: str, prepared: Prepared, draft: Path | None) -> Prepared:
        with self.delivery.lab.store.begin(self.delivery.session.actor(self.delivery.role)) as transaction:
            exam, rows = self._entered(transaction) if self.exam is None and prepared.outcome in ENTERS else (self.exam, [])
            judged = self.patients.judged(transaction, prepared)
            code = judged.code.value if judged.code else None
            new = ObjectRecord(clip, self.delivery.id, place.n, Sha256(sha256), judged.outcome, code, exam)
            rows = [*rows, registry.object_row(new)]
            transaction.record("object.received", "clip", clip, rows=rows, payload=payload_of(judged))
            if exam is not None:
                settle(transaction, exam)
            if draft is not None and judged.sha256 is not None:
                place.keep_candidate(draft, judged.sha256)
        self.exam = exam
        return judged

    def _entered(self, transaction: Transaction) -> tuple[ExamId, list[NewRow]]:
        """The exam and what makes it, unless another window has made it meanwhile."""
        exam, rows = exam_rows(transaction, effective_charter(transaction), self.delivery.wanted, self.delivery.key)
        self.patients.exam = exam.id
        return exam.id, rows


def _why(error: Exception) -> str:
    if isinstance(error, ReaderUnavailableError):
        return "The program that reads delivered files cannot be started here: restart the computer, then install corelab again if need be."
    full = isinstance(error, DiskFullError) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    return "The disk is full: make room." if full else "The lab's folder could not be written: check the disk."


def _duplicate(words: str) -> Prepared:
    return Prepared(Outcome.DUPLICATE, IntakeCode.DUPLICATE, words, (), NOBODY)


def _delivered(snapshot: Snapshot, exam: ExamId) -> int:
    """Objects of all deliveries for an exam, those before its first clip too: no two clips of it get one number."""
    deliveries = {one.delivery for one in registry.objects(snapshot, exam_id=exam)}
    return sum(len(registry.objects(snapshot, delivery_id=one)) for one in deliveries)


def _refused(code: IntakeCode) -> Prepared:
    return Prepared(Outcome.REJECTED, code, code.message, (), NOBODY)


def _known(snapshot: Snapshot, sha256: str) -> tuple[ObjectRecord, ...]:
    """Objects with the same bytes that are clips already, or on the way to become one."""
    known = (one for one in registry.objects(snapshot, sha256=sha256) if one.outcome not in {Outcome.REJECTED, Outcome.DUPLICATE})
    return tuple(one for one in known if not registry.is_rejected(snapshot, one.id))
