"""The queries as they stand: every one with what was said, its number at its site, who sees to it, and by when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from corelab.domain.accounts import Command
from corelab.domain.queries import Query, QueryFault, QueryId, QueryKind, QueryMessage, QueryRefusedError, QueryState, QueryStep
from corelab.domain.vocabulary import AccountId
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.storage import intake_rows, people, registry
from corelab.storage.intake_rows import MessageRow, QueryRow
from corelab.storage.queries import Told, told_at
from corelab.storage.snapshot import Snapshot

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_BY_STATE = {
    QueryState.OPEN: QueryStep.RAISED,
    QueryState.SENT: QueryStep.SENT,
    QueryState.ANSWERED: QueryStep.ANSWERED,
    QueryState.CLOSED: QueryStep.CLOSED,
    QueryState.CANCELLED: QueryStep.CANCELLED,
}


def queries(lab: OpenLab, session: Session) -> tuple[Query, ...]:
    """Every query in the order in which they were raised. Coordinators and auditors."""
    permit(session, Command.QUERIES)
    with lab.store.read(session.account) as snapshot:
        return all_queries(snapshot)


def query(lab: OpenLab, session: Session, name: str) -> Query:
    """One by its name or number. Raises QueryRefusedError."""
    permit(session, Command.QUERIES)
    with lab.store.read(session.account) as snapshot:
        return query_named(snapshot, name)


def all_queries(snapshot: Snapshot) -> tuple[Query, ...]:
    """The same without asking who; a few reads however many there are."""
    rows = intake_rows.queries(snapshot)
    if not rows:
        return ()
    messages = _messages(snapshot)
    told = told_at(snapshot, [one.seq for listed in messages.values() for one in listed])
    named = {person.account: person.printed_name for person in people.all_people(snapshot)}
    sites = _sites(rows, messages, told)
    reader = _Reader(snapshot, told, named, sites)
    return tuple(reader.query(row, messages.get(row.id, ())) for row in rows)


def query_named(snapshot: Snapshot, name: str) -> Query:
    """By id, by the lab's number (``12`` or ``Q12``), or by site and number (``S01-3``). Raises QueryRefusedError."""
    found = [one for one in all_queries(snapshot) if name in {one.id, one.name, str(one.number), f"Q{one.number}"}]
    if not found:
        raise QueryRefusedError(QueryFault.UNKNOWN, name)
    return next((one for one in found if one.id == name), found[0])


def _messages(snapshot: Snapshot) -> dict[str, tuple[MessageRow, ...]]:
    found: dict[str, list[MessageRow]] = {}
    for one in intake_rows.all_messages(snapshot):
        found.setdefault(one.query, []).append(one)
    return {query: tuple(listed) for query, listed in found.items()}


@dataclass(frozen=True, slots=True)
class _Site:
    code: str | None
    number: int | None


def _sites(rows: Iterable[QueryRow], messages: Mapping[str, tuple[MessageRow, ...]], told: Mapping[int, Told]) -> dict[str, _Site]:
    """The site of each query, and its number there: in the order in which it became known which site is asked, so that none changes."""
    known = []
    for row in rows:
        named = ((one.seq, (told[one.seq].payload or _NOTHING).get("site")) for one in messages.get(row.id, ()))
        seq, site = (row.seq, row.site) if row.site else next(((seq, site) for seq, site in named if site), (row.seq, None))
        known.append((seq, row.number, row.id, site))
    counted: dict[str, int] = {}
    found = {}
    for _seq, _number, query, site in sorted(known, key=lambda one: one[:2]):
        if site:
            counted[site] = counted.get(site, 0) + 1
        found[query] = _Site(site, counted[site] if site else None)
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    snapshot: Snapshot
    told: Mapping[int, Told]
    named: Mapping[AccountId, str]
    sites: Mapping[str, _Site]

    def query(self, row: QueryRow, messages: tuple[MessageRow, ...]) -> Query:
        first, site = self.told[row.seq].payload, self.sites[row.id]
        exam = registry.exam(self.snapshot, row.exam) if row.exam else None
        received = next(iter(registry.objects(self.snapshot, id=row.clip)), None) if row.clip else None
        said = first or _NOTHING
        return Query(
            id=QueryId(row.id),
            number=row.number,
            site=site.code,
            site_number=site.number,
            kind=QueryKind(row.kind),
            clip=row.clip,
            exam=row.exam,
            subject=exam.subject if exam else said.get("facts", _NOTHING).get("subject"),
            visit=exam.visit if exam else said.get("facts", _NOTHING).get("visit"),
            object=received.n if received else None,
            facts=MappingProxyType(dict(said.get("facts", _NOTHING))),
            text=None if first is None else str(said.get("text", "")),
            owner=self._owner(messages),
            messages=tuple(self._message(one) for one in messages),
            excluded=self._excluded(messages),
        )

    def _owner(self, messages: tuple[MessageRow, ...]) -> str:
        """Who it was given to last; else who raised it."""
        payloads = [self.told[one.seq].payload or _NOTHING for one in messages]
        given = next((payload["owner"] for payload in reversed(payloads) if payload.get("owner")), None)
        account = AccountId(given) if given else self.told[messages[0].seq].by if messages else None
        return self.named.get(account, "") if account else ""

    def _excluded(self, messages: tuple[MessageRow, ...]) -> str | None:
        """The reason of the last exclusion that stands: not after it was included again, nor after an answer went back to the site."""
        for one in reversed(messages):
            told = self.told[one.seq]
            step = _step(told, one)
            if step is QueryStep.EXCLUDED:
                return str((told.payload or _NOTHING).get("reason_text", ""))
            if step in {QueryStep.INCLUDED, QueryStep.RETURNED}:
                return None
        return None

    def _message(self, one: MessageRow) -> QueryMessage:
        told = self.told[one.seq]
        words = None if told.payload is None else str(told.payload.get("words") or told.payload.get("reason_text") or "")
        attached = (told.payload or _NOTHING).get("attached")
        by = self.named.get(told.by, "") if told.by else ""
        return QueryMessage(one.n, _step(told, one), QueryState(one.state), told.at, by, one.due, words, attached)


def _step(told: Told, one: MessageRow) -> QueryStep:
    """The event's kind says it; a message of any other kind is what led to its state."""
    known = {step.value: step for step in QueryStep}
    return known.get(told.kind.removeprefix("query."), _BY_STATE[QueryState(one.state)])
