"""Whether the clips of one exam name one patient: what a delivered clip says, against what the exam's earlier clips say."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from corelab.domain.intake import CheckAction, IntakeCode, Outcome
from corelab.domain.record_errors import KeyRefusedError
from corelab.domain.vocabulary import ClipId, ExamId
from corelab.imaging.deid.candidate import Prepared
from corelab.services.accounts import Session
from corelab.services.intake.quarantine import Place
from corelab.services.labs import OpenLab
from corelab.storage import registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot

Patient = tuple[str, ...]
_KEPT = frozenset({Outcome.CHECKED, Outcome.HELD})
_UNKNOWN = "What an earlier clip of this exam says about its patient cannot be looked up. Ask the site whose clip this is."


@dataclass(slots=True)
class Patients:
    """Whom the objects of one exam name, each read once from its sealed record. ``exam`` is None for one that is not there yet."""

    lab: OpenLab
    session: Session
    exam: ExamId | None
    opened: dict[ClipId, Patient | None] = field(default_factory=dict, repr=False)
    foreseen: list[Patient] = field(default_factory=list, repr=False)
    """Those of a dry run, which leaves no record."""

    def judged(self, snapshot: Snapshot, prepared: Prepared) -> Prepared:
        """``prepared``, or the same held because it names another patient than the exam's other objects, or none can be compared.

        Under the write lock: of two windows that take in clips of one exam, the second one sees what the first one recorded.
        """
        patient = prepared.identity.patient
        if prepared.outcome not in _KEPT or not patient:
            return prepared
        kept = [one for one in registry.objects(snapshot, exam_id=self.exam) if one.outcome in _KEPT] if self.exam else []
        if self._agrees(patient, kept) or self._agrees_by_people(snapshot, patient, kept):
            return prepared
        code = IntakeCode.IDENTITY_MISMATCH
        message = _UNKNOWN if any(self._of(one) is None for one in kept) else code.message
        return replace(prepared, outcome=Outcome.HELD, code=code, message=message, sha256=None)

    def _agrees(self, patient: Patient, kept: Iterable[ObjectRecord]) -> bool:
        """With everyone whom the exam's objects name, but those that were held for just this."""
        named = [self._of(one) for one in kept if not _doubted(one)]
        return all(one is not None and _same(one, patient) for one in [*named, *self.foreseen])

    def _agrees_by_people(self, snapshot: Snapshot, patient: Patient, kept: Iterable[ObjectRecord]) -> bool:
        """The same after what people decided: a clip sent back to the site says nothing; one that was cleared up stands for its patient."""
        last = [(one, registry.steps(snapshot, one.id)) for one in kept]
        valid = [(one, steps) for one, steps in last if not steps or steps[-1].action is not CheckAction.REJECT]
        cleared = [self._of(one) for one, steps in valid if _doubted(one) and any(step.action is CheckAction.ACCEPT for step in steps)]
        return patient in cleared or self._agrees(patient, [one for one, _ in valid])

    def _of(self, one: ObjectRecord) -> Patient | None:
        """None when its sealed record is gone, as in a lab restored without its quarantine, or cannot be opened."""
        if one.id not in self.opened:
            place = Place(self.lab.quarantine / one.delivery, one.n)
            try:
                self.opened[one.id] = place.identity(self.lab, self.session).patient
            except (FileNotFoundError, KeyRefusedError):
                self.opened[one.id] = None
        return self.opened[one.id]


def _doubted(one: ObjectRecord) -> bool:
    return one.code == IntakeCode.IDENTITY_MISMATCH.value


def _same(one: Patient, other: Patient) -> bool:
    """Number, name and date of birth; what one of them leaves out is no contradiction. An object without any says nothing."""
    return not one or all(not a or not b or a == b for a, b in zip(one, other, strict=True))
