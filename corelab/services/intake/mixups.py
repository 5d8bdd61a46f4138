"""Whether one study, or one patient, comes under two subjects of a delivery; nothing of it outlives the delivery."""

from dataclasses import dataclass, field, replace

from corelab.domain.delivery import Remark
from corelab.domain.intake import IntakeCode, Outcome
from corelab.domain.vocabulary import SubjectCode
from corelab.imaging.deid.candidate import Prepared
from corelab.imaging.deid.identity import Identity
from corelab.services.intake.verdicts import ENTERS

Values = tuple[str, ...]


@dataclass(slots=True)
class Mixups:
    """Under which subjects each study and each patient came so far. Values of the site: in memory only."""

    studies: dict[Values, set[SubjectCode]] = field(default_factory=dict, repr=False)
    patients: dict[Values, set[SubjectCode]] = field(default_factory=dict, repr=False)

    def held(self, subject: SubjectCode, prepared: Prepared) -> Prepared:
        """``prepared``, or the same held because its study came under another subject, and none of this one was cleared up."""
        under = self.studies.get(prepared.identity.study, set())
        if prepared.outcome not in ENTERS or not under or subject in under:
            return prepared
        code, message = IntakeCode.IDENTITY_MISMATCH, Remark.OTHER_SUBJECT.value
        return replace(prepared, outcome=Outcome.HELD, code=code, message=message, sha256=None)

    def add(self, subject: SubjectCode, identity: Identity) -> bool:
        """Whether its patient, by number and name, comes under a second subject with it.

        Said once of a patient: what stands for the patient under many subjects is the site's placeholder, and one question is enough.
        """
        if identity.study:
            self.studies.setdefault(identity.study, set()).add(subject)
        patient = identity.patient[:2]
        if not patient or not all(patient):
            return False
        under = self.patients.setdefault(patient, set())
        second = len(under) == 1 and subject not in under
        under.add(subject)
        return second
