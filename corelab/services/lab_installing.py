"""Makes a lab on a server: as in a folder, and then brought there, with the first two people's passwords."""

from pathlib import Path
from tempfile import TemporaryDirectory

from corelab.domain.accounts import user_key
from corelab.domain.addresses import ServerAddress
from corelab.domain.clock import Clock
from corelab.domain.vocabulary import LabKind
from corelab.services.lab_making import DATABASE, CreatedLab, LabSecrets, NewPerson, create
from corelab.services.labs import folder_of
from corelab.services.verification import record_faults
from corelab.storage.keys import PRODUCTION_KDF, Kdf


def require_free(address: ServerAddress) -> None:
    """Raises LabExistsError unless the database is empty, ServerAwayError, ServerRefusedError."""
    from corelab.storage.postgres.installing import require_empty  # noqa: PLC0415 - a lab in a folder needs no server

    require_empty(address)


def create_on_server(  # noqa: PLR0913 - what a lab is made of
    address: ServerAddress,
    charter_toml: bytes,
    *,
    kind: LabKind,
    administrator: NewPerson,
    coordinator: NewPerson,
    clock: Clock,
    configuration: Path,
    state: Path,
    kdf: Kdf = PRODUCTION_KDF,
    secrets: LabSecrets | None = None,
) -> CreatedLab:
    """A lab in an empty database, all of it or nothing: as ``create`` makes it, and both people can sign in at once.

    ``state`` is the folder of this workstation for what belongs to labs on servers. Raises what ``create`` raises, LabExistsError for
    a database that is not empty, UserNameTooLongError, ServerAwayError, ServerRefusedError and CommitUnknownError.
    """
    from corelab.storage.postgres.installing import install, login  # noqa: PLC0415 - as above

    require_free(address)
    persons = (administrator, coordinator)
    for each in persons:
        address.role_of(user_key(each.user))
    with TemporaryDirectory(prefix="corelab-lab-") as work:
        made = create(
            Path(work) / "lab",
            charter_toml,
            kind=kind,
            administrator=administrator,
            coordinator=coordinator,
            clock=clock,
            configuration=configuration,
            kdf=kdf,
            secrets=secrets,
        )
        logins = tuple(login(address, made.lab_id, each.user, each.password, kdf) for each in persons)
        install(made.folder / DATABASE, address, logins, record_faults, lambda _done, _of: None)
    return CreatedLab(folder_of(address, state), made.lab_id, made.recovery_code, made.charter_sha256)
