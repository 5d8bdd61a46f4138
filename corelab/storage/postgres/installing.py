"""Puts the file of a lab onto a server, as who may make roles there, and finds out whether it got there when the connection breaks."""

import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from corelab.domain.addresses import ServerAddress
from corelab.domain.record_errors import CommitUnknownError, LabExistsError, ServerAwayError
from corelab.domain.vocabulary import LabId
from corelab.storage.keys import Kdf
from corelab.storage.postgres.connecting import installing, server_password, told, verifier
from corelab.storage.postgres.copying import Check, Login, Progress, copy_in, require_free

_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between asking a server that broke off whether the lab is there."""


def require_empty(address: ServerAddress) -> None:
    """Raises LabExistsError unless a lab can be put there, and ServerAwayError or ServerRefusedError."""
    with told(address), closing(installing(address)) as connection, connection.transaction():
        require_free(connection, address.database)


def install(source: Path, address: ServerAddress, logins: tuple[Login, ...], check: Check, progress: Progress) -> None:
    """The lab in this file into the empty database, all of it or nothing; ``logins`` get their passwords at once.

    Raises what ``copy_in`` raises by our own names, and CommitUnknownError where the server broke off at the very end and does not
    say any more what it kept.
    """
    with told(address):
        connection = installing(address)
    with closing(connection):
        try:
            with told(address):
                copy_in(source, connection, address.database, check, progress, logins)
        except ServerAwayError as away:
            if not _is_there(address, away):
                raise


def login(address: ServerAddress, lab: LabId, user: str, password: str, kdf: Kdf) -> Login:
    """How this person gets in from the first moment."""
    proof = server_password(lab, user, password, kdf)
    return Login(user, lambda connection: verifier(connection, address.role_of(user), proof))


def _is_there(address: ServerAddress, away: ServerAwayError) -> bool:
    """The database was empty before: what is in it now came whole."""
    for pause in _PAUSES:
        time.sleep(pause)
        with suppress(ServerAwayError, psycopg.Error):
            try:
                require_empty(address)
            except LabExistsError:
                return True
            return False
    raise CommitUnknownError(address, away.detail) from away
