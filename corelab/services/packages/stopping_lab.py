"""Checks of a package against the lab that it came from: whose records, whose clips, which subjects, what is still open."""

from collections.abc import Iterator

from corelab.domain.vocabulary import Sha256
from corelab.export.check import PackageFault, limited, row_name
from corelab.export.stops import Check, Stop
from corelab.export.written import SubjectRows, Written
from corelab.imaging.archive import Archive
from corelab.services.labs import charter_of
from corelab.services.packages.plan import Plan
from corelab.services.queries.blocking import blocking
from corelab.storage import readings
from corelab.storage.readings import SignedRecord
from corelab.storage.signed import verifies
from corelab.storage.snapshot import Snapshot

_READINGS = "data/readings.csv"
_OF_CLIPS = ("readings", "evidence", "measurements", "viewing")
"""Tables whose rows name the clip that they rest on."""


# ---------------------------------------------------------------- who signed


def signed_by_trained(snapshot: Snapshot, package: Written) -> Stop:
    """Every accepted record has a valid signature by a person who was trained for its charter's major version when it was signed."""
    count, faults = 0, list[PackageFault]()
    for subject in package.subjects():
        accepted = dict.fromkeys(row["RECID"] for row in subject.rows["readings"] if row["ACPTFL"] == "Y")
        count += len(accepted)
        for record in accepted:
            what = _signed_fault(snapshot, record)
            if what is not None:
                faults.append(PackageFault(f"{_READINGS} {subject.code}, record {record}", what))
    return Stop(Check.SIGNED, "accepted records", count, tuple(limited(faults, _READINGS)))


def _signed_fault(snapshot: Snapshot, record: str) -> str | None:
    try:
        signed = _record(snapshot, record)
    except LookupError:
        return "is no signed record of the lab"
    if not verifies(snapshot, signed):
        return "has no valid signature"
    return None if was_trained(snapshot, signed) else "was signed by somebody who had no training for its charter then"


def _record(snapshot: Snapshot, record: str) -> SignedRecord:
    """Raises LookupError."""
    decided = snapshot.one("adjudication", id=record)
    if decided is None:
        return readings.reading_of(snapshot, record)
    case = readings.cases(snapshot, id=decided["case_id"])[0]
    found = readings.signed_adjudication(snapshot, case)
    if found is None:
        raise LookupError(record)
    return found


def was_trained(snapshot: Snapshot, signed: SignedRecord) -> bool:
    """True for everybody where the charter asks for no record of training."""
    charter = charter_of(snapshot, signed.charter_hash)
    assigned = snapshot.one("assignment", id=signed.assignment) or {}
    passed = (row for row in snapshot.all("training", account_id=assigned.get("account_id")) if row["event_seq"] < signed.seq)
    return not charter.certification.training_record or any(
        charter_of(snapshot, row["charter_hash"]).major == charter.major for row in passed
    )


# ---------------------------------------------------------------- whom it is about, and what was seen


def subjects_are_known(snapshot: Snapshot, package: Written) -> Stop:
    """Every subject of every table is one of the lab, at its site, of its trial."""
    known = {row["code"]: row["site_code"] or "" for row in snapshot.all("subject")}
    trial = str(snapshot.all("lab")[0]["trial_id"])
    count, faults = 0, list[PackageFault]()
    for subject in package.subjects():
        count += 1
        if subject.code not in known:
            faults.append(PackageFault(f"data {subject.code}", "is no subject of the lab"))
            continue
        rows = ((name, row) for name, held in subject.rows.items() for row in held)
        other = {name for name, row in rows if (row["STUDYID"], row.get("SITEID", known[subject.code])) != (trial, known[subject.code])}
        faults += (PackageFault(f"data/{name}.csv {subject.code}", "is of another trial or site than in the lab") for name in sorted(other))
    return Stop(Check.SUBJECTS, "subjects", count, tuple(limited(faults, "data")))


def clips_are_kept(snapshot: Snapshot, package: Written, archive: Archive) -> Stop:
    """Every clip of the package is one of the lab whose file lies in the archive under its hash; no row rests on another subject's.

    The files were hashed when the lab was verified, just before.
    """
    released = {row["sha256"] for row in snapshot.all("clip")}
    count, faults = 0, list[PackageFault]()
    for subject in package.subjects() if package.has("clips") else ():
        own = {row["CLIPID"] for row in subject.rows["clips"]}
        count += len(own)
        gone = sorted(clip for clip in own if clip not in released or not archive.named(Sha256(clip)))
        faults += (PackageFault(f"data/clips.csv {subject.code} {clip}", "is not in the archive of the lab") for clip in gone)
        faults += _strange_clips(package, subject, own)
    return Stop(Check.CLIPS, "clips", count, tuple(limited(faults, "data/clips.csv")))


def _strange_clips(package: Written, subject: SubjectRows, own: set[str]) -> Iterator[PackageFault]:
    for name in _OF_CLIPS:
        table = package.table(name)
        for row in subject.rows[name]:
            if row["CLIPID"] and row["CLIPID"] not in own:
                yield PackageFault(row_name(table, row), "rests on a clip that is not of this subject")


# ---------------------------------------------------------------- what is open


def open_work_is_listed(snapshot: Snapshot, plan: Plan, package: Written) -> Stop:
    """Every exam that is not final is left out and listed, every final one is in; no query is open that nobody excluded."""
    there = {(row["USUBJID"], row["VISIT"]) for row in package.rows("subject_visit")}
    left_out = {(one.subject, one.visit) for one in plan.scope.excluded}
    final = {(one.row["code"], exam["visit"]) for one in plan.scope.subjects for exam in one.final}
    faults = list(_misplaced(there & left_out, "is listed as left out and is there"))
    faults += _misplaced(final - there, "is final and is not there")
    faults += _misplaced(there - final - left_out, "is there and is no final exam")
    faults += [PackageFault(f"query {name}", "is open, and no coordinator excluded it") for name in blocking(snapshot)]
    ordered = sorted(faults, key=lambda fault: (fault.where, fault.what))
    return Stop(Check.OPEN_WORK, "exams", len(final) + len(left_out), tuple(limited(ordered, "data/subject_visit.csv")))


def _misplaced(exams: set[tuple[str, str]], what: str) -> Iterator[PackageFault]:
    return (PackageFault(f"data/subject_visit.csv {' '.join(each)}", what) for each in exams)
