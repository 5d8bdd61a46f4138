"""Takes a lab from a folder to a server, or back: on the other side every row, event and signature verifies, or the lab stays."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from corelab.domain.accounts import Command
from corelab.domain.addresses import ServerAddress
from corelab.domain.clock import Clock
from corelab.domain.moving import Engine, LabMovedError, MoveFault, MoveRefusedError
from corelab.domain.record_errors import CommitUnknownError, NotALabError
from corelab.services import accounts, labs, window_lock
from corelab.services.accounts import Session
from corelab.services.bringing import OneTime, brought, invited
from corelab.services.lab_making import DATABASE, FOLDERS, PRIVATE_FOLDERS, in_one_step, require_free
from corelab.services.labs import OpenLab
from corelab.services.restoring import Login
from corelab.services.verification import LabFaultyError, Progress, record_faults, require_sound, verify_lab
from corelab.storage import people, sessions
from corelab.storage.file_store import FileStore
from corelab.storage.network import refuse_network
from corelab.storage.store import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """A lab in its new place, with ``events`` up to the one with the hash ``head``; ``folder`` holds its ``clips``."""

    place: Path | ServerAddress
    folder: Path
    events: int
    head: str
    clips: int
    accounts: tuple[OneTime, ...] = ()


def move(lab: OpenLab, session: Session, to: Path | ServerAddress, *, state: Path, progress: Progress | None = None) -> Moved:
    """The whole lab in the new place; the old one takes no more records. Its last event there is the last one that both share.

    On a server each active person is given a one-time code, for nobody's password is known. ``state`` is the folder of this
    workstation for what belongs to labs on servers.

    Raises MoveRefusedError, LabExistsError, LabOpenElsewhereError, LabFaultyError, CopyDiffersError, ServerAwayError,
    UserNameTooLongError, OSError and the other LabErrors; then nothing is in the new place and the old one is in use as before.
    CommitUnknownError: a server broke off at the very end; the same command, given again, finds out and finishes it.
    """
    role = accounts.permit(session, Command.BACKUP)
    if isinstance(to, ServerAddress) == (lab.address is not None):
        raise MoveRefusedError(MoveFault.SAME_KIND)
    moving = _Moving(lab, session.actor(role), state, progress or _quiet)
    moving.require_free(to)
    with _alone(lab):
        require_sound(lab, moving.show)
        return moving.run(to)


def resume(  # noqa: PLR0913 - places, person and machine
    place: Path | ServerAddress,
    to: Path | ServerAddress,
    login: Login,
    *,
    clock: Clock,
    configuration: Path,
    state: Path,
    progress: Progress | None = None,
) -> Moved:
    """Moves a lab once more that left its place and never arrived: the program was killed on the way. All codes are new.

    From a server it is the person who began it. Raises LabMovedError for another place than the one that it left for, LabExistsError
    where it did arrive, and what ``move`` and a sign-in raise.
    """
    with closing(labs.open_lab(place, clock, configuration, state, read_only=True)) as looked:
        session = accounts.sign_in(looked, login.user, login.password, code=login.code)
        role = accounts.permit(session, Command.BACKUP)
        left_for, began_in = labs.left_to(looked), _open_sign_in(looked, session)
        accounts.sign_out(looked, session)
    if left_for != _named(to):
        raise LabMovedError(left_for or str(place))
    with closing(labs.open_lab(place, clock, configuration, state)) as lab:
        lab.store.enter(login.user, login.password, lab.workstation)
        moving = _Moving(lab, Actor(session.account, role, began_in, session.workstation), state, progress or _quiet)
        moving.require_free(to)
        with _alone(lab):
            return moving.run(to)


def _open_sign_in(lab: OpenLab, session: Session) -> str | None:
    """The one in which the move was begun: it could not be ended any more. A server takes the event in a sign-in only."""
    if lab.address is None:
        return None
    with lab.store.read(session.account) as snapshot:
        return next((each.id for each in reversed(sessions.open_sessions_of(snapshot, session.account))), None)


def _named(place: Path | ServerAddress) -> str:
    """As the event of a move names it."""
    return str(place.absolute()) if isinstance(place, Path) else place.label


@contextmanager
def _alone(lab: OpenLab) -> Iterator[None]:
    """Nobody else is in the lab: no window on the folder, no connection of another person to the server. Raises MoveRefusedError."""
    others = lab.store.others()
    if others:
        raise MoveRefusedError(MoveFault.OTHERS, others)
    hold = window_lock.take(lab.folder, lab.clock) if lab.address is None and lab.hold is None else None
    try:
        yield
    finally:
        if hold is not None:
            hold.release()


@dataclass(frozen=True, slots=True)
class _Moving:
    lab: OpenLab
    actor: Actor
    state: Path
    show: Progress

    def require_free(self, to: Path | ServerAddress) -> None:
        """Raises LabExistsError, ServerAwayError, ServerRefusedError, UserNameTooLongError."""
        if isinstance(to, Path):
            require_free(to)
            refuse_network(to)
            return
        with self.lab.store.read(self.actor.account) as snapshot:
            for each in people.all_people(snapshot):
                to.role_of(each.user_name)
        from corelab.storage.postgres.installing import require_empty  # noqa: PLC0415 - a lab in a folder needs no server

        require_empty(to)

    def run(self, to: Path | ServerAddress) -> Moved:
        if isinstance(to, Path):
            return self._into_folder(to)
        return self._onto_server(to)

    def _onto_server(self, to: ServerAddress) -> Moved:
        from corelab.storage.postgres.installing import install  # noqa: PLC0415 - as above

        target = labs.folder_of(to, self.state)
        with (
            TemporaryDirectory(prefix=".move.", dir=self.lab.folder, ignore_cleanup_errors=True) as work,
            self._leaving(_named(to), Engine.SERVER) as codes,
            brought(self.lab.folder, target, self.show),
        ):
            copy = Path(work) / DATABASE
            self.lab.store.copy_to(copy, partial(_told, self.show, "Copying the records"))
            seq, head, clips = _end(copy, self.lab.clock)
            install(copy, to, (), record_faults, partial(_told, self.show, "Bringing the records onto the server"))
        return Moved(to, target, seq, head, clips, codes)

    def _into_folder(self, to: Path) -> Moved:
        with self._leaving(_named(to), Engine.FOLDER):
            in_one_step(to, self._write_folder)
        seq, head, clips = _end(to / DATABASE, self.lab.clock)
        return Moved(to, to, seq, head, clips)

    def _write_folder(self, part: Path) -> None:
        for name in FOLDERS:
            (part / name).mkdir()
        for name in PRIVATE_FOLDERS:
            (part / name).mkdir(mode=0o700)
        with brought(self.lab.folder, part, self.show):
            self.lab.store.copy_to(part / DATABASE, partial(_told, self.show, "Copying the records"))
            found = verify_lab(part, progress=self.show)
        if not found.ok:
            raise LabFaultyError(tuple((fault.where, fault.what) for fault in found.faults))

    @contextmanager
    def _leaving(self, to: str, engine: Engine) -> Iterator[tuple[OneTime, ...]]:
        """The lab takes no more records while it is on its way; it does again when it did not arrive."""
        with self.lab.store.begin(self.actor) as transaction:
            codes, rows = invited(transaction) if engine is Engine.SERVER else ((), ())
            clips = len(transaction.values("clip", "id"))
            payload = {"to": to, "clips": clips, "invited": len(rows)}
            transaction.record("lab.moved", "lab", self.lab.lab_id, rows=rows, payload=payload, reason=engine.value)
        try:
            yield codes
        except CommitUnknownError:
            raise
        except BaseException:
            with self.lab.store.begin(self.actor) as transaction:
                transaction.record("lab.stayed", "lab", self.lab.lab_id, payload={"to": to}, reason=engine.value)
            raise


def _end(copy: Path, clock: Clock) -> tuple[int, str, int]:
    """Number and hash of the last event, and how many clips there are."""
    with closing(FileStore.open(copy, clock, read_only=True)) as store, store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
        clips = len(snapshot.values("clip", "id"))
    if last is None:
        raise NotALabError(copy)
    return last["seq"], last["hash"], clips


def _told(show: Progress, words: str, done: int, of: int) -> None:
    show(done, of, words)


def _quiet(_done: int, _of: int, _words: str) -> None:
    return
