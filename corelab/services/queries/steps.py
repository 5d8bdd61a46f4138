"""What is done with a query: sent, answered, closed, cancelled, given to somebody else, and left out of what blocks a package."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Command, Role
from corelab.domain.queries import (
    Query,
    QueryFault,
    QueryRefusedError,
    QueryState,
    QueryStep,
    after,
    due_from,
    sending,
)
from corelab.domain.reasons import reason_words
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.services.queries.about import About, require_site
from corelab.services.queries.reading import query_named
from corelab.services.queries.wording import require_speakable
from corelab.storage import intake_rows, people
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


def send(lab: OpenLab, session: Session, query: str, *, due: date | None = None, words: str = "", site: str | None = None) -> Query:
    """It goes to the site: for the first time, as a reminder, or back because the answer does not settle it, which needs ``words``.

    ``due``: the day by which the site is to answer, two weeks from now where none is named. ``site`` where it is not known yet.
    Raises QueryRefusedError.
    """
    role, said = permit(session, Command.QUERY), words.strip()
    known = _known(lab, query)
    asked = require_site(known.site, site)
    if asked is None:
        raise QueryRefusedError(QueryFault.SITE)
    require_speakable(lab, session, _of(lab, known), said, asked)
    with lab.store.begin(session.actor(role)) as transaction:
        now = query_named(transaction, known.id)
        step = sending(now.state)
        if step is QueryStep.RETURNED and not said:
            raise QueryRefusedError(QueryFault.WORDS)
        require_site(now.site, site)
        rows = [intake_rows.site_row(asked)] if transaction.one("site", code=asked) is None else []
        payload = {"words": said, "site": asked} if now.site is None else {"words": said}
        return _done(transaction, now, step, payload, rows=rows, due=due_from(due, transaction.now))


def answer(lab: OpenLab, session: Session, query: str, words: str = "", *, attached: Path | None = None) -> Query:
    """What the site answered: typed, or a file that is kept in quarantine, or both. Raises QueryRefusedError, OSError."""
    role, said = permit(session, Command.QUERY), words.strip()
    if not said and attached is None:
        raise QueryRefusedError(QueryFault.WORDS)
    known = _known(lab, query)
    after(known.state, QueryStep.ANSWERED)
    require_speakable(lab, session, _of(lab, known), said, known.site)
    from corelab.services.queries import letters  # noqa: PLC0415 - knows sources: the start of the program stays short

    content = letters.read(attached) if attached else None
    with lab.store.begin(session.actor(role)) as transaction:
        now = query_named(transaction, known.id)
        payload: dict[str, Any] = {"words": said}
        if content is not None:
            payload["attached"] = hashlib.sha256(content).hexdigest()
        done = _done(transaction, now, QueryStep.ANSWERED, payload)
        if content is not None and attached is not None:
            letters.keep(lab, known.id, len(done.messages), content, attached.name)
        return done


def close(lab: OpenLab, session: Session, query: str, words: str = "") -> Query:
    """The answer settles it. Raises QueryRefusedError, also for one without an answer."""
    role, said = permit(session, Command.QUERY), words.strip()
    known = _known(lab, query)
    require_speakable(lab, session, _of(lab, known), said, known.site)
    return _step(lab, session, role, (known, QueryStep.CLOSED, {"words": said}))


def cancel(lab: OpenLab, session: Session, query: str, reason: str) -> Query:
    """It is not asked any more, for a reason. Raises QueryRefusedError, ReasonRefusedError."""
    role = permit(session, Command.QUERY)
    known, why = _reasoned(lab, session, query, reason)
    return _step(lab, session, role, (known, QueryStep.CANCELLED, {"reason_text": why}))


def exclude(lab: OpenLab, session: Session, query: str, reason: str) -> Query:
    """A package may be written, and the data locked, although it is open; the reason is listed in the package.

    It holds until the query is included again, or an answer goes back to the site. Raises QueryRefusedError, ReasonRefusedError.
    """
    role = permit(session, Command.QUERY)
    known, why = _reasoned(lab, session, query, reason)
    return _step(lab, session, role, (known, QueryStep.EXCLUDED, {"reason_text": why}))


def include(lab: OpenLab, session: Session, query: str) -> Query:
    """It blocks packages again. Raises QueryRefusedError."""
    role = permit(session, Command.QUERY)
    known = _known(lab, query)
    return _step(lab, session, role, (known, QueryStep.INCLUDED, {}))


def give(lab: OpenLab, session: Session, query: str, user: str) -> Query:
    """Another coordinator sees to it. Raises QueryRefusedError."""
    role = permit(session, Command.QUERY)
    with lab.store.begin(session.actor(role)) as transaction:
        now, person = query_named(transaction, query), people.person_named(transaction, user)
        if person is None or not person.active or Role.COORDINATOR not in person.roles:
            raise QueryRefusedError(QueryFault.OWNER, user)
        return _done(transaction, now, QueryStep.GIVEN, {"owner": person.account})


# ---------------------------------------------------------------- how


def _known(lab: OpenLab, query: str) -> Query:
    with lab.store.read() as snapshot:
        return query_named(snapshot, query)


def _of(lab: OpenLab, query: Query) -> About:
    with lab.store.read() as snapshot:
        return about_of(snapshot, query)


def about_of(snapshot: Snapshot, query: Query) -> About:
    """What a query on record is about."""
    received = intake_rows.delivery_of(snapshot, query.clip) if query.clip else None
    return About(query.clip, query.exam, received, query.object, query.subject, query.visit, query.site)


def _reasoned(lab: OpenLab, session: Session, query: str, reason: str) -> tuple[Query, str]:
    known, why = _known(lab, query), reason_words(reason)
    require_speakable(lab, session, _of(lab, known), why, known.site)
    return known, why


def _step(lab: OpenLab, session: Session, role: Role, what: tuple[Query, QueryStep, Mapping[str, Any]]) -> Query:
    known, step, payload = what
    with lab.store.begin(session.actor(role)) as transaction:
        return _done(transaction, query_named(transaction, known.id), step, payload)


def _done(
    transaction: Transaction,
    now: Query,
    step: QueryStep,
    payload: Mapping[str, Any],
    *,
    rows: list[NewRow] | None = None,
    due: datetime | None = None,
) -> Query:
    state: QueryState = after(now.state, step)
    row = intake_rows.message_row(transaction, now.id, state.value, due)
    transaction.record(f"query.{step.value}", "query", now.id, rows=[*(rows or []), row], payload=payload or None)
    return query_named(transaction, now.id)
