"""Questions to a site: what they are about, the steps of one from raised to closed, its age, and when it is overdue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, NewType

from corelab.domain.vocabulary import ClipId, ExamId

QueryId = NewType("QueryId", str)

DAYS_TO_ANSWER = 14
"""How long a site has where nobody says another day."""
_LONGEST = timedelta(days=366)


class QueryKind(Enum):
    """What a query asks about."""

    MISSING_FILE = "missing file"
    EXTRA_FILE = "extra file"
    HASH_DIFFERS = "hash differs"
    IDENTITY_MISMATCH = "identity mismatch"
    SIDE_CONFLICT = "side conflict"
    SEGMENT_CONFLICT = "segment conflict"
    VISIT_WINDOW = "visit window"
    VIEW_MISSING = "view missing"
    UNREADABLE = "unreadable object"
    READABLE_TEXT = "readable text"
    DUPLICATE = "duplicate"
    DAMAGED_CLIP = "damaged clip"
    QUALITY = "quality"
    OTHER = "other"


class QueryState(Enum):
    OPEN = "open"
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def pending(self) -> bool:
        """Something is still to come: it blocks a package and a lock."""
        return self in {QueryState.OPEN, QueryState.SENT, QueryState.ANSWERED}


class QueryStep(Enum):
    """What happened to a query. ``EXCLUDED`` and ``INCLUDED`` are about packages; they and ``GIVEN`` leave its state as it is."""

    RAISED = "raised"
    SENT = "sent"
    REMINDED = "reminded"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    GIVEN = "given"
    EXCLUDED = "excluded"
    INCLUDED = "included"


_AT_ANY = (QueryStep.GIVEN, QueryStep.EXCLUDED, QueryStep.INCLUDED)
_AFTER: Mapping[tuple[QueryState, QueryStep], QueryState] = MappingProxyType(
    {
        (QueryState.OPEN, QueryStep.SENT): QueryState.SENT,
        (QueryState.OPEN, QueryStep.CANCELLED): QueryState.CANCELLED,
        (QueryState.SENT, QueryStep.REMINDED): QueryState.SENT,
        (QueryState.SENT, QueryStep.ANSWERED): QueryState.ANSWERED,
        (QueryState.SENT, QueryStep.CANCELLED): QueryState.CANCELLED,
        (QueryState.ANSWERED, QueryStep.ANSWERED): QueryState.ANSWERED,
        (QueryState.ANSWERED, QueryStep.RETURNED): QueryState.SENT,
        (QueryState.ANSWERED, QueryStep.CLOSED): QueryState.CLOSED,
        (QueryState.ANSWERED, QueryStep.CANCELLED): QueryState.CANCELLED,
        **{(state, step): state for state in QueryState if state.pending for step in _AT_ANY},
    }
)
"""An answer that does not settle it goes back to the site; what is closed or cancelled stays so, and a new query is raised."""


class QueryFault(Enum):
    """Why a step of a query cannot be done."""

    UNKNOWN = "unknown"
    STATE = "state"
    SITE = "site"
    SITE_KNOWN = "site known"
    ABOUT = "about"
    THING = "thing"
    KIND = "kind"
    WORDS = "words"
    DUE = "due"
    FOUND = "found"
    SAME = "same"
    OWNER = "owner"
    LARGE = "large"
    LARGE_FILE = "large file"


class QueryRefusedError(Exception):
    """A step of a query cannot be done; nothing was changed. ``found``: what kinds of thing may not stand there, never the thing itself."""

    def __init__(self, fault: QueryFault, value: str = "", *, found: Sequence[str] = ()) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.value = value
        self.found = tuple(found)


def after(state: QueryState, step: QueryStep) -> QueryState:
    """The state after a step. Raises QueryRefusedError where it does not fit."""
    found = _AFTER.get((state, step))
    if found is None:
        raise QueryRefusedError(QueryFault.STATE, state.value)
    return found


def sending(state: QueryState) -> QueryStep:
    """What sending is in this state: the first time, a reminder, or back to the site because the answer does not settle it."""
    return {QueryState.SENT: QueryStep.REMINDED, QueryState.ANSWERED: QueryStep.RETURNED}.get(state, QueryStep.SENT)


def steps_from(state: QueryState) -> frozenset[QueryStep]:
    """What can be done next."""
    return frozenset(step for (before, step) in _AFTER if before is state)


def kind_of(text: str) -> QueryKind:
    """Raises QueryRefusedError for one that is in no list."""
    try:
        return QueryKind(text)
    except ValueError:
        raise QueryRefusedError(QueryFault.KIND, text) from None


def due_from(day: date | None, now: datetime) -> datetime:
    """The end of the day by which a site is to answer. Raises QueryRefusedError for a day that is over, or more than a year ahead."""
    today = now.astimezone(UTC).date()
    wanted = day or today + timedelta(days=DAYS_TO_ANSWER)
    if not today <= wanted <= today + _LONGEST:
        raise QueryRefusedError(QueryFault.DUE, wanted.isoformat())
    return datetime.combine(wanted, time(23, 59, 59), UTC)


@dataclass(frozen=True, slots=True)
class QueryMessage:
    """One step of a query. ``words`` are the person's own; ``text`` is what the template said; both None where they were redacted.

    ``attached``: the digest of a file that lies in quarantine with the answer.
    """

    n: int
    step: QueryStep
    state: QueryState
    at: datetime
    by: str
    due: datetime | None = None
    words: str | None = ""
    attached: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a site as coordinators see it.

    ``number`` counts all queries of the lab, ``site_number`` those of the site, None while the site is not known. ``object`` is the number
    of the object in its delivery. ``text`` comes from the template and holds codes only, None where it was redacted. ``excluded``: why a
    package may be written although it is open; None where it blocks.
    """

    id: QueryId
    number: int
    site: str | None
    site_number: int | None
    kind: QueryKind
    clip: ClipId | None
    exam: ExamId | None
    subject: str | None
    visit: str | None
    object: int | None
    facts: Mapping[str, str]
    text: str | None
    owner: str
    messages: tuple[QueryMessage, ...]
    excluded: str | None = None

    @property
    def state(self) -> QueryState:
        return self.messages[-1].state

    @property
    def name(self) -> str:
        """What it is called towards the site: the site's code and number; the lab's own number while no site is known."""
        return f"{self.site}-{self.site_number}" if self.site_number is not None else self.lab_name

    @property
    def lab_name(self) -> str:
        """The lab's own number, as it is said."""
        return f"Q{self.number}"

    @property
    def raised_at(self) -> datetime:
        return self.messages[0].at

    @property
    def due(self) -> datetime | None:
        """By when the site is to answer; None unless it waits for the site."""
        return next((one.due for one in reversed(self.messages) if one.due), None) if self.state is QueryState.SENT else None

    @property
    def blocks(self) -> bool:
        """A package cannot be written while it stands so."""
        return self.state.pending and self.excluded is None

    def age(self, now: datetime) -> int:
        """Whole days from raised until now, or until it ended."""
        until = now if self.state.pending else self.last(QueryStep.CLOSED, QueryStep.CANCELLED) or now
        return max(0, (until - self.raised_at).days)

    def overdue(self, now: datetime) -> bool:
        return self.due is not None and now > self.due

    def last(self, *steps: QueryStep) -> datetime | None:
        """When one of these was done last."""
        return next((one.at for one in reversed(self.messages) if one.step in steps), None)

    def to_json(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.number,
            "name": self.name,
            "site": self.site,
            "site_number": self.site_number,
            "kind": self.kind.value,
            "state": self.state.value,
            "subject": self.subject,
            "visit": self.visit,
            "clip": self.clip,
            "object": self.object,
            "facts": dict(self.facts),
            "text": self.text,
            "owner": self.owner,
            "raised": _iso(self.raised_at),
            "due": _iso(self.due),
            "age": self.age(now),
            "overdue": self.overdue(now),
            "excluded": self.excluded,
            "messages": [_message_json(one) for one in self.messages],
        }


def _message_json(one: QueryMessage) -> dict[str, Any]:
    told = {"n": one.n, "step": one.step.value, "state": one.state.value, "at": _iso(one.at), "by": one.by}
    return {**told, "due": _iso(one.due), "words": one.words, "attached": one.attached}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """Which queries are meant: of one site, in these states (none named: every state), only those that are overdue.

    ``only``: none but these, by their ids.
    """

    site: str | None = None
    states: frozenset[QueryState] = frozenset()
    overdue: bool = False
    only: frozenset[QueryId] | None = None

    def leaves(self, one: Query, now: datetime) -> bool:
        if self.only is not None and one.id not in self.only:
            return False
        in_state = not self.states or one.state in self.states
        return in_state and self.site in {None, one.site} and (not self.overdue or one.overdue(now))


PENDING = QueryFilter(states=frozenset(state for state in QueryState if state.pending))
"""Everything that is still to be done."""


def by_site(found: Iterable[Query]) -> Mapping[str | None, tuple[Query, ...]]:
    """Queries under their site by code, those without a site last; each site's in the order of its own numbers."""
    sites: dict[str | None, list[Query]] = {}
    for one in found:
        sites.setdefault(one.site, []).append(one)
    ordered = sorted(sites, key=lambda site: (site is None, site or ""))
    return {site: tuple(sorted(sites[site], key=lambda one: (one.site_number or 0, one.number))) for site in ordered}
