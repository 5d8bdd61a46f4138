"""Takes a delivery in: source -> quarantine -> de-identified candidate, one transaction per object."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.domain.charter import Charter
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ClipId, Side
from corelab.services.accounts import Session, custody_public, lab_secret, permit
from corelab.services.intake import targets
from corelab.services.intake.accepted import accepted_in
from corelab.services.intake.delivered import Source
from corelab.services.intake.exam_work import require_names
from corelab.services.intake.leftovers import remove_leftovers
from corelab.services.intake.receiving import Delivery, Progress, Receiving
from corelab.services.intake.replacement import require_replaceable
from corelab.services.intake.report import IntakeReport
from corelab.services.intake.resuming import Interrupted
from corelab.services.intake.sources import listed
from corelab.services.intake.strays import set_strays_aside
from corelab.services.intake.transmittal import Plan, planned, read, require_no_list, require_possible
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.quarantine import made_folder
from corelab.storage import intake_rows, registry
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow


def take_in(  # noqa: PLR0913 - what a delivery is
    lab: OpenLab,
    session: Session,
    sources: Sequence[Path],
    *,
    subject: str = "",
    visit: str = "",
    side: Side | None = None,
    transmittal: Path | None = None,
    replaces: str | None = None,
    dry_run: bool = False,
    drop: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IntakeReport:
    """Takes every object of ``sources`` into quarantine and de-identifies it, for one exam of one subject, or each for that of its row.

    ``transmittal`` is the site's list (CSV), instead of subject and visit. ``replaces`` is a clip of the exam: the one object that is
    delivered takes its place once it is released. ``dry_run`` says what would happen and keeps nothing. Cancelled, interrupted, or stopped
    by a full disk (the report says so), what was finished stays; delivered again, the delivery goes on where it ended. ``drop``: the id
    of the one that came by network.

    Raises IntakeRefusedError and TransmittalRefusedError when nothing was begun, NotPermittedError, CustodyMissingError, LockedError.
    """
    role = permit(session, Command.INTAKE)
    key, custody = lab_secret(lab, session, "deid"), custody_public(lab)
    with lab.store.read(session.account) as snapshot:
        require_unlocked(snapshot)
        charter, accepts = effective_charter(snapshot), accepted_in(snapshot)
        plan = _plan(snapshot, charter, key, transmittal, (subject, visit, side), replacing=replaces is not None)
        replaced = ClipId(require_replaceable(snapshot, replaces, plan.exams[0]).id) if replaces else None
    found = listed(sources)
    if transmittal is not None and plan.transmittal is not None:
        found = _without(found, transmittal)
        plan = planned(plan.transmittal, found)
    else:
        require_no_list(found)
    if replaced is not None and len(found) != 1:
        raise IntakeRefusedError(Refusal.REPLACES_ONE)
    if not dry_run:
        set_strays_aside(lab, session, role)
        remove_leftovers(lab.quarantine, lab.clock.now(), _numbers(lab))
    delivery = Delivery(lab, session, role, plan, key, custody, accepts, replaced)
    with _folder(lab, delivery.id, dry_run=dry_run) as folder:
        receiving = _foreseen(delivery, folder) if dry_run else _begun(delivery, folder, len(found), drop)
        receiving.cancelled = cancelled or receiving.cancelled
        return receiving.take(found, progress or _quiet)


def _numbers(lab: OpenLab) -> dict[str, set[int]]:
    """The objects of each delivery, as far as records know them."""
    with lab.store.read() as snapshot:
        numbers: dict[str, set[int]] = {row["id"]: set() for row in snapshot.all("delivery")}
        for one in registry.objects(snapshot):
            numbers[one.delivery].add(one.n)
    return numbers


def _plan(
    snapshot: Snapshot, charter: Charter, key: bytes, site_list: Path | None, named: tuple[str, str, Side | None], *, replacing: bool
) -> Plan:
    if site_list is None or replacing:
        return Plan(replace(require_names(charter, *named), replacing=replacing))
    said = read(site_list, charter)
    require_possible(snapshot, charter, said, key)
    return Plan(None, said)


def _without(found: Sequence[Source], site_list: Path) -> tuple[Source, ...]:
    """The list often lies beside what it lists; it is no object of the delivery."""
    left = tuple(each for each in found if each.member is not None or not _is_same(each.path, site_list))
    if not left:
        raise IntakeRefusedError(Refusal.SOURCE)
    return left


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.name == other.name and path.samefile(other)
    except OSError:
        return False


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


@contextmanager
def _folder(lab: OpenLab, delivery: str, *, dry_run: bool) -> Iterator[Path]:
    folder = lab.quarantine / (f".try-{os.getpid()}-{delivery}" if dry_run else delivery)
    try:
        yield folder
    finally:
        if dry_run:
            shutil.rmtree(folder, ignore_errors=True)


def _begun(delivery: Delivery, folder: Path, objects: int, drop: str | None) -> Receiving:
    """Records the delivery, how many objects it announces, and the site that its list names."""
    with delivery.lab.store.begin(delivery.session.actor(delivery.role)) as transaction:
        require_unlocked(transaction)
        known, rows = targets.begun(
            transaction, effective_charter(transaction), delivery.lab, delivery.session, delivery.plan.exams, delivery.key
        )
        site = delivery.plan.site
        if site is not None:
            made = [intake_rows.site_row(site)] if transaction.one("site", code=site) is None else []
            rows = [*made, *rows, intake_rows.delivery_site_row(delivery.id, site)]
        rows = [NewRow("delivery", {"id": delivery.id, "kind": "network" if drop else "files"}), *rows]
        payload = {"objects": objects} | ({"drop": drop} if drop else {})
        transaction.record("delivery.opened", "delivery", delivery.id, rows=rows, payload=payload)
    return Receiving(delivery, made_folder(folder), known, Interrupted(delivery.id))


def _foreseen(delivery: Delivery, folder: Path) -> Receiving:
    with delivery.lab.store.read(delivery.session.account) as snapshot:
        known = targets.foreseen(snapshot, effective_charter(snapshot), delivery.lab, delivery.session, delivery.plan.exams, delivery.key)
    return Receiving(replace(delivery, replaces=None), made_folder(folder), known, Interrupted(delivery.id), trying=True)
