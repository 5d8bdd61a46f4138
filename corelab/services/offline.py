"""While the server is away: a draft is kept sealed on this machine, and only forgotten when the server has it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from corelab.domain.addresses import ServerAddress
from corelab.domain.content import Draft
from corelab.domain.reading_errors import DraftChangedError
from corelab.domain.record_errors import CommitUnknownError, KeyRefusedError, ServerAwayError, ServerError
from corelab.domain.vocabulary import AssignmentId
from corelab.services import own_work
from corelab.services.labs import OpenLab
from corelab.services.own_work import Envelope, Signed
from corelab.services.saving import Saved
from corelab.services.session import Session
from corelab.storage.keys import Opening, make_opening, seal, unseal
from corelab.storage.readings import ADJUDICATION, PRIMARY
from corelab.storage.snapshot import Snapshot

FOLDER, SEALED, ASIDE = "drafts", ".cle", ".aside"

T_co = TypeVar("T_co", covariant=True)


class OnVersion(Protocol[T_co]):
    """Work on a draft that names the version it stands on."""

    def __call__(self, *, version: int) -> T_co: ...


class KeptHereError(ServerError):
    """The server is away: what was to be saved is kept sealed on this machine."""


class NotSignedHereError(ServerError):
    """The server is away: nothing is signed without it, and what was to be signed is kept sealed on this machine.

    ``unknown``: the connection broke while the server was keeping the signature.
    """

    def __init__(self, away: ServerError) -> None:
        super().__init__(away.address, away.detail)
        self.unknown = isinstance(away, CommitUnknownError)


class BothKeptError(DraftChangedError):
    """Another window saved this piece of work while the server was away from here: that is kept there, and this on this machine."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """Where one person's draft of one piece of work is kept on this machine, and to whom it is sealed: as on the server."""

    path: Path
    envelope: Envelope
    address: ServerAddress

    def keep(self, draft: Draft) -> None:
        """All of it or what was kept before, also when the machine stops meanwhile. Raises OSError."""
        body = make_opening(draft.to_json()).body
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.path.with_suffix(".part")
        with open(part, "wb", opener=_private) as file:
            file.write(seal(body, self.envelope.recipients, self.envelope.room))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def kept(self, session: Session) -> Draft | None:
        """What is kept, where this person's key opens it."""
        return _opened(self.path, session)

    @property
    def is_used(self) -> bool:
        return self.path.is_file()

    def empty(self) -> None:
        """The server has it."""
        self.path.unlink(missing_ok=True)

    def lay_aside(self) -> None:
        """The person goes on with what the server has; nothing of theirs is thrown away."""
        with contextlib.suppress(FileNotFoundError):
            number = sum(1 for _each in self.path.parent.glob(f"{self.path.stem}.*{ASIDE}"))
            self.path.replace(self.path.with_suffix(f".{number + 1}{ASIDE}"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _opened(path: Path, session: Session) -> Draft | None:
    try:
        return Draft.from_json(Opening(unseal(path.read_bytes(), session.box)).json)
    except (FileNotFoundError, KeyRefusedError):
        return None


def drawer(lab: OpenLab, snapshot: Snapshot, session: Session, of: AssignmentId, clips: int) -> Drawer | None:
    """None for a lab in a folder: there is no server to be away. Raises CustodySwappedError."""
    if lab.address is None:
        return None
    return Drawer(lab.folder / FOLDER / f"{of}{SEALED}", own_work.envelope(lab, snapshot, session, of, clips), lab.address)


def found(drawer: Drawer | None, session: Session, before: Draft) -> Draft | None:
    """What is kept here and the server has not, ``before`` being what it has. What it has is kept here no longer."""
    kept = drawer.kept(session) if drawer is not None else None
    if drawer is None or kept is None:
        return None
    if kept.assignment != before.assignment:
        return None
    if kept.says_as(before):
        drawer.empty()
        return None
    return kept


def lay_aside(drawer: Drawer | None, aside: Draft | None) -> None:
    """It is signed: what is kept here and says something else can no more become part of it."""
    if drawer is not None and aside is not None:
        drawer.lay_aside()


def waiting(lab: OpenLab, session: Session) -> int:
    """How many pieces of this person's unsigned work are kept here, to be given to the server when they are opened."""
    own = frozenset(kept.assignment for kept in _own(lab, session))
    if not own:
        return 0
    with lab.store.read(session.account) as snapshot:
        unsigned = (of for kind in (PRIMARY, ADJUDICATION) for of in own_work.unsigned(snapshot, session, kind))
        return sum(1 for of in unsigned if of.id in own)


def _own(lab: OpenLab, session: Session) -> Iterator[Draft]:
    for path in sorted((lab.folder / FOLDER).glob(f"*{SEALED}")) if lab.address is not None else ():
        kept = _opened(path, session)
        if kept is not None:
            yield kept


# ---------------------------------------------------------------- saving and signing


@dataclass(frozen=True, slots=True)
class Save:
    """One save: on the server, or of ``draft`` in the drawer while the server is away."""

    drawer: Drawer | None
    on_server: OnVersion[Saved]
    draft: Callable[[], Draft]

    def __call__(self, *, version: int) -> Saved:
        """``version`` is that of the draft it stands on. Raises KeptHereError, BothKeptError, and what saving raises."""
        try:
            saved = self.on_server(version=version)
        except (ServerAwayError, CommitUnknownError) as away:
            if self.drawer is None:
                raise
            self._keep(self.drawer, version)
            raise KeptHereError(away.address, away.detail) from away
        except DraftChangedError as changed:
            if self.drawer is None or not self.drawer.is_used:
                raise
            self._keep(self.drawer, version)
            raise BothKeptError(changed.assignment, changed.kind) from changed
        if self.drawer is not None:
            self.drawer.empty()
        return saved

    def here(self, *, version: int) -> Saved:
        """While it is known that the server is away: a network that swallows everything would be waited for at every key.

        Raises KeptHereError; without a drawer as for the server.
        """
        if self.drawer is None:
            return self(version=version)
        self._keep(self.drawer, version)
        raise KeptHereError(self.drawer.address)

    def _keep(self, drawer: Drawer, version: int) -> None:
        drawer.keep(replace(self.draft(), version=version))


def sign(drawer: Drawer | None, on_server: Callable[..., Signed], draft: Callable[[], Draft], password: str, *, version: int) -> Signed:
    """Sign on the server; while it is away nothing is signed, and ``draft`` is kept here.

    Raises NotSignedHereError, and what signing raises.
    """
    try:
        signed = on_server(password, version=version)
    except (ServerAwayError, CommitUnknownError) as away:
        if drawer is None:
            raise
        drawer.keep(replace(draft(), version=version))
        raise NotSignedHereError(away) from away
    if drawer is not None:
        drawer.empty()
    return signed
