"""What is done to records is done with its event, or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.reasons import change_of
from corelab.services import comparison, invalidation, packages, reader_changes, reading, redaction, withdrawal
from corelab.storage.schema import TABLES
from corelab.storage.store import Row
from corelab.storage.transaction import Transaction
from tests.builders import PASSWORD, Lab
from tests.life_builders import WHY, assignment_of, compares, dealt, read_by_both, reading_of, reopens
from tests.reading_builders import a_staffed_lab, filled, opened_next, signs


class EventLostError(Exception):
    """The disk failed while the event was written."""


def everything(lab: Lab) -> dict[str, tuple[Row, ...]]:
    with lab.open.store.read() as snapshot:
        return {name: snapshot.all(name) for name in TABLES}


def half_read(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)


def given_back(lab: Lab) -> None:
    half_read(lab)
    reopens(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, filled(opened_next(lab, lab.reader_1)))


def signs_again(lab: Lab) -> reading.Signed:
    opened = opened_next(lab, lab.reader_1)
    change = change_of("SLIP", "typed the wrong digit")
    return reading.sign(lab.open, lab.reader_1, opened.reading, PASSWORD, version=opened.version, change=change)


def released(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    compares(lab)


def both_signed(lab: Lab) -> None:
    read_by_both(lab)


def locked(lab: Lab) -> None:
    read_by_both(lab)
    compares(lab)
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)


def asked_to_unlock(lab: Lab) -> None:
    locked(lab)
    packages.unlock(lab.open, lab.coordinator_2, WHY, PASSWORD)


def a_query(lab: Lab) -> int:
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        return transaction.record("query.sent", "query", None, payload={"text": "words"}).seq


def asked_to_redact(lab: Lab) -> None:
    redaction.request_redaction(lab.open, lab.coordinator_2, a_query(lab), WHY)


def last_query(lab: Lab) -> int:
    with lab.open.store.read() as snapshot:
        return int(snapshot.events(kind="query.sent")[-1]["seq"])


DONE: dict[str, tuple[Callable[[Lab], Any], Callable[[Lab], Any]]] = {
    "reading.reopened": (half_read, lambda lab: reopens(lab, lab.reader_1)),
    "reading.signed": (given_back, signs_again),
    "assignment.withdrawn": (
        half_read,
        lambda lab: withdrawal.withdraw(lab.open, lab.coordinator, assignment_of(lab, lab.reader_2), "AWAY", "On leave for weeks"),
    ),
    "reader.replaced": (
        half_read,
        lambda lab: reader_changes.replace_reader(lab.open, lab.coordinator, lab.reader_2.account, "LEFT", "Left the core lab in May"),
    ),
    "reader.absent": (
        half_read,
        lambda lab: reader_changes.declare_absence(lab.open, lab.coordinator, lab.reader_2.account, "On leave for weeks", absent=True),
    ),
    "reading.invalidated": (
        released,
        lambda lab: invalidation.invalidate(lab.open, lab.coordinator, reading_of(lab, lab.reader_1), "CLIPS", WHY, PASSWORD),
    ),
    "case.withdrawn": (
        released,
        lambda lab: invalidation.invalidate(lab.open, lab.coordinator, reading_of(lab, lab.reader_1), "CLIPS", WHY, PASSWORD),
    ),
    "exam.compared": (both_signed, lambda lab: comparison.release_and_compare(lab.open, lab.coordinator)),
    "unlock.requested": (locked, lambda lab: packages.unlock(lab.open, lab.coordinator, WHY, PASSWORD)),
    "unlock.approved": (asked_to_unlock, lambda lab: packages.unlock(lab.open, lab.coordinator, WHY, PASSWORD)),
    "redaction.requested": (a_query, lambda lab: redaction.request_redaction(lab.open, lab.coordinator, last_query(lab), WHY)),
    "payload.redacted": (
        asked_to_redact,
        lambda lab: redaction.confirm_redaction(lab.open, lab.coordinator, last_query(lab), WHY, PASSWORD),
    ),
}
KEPT_BEFORE = {
    "exam.compared": {"event", "event_payload", "release_batch"},
    "reading.signed": {"event", "event_payload", "draft"},
}
"""What a command records in a transaction of its own before the one that fails: sealed records are about to be opened; a draft is kept."""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    return made


@pytest.mark.parametrize("kind", DONE)
def test_p11_32_without_its_event_nothing_remains(lab: Lab, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, do = DONE[kind]
    prepare(lab)
    before, write = everything(lab), Transaction._write

    def lost(self: Transaction, header: Any, payload: Any, rows: Any) -> None:
        if header.kind == kind:
            raise EventLostError
        write(self, header, payload, rows)

    monkeypatch.setattr(Transaction, "_write", lost)
    with pytest.raises(EventLostError):
        do(lab)
    after = everything(lab)
    differing = {name for name in TABLES if after[name] != before[name]}
    assert differing <= KEPT_BEFORE.get(kind, set())
    monkeypatch.undo()
    do(lab)  # and done once more it is done
    with lab.open.store.read() as snapshot:
        assert snapshot.events(kind=kind)
