"""A working day: two readers and a coordinator do their work through the services, step by acknowledged step, from wherever it stands."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from corelab.domain.vocabulary import AssignmentId
from corelab.services import accounts, assignment, comparison, labs, reading
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.verification import verify_lab
from corelab.storage import readings
from corelab.storage.keys import BoxSecret
from corelab.storage.store import Snapshot
from tests.builders import PASSWORD, Lab, TickingClock
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next

READERS = ("reader-1", "reader-2")
_STAFF = ("coordinator", *READERS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told is kept: the trail's head at that time, and their draft or record. ``submit``: told before it was tried."""

    what: str
    seq: int
    hash: str
    reader: str = ""
    assignment: str = ""
    version: int = 0
    record: str = ""
    submit: str = ""


@dataclass(frozen=True, slots=True)
class Survived:
    """What was found afterwards: acknowledged things that are gone, and what verify says."""

    lost: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.lost and not self.faults


@dataclass
class Desk:
    """A lab at which people have signed in."""

    lab: Lab

    @classmethod
    def at(cls, folder: Path, people: Sequence[str] = _STAFF) -> Self:
        """Opens the lab in this folder and signs people in."""
        clock = TickingClock()
        opened = labs.open_lab(folder, clock, folder.parent / "configuration")
        return cls.of(opened, clock, people)

    @classmethod
    def of(cls, opened: OpenLab, clock: TickingClock, people: Sequence[str] = _STAFF) -> Self:
        with opened.store.read() as snapshot:
            last = snapshot.latest("event", by="seq")
            assert last is not None
        clock.at = max(clock.at, last["at"])
        desk = cls(Lab(opened, clock, "", opened.charter.hash))
        for user in people:
            desk.lab._sessions[user] = desk.lab.sign_in(user)
        return desk

    @property
    def boxes(self) -> dict[str, BoxSecret]:
        return {user: self.lab.person(user).box for user in READERS}

    def told(self, what: str, reader: str = "", of: str = "", *, version: int = 0, record: str = "", submit: str = "") -> Told:
        with self.lab.open.store.read() as snapshot:
            head = snapshot.latest("event", by="seq")
        assert head is not None
        return Told(what, head["seq"], head["hash"], reader, of, version, record, submit)

    def close(self) -> None:
        self.lab.open.close()


def an_office(folder: Path, exams: int = 4) -> Path:
    """The folder of a lab with staff and some exams to be read; closed."""
    lab = a_staffed_lab(folder)
    for subject in range(exams):
        a_ready_exam(lab, f"S{subject:03}", received=("CFV",))
    assignment.assign(lab.open, lab.coordinator)
    lab.open.close()
    return lab.open.folder


def copied(folder: Path, to: Path) -> Path:
    """The lab in a place of its own, with the workstation's configuration beside it."""
    shutil.copytree(folder.parent, to)
    return to / folder.name


# ---------------------------------------------------------------- the work


def work(desk: Desk) -> Iterator[Told]:
    """Reads and compares exam after exam, then signs in and out for ever. Each step is told after its service returned."""
    while any(reading.worklist(desk.lab.open, desk.lab.person(user)).next for user in READERS):
        for user in READERS:
            if reading.worklist(desk.lab.open, desk.lab.person(user)).next:
                yield from _reads(desk, user, desk.lab.person(user))
        done = comparison.release_and_compare(desk.lab.open, desk.lab.coordinator)
        assert not done.rejected
        yield desk.told("compared")
    yield from _comes_and_goes(desk)


def work_of(desk: Desk, *readers: str) -> Iterator[Told]:
    """Only what these readers do, one after the other, while others work elsewhere; never ends."""
    for user in readers:
        while reading.worklist(desk.lab.open, desk.lab.person(user)).next:
            yield from _reads(desk, user, desk.lab.person(user))
    yield from _comes_and_goes(desk)


def _comes_and_goes(desk: Desk) -> Iterator[Told]:
    while True:
        accounts.sign_out(desk.lab.open, desk.lab.sign_in("coordinator-2"))
        yield desk.told("signed out")


def _reads(desk: Desk, user: str, session: Session) -> Iterator[Told]:
    """One exam: every answer saved by itself, then signed."""
    of = first(desk.lab, session)
    opened = opened_next(desk.lab, session)
    yield desk.told("opened", user, of)
    whole, version = filled(opened), opened.version
    made = opened.reading
    for cell in whole.form.cells:
        answer = whole.answers.get(cell)
        if answer is not None and made.answers.get(cell) != answer:
            made = made.answered(cell, answer.grade, answer.evidence)
            version = reading.save(desk.lab.open, session, made, cell, version=version).version
            yield desk.told("saved", user, of, version=version)
    submit = opened.submit or f"{desk.lab.open.lab_id}/{of}"
    yield desk.told("signing", user, of, version=version, submit=submit)
    signed = reading.sign(desk.lab.open, session, made, PASSWORD, submit, version=version)
    yield desk.told("signed", user, of, record=signed.record)


# ---------------------------------------------------------------- what must still be true


def survived(folder: Path, told: Sequence[Told], boxes: dict[str, BoxSecret]) -> Survived:
    """Whether everything told is still there, and the lab verifies."""
    verified = verify_lab(folder)
    faults = tuple(f"{fault.where}: {fault.what}" for fault in verified.faults)
    try:
        opened = labs.open_lab(folder, TickingClock(), folder.parent / "configuration", read_only=True)
        with opened.store.read() as snapshot:
            heads = {row["seq"]: row["hash"] for row in snapshot.events()}
            lost = [f"event {one.seq} ({one.what})" for one in told if heads.get(one.seq) != one.hash]
            lost += [f"record of {one.assignment}" for one in told if one.record and not snapshot.one("reading", id=one.record)]
            lost += [what for one in _latest_drafts(told) for what in _lost_draft(snapshot, one, boxes[one.reader])]
        opened.close()
    except Exception as error:  # noqa: BLE001 - a lab that cannot be opened has lost everything that was told
        return Survived(tuple(one.what for one in told) or (repr(error),), (*faults, repr(error)))
    return Survived(tuple(lost), faults)


def _latest_drafts(told: Sequence[Told]) -> list[Told]:
    return list({one.assignment: one for one in told if one.version}.values())


def _lost_draft(snapshot: Snapshot, one: Told, box: BoxSecret) -> Iterator[str]:
    """The draft that was told, or a later one, or the reading that was signed from it; and never both of them."""
    of = AssignmentId(one.assignment)
    draft, signed = readings.draft(snapshot, of, box), readings.signed_reading(snapshot, of)
    if signed is None and (draft is None or draft.version < one.version):
        yield f"draft {one.version} of {of}"
    if signed is not None and draft is not None:
        yield f"reading {signed.id} is signed and a draft at once"


def signs_again(folder: Path, one: Told) -> int:
    """A window that does not know whether its signature was kept asks twice more with the same id; answers the signatures there are."""
    desk = Desk.at(folder)
    session, of = desk.lab.person(one.reader), AssignmentId(one.assignment)
    opened = reading.open_reading(desk.lab.open, session, of)
    again = [reading.sign(desk.lab.open, session, filled(opened), PASSWORD, one.submit, version=opened.version) for _ in range(2)]
    assert again[0] == again[1]
    with desk.lab.open.store.read() as snapshot:
        signed = [row for row in snapshot.all("signature", record_type="reading") if row["record_id"] == again[0].record]
        events = [row for row in snapshot.events(kind="reading.signed") if row["submit"] == one.submit]
        found = snapshot.all("reading", assignment_id=of)
    desk.close()
    assert len(signed) == len(events) == 1
    return len(found)
