"""Step 8 for readings: revisions follow one another, ends come before new attempts, exams go back only for a reason on record."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping

from corelab.domain.accounts import Role, Status
from corelab.domain.audit import Fault
from corelab.domain.vocabulary import ExamState
from corelab.storage.verify.source import RawRow, Source

HISTORY = "history"
_THERE = {Status.ACTIVE.value, Status.LOCKED.value}
_BACK_BY = {ExamState.ASSIGNED.value: "reading.invalidated", ExamState.FINAL.value: "unlock.approved"}


def reading_life(source: Source) -> Iterator[Fault]:
    yield from _revisions(source)
    yield from _after_release(source)
    yield from _attempts(source)
    yield from _ways_back(source)
    yield from _unlocks(source)


def _fault(source: Source, seq: int, what: str) -> Fault:
    return Fault(source.where(seq), f"{HISTORY}: {what}", HISTORY)


def _revisions(source: Source) -> Iterator[Fault]:
    """Each revision but the first supersedes the one before, which was given back in between; each has a reason."""
    back = {row["reading_id"]: row["event_seq"] for row in source.rows("reading_reopening")}
    for of, rows in _by(source, "reading", "assignment_id").items():
        before: RawRow | None = None
        for row in sorted(rows, key=lambda row: row["revision"]):
            given_back = back.get(before["id"], row["event_seq"]) if before else 0
            follows = (row["revision"], row["supersedes_id"]) == ((before["revision"] + 1, before["id"]) if before else (1, None))
            if not follows or not given_back < row["event_seq"]:
                yield _fault(source, row["event_seq"], f"revision {row['revision']} of assignment {of} follows from nothing")
            event = source.by_seq.get(row["event_seq"])
            if event is not None and (event.header.reason is not None) != (before is not None):
                yield event.fault(HISTORY, "a revision has a reason and a first entry has none")
            before = row


def _after_release(source: Source) -> Iterator[Fault]:
    """Who knows the outcome gets no second look."""
    compared = [(row["event_seq"], {row["reading_1"], row["reading_2"]}) for row in source.rows("comparison")]
    compared += [(row["event_seq"], {row["reading_id"]}) for row in source.rows("single_release")]
    for row in source.rows("reading_reopening"):
        if any(seq < row["event_seq"] and row["reading_id"] in both for seq, both in compared):
            yield _fault(source, row["event_seq"], f"reading {row['reading_id']} was given back after its release")


def _attempts(source: Source) -> Iterator[Fault]:
    """A slot is dealt anew when the one before has ended; nothing is signed under an assignment that has ended."""
    ended = {row["assignment_id"]: row["event_seq"] for row in source.rows("assignment_end")}
    slots: defaultdict[tuple[str, str, int], list[RawRow]] = defaultdict(list)
    for row in source.rows("assignment"):
        if row["kind"] == "primary":
            slots[row["exam_id"], row["reading_type"], row["slot"]].append(row)
    for rows in slots.values():
        held = sorted(rows, key=lambda row: row["attempt"])
        for before, after in itertools.pairwise(held):
            if ended.get(before["id"], after["event_seq"]) >= after["event_seq"]:
                yield _fault(source, after["event_seq"], f"slot {after['slot']} of exam {after['exam_id']} was not free")
    for row in source.rows("reading"):
        if ended.get(row["assignment_id"], row["event_seq"]) < row["event_seq"]:
            yield _fault(source, row["event_seq"], f"reading {row['id']} was signed when its assignment was over")


def _ways_back(source: Source) -> Iterator[Fault]:
    """An exam waits for readings again by an invalidation only, and is final again by unlocking only."""
    order = [state.value for state in ExamState]
    for rows in _by(source, "exam_status", "exam_id").values():
        states = sorted(rows, key=lambda row: row["n"])
        for before, after in itertools.pairwise(states):
            event = source.by_seq.get(after["event_seq"])
            wanted = _BACK_BY.get(after["state"])
            back = order.index(after["state"]) < order.index(before["state"])
            if back and wanted is not None and event is not None and event.header.kind != wanted:
                yield event.fault(HISTORY, f"exam {after['exam_id']} went back to {after['state']} without a reason")


def _unlocks(source: Source) -> Iterator[Fault]:
    """Unlocked by the signatures of two coordinators where the lab had two, locked out or not."""
    signed: defaultdict[str, set[str]] = defaultdict(set)
    for row in source.rows("signature"):
        if (row["record_type"], row["meaning"]) == ("lock", "unlock approval"):
            signed[row["record_id"]].add(row["account_id"])
    for row in source.rows("lock"):
        needed = min(2, _coordinators(source, row["event_seq"]))
        if row["state"] == "unlocked" and len(signed[row["id"]]) < needed:
            yield _fault(source, row["event_seq"], "the trial was unlocked without a second coordinator")


def _coordinators(source: Source, seq: int) -> int:
    then: dict[str, RawRow] = {}
    for row in sorted(source.rows("account_revision"), key=lambda row: row["n"]):
        if row["event_seq"] < seq:
            then[row["account_id"]] = row
    return sum(row["status"] in _THERE and Role.COORDINATOR.value in row["roles"].split(",") for row in then.values())


def _by(source: Source, table: str, column: str) -> Mapping[str, list[RawRow]]:
    found: defaultdict[str, list[RawRow]] = defaultdict(list)
    for row in source.rows(table):
        found[row[column]].append(row)
    return found
