"""What the audit trail of a package tells of its signed records: who entered what and when, how they were signed, why they ended."""

import json
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_OPENED = frozenset({"reading.opened", "adjudication.opened"})
_SIGNED = frozenset({"reading.signed", "adjudication.signed"})
_ENTERED, _REOPENED, _TAKEN_BACK, _INVALIDATED = "answer.changed", "reading.reopened", "assignment.withdrawn", "reading.invalidated"
_APPROVED = "charter.approved"
_COORDINATOR = "coordinator"
_NO_OPENING = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Happened:
    """The head of an event."""

    seq: int
    at: str
    actor: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: its id, who, when, what it says, and the digest of what it is over."""

    id: str
    account: str
    at: str
    meaning: str
    content: str


@dataclass(slots=True)
class _Work:
    """What was done on one assignment: its first opening, and where in the files each change of an answer stands."""

    opened: Happened | None = None
    heads: "array[int]" = field(default_factory=lambda: array("Q"))
    openings: "array[int]" = field(default_factory=lambda: array("Q"))
    signed: list[tuple[Happened, int]] = field(default_factory=list)
    """The signatures, and how many changes stood before each."""


@dataclass(slots=True)
class _Index:
    works: dict[str, _Work] = field(default_factory=dict)
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    """Assignments that a person has open and did not sign, with the number of what was last done on each."""
    of_record: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Assignment and number of the signature, by record."""
    invalidated: dict[str, Happened] = field(default_factory=dict)
    coordinators: dict[str, str] = field(default_factory=dict)
    approved: dict[str, str] = field(default_factory=dict)


class Trail:
    """The audit files of a package, read where they stand: an index is kept of them, never their words.

    Closed at the end of a ``with``. Raises OSError, and ValueError for files that are no trail.
    """

    def __init__(self, folder: Path) -> None:
        self._index, audit = _Index(), folder / "audit"
        with ExitStack() as opened:
            self._events, self._openings = (opened.enter_context((audit / f"{name}.jsonl").open("rb")) for name in ("events", "openings"))
            self._read()
            self.signatures = dict(_signatures(audit / "signatures.jsonl"))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()

    # ------------------------------------------------------------ what is asked

    def signed(self, record: str) -> Happened:
        """The signing event of a record. Raises LookupError."""
        assignment, number = self._index.of_record[record]
        return self._index.works[assignment].signed[number][0]

    def begun(self, record: str) -> Happened:
        """Where a record began: its opening, or the signature of the revision before. Raises LookupError."""
        assignment, number = self._index.of_record[record]
        work = self._index.works[assignment]
        return work.signed[number - 1][0] if number else work.opened or work.signed[0][0]

    def entries(self, record: str) -> Iterator[tuple[Happened, Mapping[str, Any]]]:
        """Every change of an answer before the signature that may be read, in order. Raises LookupError, ValueError."""
        assignment, number = self._index.of_record[record]
        work = self._index.works[assignment]
        first = work.signed[number - 1][1] if number else 0
        yield from self._changes(work, first, work.signed[number][1])

    def replaced_by(self, record: str) -> Happened | None:
        """The signature of the next revision."""
        assignment, number = self._index.of_record[record]
        later = self._index.works[assignment].signed[number + 1 :]
        return later[0][0] if later else None

    def invalidated(self, record: str) -> Happened | None:
        return self._index.invalidated.get(record)

    def approved(self, charter_hash: str) -> str | None:
        """The day on which a charter was approved."""
        at = self._index.approved.get(charter_hash)
        return at[:10] if at else None

    @property
    def coordinators(self) -> Mapping[str, str]:
        """C01, C02, ... by account, in the order in which they first did something: nobody is called otherwise in a later package."""
        return self._index.coordinators

    # ------------------------------------------------------------ the index

    def _read(self) -> None:
        waiting = _numbered(self._openings)
        where, number = next(waiting, (_NO_OPENING, 0))
        self._where: dict[int, int] = {}
        """Where the contents of signatures stand, by event."""
        for line, offset in _lines(self._events):
            event = json.loads(line)
            while number and number < event["seq"]:
                where, number = next(waiting, (_NO_OPENING, 0))
            self._take(event, offset, where if number == event["seq"] else _NO_OPENING)

    def _take(self, event: Mapping[str, Any], offset: int, opening: int) -> None:
        index, kind, of = self._index, event["kind"], event["id"]
        if event["role"] == _COORDINATOR:
            index.coordinators.setdefault(event["actor"], f"C{len(index.coordinators) + 1:02d}")
        if kind == _ENTERED:
            self._entered(event, offset, opening)
        elif kind in _SIGNED:
            self._where[event["seq"]] = opening
            self._sign(event)
        elif kind == _INVALIDATED:
            index.invalidated[of] = _happened(event)
        elif kind == _APPROVED:
            index.approved[of] = event["at"]
        else:
            self._turn(event, kind, of)

    def _turn(self, event: Mapping[str, Any], kind: str, of: str) -> None:
        """Who has which work in hand: what is opened, given back, taken back."""
        index = self._index
        if kind in _OPENED:
            work = index.works.setdefault(of, _Work())
            work.opened = work.opened or _happened(event)
            index.held.setdefault(event["actor"], {})[of] = event["seq"]
        elif kind == _REOPENED and of in index.of_record:
            assignment, number = index.of_record[of]
            index.held.setdefault(index.works[assignment].signed[number][0].actor, {})[assignment] = event["seq"]
        elif kind == _TAKEN_BACK:
            for held in index.held.values():
                held.pop(of, None)

    def _entered(self, event: Mapping[str, Any], offset: int, opening: int) -> None:
        work = self._index.works.setdefault(event["id"], _Work())
        work.heads.append(offset)
        work.openings.append(opening)
        self._index.held.setdefault(event["actor"], {})[event["id"]] = event["seq"]

    def _sign(self, event: Mapping[str, Any]) -> None:
        """A signature names its record, not its assignment: it is of the one that this person held, or of the one that says the same."""
        held = self._index.held.setdefault(event["actor"], {})
        if len(held) > 1:
            content = self._content_of(event["seq"]) or {}
            assignment = max(held, key=lambda one: (-self._differing(one, content), held[one]))
        else:
            assignment = next(iter(held), f"record {event['id']}")
        held.pop(assignment, None)
        work = self._index.works.setdefault(assignment, _Work())
        work.signed.append((_happened(event), len(work.heads)))
        self._index.of_record[event["id"]] = assignment, len(work.signed) - 1

    def _differing(self, assignment: str, content: Mapping[str, Any]) -> int:
        """How many answers of an assignment are not the signed ones."""
        signed = {(one["segment"], one["item"]): _grade(one) for one in (*content.get("grades", ()), *content.get("decisions", ()))}
        work, said = self._index.works[assignment], {}
        for _, change in self._changes(work, 0, len(work.heads)):
            said[change["segment"], change["item"]] = _grade(change["new"]) if change["new"] else None
        return sum(signed.get(cell) != grade for cell, grade in said.items() if grade is not None)

    # ------------------------------------------------------------ the files

    def _changes(self, work: _Work, first: int, last: int) -> Iterator[tuple[Happened, Mapping[str, Any]]]:
        for head, opening in zip(work.heads[first:last], work.openings[first:last], strict=True):
            content = self._content_at(opening)
            if content is not None:
                yield _happened(_line_at(self._events, head)), content

    def _content_of(self, seq: int) -> Mapping[str, Any] | None:
        return self._content_at(self._where[seq])

    def _content_at(self, offset: int) -> Mapping[str, Any] | None:
        """What an event says; None where it is sealed, redacted or held back."""
        if offset == _NO_OPENING:
            return None
        content: Mapping[str, Any] | None = _line_at(self._openings, offset).get("payload")
        return content


def _grade(answer: Mapping[str, Any]) -> tuple[object, object, object]:
    return answer.get("value"), answer.get("missing"), answer.get("reason")


def _happened(event: Mapping[str, Any]) -> Happened:
    return Happened(event["seq"], event["at"], event["actor"] or "", event["reason"] or "")


def _line_at(file: IO[bytes], offset: int) -> Mapping[str, Any]:
    here = file.tell()
    file.seek(offset)
    found: Mapping[str, Any] = json.loads(file.readline())
    file.seek(here)
    return found


def _lines(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    offset = 0
    file.seek(0)
    while line := file.readline():
        yield line, offset
        offset += len(line)


def _numbered(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where each line stands, and its event: the last key of a line in canonical form."""
    for line, offset in _lines(file):
        yield offset, int(line.rpartition(b'"seq":')[2].rstrip(b"}\n"))


def _signatures(path: Path) -> Iterator[tuple[tuple[str, str], Signed]]:
    """By kind of record and record."""
    with path.open("rb") as file:
        for line in file:
            one = json.loads(line)
            document = one["document"]
            signed = Signed(one["id"], document["account"], document["at"], document["meaning"], document["content"])
            yield (document["record_type"], document["record"]), signed
