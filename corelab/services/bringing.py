"""What goes to another place with the records of a lab: clips and deliveries, and a one-time code for each person on a server."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corelab.domain.record_errors import LabExistsError
from corelab.services.verification import LabFaultyError, Progress
from corelab.storage import people
from corelab.storage.store import NewRow, Transaction

_BROUGHT = ("clips", "quarantine")
"""Released clips, and what was delivered and is not released yet."""


@dataclass(frozen=True, slots=True)
class OneTime:
    """The code by which a person opens the server for the keys that they have; shown once."""

    user: str
    code: str = field(repr=False)


def invited(transaction: Transaction) -> tuple[tuple[OneTime, ...], tuple[NewRow, ...]]:
    """A one-time code for everybody who is active, and the rows that know the codes again."""
    kdf = people.kdf_of(transaction)
    active = (each for each in people.all_people(transaction) if each.active)
    made = [(each, *people.invitation(each.account, transaction.now, kdf)) for each in active]
    return tuple(OneTime(each.user_name, code.text) for each, code, _ in made), tuple(row for _, _, row in made)


@contextmanager
def brought(source: Path, target: Path, show: Progress) -> Iterator[None]:
    """Clips and deliveries in the new place as well; what was brought goes again when nothing came of it.

    Raises LabExistsError where another file has such a name, LabFaultyError for a copy that is another file, and OSError.
    """
    files = [file for name in _BROUGHT for file in sorted((source / name).rglob("*")) if file.is_file() and not file.is_symlink()]
    made: list[Path] = []
    try:
        for n, file in enumerate(files):
            show(n, len(files), "Bringing the clips")
            _bring(file, target / file.relative_to(source), made)
        yield
    except BaseException:
        for each in made:
            each.unlink(missing_ok=True)
        raise


def _bring(file: Path, to: Path, made: list[Path]) -> None:
    if to.exists():
        if _digest(to) != _digest(file):
            raise LabExistsError(to)
        return
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made.append(to)
    shutil.copy2(file, to)
    if _digest(to) != _digest(file):
        raise LabFaultyError(((to.name, "clip: its copy is another file"),))


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
