"""The charters of a lab: the one in force and those before it, on paper, and what a later one would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from corelab.domain.accounts import Command, Meaning
from corelab.domain.charter import CharterError
from corelab.domain.reading_errors import CharterRefusedError
from corelab.domain.record_errors import LockedError
from corelab.export.charter import charter_pdf
from corelab.services import charter_approval, charter_check
from corelab.services.accounts import Session, permit
from corelab.services.charter_check import Report
from corelab.services.labs import OpenLab, charter_of
from corelab.storage.snapshot import Row, Snapshot


class CharterUnknownError(Exception):
    """The lab has no charter of this hash."""


@dataclass(frozen=True, slots=True)
class Version:
    """A charter that was approved. ``locked_since``: when the first reading under it was signed; from then on nothing can replace it.

    ``exams`` that came in under it stay under it.
    """

    hash: str
    id: str
    version: str
    title: str
    changes: str
    approved_at: datetime
    approved_by: str
    exams: int
    readings: int
    locked_since: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class Later:
    """What was found of a later version. ``refused``: why this lab cannot take it, beside its faults; None when it can be approved."""

    report: Report
    refused: Exception | None

    @property
    def may_be_approved(self) -> bool:
        return self.report.ok and self.refused is None


def versions(lab: OpenLab, session: Session) -> tuple[Version, ...]:
    """Every approved charter, the one in force first."""
    permit(session, Command.CHARTER)
    with lab.store.read(session.account) as snapshot:
        approvals = snapshot.all("signature", meaning=Meaning.CHARTER_APPROVAL)
        latest_first = sorted(approvals, key=lambda row: row["event_seq"], reverse=True)
        exams = snapshot.all("exam")
        return tuple(_version(snapshot, row, exams, in_force=n == 0) for n, row in enumerate(latest_first))


def _version(snapshot: Snapshot, approval: Row, exams: Sequence[Row], *, in_force: bool) -> Version:
    charter = charter_of(snapshot, approval["record_id"])
    signed = snapshot.all("signature", record_type="reading", charter_hash=charter.hash)
    return Version(
        hash=charter.hash,
        id=charter.id,
        version=charter.version,
        title=charter.title,
        changes=charter.header.changes,
        approved_at=approval["at"],
        approved_by=approval["printed_name"],
        exams=sum(row["charter_hash"] == charter.hash for row in exams),
        readings=len(signed),
        locked_since=min((row["at"] for row in signed), default=None),
        in_force=in_force,
    )


def printed(lab: OpenLab, session: Session, content_hash: str) -> bytes:
    """A charter of this lab as a PDF. Raises CharterUnknownError."""
    permit(session, Command.CHARTER)
    with lab.store.read(session.account) as snapshot:
        if snapshot.one("charter", hash=content_hash) is None:
            raise CharterUnknownError(content_hash)
        return charter_pdf(charter_of(snapshot, content_hash))


def check_later(lab: OpenLab, session: Session, toml: bytes) -> Later:
    """What a later version changes and what is wrong with it, before anybody signs it. Nothing is kept."""
    permit(session, Command.CHARTER)
    with lab.store.read(session.account) as snapshot:
        former = charter_of(snapshot, lab.charter.hash)
        stored = snapshot.one("charter", hash=former.hash)
    report = charter_check.check(toml, against=bytes(stored["toml"]) if stored is not None else None)
    return Later(report, _refused(lab, toml) if report.ok else None)


def _refused(lab: OpenLab, toml: bytes) -> Exception | None:
    try:
        charter_approval.require_approvable(lab, toml)
    except (CharterRefusedError, CharterError, LockedError) as error:
        return error
    return None
