"""Raising queries within the transaction of a rule; never a second open one for the same thing."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from corelab.domain.queries import QueryId, QueryKind, QueryState, QueryStep, after
from corelab.domain.vocabulary import Side
from corelab.services.labs import effective_charter
from corelab.services.queries.about import About, about, codes_only
from corelab.services.queries.texts import closed_words, met_words, text_of
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
    named: tuple[str, str] | None = None,
) -> QueryId | None:
    """A rule asks a site something, with an event of its own in the rule's transaction; None where the same is asked already.

    Of ``facts`` (names as in ``query_facts``) only codes are kept. To be called after the rows of clip and exam are recorded. ``named``:
    subject and visit as a coordinator named them, where there may be no such exam yet.
    """
    of = about(transaction, clip, exam, delivery)
    if named and of.exam is None:
        of = replace(of, subject=named[0], visit=named[1])
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
        _ended(transaction, query, QueryState(last[query.id].state), met_words())
    return len(found)


def closed(transaction: Transaction, *, exam: str, segments: Collection[str]) -> int:
    """Segments of an exam were closed as not imaged: what was asked for of them ends as where it came, with other words.

    Answers how many queries.
    """
    asked = [query for query in intake_rows.queries(transaction, exam_id=exam) if query.clip is None and query.kind in _WANTING]
    last = intake_rows.latest_messages(transaction) if asked else {}
    found = [query for query in asked if QueryState(last[query.id].state) in _WAITING and _segment(transaction, query) in segments]
    for query in found:
        _ended(transaction, query, QueryState(last[query.id].state), closed_words())
    return len(found)


def _segment(snapshot: Snapshot, query: QueryRow) -> str | None:
    """At run time: of a segment of both sides a row of the site's list names the side apart."""
    facts = (told_at(snapshot, [query.seq])[query.seq].payload or {}).get("facts", {})
    segment, side = facts.get("segment"), facts.get("side")
    charter = effective_charter(snapshot)
    both = any(each.id == segment and each.side == "both" for each in charter.segments)
    return f"{segment}.{Side(side).letter}" if both and side else segment


def _ended(transaction: Transaction, query: QueryRow, state: QueryState, words: str) -> None:
    step = QueryStep.CANCELLED if state is QueryState.OPEN else QueryStep.ANSWERED
    row = intake_rows.message_row(transaction, query.id, after(state, step).value)
    payload = {"reason_text" if step is QueryStep.CANCELLED else "words": words}
    transaction.record(f"query.{step.value}", "query", query.id, rows=[row], payload=payload)


_WANTING = frozenset({QueryKind.MISSING_FILE.value, QueryKind.VIEW_MISSING.value})

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
    if of.exam is None:
        known |= {name: value for name, value in (("subject", of.subject), ("visit", of.visit)) if value}
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
    if of.copies:
        yield from _of_copies(snapshot, kind, of, facts, site)
        return
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


def _of_copies(snapshot: Snapshot, kind: QueryKind, of: About, facts: Mapping[str, str], site: str | None) -> Iterator[QueryRow]:
    """The same about the same bytes, delivered for the same exam: each delivery counts its objects anew."""
    asked = [query for query in intake_rows.queries(snapshot, kind=kind.value) if query.clip in of.copies]
    last = intake_rows.latest_messages(snapshot) if asked else {}
    for query in asked:
        told = told_at(snapshot, [query.seq])[query.seq].payload
        elsewhere = site is not None and query.site not in {None, site}
        if told is None or elsewhere or not QueryState(last[query.id].state).pending:
            continue
        if _uncounted(about(snapshot, query.clip, query.exam), told["facts"]) == _uncounted(of, facts):
            yield query


def _uncounted(of: About, facts: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in of.facts.items() if name in {"subject", "visit"}}
    return own | {name: value for name, value in facts.items() if name not in _COUNTED}


_PLACES = frozenset({"segment", "view"})
_COUNTED = frozenset({"row", "object"})


def _thing(of: About, facts: Mapping[str, str], delivery: str | None) -> tuple[object, ...]:
    """What the facts name. Where they say what is missing of an exam or clip, its place in a list says no more; else the list does too."""
    if _PLACES & facts.keys() and (of.exam or of.clip):
        return tuple((name, value) for name, value in sorted(facts.items()) if name not in _COUNTED)
    return (delivery if _COUNTED & facts.keys() else None, *sorted(facts.items()))
