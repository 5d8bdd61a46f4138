"""Raising queries within the transaction of a rule; never a second open one for the same thing."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from corelab.domain.queries import QueryId, QueryKind, QueryState, QueryStep, after
from corelab.services.queries.about import About, about, codes_only
from corelab.services.queries.texts import met_words, text_of
from corelab.storage import intake_rows
from corelab.storage.intake_rows import QueryRow
from corelab.storage.queries import told_at
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


def raised(  # noqa: PLR0913 - what a query consists of
    transaction: Transaction,
    kind: QueryKind,
    *,
    clip: str | None = None,
    exam: str | None = None,
    site: str | None = None,
    delivery: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> QueryId | None:
    """A rule asks a site something, with an event of its own in the rule's transaction; None where the same is asked already.

    Of ``facts`` (names as in ``query_facts``) only codes are kept. To be called after the rows of clip and exam are recorded.
    """
    of = about(transaction, clip, exam, delivery)
    return raised_about(transaction, kind, of, of.site or site, facts or {})


def met(transaction: Transaction, kind: QueryKind, *, exam: str, facts: Mapping[str, str]) -> int:
    """What was asked for about an exam is there: a query that waits to be sent is cancelled, one that was sent is answered.

    Answers how many. One query asks for one thing: each of ``facts`` that it names has to be there.
    """
    asked = [query for query in intake_rows.queries(transaction, kind=kind.value, exam_id=exam) if query.clip is None]
    if not asked:
        return 0
    there, last = codes_only(transaction, facts), intake_rows.latest_messages(transaction)
    found = [query for query in asked if QueryState(last[query.id].state) in _WAITING and _is_there(transaction, query, there)]
    for query in found:
        state = QueryState(last[query.id].state)
        step = QueryStep.CANCELLED if state is QueryState.OPEN else QueryStep.ANSWERED
        row = intake_rows.message_row(transaction, query.id, after(state, step).value)
        payload = {"reason_text" if step is QueryStep.CANCELLED else "words": met_words()}
        transaction.record(f"query.{step.value}", "query", query.id, rows=[row], payload=payload)
    return len(found)


_WAITING = frozenset({QueryState.OPEN, QueryState.SENT})


def _is_there(snapshot: Snapshot, query: QueryRow, there: Mapping[str, str]) -> bool:
    """What a query asks for, by what names it: the place in a list and the object are of another delivery."""
    told = told_at(snapshot, [query.seq])[query.seq].payload
    named = {name: value for name, value in (told or {}).get("facts", {}).items() if name not in _COUNTED}
    return bool(_PLACES & named.keys()) and named.items() <= there.items()


def raised_about(
    transaction: Transaction, kind: QueryKind, of: About, site: str | None, facts: Mapping[str, str], words: str = ""
) -> QueryId | None:
    """None where the same is asked already; what a person asks in own words is never the same. ``words`` were looked at before."""
    known = codes_only(transaction, facts)
    if any(True for _ in _same(transaction, kind, of, known, site)) and not (kind is QueryKind.OTHER and words):
        return None
    text = text_of(kind, {**of.facts, **known})
    new = QueryRow(str(uuid4()), intake_rows.next_query_number(transaction), site, kind.value, of.clip, of.exam)
    rows = [intake_rows.site_row(site)] if site and transaction.one("site", code=site) is None else []
    rows += [intake_rows.query_row(new), NewRow("query_message", {"query_id": new.id, "n": 1, "state": QueryState.OPEN, "due": None})]
    payload: dict[str, Any] = {"facts": known, "text": text, "words": words, "delivery": of.delivery}
    transaction.record("query.raised", "query", new.id, rows=rows, payload=payload)
    return QueryId(new.id)


def _same(snapshot: Snapshot, kind: QueryKind, of: About, facts: Mapping[str, str], site: str | None = None) -> Iterator[QueryRow]:
    """Open queries about the same thing: same kind, same clip or exam, same facts."""
    asked = intake_rows.queries(snapshot, kind=kind.value, clip_id=of.clip, exam_id=of.exam)
    last = intake_rows.latest_messages(snapshot) if asked else {}
    for query in asked:
        if not QueryState(last[query.id].state).pending:
            continue
        if of.clip is None and of.exam is None and site is not None and query.site not in {None, site}:
            continue
        told = told_at(snapshot, [query.seq])[query.seq].payload
        if told is not None and _thing(of, told["facts"], told["delivery"]) == _thing(of, facts, of.delivery):
            yield query


_PLACES = frozenset({"segment", "view"})
_COUNTED = frozenset({"row", "object"})


def _thing(of: About, facts: Mapping[str, str], delivery: str | None) -> tuple[object, ...]:
    """What the facts name. Where they say what is missing of an exam or clip, its place in a list says no more; else the list does too."""
    if _PLACES & facts.keys() and (of.exam or of.clip):
        return tuple((name, value) for name, value in sorted(facts.items()) if name not in _COUNTED)
    return (delivery if _COUNTED & facts.keys() else None, *sorted(facts.items()))
