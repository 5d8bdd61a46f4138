"""Export: derive, check, sign, write and verify one package. The same state gives the same bytes, whenever and wherever it is written."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.export.manifest import half_made
from corelab.export.parts import parts_here
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.archive import archive_in, archive_of
from corelab.services.labs import OpenLab
from corelab.services.packages.approval import Approval
from corelab.services.packages.checking import verify_package
from corelab.services.packages.cutoff import cutoff, kind_of, same_as_last
from corelab.services.packages.documents import documents
from corelab.services.packages.errors import StopTheLineError
from corelab.services.packages.gather import Excluded, scope
from corelab.services.packages.kept import packed
from corelab.services.packages.plan import Plan
from corelab.services.packages.still import still
from corelab.services.queries.blocking import blocking
from corelab.services.verification import Progress, require_sound
from corelab.storage.minisign import MinisignKey


@dataclass(frozen=True, slots=True)
class Exported:
    """A package on disk. ``rows`` by table; ``head`` is the hash of the cut-off event."""

    package: Path
    files: int
    rows: Mapping[str, int]
    head: str
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a package would hold now. ``again`` where nothing changed since the last one: it would be the same package.

    ``queries``: the open ones that keep it from being written.
    """

    included: int
    excluded: tuple[Excluded, ...]
    number: int
    again: bool
    queries: tuple[str, ...] = ()


def preview(lab: OpenLab, session: Session) -> Preview:
    """What is in, what is left out and why."""
    accounts.permit(session, Command.EXPORT)
    with lab.store.read(session.account) as snapshot:
        found = scope(snapshot)
        parts = (*parts_here(), *documents(archive_in(lab, snapshot, session.account)))
        again = same_as_last(snapshot, cutoff(snapshot), kind_of(lab, test=False), parts) is not None
        last = snapshot.latest("package")
        number = (last["n"] if last else 0) + (0 if again else 1)
        return Preview(found.included, found.excluded, number, again, blocking(snapshot))


def export(lab: OpenLab, session: Session, out: Path, password: str, *, test: bool = False, progress: Progress | None = None) -> Exported:
    """Writes one package into ``out``, signed by the coordinator with ``password``, and verifies it.

    When no record of the trial's data came since the last package, that package is made again: same bytes, same number, same approval.
    Others work on while its files are made: it is as of the moment in which that began. Raises NothingToExportError, OpenQueriesError,
    SpecificationChangedError, StopTheLineError, LabFaultyError, PackageExistsError, ExportedMeanwhileError and OSError; then no package is
    there.
    """
    from corelab.services.packages.making import Making, Secrets  # noqa: PLC0415 - brings every format: the start stays short

    role = accounts.permit(session, Command.EXPORT)
    show = progress or (lambda _done, _of, _what: None)
    require_sound(lab, show)
    chance = accounts.lab_secret(lab, session, "chance").decode("ascii")
    key = accounts.lab_secret(lab, session, "package")
    secrets, sealing = Secrets(chance, accounts.held_custody(session), key), MinisignKey.of(key)
    archive = archive_of(lab, session.account)
    parts = {**parts_here(), **documents(archive)}
    with accounts.signer(lab, session, password) as signer, ExitStack() as stack:
        with still(lab) as snapshot:
            plan = Plan.of(snapshot, kind_of(lab, test=test), tuple(parts))
            folder = stack.enter_context(half_made(out / plan.name))
            made = Making(snapshot, plan, folder, archive, lab.quarantine, secrets)
            made.run(parts, sealing.public_text, show)
            held = stack.enter_context(packed(made.written, key)) if plan.again is None else None
        show(0, 1, "Signing")
        with lab.store.begin(session.actor(role)) as transaction:
            files = Approval(plan, folder, signer, sealing, held).give(transaction, made.rows)
        show(0, 1, "Verifying")
        _require_verified(folder)
    show(1, 1, "Done")
    return Exported(out / plan.name, files, made.counts, plan.cutoff.head, plan.scope.excluded)


def _require_verified(folder: Path) -> None:
    """The last look at what was written, before it gets its name: the formats were made from these very tables."""
    verified = verify_package(folder, formats=False)
    if not verified.ok:
        raise StopTheLineError(verified.faults)
