"""What readers answered after signing, in a package of a locked trial: opened with custody, and shown nowhere else."""

from corelab.domain.guess import Guess
from corelab.services import shown
from corelab.services.packages.gather import pseudonyms_of
from corelab.storage import calibration, readings, released
from corelab.storage.keys import BoxSecret
from corelab.storage.snapshot import Snapshot


def guess_rows(snapshot: Snapshot, custody: BoxSecret) -> tuple[dict[str, str], ...]:
    """What readers answered after signing, for guess.csv: of readings of the trial that stand. Only for a locked trial."""
    left_out, pseudonyms = calibration.marked(snapshot), pseudonyms_of(snapshot)
    rows: list[dict[str, str]] = []
    for row in snapshot.all("guess"):
        of = readings.all_assignments(snapshot, id=row["assignment_id"])[0]
        record = readings.signed_reading(snapshot, of.id)
        if record is None or of.exam in left_out:
            continue
        guess = Guess.from_json(released.opened(snapshot, row["event_seq"], custody).json)
        subject, reader = shown.exam_of(snapshot, of.exam).subject, pseudonyms[of.account]
        for earlier in rows:
            if (earlier["USUBJID"], earlier["READERID"]) == (subject, reader):
                earlier["LASTFL"] = "N"
        said = {"GUESS": guess.arm.value, "SUGGEST": guess.suggestion, "LASTFL": "Y"}
        rows.append({"RECID": record.id, "USUBJID": subject, "READERID": reader, **said})
    return tuple(rows)
