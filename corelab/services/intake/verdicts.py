"""What becomes of an object by what its disc, its site's list, or the lab itself says about it: refused, known already, or held."""

from dataclasses import replace

from corelab.domain.delivery import Remark
from corelab.domain.intake import IntakeCode, Outcome
from corelab.domain.transmittal import TransmittalLine
from corelab.imaging.deid.candidate import NOBODY, Prepared
from corelab.imaging.deid.keyed import Keyed
from corelab.services.intake.delivered import Source, SourceNote

ENTERS = frozenset({Outcome.CHECKED, Outcome.HELD})


def compared(source: Source, sha256: str, line: TransmittalLine | None, keyed: Keyed, prepared: Prepared) -> Prepared:
    """Held where the disc's list, or the site's, says something else than the file."""
    if prepared.outcome not in ENTERS or prepared.facts is None:
        return prepared
    day = prepared.facts.study_date
    if source.note is SourceNote.UNLISTED:
        prepared = _held(prepared, IntakeCode.DICOMDIR, IntakeCode.DICOMDIR.message)
    if line is None:
        return prepared
    if line.sha256 not in {None, sha256}:
        prepared = _held(prepared, IntakeCode.TRANSMITTAL_ROW, Remark.OTHER_BYTES.value)
    if line.study_date is not None and day and keyed.date_text(f"{line.study_date:%Y%m%d}") != day:
        prepared = _held(prepared, IntakeCode.IDENTITY_MISMATCH, Remark.OTHER_DATE.value)
    return prepared


def _held(prepared: Prepared, code: IntakeCode, words: str) -> Prepared:
    return replace(prepared, outcome=Outcome.HELD, code=code, message=words, sha256=None)


def of_a_disc(source: Source, prepared: Prepared) -> Prepared:
    """What a disc carries besides pictures is expected there."""
    if source.note is SourceNote.UNLISTED and prepared.code is IntakeCode.NOT_DICOM:
        return replace(prepared, message=Remark.OF_THE_DISC.value)
    return prepared


def duplicate(words: str) -> Prepared:
    return Prepared(Outcome.DUPLICATE, IntakeCode.DUPLICATE, words, (), NOBODY)


def refused(code: IntakeCode, detail: str = "") -> Prepared:
    """``detail`` stands for the words where a remark was given."""
    words = detail if any(detail == each.value for each in Remark) else code.message
    return Prepared(Outcome.REJECTED, code, words, (), NOBODY)
