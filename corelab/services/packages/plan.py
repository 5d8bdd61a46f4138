"""What a package will be, as of one moment of the lab and before any of its files is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import corelab
from corelab.export.manifest import MANIFEST
from corelab.export.parts import libraries
from corelab.export.tables import SPECIFICATION
from corelab.export.transfer_words import folder_name
from corelab.export.versions import Versions, VersionsDifferError
from corelab.services.packages.approving import require_approved
from corelab.services.packages.cutoff import Cutoff, cutoff, same_as_last
from corelab.services.packages.errors import ManyChartersError, NothingToExportError
from corelab.services.packages.gather import Scope, scope
from corelab.services.queries.blocking import ExcludedQuery, require_no_open
from corelab.storage.snapshot import Row, Snapshot


@dataclass(frozen=True, slots=True)
class Plan:
    """``last`` is the package before; ``again`` is it too where nothing changed since: the same package is made once more."""

    trial: str
    kind: str
    scope: Scope
    versions: Versions
    cutoff: Cutoff
    parts: tuple[str, ...]
    open_queries: tuple[ExcludedQuery, ...]
    last: Row | None
    again: Row | None
    previous: Row | None

    @classmethod
    def of(cls, snapshot: Snapshot, kind: str, parts: Sequence[str]) -> "Plan":
        """Raises NothingToExportError (a test package may be empty), OpenQueriesError, ManyChartersError, SpecificationChangedError."""
        found = scope(snapshot)
        if not found.included and kind != "TEST":
            raise NothingToExportError(found.excluded)
        open_queries = require_no_open(snapshot)
        try:
            versions = Versions.of(found.charters)
        except VersionsDifferError as error:
            raise ManyChartersError(error.versions) from None
        at, last = cutoff(snapshot), snapshot.latest("package")
        again = same_as_last(snapshot, at, kind, parts)
        if again is None:
            require_approved(snapshot)
        number = _number(last, again)
        return cls(
            trial=str(snapshot.all("lab")[0]["trial_id"]),
            kind=kind,
            scope=found,
            versions=versions,
            cutoff=at,
            parts=tuple(parts),
            open_queries=open_queries,
            last=last,
            again=again,
            previous=snapshot.one("package", n=number - 1),
        )

    @property
    def number(self) -> int:
        return _number(self.last, self.again)

    @property
    def transfer(self) -> str:
        return f"T{self.number:03d}"

    @property
    def name(self) -> str:
        return folder_name(self.facts)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the manifest says besides its files and the approval."""
        charters = sorted(self.versions.all, key=lambda one: (one.hash != self.versions.main.hash, one.version))
        before = self.previous
        return {
            "charter": [{"hash": charter.hash, "id": charter.id, "version": charter.version} for charter in charters],
            "cutoff": {"at": self.cutoff.at, "head": self.cutoff.head, "seq": self.cutoff.seq},
            "format": 1,
            "kind": self.kind,
            "libraries": libraries(),
            "parts": list(self.parts),
            "previous": {"manifest_sha256": before["manifest_sha256"], "transfer": f"T{before['n']:03d}"} if before else None,
            "product": f"corelab {corelab.__version__}",
            "specification": SPECIFICATION,
            "transfer": self.transfer,
            "trial": self.trial,
        }

    @property
    def comment(self) -> str:
        """What the signature of the manifest says in words that it covers."""
        at = int(datetime.fromisoformat(self.cutoff.at).timestamp())
        return f"timestamp:{at} file:{MANIFEST} hashed trial:{self.trial} transfer:{self.transfer} head:{self.cutoff.seq}"


def _number(last: Row | None, again: Row | None) -> int:
    if last is None:
        return 1
    return int(last["n"]) + (again is None)
