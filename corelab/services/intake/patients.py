"""Whether the clips of one study name one patient: what a delivered clip says, against what earlier clips of its study in the exam say."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from corelab.domain.intake import CheckAction, IntakeCode, Outcome
from corelab.domain.record_errors import KeyRefusedError
from corelab.domain.vocabulary import ClipId, ExamId
from corelab.imaging.deid.candidate import Prepared
from corelab.imaging.deid.identity import Identity
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.quarantine import Place
from corelab.storage import registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot

Patient = tuple[str, ...]
_KEPT = frozenset({Outcome.CHECKED, Outcome.HELD})
_UNKNOWN = "What an earlier clip of this study says about its patient cannot be looked up. Ask the site whose clip this is."


@dataclass(slots=True)
class Patients:
    """Whom the objects of one exam name, each read once from its sealed record. ``exam`` is None for one that is not there yet.

    Only objects of one study are compared: sites that take names off before they send often number every study anew.
    """

    lab: OpenLab
    session: Session
    exam: ExamId | None
    opened: dict[ClipId, Identity | None] = field(default_factory=dict, repr=False)
    foreseen: list[Identity] = field(default_factory=list, repr=False)
    """Those of a dry run, which leaves no record."""
    known: dict[tuple[str, ...] | None, list[ObjectRecord]] = field(default_factory=dict)
    """Those that are clips or may become some, by study: None for one that may belong to any, as its sealed record is gone."""
    read: int = 0
    """The last event of those that are known."""

    def judged(self, snapshot: Snapshot, prepared: Prepared) -> Prepared:
        """``prepared``, or the same held because it names another patient than the exam's other objects, or none can be compared.

        Under the write lock: of two windows that take in clips of one exam, the second one sees what the first one recorded.
        """
        identity = prepared.identity
        if prepared.outcome not in _KEPT or not identity.patient:
            return prepared
        kept = self._of_study(snapshot, identity.study)
        if self._agrees(identity, kept) or self._agrees_by_people(snapshot, identity, kept):
            return prepared
        code = IntakeCode.IDENTITY_MISMATCH
        message = _UNKNOWN if any(self._of(one) is None for one in kept) else code.message
        return replace(prepared, outcome=Outcome.HELD, code=code, message=message, sha256=None)

    def differ(self, snapshot: Snapshot, identity: Identity) -> bool:
        """Whether a clip of another study in the exam names somebody else by number or name. Numbers may be given anew: no hold."""
        self._of_study(snapshot, ())
        others = (
            one
            for listed in self.known.values()
            for one in listed
            if (said := self._of(one)) is not None and said.study != identity.study and _other(said.patient, identity.patient)
        )
        return any(not registry.is_rejected(snapshot, one.id) for one in others)

    def known_before(self, snapshot: Snapshot) -> list[Identity]:
        """Of every object that an earlier delivery brought and nobody doubts, or that a person cleared up."""
        self._of_study(snapshot, ())
        steps = {one: registry.steps(snapshot, one.id) for listed in self.known.values() for one in listed}
        valid = (
            one
            for one, done in steps.items()
            if (not done or done[-1].action is not CheckAction.REJECT)
            and (not _doubted(one) or any(step.action is CheckAction.ACCEPT for step in done))
        )
        return [said for one in valid if (said := self._of(one)) is not None]

    def _of_study(self, snapshot: Snapshot, study: tuple[str, ...]) -> list[ObjectRecord]:
        """What was recorded stays as it is: each object is read once, however many clips of the exam follow."""
        for one in registry.objects_after(snapshot, self.exam, self.read) if self.exam else ():
            self.read = one.seq
            if one.outcome in _KEPT:
                said = self._of(one)
                self.known.setdefault(said.study if said else None, []).append(one)
        return [*self.known.get(study, ()), *self.known.get(None, ())]

    def _agrees(self, identity: Identity, kept: Iterable[ObjectRecord]) -> bool:
        """With everyone whom the study's objects name, but those that were held for just this."""
        foreseen = [one for one in self.foreseen if one.study == identity.study]
        named = [self._of(one) for one in kept if not _doubted(one)]
        return all(one is not None and _same(one.patient, identity.patient) for one in [*named, *foreseen])

    def _agrees_by_people(self, snapshot: Snapshot, identity: Identity, kept: Iterable[ObjectRecord]) -> bool:
        """The same after what people decided: a clip sent back to the site says nothing; one that was cleared up stands for its patient."""
        last = [(one, registry.steps(snapshot, one.id)) for one in kept]
        valid = [(one, steps) for one, steps in last if not steps or steps[-1].action is not CheckAction.REJECT]
        cleared = [self._of(one) for one, steps in valid if _doubted(one) and any(step.action is CheckAction.ACCEPT for step in steps)]
        vouched = [one.patient for one in cleared if one is not None]
        return identity.patient in vouched or self._agrees(identity, [one for one, _ in valid])

    def _of(self, one: ObjectRecord) -> Identity | None:
        """None when its sealed record is gone, as in a lab restored without its quarantine, or cannot be opened."""
        if one.id not in self.opened:
            place = Place(self.lab.quarantine / one.delivery, one.n)
            try:
                self.opened[one.id] = place.identity(self.lab, self.session)
            except (FileNotFoundError, KeyRefusedError):
                self.opened[one.id] = None
        return self.opened[one.id]


def _doubted(one: ObjectRecord) -> bool:
    return one.code == IntakeCode.IDENTITY_MISMATCH.value


def _other(one: Patient, other: Patient) -> bool:
    """Number or name are given in both, and differ by more than how they are written."""
    return any(a and b and _plain(a) != _plain(b) for a, b in zip(one[:2], other[:2], strict=False))


def _plain(value: str) -> str:
    return " ".join(value.replace("^", " ").split()).casefold()


def _same(one: Patient, other: Patient) -> bool:
    """Number, name and date of birth; what one of them leaves out is no contradiction. An object without any says nothing."""
    return not one or all(not a or not b or a == b for a, b in zip(one, other, strict=True))
