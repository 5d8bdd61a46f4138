"""Export: derive, check, sign, write and verify one package. The same state gives the same bytes, whenever and wherever it is written."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import corelab
from corelab.domain.accounts import Command, Meaning
from corelab.domain.audit import key_id
from corelab.export.check import PackageFault, content_faults, row_name
from corelab.export.codebook import CODELIST_HEADER, DICTIONARY_HEADER, codelists_for, dictionary_rows
from corelab.export.columns import Table
from corelab.export.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    PackageExistsError,
    PackageFile,
    entries_of,
    files_digest,
    with_manifest,
    write_package,
)
from corelab.export.readme import readme
from corelab.export.records import Waiting
from corelab.export.rows import tables_of
from corelab.export.tables import (
    GUESS,
    SPECIFICATION,
    tables_for,
)
from corelab.export.versions import Versions, VersionsDifferError
from corelab.export.writers import csv_bytes, json_bytes, table_bytes
from corelab.services import accounts, checkpoints
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.checking import verify_package
from corelab.services.packages.cutoff import cutoff, kind_of, same_as_last
from corelab.services.packages.errors import ManyChartersError, NothingToExportError, StopTheLineError
from corelab.services.packages.gather import Excluded, Gathered, gather
from corelab.services.packages.guesses import guess_rows
from corelab.services.packages.locking import is_locked
from corelab.services.queries.blocking import blocking, require_no_open
from corelab.services.trail_export import write_trail
from corelab.services.verification import require_sound
from corelab.storage.keys import BoxSecret, Opening, Signer, make_opening
from corelab.storage.minisign import MinisignKey
from corelab.storage.signed import document_of
from corelab.storage.snapshot import Row
from corelab.storage.transaction import NewRow, Transaction
from corelab.storage.unblinding import kinds_of

Progress = Callable[[int, int, str], None]
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Exported:
    """A package on disk. ``rows`` by table; ``head`` is the hash of the cut-off event."""

    package: Path
    files: int
    rows: Mapping[str, int]
    head: str
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a package would hold now. ``again`` where nothing changed since the last one: it would be the same package.

    ``queries``: the open ones that keep it from being written.
    """

    included: int
    excluded: tuple[Excluded, ...]
    number: int
    again: bool
    queries: tuple[str, ...] = ()


def preview(lab: OpenLab, session: Session) -> Preview:
    """What is in, what is left out and why. Needs custody."""
    accounts.permit(session, Command.EXPORT)
    seed = accounts.lab_secret(lab, session, "chance").decode("ascii")
    with lab.store.read() as snapshot:
        found = gather(snapshot, seed)
        again = same_as_last(snapshot, cutoff(snapshot), kind_of(lab, test=False)) is not None
        last = snapshot.latest("package")
        number = (last["n"] if last else 0) + (0 if again else 1)
        return Preview(len(found.exams), found.excluded, number, again, blocking(snapshot))


def export(lab: OpenLab, session: Session, out: Path, password: str, *, test: bool = False, progress: Progress | None = None) -> Exported:
    """Writes one package into ``out``, signed by the coordinator with ``password``, and verifies it.

    When no record of the trial's data came since the last package, that package is made again: same bytes, same number, same approval.
    Raises NothingToExportError, OpenQueriesError, StopTheLineError, LabFaultyError, PackageExistsError and OSError; then no package is
    there.
    """
    role = accounts.permit(session, Command.EXPORT)
    show = progress or (lambda _done, _of, _what: None)
    require_sound(lab, show)
    seed = accounts.lab_secret(lab, session, "chance").decode("ascii")
    sealing = MinisignKey.of(accounts.lab_secret(lab, session, "package"))
    show(1, _STEPS, "Deriving results")
    with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
        made = _Package(transaction, gather(transaction, seed), kind_of(lab, test=test), (sealing, accounts.held_custody(session)))
        target = out / made.name
        if target.exists():
            raise PackageExistsError(target)
        show(2, _STEPS, "Checking and signing")
        files = made.files(signer)
    show(3, _STEPS, "Writing and verifying")
    write_package(target, files, _require_verified)
    show(_STEPS, _STEPS, "Done")
    return Exported(target, len(files), made.counts, made.cutoff.head, made.gathered.excluded)


def _require_verified(folder: Path) -> None:
    """The last look at what was written, before it gets its name."""
    verified = verify_package(folder)
    if not verified.ok:
        raise StopTheLineError(verified.faults)


class _Package:
    """One package in the making, within one transaction."""

    def __init__(self, transaction: Transaction, gathered: Gathered, kind: str, keys: tuple[MinisignKey, BoxSecret]) -> None:
        if not gathered.exams:
            raise NothingToExportError(gathered.excluded)
        self._open_queries = require_no_open(transaction)
        try:
            self._versions = Versions.of(gathered.charters)
        except VersionsDifferError as error:
            raise ManyChartersError(error.versions) from None
        self.gathered = gathered
        self.cutoff = cutoff(transaction)
        self._transaction, self._kind = transaction, kind
        self._sealing, self._custody = keys
        waiting = (Waiting(one.subject, one.visit) for one in gathered.excluded)
        self._tables = tables_of(self._versions, gathered.exams, waiting)
        if is_locked(transaction):
            self._tables = replace(self._tables, guess=guess_rows(transaction, self._custody))
        self._last = transaction.latest("package")
        self.again = same_as_last(transaction, self.cutoff, kind)
        self._trial = gathered.exams[0].study

    @property
    def counts(self) -> Mapping[str, int]:
        return MappingProxyType({name: len(rows) for name, rows in self._tables.named().items()})

    @property
    def number(self) -> int:
        if self._last is None:
            return 1
        return int(self._last["n"]) if self.again is not None else int(self._last["n"]) + 1

    @property
    def name(self) -> str:
        compact = self.cutoff.at[:19].replace("-", "").replace(":", "") + "Z"
        return f"{self._trial}_T{self.number:03d}_{compact}_{self._kind}"

    def files(self, signer: Signer) -> tuple[PackageFile, ...]:
        """Every file with manifest and sums; records the package unless it was made before."""
        content = (*self._content(), *self._trail(signer), PackageFile(PUBLIC_KEY, self._sealing.public_text.encode()))
        facts = self._facts()
        if self.again is not None:
            return with_manifest(content, {**facts, "approval": self._recorded_approval(self.again)}, self._sealed)
        opening, record = make_opening(self._approved(content, facts["transfer"])), str(uuid4())
        signature = self._transaction.signature(
            signer,
            record_type="package",
            record_id=record,
            revision=1,
            meaning=Meaning.PACKAGE_APPROVAL,
            charter_hash=self._versions.main.hash,
            content_digest=opening.digest,
        )
        head = self._transaction.next_head()
        approval = self._approval({**signature.values, "seq": head.seq}, opening, signer.public)
        files = with_manifest(content, {**facts, "approval": approval}, self._sealed)
        self._record(record, files, [signature], opening)
        return files

    def _trail(self, signer: Signer) -> tuple[PackageFile, ...]:
        """The trail up to the cut-off, with a checkpoint of it: the recorded one, where there is one."""
        checkpoint = checkpoints.signed_row(self._transaction, signer, (self.cutoff.seq, self.cutoff.head))
        files = write_trail(self._transaction, checkpoint, for_analysts=True)
        return tuple(replace(file, path=f"audit/{file.path}") for file in files)

    def _sealed(self, manifest: bytes) -> str:
        """The signature of the manifest, by the package key of the lab."""
        at = int(datetime.fromisoformat(self.cutoff.at).timestamp())
        comment = f"timestamp:{at} file:{MANIFEST} hashed trial:{self._trial} transfer:T{self.number:03d} head:{self.cutoff.seq}"
        return self._sealing.signature_text(manifest, comment)

    def _approved(self, content: tuple[PackageFile, ...], transfer: str) -> dict[str, Any]:
        """What the approval signature is over."""
        files = files_digest(entries_of(content))
        return {"cutoff": self.cutoff.seq, "files": files, "kind": self._kind, "product": corelab.__version__, "transfer": transfer}

    def _record(self, record: str, files: tuple[PackageFile, ...], rows: list[NewRow], opening: Opening) -> None:
        manifest = next(file.sha256 for file in files if file.path == MANIFEST)
        package = {
            "id": record,
            "n": self.number,
            "spec_version": SPECIFICATION,
            "cutoff_seq": self.cutoff.seq,
            "manifest_sha256": manifest,
            "head": self.cutoff.head,
        }
        self._transaction.record("package.approved", "package", record, rows=[*rows, NewRow("package", package)], payload=opening)

    def _facts(self) -> dict[str, Any]:
        charters = sorted(self._versions.all, key=lambda one: (one.hash != self._versions.main.hash, one.version))
        previous = self._transaction.one("package", n=self.number - 1)
        return {
            "charter": [{"hash": charter.hash, "id": charter.id, "version": charter.version} for charter in charters],
            "cutoff": {"at": self.cutoff.at, "head": self.cutoff.head, "seq": self.cutoff.seq},
            "format": 1,
            "kind": self._kind,
            "previous": {"manifest_sha256": previous["manifest_sha256"], "transfer": f"T{previous['n']:03d}"} if previous else None,
            "product": f"corelab {corelab.__version__}",
            "specification": SPECIFICATION,
            "transfer": f"T{self.number:03d}",
            "trial": self._trial,
        }

    def _content(self) -> tuple[PackageFile, ...]:
        charter = self._versions.main
        rows = self._tables.named()
        tables = (*tables_for(charter), *((GUESS,) if "guess" in rows else ()))
        faults = tuple(fault for table in tables for fault in self._faults(table, rows[table.name]))
        if faults:
            raise StopTheLineError(faults)
        codes = ((code.codelist, code.code, code.decode) for code in codelists_for(*self._versions.all))
        stored = [self._transaction.one("charter", hash=one.hash) or {} for one in self._versions.all]
        return (
            *(PackageFile(table.path, table_bytes(table, rows[table.name]), len(rows[table.name])) for table in tables),
            PackageFile("codebook/dictionary.csv", csv_bytes(DICTIONARY_HEADER, dictionary_rows(tables))),
            PackageFile("codebook/codelists.csv", csv_bytes(CODELIST_HEADER, codes)),
            *(PackageFile(f"codebook/charter_{one['version']}.toml", one["toml"]) for one in stored),
            PackageFile("qc/checks.json", json_bytes(self._checks())),
            PackageFile("README.txt", readme(self._facts(), self.counts, self._kind).encode()),
        )

    def _faults(self, table: Table, rows: tuple[Mapping[str, str], ...]) -> tuple[PackageFault, ...]:
        """Keys, code lists, and words that name an arm of the trial."""
        arms = tuple(arm.casefold() for charter in self._versions.all for arm in charter.blinding.guess_arms)
        named = (
            PackageFault(row_name(table, row), f"{column} names an arm of the trial")
            for row in rows
            for column, value in row.items()
            if any(arm in value.casefold() for arm in arms)
        )
        return (*content_faults(self._versions, table, rows), *named)

    def _checks(self) -> dict[str, Any]:
        passed = [
            "the lab verifies",
            "keys are unique",
            "codes stand in their lists",
            "no arm is named",
            "no query is open that a coordinator did not exclude",
            "results follow from the readings",
        ]
        excluded = [{"state": one.state, "subject": one.subject, "visit": one.visit, "why": one.why} for one in self.gathered.excluded]
        kinds = Counter(kinds_of(self._transaction, self._custody))
        counted = {kind: kinds[kind] for kind in sorted(kinds)}
        queries = [asdict(one) for one in self._open_queries]
        included = len(self.gathered.exams)
        return {"excluded": excluded, "included": included, "passed": passed, "queries": queries, "unblinding": counted}

    # ---- the approval

    def _approval(self, signature: Mapping[str, Any], opening: Opening, public: bytes) -> dict[str, Any]:
        document = document_of(signature, self._transaction.all("lab")[0], signature["seq"])
        return {
            "document": asdict(document),
            "opening": base64.b64encode(opening.body).decode("ascii"),
            "public_key": public.hex(),
            "signature": base64.b64encode(signature["signature"]).decode("ascii"),
        }

    def _recorded_approval(self, package: Row) -> dict[str, Any]:
        signature = self._transaction.one("signature", record_type="package", record_id=package["id"]) or {}
        credentials = self._transaction.all("credential", account_id=signature["account_id"])
        public = next(bytes(row["sign_pub"]) for row in credentials if key_id(bytes(row["sign_pub"])) == signature["key_id"])
        stored = self._transaction.one("event_payload", seq=package["event_seq"]) or {}
        return self._approval({**signature, "seq": package["event_seq"]}, Opening(bytes(stored["body"])), public)
