"""On which record an event is, by name: the exam of a reading, the number of a clip, the person of an account."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from corelab.domain.trail import RecordName
from corelab.domain.vocabulary import ExamId
from corelab.storage import audit_queries as queries
from corelab.storage import registry
from corelab.storage.store import Row, Snapshot

_Names = Mapping[str, RecordName]


def records_of(snapshot: Snapshot, events: Iterable[Row]) -> dict[int, RecordName]:
    """The record of each event, by event number; all of one kind are looked up together."""
    ids: dict[str, set[str]] = {}
    rows = tuple(events)
    for row in rows:
        if row["id"] is not None:
            ids.setdefault(row["entity"], set()).add(row["id"])
    known = {entity: _FINDERS[entity](_Look(snapshot, entity), found) for entity, found in ids.items() if entity in _FINDERS}
    return {row["seq"]: known.get(row["entity"], {}).get(row["id"], RecordName(row["entity"], row["id"])) for row in rows}


@dataclass(frozen=True, slots=True)
class _Look:
    snapshot: Snapshot
    entity: str

    def name(self, id_: str) -> RecordName:
        return RecordName(self.entity, id_)

    def rows(self, table: str, ids: Iterable[str], column: str = "id") -> tuple[Row, ...]:
        return queries.rows_of(self.snapshot, table, column, ids)

    def exams(self, ids: Iterable[str | None]) -> dict[str, tuple[str, str]]:
        """Subject and visit of each exam."""
        exams = self.rows("exam", (one for one in ids if one))
        subjects = {row["id"]: row["code"] for row in self.rows("subject", (row["subject_id"] for row in exams))}
        return {row["id"]: (subjects.get(row["subject_id"], ""), row["visit"]) for row in exams}

    def persons(self, accounts: Iterable[str]) -> dict[str, str]:
        """The latest printed name of each account."""
        revisions = sorted(self.rows("account_revision", accounts, "account_id"), key=lambda row: row["n"])
        return {row["account_id"]: row["printed_name"] for row in revisions}


def _exams(look: _Look, ids: Iterable[str]) -> _Names:
    return {id_: replace(look.name(id_), subject=subject, visit=visit) for id_, (subject, visit) in look.exams(ids).items()}


def _of_exam(table: str, look: _Look, ids: Iterable[str]) -> _Names:
    """Records with a column ``exam_id``; with the person and the number where they have these."""
    rows = look.rows(table, ids)
    exams = look.exams(row["exam_id"] for row in rows)
    persons = look.persons(row["account_id"] for row in rows if "account_id" in row)
    return {row["id"]: _named(look.name(row["id"]), row, exams, persons) for row in rows}


def _named(name: RecordName, row: Row, exams: Mapping[str, tuple[str, str]], persons: Mapping[str, str]) -> RecordName:
    subject, visit = exams.get(row["exam_id"] or "", ("", ""))
    number = row.get("n", row.get("number"))
    return replace(name, subject=subject, visit=visit, person=persons.get(row.get("account_id", ""), ""), number=number)


def _through(table: str, column: str, then: Callable[[_Look, Iterable[str]], _Names], look: _Look, ids: Iterable[str]) -> _Names:
    """Records that belong to another record, which has the name; a revision beyond the first is its number."""
    rows = look.rows(table, ids)
    names = then(look, {row[column] for row in rows if row[column]})
    known = {row["id"]: names.get(row[column], look.name(row["id"])) for row in rows}
    return {row["id"]: replace(known[row["id"]], id=row["id"], number=row.get("revision")) for row in rows}


_assignments = partial(_of_exam, "assignment")
_comparisons = partial(_of_exam, "comparison")
_cases = partial(_through, "adj_case", "comparison_id", _comparisons)


def _accounts(look: _Look, ids: Iterable[str]) -> _Names:
    users = {row["id"]: row["user_name"] for row in look.rows("account", ids)}
    return {id_: replace(look.name(id_), person=name, name=users[id_]) for id_, name in look.persons(users).items()}


def _named_by(table: str, key: str, column: str, look: _Look, ids: Iterable[str]) -> _Names:
    return {row[key]: replace(look.name(row[key]), name=str(row[column]), number=row.get("n")) for row in look.rows(table, ids, key)}


def _subjects(look: _Look, ids: Iterable[str]) -> _Names:
    return {row["id"]: replace(look.name(row["id"]), subject=row["code"]) for row in look.rows("subject", ids)}


def _sessions(look: _Look, ids: Iterable[str]) -> _Names:
    rows = look.rows("session", ids)
    persons = look.persons(row["account_id"] for row in rows)
    return {row["id"]: replace(look.name(row["id"]), person=persons.get(row["account_id"], "")) for row in rows}


def _numbers(look: _Look, ids: Iterable[str]) -> _Names:
    return {id_: replace(look.name(id_), number=int(id_)) for id_ in ids if id_.isdecimal()}


_FINDERS: Mapping[str, Callable[[_Look, Iterable[str]], _Names]] = MappingProxyType(
    {
        "account": _accounts,
        "adjudication": partial(_through, "adjudication", "case_id", _cases),
        "alert": partial(_of_exam, "alert"),
        "assignment": _assignments,
        "case": _cases,
        "charter": partial(_named_by, "charter", "hash", "version"),
        "clip": partial(_of_exam, "intake_object"),
        "comparison": _comparisons,
        "deviation": partial(_of_exam, "deviation"),
        "event": _numbers,
        "exam": _exams,
        "guess": partial(_through, "guess", "assignment_id", _assignments),
        "package": partial(_named_by, "package", "id", "n"),
        "query": partial(_of_exam, "query"),
        "reading": partial(_through, "reading", "assignment_id", _assignments),
        "reading_invalidation": partial(_through, "reading", "assignment_id", _assignments),
        "release_batch": partial(_named_by, "release_batch", "id", "label"),
        "session": _sessions,
        "single_release": partial(_of_exam, "single_release"),
        "subject": _subjects,
        "unblinding": partial(_of_exam, "unblinding"),
        "workstation": partial(_named_by, "workstation", "id", "host"),
    }
)


def exams_named(snapshot: Snapshot, case: str) -> frozenset[ExamId]:
    """The exams that ``case`` names: one by id, code or SUBJECT:VISIT, or all of a subject; none for a name that nothing has."""
    one = registry.exam_named(snapshot, case)
    if one is not None:
        return frozenset({one.id})
    subject = registry.subject_id(snapshot, case)
    rows = snapshot.all("exam", subject_id=subject) if subject else ()
    return frozenset(ExamId(row["id"]) for row in rows)
