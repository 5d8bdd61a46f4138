"""Accounts, credentials, invitations, custody and settings: rows <-> domain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Self
from uuid import UUID, uuid4

from corelab.domain.accounts import INVITATION_LIFE, Person, Role, Status, user_key
from corelab.domain.vocabulary import AccountId, LabId
from corelab.storage.codes import OneTimeCode, new_code
from corelab.storage.keys import (
    BoxPublic,
    BoxSecret,
    Kdf,
    NewKeys,
    Signer,
    custody_grant,
    new_salt,
    seal_lab_secret,
    unwrap,
    wrap,
    wrap_custody,
)
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow

PIXEL_CHECK, KDF = "pixel_check", "kdf"
LAB_SECRETS = ("deid", "chance", "package")
DEFAULT_SETTINGS: Mapping[str, str] = MappingProxyType({PIXEL_CHECK: "two"})


# ---------------------------------------------------------------- persons


def person(snapshot: Snapshot, account: str) -> Person | None:
    found = snapshot.one("account", id=account)
    return _person(snapshot, found) if found else None


def person_named(snapshot: Snapshot, user: str) -> Person | None:
    found = snapshot.one("account", user_name=user_key(user))
    return _person(snapshot, found) if found else None


def all_people(snapshot: Snapshot) -> tuple[Person, ...]:
    """Everybody who ever had an account, in the order in which they were added."""
    return tuple(_person(snapshot, row) for row in snapshot.all("account", kind="person"))


def _person(snapshot: Snapshot, account: Row) -> Person:
    revision = snapshot.latest("account_revision", account_id=account["id"])
    if revision is None:
        raise LookupError(account["id"])
    return Person(
        AccountId(account["id"]), account["user_name"], revision["printed_name"], roles_in(revision["roles"]), Status(revision["status"])
    )


def roles_in(text: str) -> frozenset[Role]:
    return frozenset(Role(each) for each in text.split(","))


def roles_text(roles: Collection[Role]) -> str:
    return ",".join(sorted(role.value for role in roles))


def account_row(account: AccountId, user: str) -> NewRow:
    return NewRow("account", {"id": account, "user_name": user_key(user), "kind": "person"})


def first_revision(account: AccountId, name: str, roles: Collection[Role], status: Status) -> NewRow:
    return _revision(account, 1, name, roles, status)


def next_revision(snapshot: Snapshot, changed: Person) -> NewRow:
    """What the person is from now on."""
    last = snapshot.latest("account_revision", account_id=changed.account)
    return _revision(changed.account, last["n"] + 1 if last else 1, changed.printed_name, changed.roles, changed.status)


def _revision(account: AccountId, n: int, name: str, roles: Collection[Role], status: Status) -> NewRow:
    values = {"account_id": account, "n": n, "printed_name": name, "status": status, "roles": roles_text(roles)}
    return NewRow("account_revision", values)


# ---------------------------------------------------------------- failures


def failures_since_success(snapshot: Snapshot, known: Person) -> tuple[datetime, ...]:
    """When this person's password was wrong, since it was last right or an administrator changed the account."""
    attempts = snapshot.all("signin_attempt", user_name=known.user_name)
    revision = snapshot.latest("account_revision", account_id=known.account)
    last = max([row["event_seq"] for row in attempts if row["ok"]] + [revision["event_seq"] if revision else 0])
    failed = [row["event_seq"] for row in attempts if not row["ok"] and row["event_seq"] > last]
    times = (snapshot.one("event", seq=seq) for seq in failed)
    return tuple(event["at"] for event in times if event)


def attempt_row(known: Person | None, workstation: str, *, ok: bool) -> NewRow:
    """A sign-in or a password check. The name is kept only where it is somebody's."""
    user = known.user_name if known else None
    return NewRow("signin_attempt", {"id": str(uuid4()), "user_name": user, "ok": ok, "workstation_id": workstation})


def open_sessions(snapshot: Snapshot) -> tuple[str, ...]:
    """The sign-ins that nobody ended."""
    ended = {row["session_id"] for row in snapshot.all("session_end")}
    return tuple(row["id"] for row in snapshot.all("session") if row["id"] not in ended)


# ---------------------------------------------------------------- credentials


@dataclass(frozen=True, slots=True)
class Credential:
    """The keys of a person as they are stored: public ones, and secret ones wrapped by the password."""

    account: AccountId
    n: int
    kdf: Kdf
    salt: bytes
    sign_public: bytes
    box_public: BoxPublic
    wrapped_sign: bytes = field(repr=False)
    wrapped_box: bytes = field(repr=False)

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            AccountId(row["account_id"]),
            row["n"],
            Kdf(row["opslimit"], row["memlimit"]),
            row["salt"],
            row["sign_pub"],
            BoxPublic(row["box_pub"]),
            row["wrapped_sign"] or b"",
            row["wrapped_box"] or b"",
        )

    def box(self, kek: bytes, lab: LabId) -> BoxSecret:
        """Raises KeyRefusedError when the password was wrong."""
        return BoxSecret.of(unwrap(kek, "box", lab, self.account, self.wrapped_box))

    def signer(self, kek: bytes, lab: LabId, printed_name: str) -> Signer:
        seed = unwrap(kek, "sign", lab, self.account, self.wrapped_sign)
        return Signer(self.account, printed_name, self.sign_public, bytearray(seed))

    def keys(self, kek: bytes, lab: LabId) -> NewKeys:
        """Both seeds, to be wrapped anew."""
        return NewKeys(unwrap(kek, "sign", lab, self.account, self.wrapped_sign), unwrap(kek, "box", lab, self.account, self.wrapped_box))


def credential(snapshot: Snapshot, account: str) -> Credential | None:
    found = snapshot.latest("credential", account_id=account)
    return Credential.of(found) if found else None


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How and for whom keys are wrapped."""

    lab: LabId
    account: AccountId
    n: int
    kdf: Kdf
    reason: str

    def row(self, keys: NewKeys, password: str) -> NewRow:
        salt = new_salt()
        kek = self.kdf.password_key(password, salt)
        return NewRow(
            "credential",
            {
                "id": str(uuid4()),
                "account_id": self.account,
                "n": self.n,
                "kdf": "argon2id",
                "opslimit": self.kdf.opslimit,
                "memlimit": self.kdf.memlimit,
                "salt": salt,
                "sign_pub": keys.sign_public,
                "box_pub": keys.box_public.raw,
                "wrapped_sign": wrap(kek, "sign", self.lab, self.account, keys.sign),
                "wrapped_box": wrap(kek, "box", self.lab, self.account, keys.box),
                "reason": self.reason,
            },
        )


# ---------------------------------------------------------------- invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    account: AccountId
    code_hash: str = field(repr=False)
    expires_at: datetime


def invitation(account: AccountId, now: datetime, kdf: Kdf) -> tuple[OneTimeCode, NewRow]:
    """A one-time code and the row that knows it again."""
    id_ = str(uuid4())
    code = new_code(id_)
    values = {"id": id_, "account_id": account, "code_hash": code.hashed(kdf, id_), "expires_at": now + INVITATION_LIFE}
    return code, NewRow("invitation", values)


def invitations(snapshot: Snapshot, prefix: str) -> tuple[Invitation, ...]:
    """Open invitations whose id begins with these hex digits: the newest of an account that is still invited."""
    found = (row for row in snapshot.all("invitation") if row["id"].replace("-", "").startswith(prefix))
    return tuple(
        Invitation(row["id"], AccountId(row["account_id"]), row["code_hash"], row["expires_at"])
        for row in found
        if row == snapshot.latest("invitation", by="event_seq", account_id=row["account_id"]) and _is_invited(snapshot, row["account_id"])
    )


def _is_invited(snapshot: Snapshot, account: str) -> bool:
    found = person(snapshot, account)
    return found is not None and found.status is Status.INVITED


# ---------------------------------------------------------------- custody, settings


@dataclass(frozen=True, slots=True)
class Custody:
    """The lab's custody key, public half; ``n`` counts the keys of the lab."""

    id: str
    n: int
    public: BoxPublic


@dataclass(frozen=True, slots=True)
class Recovery:
    """The custody key under the recovery code, and the cost of turning the code into a key."""

    kdf: Kdf
    wrapped: bytes = field(repr=False)


def custody(snapshot: Snapshot) -> Custody:
    found = _custody_key(snapshot)
    return Custody(found["id"], found["n"], BoxPublic(found["box_pub"]))


def recovery(snapshot: Snapshot) -> Recovery:
    """The cost is the one that the lab had when the code was made."""
    found = _custody_key(snapshot)
    costs = [row for row in snapshot.all("setting", name=KDF) if row["event_seq"] <= found["event_seq"]]
    return Recovery(_kdf(costs[-1]["value"]), bytes(found["recovery_wrap"]))


def _custody_key(snapshot: Snapshot) -> Row:
    found = snapshot.latest("custody_key")
    if found is None:
        raise LookupError("custody_key")
    return found


def custody_row(id_: str, lab: LabId, recovery_code: bytes, kdf: Kdf, secret: BoxSecret, *, n: int = 1) -> NewRow:
    """A new custody key, with its secret half under the recovery code."""
    wrapped = wrap_custody(recovery_code, kdf, lab, secret)
    values = {"id": id_, "n": n, "box_pub": secret.public.raw, "recovery_salt": UUID(lab).bytes, "recovery_wrap": wrapped}
    return NewRow("custody_key", values)


def grant_row(id_: str, lab: LabId, account: AccountId, box: BoxPublic, secret: BoxSecret) -> NewRow:
    """The custody key for one coordinator."""
    values = {"custody_id": id_, "account_id": account, "key_id": box.key_id, "sealed_seed": custody_grant(lab, box, secret)}
    return NewRow("custody_grant", values)


def lab_secret_row(lab: LabId, name: str, id_: str, public: BoxPublic, secret: bytes) -> NewRow:
    values = {"name": name, "epoch": 1, "custody_id": id_, "sealed": seal_lab_secret(lab, name, public, secret)}
    return NewRow("lab_secret", values)


def sealed_custody(snapshot: Snapshot, account: AccountId, key_id: str) -> bytes | None:
    """The grant of the current custody key to this person's current key."""
    found = snapshot.one("custody_grant", custody_id=custody(snapshot).id, account_id=account, key_id=key_id)
    return bytes(found["sealed_seed"]) if found else None


def holds_custody(snapshot: Snapshot, person: Person) -> bool:
    """Whether this person, as they stand now, can open the custody key."""
    if Role.COORDINATOR not in person.roles or not person.active:
        return False
    known = credential(snapshot, person.account)
    return known is not None and sealed_custody(snapshot, person.account, known.box_public.key_id) is not None


def left_with_custody(snapshot: Snapshot) -> tuple[Person, ...]:
    """Who was given the current custody key and is no coordinator any more."""
    given = {row["account_id"] for row in snapshot.all("custody_grant", custody_id=custody(snapshot).id)}
    known = (one for one in all_people(snapshot) if one.account in given)
    return tuple(one for one in known if one.status is Status.DEACTIVATED or Role.COORDINATOR not in one.roles)


def sealed_lab_secret(snapshot: Snapshot, name: str) -> bytes:
    found = snapshot.latest("lab_secret", by="epoch", name=name, custody_id=custody(snapshot).id)
    if found is None:
        raise LookupError(name)
    return bytes(found["sealed"])


def setting(snapshot: Snapshot, name: str) -> str:
    """The value of a lab setting, or what it is unless somebody set it."""
    found = snapshot.latest("setting", name=name)
    return found["value"] if found else DEFAULT_SETTINGS[name]


def kdf_text(kdf: Kdf) -> str:
    return f"argon2id:{kdf.opslimit}:{kdf.memlimit}"


def kdf_of(snapshot: Snapshot) -> Kdf:
    """The cost of passwords in this lab."""
    return _kdf(setting(snapshot, KDF))


def _kdf(text: str) -> Kdf:
    _, opslimit, memlimit = text.split(":")
    return Kdf(int(opslimit), int(memlimit))
