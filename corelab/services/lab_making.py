"""Makes a lab, all of it or nothing: folder, database, charter, first two persons, custody key."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Role, Status, is_printed_name, is_user_name, password_fault, user_key
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clock import Clock
from corelab.domain.record_errors import LabExistsError, PasswordRefusedError, PersonRefusedError
from corelab.domain.statement import SIGNATURE, signature_statement
from corelab.domain.vocabulary import AccountId, LabId, LabKind
from corelab.services import charter_records
from corelab.services.workstation import Workstation, this_workstation
from corelab.storage import codes, keys, people, sessions
from corelab.storage.file_store import FileStore
from corelab.storage.keys import PRODUCTION_KDF, BoxSecret, Kdf
from corelab.storage.store import Actor, NewRow, Transaction

DATABASE = "corelab.db"
FOLDERS = ("clips", "exports", "backups")
PRIVATE_FOLDERS = ("quarantine",)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A first person of a lab."""

    user: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LabSecrets:
    """The secrets from which chance and new identifiers are derived; ``chance`` is text in ASCII. Given only for simulated labs."""

    deid: bytes = field(repr=False)
    chance: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreatedLab:
    """A new lab. The recovery code is shown once and stored nowhere."""

    folder: Path
    lab_id: LabId
    recovery_code: str = field(repr=False)
    charter_sha256: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything about a lab that is decided before anything is written."""

    lab_id: LabId
    charter: Charter
    charter_toml: bytes
    kind: LabKind
    administrator: NewPerson
    coordinator: NewPerson
    clock: Clock
    workstation: Workstation
    kdf: Kdf
    secrets: LabSecrets
    recovery: bytes = field(repr=False)


def require_free(folder: Path) -> None:
    """Raises LabExistsError unless a lab can be made in this folder: it is new or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LabExistsError(folder)


def create(  # noqa: PLR0913 - what a lab is made of
    folder: Path,
    charter_toml: bytes,
    *,
    kind: LabKind,
    administrator: NewPerson,
    coordinator: NewPerson,
    clock: Clock,
    configuration: Path,
    kdf: Kdf = PRODUCTION_KDF,
    secrets: LabSecrets | None = None,
) -> CreatedLab:
    """A lab in a new or empty folder, all of it or nothing: charter, first administrator, first coordinator, custody key.

    The coordinator signs the charter's approval, and so must have read and accepted the statement on electronic signatures before.

    Raises LabExistsError, CharterError, PersonRefusedError, PasswordRefusedError.
    """
    require_free(folder)
    if secrets is not None and kind is not LabKind.DEMO:
        raise ValueError("only a simulated lab is given its secrets")
    plan = _Plan(
        lab_id=LabId(str(uuid4())),
        charter=load_charter(charter_toml),
        charter_toml=charter_toml,
        kind=kind,
        administrator=administrator,
        coordinator=coordinator,
        clock=clock,
        workstation=this_workstation(configuration),
        kdf=kdf,
        secrets=secrets or LabSecrets(keys.new_secret(), keys.new_secret().hex().encode("ascii")),
        recovery=keys.new_secret(keys.RECOVERY_BYTES),
    )
    _require_two_persons(administrator, coordinator)
    in_one_step(folder, lambda part: _write(part, plan))
    return CreatedLab(folder, plan.lab_id, codes.code_for(plan.recovery), plan.charter.hash)


def _require_two_persons(*persons: NewPerson) -> None:
    for each in persons:
        if not is_user_name(each.user):
            raise PersonRefusedError("user_name", each.user)
        if not is_printed_name(each.name):
            raise PersonRefusedError("printed_name", each.name)
        fault = password_fault(each.password)
        if fault is not None:
            raise PasswordRefusedError(fault)
    if len({user_key(each.user) for each in persons}) < len(persons):
        raise PersonRefusedError("taken", persons[-1].user)


def in_one_step(folder: Path, write: Callable[[Path], None]) -> None:
    """Make the folder beside its place and rename it, so that a crash leaves no half lab of that name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        write(part)
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write(folder: Path, plan: _Plan) -> None:
    for name in FOLDERS:
        (folder / name).mkdir()
    for name in PRIVATE_FOLDERS:
        (folder / name).mkdir(mode=0o700)
    store = FileStore.create(folder / DATABASE, plan.clock, plan.lab_id)
    with store.begin(Actor(workstation=plan.workstation.id)) as transaction:
        _record_lab(transaction, plan)
        charter_records.record_loaded(transaction, plan.charter, plan.charter_toml)
        _record_person(transaction, plan, plan.administrator, Role.ADMINISTRATOR)
        account, coordinator = _record_person(transaction, plan, plan.coordinator, Role.COORDINATOR)
        _record_custody(transaction, plan, account, coordinator)
    with store.begin(Actor(account, None, None, plan.workstation.id)) as transaction:
        _accept_statement(transaction, account)
    with store.begin(Actor(account, Role.COORDINATOR, None, plan.workstation.id)) as transaction:
        _approve_charter(transaction, plan, account, coordinator)
    store.close()


def _record_lab(transaction: Transaction, plan: _Plan) -> None:
    lab = {"lab_id": plan.lab_id, "trial_id": plan.charter.trial.id, "kind": plan.kind, "created_at": transaction.now}
    machine = {"id": plan.workstation.id, "n": 1, "host": plan.workstation.host, "os": plan.workstation.os, "enrolled": True}
    settings = {**people.DEFAULT_SETTINGS, people.KDF: people.kdf_text(plan.kdf)}
    rows = [NewRow("lab", lab), NewRow("workstation", machine)]
    rows += [NewRow("setting", {"name": name, "n": 1, "value": value}) for name, value in settings.items()]
    transaction.record("lab.created", "lab", plan.lab_id, rows=rows, payload={"trial": plan.charter.trial.id, "settings": settings})


def _record_person(transaction: Transaction, plan: _Plan, new: NewPerson, role: Role) -> tuple[AccountId, keys.NewKeys]:
    account, made = AccountId(str(uuid4())), keys.new_keys()
    rows = [
        people.account_row(account, new.user),
        people.first_revision(account, new.name, {role}, Status.ACTIVE),
        people.Wrapping(plan.lab_id, account, 1, plan.kdf, "activation").row(made, new.password),
    ]
    payload = {"user": user_key(new.user), "name": new.name, "roles": [role.value]}
    transaction.record("account.created", "account", account, rows=rows, payload=payload)
    return account, made


def _record_custody(transaction: Transaction, plan: _Plan, account: AccountId, coordinator: keys.NewKeys) -> None:
    secret, id_ = BoxSecret.of(keys.new_secret()), str(uuid4())
    with secret:
        rows = [
            people.custody_row(id_, plan.lab_id, plan.recovery, plan.kdf, secret),
            people.grant_row(id_, plan.lab_id, account, coordinator.box_public, secret),
        ]
        lab_secrets = {"deid": plan.secrets.deid, "chance": plan.secrets.chance, "package": keys.new_secret()}
        rows += [people.lab_secret_row(plan.lab_id, name, id_, secret.public, value) for name, value in lab_secrets.items()]
        transaction.record("custody.made", "custody_key", id_, rows=rows, payload={"granted": [account]})


def _accept_statement(transaction: Transaction, account: AccountId) -> None:
    statement = signature_statement()
    row = sessions.acknowledgement_row(account, SIGNATURE, statement.digest)
    transaction.record("statement.accepted", "account", account, rows=[row], payload={"statement": statement.words})


def _approve_charter(transaction: Transaction, plan: _Plan, account: AccountId, coordinator: keys.NewKeys) -> None:
    with keys.Signer(account, plan.coordinator.name, coordinator.sign_public, bytearray(coordinator.sign)) as signer:
        charter_records.record_approved(transaction, plan.charter, signer)
