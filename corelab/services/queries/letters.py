"""A letter that a site answered with: kept in quarantine like what it delivers, its name sealed."""

import os
from pathlib import Path

from corelab.domain.queries import QueryFault, QueryRefusedError
from corelab.imaging.deid.identity import Identity
from corelab.services.accounts import custody_public
from corelab.services.labs import OpenLab
from corelab.services.quarantine import Place

LETTER_LIMIT = 50 << 20


def read(path: Path) -> bytes:
    """Raises QueryRefusedError for one that is too large, OSError."""
    if path.stat().st_size > LETTER_LIMIT:
        raise QueryRefusedError(QueryFault.LARGE_FILE, str(LETTER_LIMIT >> 20))
    return path.read_bytes()


def keep(lab: OpenLab, query: str, n: int, content: bytes, name: str) -> None:
    """Beside message ``n`` of a query. Within the transaction that records it, as its last step."""
    place = Place(lab.quarantine / query, n)
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(place.source, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    place.keep_identity(Identity({}), name, custody_public(lab))
