"""Step 8: each event was done by somebody who then could; states followed each other as they may; pairs of people were two people."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from corelab.domain.accounts import ROLE_COMMANDS, Command, Role
from corelab.domain.audit import Fault
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.exam_states import may_follow
from corelab.domain.vocabulary import ExamState
from corelab.storage.people import PIXEL_CHECK
from corelab.storage.verify.source import Event, RawRow, Source

HISTORY = "history"


def history(source: Source) -> Iterator[Fault]:
    yield from _actors(source)
    yield from _sessions(source)
    yield from _exam_states(source)
    yield from _pixel_checkers(source)
    yield from _readers(source)


def _actors(source: Source) -> Iterator[Fault]:
    revisions: defaultdict[str, list[RawRow]] = defaultdict(list)
    for row in sorted(source.rows("account_revision"), key=lambda row: row["n"]):
        revisions[row["account_id"]].append(row)
    for event in source.events:
        header = event.header
        if header.actor is None:
            continue
        then = [row for row in revisions.get(header.actor, ()) if row["event_seq"] < header.seq]
        if not then:
            yield event.fault(HISTORY, "its person has no account then")
        elif header.role is not None:
            yield from _role(event, then[-1])


def _role(event: Event, person: RawRow) -> Iterator[Fault]:
    role, command = event.header.role, KIND_COMMANDS.get(event.header.kind)
    if role not in person["roles"].split(",") or person["status"] != "active":
        yield event.fault(HISTORY, "its person did not have that role then")
    elif command is not None and not _allows(role, command):
        yield event.fault(HISTORY, "that role does not do this")


@cache
def _allows(role: str | None, command: Command) -> bool:
    return any(each.value == role and command in ROLE_COMMANDS[each] for each in Role)


def _sessions(source: Source) -> Iterator[Fault]:
    opened = {row["id"]: row for row in source.rows("session")}
    ended = {row["session_id"]: row["event_seq"] for row in source.rows("session_end")}
    for event in source.events:
        header = event.header
        if header.session is None:
            continue
        session = opened.get(header.session)
        if session is None or session["account_id"] != header.actor or session["event_seq"] >= header.seq:
            yield event.fault(HISTORY, "its person was not signed in")
        elif ended.get(header.session, header.seq) < header.seq:
            yield event.fault(HISTORY, "its person had signed out")


def _exam_states(source: Source) -> Iterator[Fault]:
    states: defaultdict[str, list[RawRow]] = defaultdict(list)
    for row in sorted(source.rows("exam_status"), key=lambda row: row["n"]):
        states[row["exam_id"]].append(row)
    for rows in states.values():
        previous: ExamState | None = None
        for number, row in enumerate(rows, 1):
            state = ExamState(row["state"])
            if row["n"] != number or not may_follow(previous, state):
                yield Fault(source.where(row["event_seq"]), f"{HISTORY}: exam {row['exam_id']} cannot become {state.value} then", HISTORY)
            previous = state


def _pixel_checkers(source: Source) -> Iterator[Fault]:
    changes = sorted((row["event_seq"], row["value"]) for row in source.rows("setting") if row["name"] == PIXEL_CHECK)
    for row in source.rows("clip_release"):
        rule = [value for seq, value in changes if seq <= row["event_seq"]]
        if row["checker_id"] == row["verifier_id"] and rule[-1:] == ["two"]:
            yield Fault(source.where(row["event_seq"]), f"{HISTORY}: clip {row['clip_id']} was checked by one person only", HISTORY)


def _readers(source: Source) -> Iterator[Fault]:
    """A reading is its assignee's; who adjudicates an exam did not read it."""
    assignments = {row["id"]: row for row in source.rows("assignment")}
    read = {(row["exam_id"], row["account_id"]) for row in assignments.values() if row["kind"] != "adjudication"}
    for row in assignments.values():
        if row["kind"] == "adjudication" and (row["exam_id"], row["account_id"]) in read:
            yield Fault(source.where(row["event_seq"]), f"{HISTORY}: the adjudicator of exam {row['exam_id']} read it", HISTORY)
    authors = {(row["record_type"], row["record_id"]): row["account_id"] for row in source.rows("signature")}
    for reading in source.rows("reading"):
        assigned = assignments.get(reading["assignment_id"])
        if assigned is None or authors.get(("reading", reading["id"])) != assigned["account_id"]:
            yield Fault(source.where(reading["event_seq"]), f"{HISTORY}: reading {reading['id']} is not its assignee's", HISTORY)
