"""The checks of a package before it is signed: of what was written, and of what was written against the lab that it came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corelab.export.stops import Stop
from corelab.export.stops.of_files import no_arm_named, nobody_named
from corelab.export.stops.of_tables import not_lower, one_accepted, reconciled, rows_in_order
from corelab.export.stops.of_typed import Typed, nothing_identifies, typed_texts
from corelab.export.written import Written
from corelab.imaging.archive import Archive
from corelab.services.packages.plan import Plan
from corelab.services.packages.stopping_lab import clips_are_kept, open_work_is_listed, signed_by_trained, subjects_are_known
from corelab.services.packages.stopping_people import Patients, names_of
from corelab.storage.keys import BoxSecret
from corelab.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Kept:
    """What a lab holds beside its records: the archive of released clips, the folder of delivered files, and the key of what is sealed."""

    archive: Archive
    quarantine: Path
    custody: BoxSecret


def before_parts(snapshot: Snapshot, plan: Plan, package: Written, kept: Kept) -> tuple[Stop, ...]:
    """What can be told from tables, trail and lab, before anything is made from them. Raises OSError."""
    codes = frozenset(_codes(snapshot, package))
    texts = chain(typed_texts(package), (Typed(f"qc/checks.json query {one.name}", one.why) for one in plan.open_queries))
    patients = Patients(snapshot, kept.quarantine, kept.custody, codes)
    return (
        *rows_in_order(package),
        one_accepted(package),
        reconciled(package),
        subjects_are_known(snapshot, package),
        clips_are_kept(snapshot, package, kept.archive),
        signed_by_trained(snapshot, package),
        open_work_is_listed(snapshot, plan, package),
        not_lower(str(package.facts["specification"]), plan.previous["spec_version"] if plan.previous is not None else None),
        nothing_identifies(texts, codes, patients.are_in),
    )


def after_parts(snapshot: Snapshot, package: Written) -> tuple[Stop, ...]:
    """What can be told once every file is there. Raises OSError."""
    arms = [arm for charter in package.versions.all for arm in charter.blinding.guess_arms]
    return (no_arm_named(package.folder, arms), nobody_named(package.folder, names_of(snapshot)))


def _codes(snapshot: Snapshot, package: Written) -> Iterator[str]:
    """What may stand in words: codes of subjects and sites, of the charter, and of the trial itself."""
    yield str(snapshot.all("lab")[0]["trial_id"])
    for row in snapshot.all("subject"):
        yield from (str(row["code"]), str(row["site_code"] or ""))
    for charter in package.versions.all:
        yield from (visit.id for visit in charter.visits)
        yield from (segment.id for segment in charter.segments)
