"""Up to where a package goes: the last event of the trial's data, and whether it is the last package again."""

from collections.abc import Sequence
from dataclasses import dataclass

import corelab
from corelab.domain.clock import stamp
from corelab.domain.trial_data import PASSING
from corelab.domain.vocabulary import LabKind
from corelab.export.parts import libraries
from corelab.export.tables import SPECIFICATION
from corelab.services.labs import OpenLab
from corelab.storage.snapshot import Row, Snapshot


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The last event of the trial's data."""

    seq: int
    at: str
    head: str


def cutoff(snapshot: Snapshot) -> Cutoff:
    events = [event for event in snapshot.events() if event["kind"] not in PASSING]
    last = events[-1]
    return Cutoff(last["seq"], stamp(last["at"]), last["hash"])


def kind_of(lab: OpenLab, *, test: bool) -> str:
    """What the package calls itself for ever: DEMO, TEST or PROD."""
    if lab.kind is LabKind.DEMO:
        return "DEMO"
    return "TEST" if test or lab.kind is LabKind.TRAINING else "PROD"


def same_as_last(snapshot: Snapshot, now: Cutoff, kind: str, parts: Sequence[str]) -> Row | None:
    """The last package, where one made now would be the same: same data, specification, kind, program, parts and libraries."""
    last = snapshot.latest("package")
    if last is None or (last["cutoff_seq"], last["spec_version"]) != (now.seq, SPECIFICATION):
        return None
    approved = snapshot.opening_of(last["event_seq"])
    was = (approved["kind"], approved["product"], approved.get("parts"), approved.get("libraries"))
    return last if was == (kind, corelab.__version__, list(parts), libraries()) else None
