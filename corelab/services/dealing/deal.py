"""One deal of exams: readers for every subject or exam and type of reading, replaced readers, and for each reader an order of their own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from uuid import uuid4

from corelab.domain.allocation import Dealt, deal_pairs
from corelab.domain.charter import Charter
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ExamState, ReadingTypeId, SubjectCode
from corelab.services.dealing.exams import DueExam, Exams
from corelab.services.dealing.leaving import NOBODY, Leaving
from corelab.services.dealing.outcome import Assigned, WaitingExam, Why
from corelab.services.dealing.places import NewReading, Placed, Places
from corelab.services.dealing.replacement import FreeSlot, Replacements, free_slots
from corelab.services.dealing.returning import Returning
from corelab.services.eligibility import Pool, kept_apart
from corelab.services.pseudonyms import Pseudonyms
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.store import NewRow, Transaction

_Wait = dict[ExamId, Why]


class Dealing:
    """One deal: the exams and people as they stand now, and what is written for them.

    ``leaving``: the reader whose slots go to others. ``early``: subjects whose other visits are not waited for.
    """

    def __init__(
        self, transaction: Transaction, charter: Charter, seed: str, *, leaving: Leaving = NOBODY, early: Collection[str] = ()
    ) -> None:
        self._transaction = transaction
        self._charter = charter
        self._seed = seed
        self._leaving = leaving
        self._early = frozenset(early)
        self._pool = Pool(transaction, charter)
        self._exams = Exams(transaction, charter, self._pool)
        self._places = Places(transaction, self._pool, seed)
        self._waiting: _Wait = {}

    def run(self) -> Assigned:
        """First slots that are free again and new exams, so that both stand in one order; then what comes back to a reader."""
        self._waiting |= {one.id: Why.NOT_READY for one in self._exams.trial if one.state is ExamState.RECEIVING}
        new = [*self._replaced(), *(one for kind in self._charter.reading_types for one in self._dealt(kind))]
        self._write(self._placed(new))
        returning = Returning(self._transaction, self._exams, self._pool, self._places, self._seed)
        self._write(returning.placed(self._charter.reading_types))
        return Assigned(len(new), tuple(self._told()))

    def _told(self) -> list[WaitingExam]:
        exams = sorted((self._exams.by_id[one] for one in self._waiting), key=lambda one: (one.subject, one.visit_number))
        return [WaitingExam(one.id, one.subject, one.visit, self._waiting[one.id]) for one in exams]

    # ------------------------------------------------------------ slots that are free again

    def _replaced(self) -> list[NewReading]:
        """Who takes them; exams for which nobody is left wait."""
        open_ = {one.id: one for one in self._exams.trial if one.state is ExamState.ASSIGNED}
        found: list[NewReading] = []
        for free in free_slots(self._transaction, open_):
            if free.reading_type not in self._types:
                continue
            kind = self._types[free.reading_type]
            account = self._choice.choose(free, deciders=kind.readers > 1, besides=self._shut(kind, open_[free.exam]))
            if account is None:
                self._waiting[free.exam] = Why.NO_REPLACEMENT if self._choice.deciders(free) else Why.NO_ADJUDICATOR
            else:
                found.append(NewReading(open_[free.exam], kind, free.slot, account, attempt=free.attempt))
                self._hold(found[-1])
        return found

    @cached_property
    def _choice(self) -> Replacements:
        return Replacements(self._transaction, self._pool, self._seed, leaving=self._leaving)

    @cached_property
    def _types(self) -> Mapping[str, ReadingType]:
        return {kind.id: kind for kind in self._charter.reading_types}

    # ------------------------------------------------------------ exams that nobody reads yet

    def _dealt(self, kind: ReadingType) -> list[NewReading]:
        there = self._exams.to_deal(kind)
        early = {one.id for one in self._exams.too_early(kind, there) if one.subject not in self._early}
        self._waiting |= dict.fromkeys(early, Why.VISITS_MISSING)
        able = [one for one in there if one.id not in early]
        if len(self._pool.able) < kind.min_pool:
            self._waiting |= {one.id: Why.POOL_TOO_SMALL for one in able}
            return []
        teams = self._teams(kind, able)
        return [new for exam in able for new in self._of_exam(kind, exam, teams.get(exam.unit(kind)))]

    def _of_exam(self, kind: ReadingType, exam: DueExam, team: Dealt | None) -> list[NewReading]:
        if team is None:
            self._waiting[exam.id] = Why.NO_PAIR
            return []
        chosen = [self._reader(kind, exam, slot, team) for slot in range(1, len(team.readers) + 1)]
        readers = [account for account in chosen if account is not None]
        if len(readers) < len(chosen):
            absent = {self._account_of[user] for user in team.readers} & self._pool.absent
            self._waiting[exam.id] = Why.READER_ABSENT if absent else Why.READER_GONE
            return []
        if kind.readers > 1 and not self._decides(kind, exam, readers):
            self._waiting[exam.id] = Why.NO_ADJUDICATOR
            return []
        found = [NewReading(exam, kind, slot, account) for slot, account in enumerate(readers, 1)]
        for one in found:
            self._hold(one)
        return found

    def _reader(self, kind: ReadingType, exam: DueExam, slot: int, team: Dealt) -> AccountId | None:
        """Who holds the slot of the unit; who replaces a reader that leaves it; None when the holder cannot read it now."""
        held = self._account_of[team.readers[slot - 1]]
        if self._leaving.has(held, exam.subject):
            free = FreeSlot(exam.id, ReadingTypeId(kind.id), slot, 1)
            besides = {self._account_of[user] for user in team.readers} | self._shut(kind, exam)
            return self._choice.choose(free, deciders=kind.readers > 1, besides=besides)
        able = {one.account for one in self._pool.readers(exam.subject, ReadingTypeId(kind.id))} - self._shut(kind, exam)
        return held if held in able else None

    def _decides(self, kind: ReadingType, exam: DueExam, readers: Collection[AccountId]) -> bool:
        able = {one.account for one in self._pool.adjudicators(exam.subject, ReadingTypeId(kind.id), exam.id)}
        return bool(able - set(readers) - self._shut(kind, exam))

    # ------------------------------------------------------------ who holds a unit

    def _teams(self, kind: ReadingType, exams: Sequence[DueExam]) -> Mapping[str, Dealt]:
        """The readers of every unit of these exams: those it has, or those dealt now."""
        units = {one.unit(kind): one for one in exams}
        held = {unit: self._team(kind, unit) for unit in self._holders.get(kind.id, {})}
        known = {unit: team for unit, team in held.items() if team is not None}
        deal = deal_pairs(
            self._seed,
            [unit for unit in units if unit not in known],
            lambda unit: self._readers(kind, units[unit]),
            known.values(),
            readers=kind.readers,
        )
        return {**known, **{one.unit: one for one in deal.dealt}}

    def _team(self, kind: ReadingType, unit: str) -> Dealt | None:
        slots = self._holders[kind.id][unit]
        if not slots.keys() >= set(range(1, kind.readers + 1)):
            return None
        return Dealt(unit, *(slots[number] for number in range(1, kind.readers + 1)))

    def _readers(self, kind: ReadingType, exam: DueExam) -> Iterable[str]:
        able, shut = self._pool.readers(exam.subject, ReadingTypeId(kind.id)), self._shut(kind, exam)
        return [one.user_name for one in able if one.account not in shut and not self._leaving.has(one.account, exam.subject)]

    def _shut(self, kind: ReadingType, exam: DueExam) -> set[AccountId]:
        """Who reads the subject by a type that is kept apart, or an exam of this unit by any other type: also of this same deal.

        There is one reading for each reader and exam; repeats and the calibration set are readings of their own.
        """
        apart = self._apart.get(kind.id, frozenset())
        others = {other.id for other in self._types.values() if other.id != kind.id and self._meet(kind, other)}
        return {
            account
            for of, by, account in self._reads.get(exam.subject, ())
            if by in apart or (by in others and (of == exam or kind.pair_unit == "subject"))
        }

    @cached_property
    def _apart(self) -> Mapping[str, frozenset[str]]:
        return kept_apart(self._transaction)

    def _meet(self, kind: ReadingType, other: ReadingType) -> bool:
        """Whether a visit asks for both."""
        return any({kind, other} <= set(self._charter.types_at(visit.id)) for visit in self._charter.visits)

    @cached_property
    def _reads(self) -> dict[SubjectCode, set[tuple[DueExam, str, AccountId]]]:
        """Subject -> (exam, reading type, reader) of every first reading that is not over, and of those dealt now."""
        found: dict[SubjectCode, set[tuple[DueExam, str, AccountId]]] = {}
        for one in self._pool.history:
            if one.kind == PRIMARY:
                exam = self._exams.by_id[one.exam]
                found.setdefault(exam.subject, set()).add((exam, one.reading_type, one.account))
        return found

    @cached_property
    def _holders(self) -> dict[str, dict[str, dict[int, str]]]:
        """Reading type -> unit -> slot -> user, the latest where a reader was replaced."""
        found: dict[str, dict[str, dict[int, str]]] = {}
        primary = (one for one in self._pool.history if one.kind == PRIMARY and one.reading_type in self._types)
        recorded = {row["id"]: number for number, row in enumerate(self._transaction.all("assignment"))}
        for one in sorted(primary, key=lambda one: recorded[one.id]):
            unit = self._exams.by_id[one.exam].unit(self._types[one.reading_type])
            found.setdefault(one.reading_type, {}).setdefault(unit, {})[one.slot] = self._user_of[one.account]
        return found

    def _hold(self, new: NewReading) -> None:
        units = self._holders.setdefault(new.kind.id, {})
        units.setdefault(new.exam.unit(new.kind), {})[new.slot] = self._user_of[new.account]
        self._reads.setdefault(new.exam.subject, set()).add((new.exam, new.kind.id, new.account))

    @cached_property
    def _user_of(self) -> Mapping[AccountId, str]:
        return {one.account: one.user_name for one in self._pool.everybody}

    @cached_property
    def _account_of(self) -> Mapping[str, AccountId]:
        return {user: account for account, user in self._user_of.items()}

    # ------------------------------------------------------------ what is written

    def _placed(self, new: Sequence[NewReading]) -> list[Placed]:
        by_type = ((kind, [one for one in new if one.kind == kind]) for kind in self._charter.reading_types)
        return [placed for kind, own in by_type for placed in self._places.append(kind, own)]

    def _write(self, placed: Iterable[Placed]) -> None:
        """One event for each exam; a replaced reading, a repeat and the calibration set cannot be told from others by it."""
        every = sorted(placed, key=lambda one: (one.reading.exam.subject, one.reading.exam.visit_number, one.reading.exam.id))
        for exam, own in groupby(every, key=lambda one: one.reading.exam):
            found = list(own)
            rows = [self._row(one) for one in found]
            first = any(one.reading.purpose == PRIMARY for one in found)
            if first and exam.state is ExamState.READY:
                rows.append(readings.state_row(self._transaction, exam.id, ExamState.ASSIGNED))
            payload = {"batch": [int(one.order_key.partition("-")[0]) for one in found], "breaches": sum(one.breach for one in found)}
            self._transaction.record("exam.assigned", "exam", exam.id, rows=rows, payload=payload)

    def _row(self, placed: Placed) -> NewRow:
        new = placed.reading
        return readings.assignment_row(
            Assignment(
                AssignmentId(str(uuid4())),
                new.exam.id,
                ReadingTypeId(new.kind.id),
                new.slot,
                new.purpose,
                new.account,
                self._name(new),
                placed.order_key,
                new.attempt,
            )
        )

    def _name(self, new: NewReading) -> str:
        """A name of its own; where the profile gives all readers of an exam one name, that one. A second look always has a new one."""
        shared = self._charter.blinding_profile(new.kind.blinding).pseudonym == "per_lab" and new.purpose == PRIMARY
        of = (new.exam.id, ReadingTypeId(new.kind.id))
        name = self._shared.get(of) if shared else None
        name = self._names.new() if name is None else name
        if new.purpose == PRIMARY:
            self._shared.setdefault(of, name)
        return name

    @cached_property
    def _shared(self) -> dict[tuple[ExamId, ReadingTypeId], str]:
        """The names under which exams were dealt first."""
        rows = self._transaction.all("assignment", kind=PRIMARY)
        return {(ExamId(row["exam_id"]), ReadingTypeId(row["reading_type"])): row["pseudonym"] for row in reversed(rows)}

    @cached_property
    def _names(self) -> Pseudonyms:
        return Pseudonyms(self._transaction)
