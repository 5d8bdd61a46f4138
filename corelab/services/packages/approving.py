"""Columns and codes that packages had and will not have any more: nothing leaves the lab until a coordinator approves that by signature."""

from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning
from corelab.domain.reasons import reason_words
from corelab.domain.specification import Difference, differences, digest, stops
from corelab.export.changes import specified
from corelab.export.versions import Versions, VersionsDifferError
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.errors import ManyChartersError, NothingToApproveError, SpecificationChangedError
from corelab.services.packages.gather import scope
from corelab.services.packages.kept import earlier
from corelab.storage.keys import Signer, make_opening
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class SpecificationState:
    """How the next package's files, columns and codes differ from those of the last, ``after``; None where nothing was written yet."""

    after: str | None
    differences: tuple[Difference, ...]
    approved: bool

    @property
    def stops(self) -> tuple[Difference, ...]:
        """What keeps a package from being written now."""
        return () if self.approved else stops(self.differences)

    @property
    def refused(self) -> tuple[Difference, ...]:
        """Those of them that no approval helps."""
        return tuple(one for one in self.differences if one.is_refused)


def specification(lab: OpenLab, session: Session) -> SpecificationState:
    """How the next package would differ in its columns and codes. Raises ManyChartersError."""
    accounts.permit(session, Command.EXPORT)
    with lab.store.read(session.account) as snapshot:
        return specification_state(snapshot)


def approve_specification(lab: OpenLab, session: Session, reason: str, password: str) -> SpecificationState:
    """A coordinator's signature that analysts know of what is gone or changed; it holds for exactly these differences.

    Raises NothingToApproveError, SpecificationChangedError for a name that meant something else before, ReasonRefusedError,
    SignInRefusedError, ManyChartersError; then nothing is approved.
    """
    role = accounts.permit(session, Command.EXPORT)
    with refusals.recorded(lab, session, "specification", "lab", lab.lab_id):
        words = reason_words(reason)
        with lab.store.read(session.account) as snapshot:
            _to_approve(snapshot)
        with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
            _approve(transaction, signer, _to_approve(transaction), words)
            return specification_state(transaction)


def _to_approve(snapshot: Snapshot) -> SpecificationState:
    state = specification_state(snapshot)
    if state.refused:
        raise SpecificationChangedError(state.refused)
    if not state.stops:
        raise NothingToApproveError
    return state


def _approve(transaction: Transaction, signer: Signer, state: SpecificationState, words: str) -> None:
    told = [{"change": one.change.value, "where": one.where, "old": one.old, "new": one.new} for one in state.stops]
    opening, record = make_opening({"after": state.after, "differences": told, "reason_text": words}), str(uuid4())
    signature = transaction.signature(
        signer,
        record_type="specification_approval",
        record_id=record,
        revision=1,
        meaning=Meaning.SPECIFICATION_APPROVAL,
        charter_hash=effective_charter(transaction).hash,
        content_digest=opening.digest,
    )
    last = transaction.latest("package") or {}
    row = NewRow("specification_approval", {"id": record, "package_id": last["id"], "differences": digest(state.stops)})
    transaction.record("specification.approved", "specification_approval", record, rows=[signature, row], payload=opening)


def require_approved(snapshot: Snapshot) -> None:
    """Every new package asks this before anything of it is written. Raises SpecificationChangedError, ManyChartersError."""
    state = specification_state(snapshot)
    if state.stops:
        raise SpecificationChangedError(state.stops)


def specification_state(snapshot: Snapshot) -> SpecificationState:
    """The next package against the last one. Raises ManyChartersError."""
    last = snapshot.latest("package")
    if last is None:
        return SpecificationState(None, (), approved=False)
    try:
        now = specified(Versions.of(scope(snapshot).charters))
    except VersionsDifferError as error:
        raise ManyChartersError(error.versions) from None
    found = differences(earlier(snapshot, last["n"] + 1), now)
    agreed = snapshot.all("specification_approval", package_id=last["id"], differences=digest(stops(found)))
    refused = any(one.is_refused for one in found)
    return SpecificationState(f"T{last['n']:03d}", found, approved=bool(agreed) and not refused)
