"""Sign-ins, tries, machines, rules of access and second factors: rows <-> domain."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from corelab.domain.access import AccessRules, Attempt, LastSignIns, Way, rules_of
from corelab.domain.accounts import Person
from corelab.domain.vocabulary import AccountId
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow

# ---------------------------------------------------------------- sign-ins


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in that nobody ended."""

    id: str
    workstation: str
    host: str
    since: datetime
    way: Way


def open_sessions_of(snapshot: Snapshot, account: AccountId) -> tuple[OpenSession, ...]:
    session, end = TABLES["session"], TABLES["session_end"]
    ended = select(end.columns.session_id)
    rows = snapshot.query(select(session).where(session.columns.account_id == account, session.columns.id.not_in(ended)))
    return tuple(_open_session(snapshot, row) for row in rows)


def _open_session(snapshot: Snapshot, row: Row) -> OpenSession:
    event, said = _event(snapshot, row["event_seq"]), snapshot.opening_of(row["event_seq"])
    way = Way(said.get("way", Way.COMMAND.value))  # sign-ins of former versions do not say it, and block nobody
    return OpenSession(row["id"], row["workstation_id"], host_of(snapshot, row["workstation_id"]), event["at"], way)


def session_end(id_: str, cause: str) -> NewRow:
    return NewRow("session_end", {"session_id": id_, "cause": cause})


def _event(snapshot: Snapshot, seq: int) -> Row:
    found = snapshot.one("event", seq=seq)
    if found is None:
        raise LookupError(seq)
    return found


def last_sign_ins(snapshot: Snapshot, person: Person) -> LastSignIns:
    """As they are now; ask before a new one is written."""
    good = snapshot.latest("signin_attempt", by="event_seq", user_name=person.user_name, ok=1)
    failed = snapshot.latest("signin_attempt", by="event_seq", user_name=person.user_name, ok=0)
    return LastSignIns(_attempt(snapshot, good), _attempt(snapshot, failed))


def _attempt(snapshot: Snapshot, row: Row | None) -> Attempt | None:
    if row is None:
        return None
    event = _event(snapshot, row["event_seq"])
    return Attempt(event["at"], event["tz"], host_of(snapshot, row["workstation_id"]))


def password_chosen(snapshot: Snapshot, account: AccountId) -> datetime:
    """When the person last chose a password. Raises LookupError for one without keys."""
    chosen = [row["event_seq"] for row in snapshot.all("credential", account_id=account) if row["reason"] != "parameters"]
    if not chosen:
        raise LookupError(account)
    at: datetime = _event(snapshot, max(chosen))["at"]
    return at


# ---------------------------------------------------------------- machines


def machine(snapshot: Snapshot, id_: str) -> Row | None:
    """The newest row of a workstation."""
    return snapshot.latest("workstation", id=id_)


def host_of(snapshot: Snapshot, id_: str) -> str:
    found = machine(snapshot, id_)
    return str(found["host"]) if found else "unknown"


def machine_row(last: Row, **changes: Any) -> NewRow:
    """The next row of a workstation that is known."""
    kept = {name: last[name] for name in ("id", "host", "os", "display_check", "enrolled")}
    return NewRow("workstation", {**kept, **changes, "n": last["n"] + 1})


# ---------------------------------------------------------------- rules, statements, second factors


def access_settings(snapshot: Snapshot) -> dict[str, str]:
    """Every setting of the lab as it is now."""
    return {row["name"]: row["value"] for row in sorted(snapshot.all("setting"), key=lambda row: int(row["n"]))}


def access_rules(snapshot: Snapshot) -> AccessRules:
    return rules_of(access_settings(snapshot))


def acknowledged(snapshot: Snapshot, account: AccountId, what: str, text_hash: str) -> bool:
    return snapshot.one("acknowledgement", account_id=account, what=what, text_hash=text_hash) is not None


def acknowledgement_row(account: AccountId, what: str, text_hash: str) -> NewRow:
    return NewRow("acknowledgement", {"account_id": account, "what": what, "text_hash": text_hash})


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The sealed secret of a second factor that is on; ``seq`` is the event that made it, ``spent`` the last step that was used."""

    seq: int
    sealed: bytes = field(repr=False)
    spent: int = -1


def second_factor(snapshot: Snapshot, account: AccountId) -> SecondFactor | None:
    """None where the person has none."""
    row = snapshot.latest("second_factor", account_id=account)
    if row is None or row["sealed"] is None:
        return None
    return SecondFactor(row["event_seq"], bytes(row["sealed"]), _spent(snapshot, account, row["event_seq"]))


def _spent(snapshot: Snapshot, account: AccountId, since: int) -> int:
    """The step of the code with which it was enrolled, or of the last one that opened a sign-in."""
    session = TABLES["session"]
    later = select(session).where(session.columns.account_id == account, session.columns.event_seq > since)
    rows = snapshot.query(later.order_by(session.columns.event_seq.desc()).limit(1))
    for seq in (*(row["event_seq"] for row in rows), since):
        step = snapshot.opening_of(seq).get("step")
        if step is not None:
            return int(step)
    return -1


def second_factor_row(snapshot: Snapshot, account: AccountId, sealed: bytes | None) -> NewRow:
    """Switched on with a sealed secret, or off with none."""
    last = snapshot.latest("second_factor", account_id=account)
    state = "off" if sealed is None else "on"
    return NewRow("second_factor", {"account_id": account, "n": last["n"] + 1 if last else 1, "state": state, "sealed": sealed})
