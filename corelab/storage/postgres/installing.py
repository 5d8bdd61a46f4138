"""Puts the file of a lab onto a server, as who may make roles there, and finds out whether it got there when the connection breaks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors

from corelab.domain.accounts import user_key
from corelab.domain.addresses import ServerAddress
from corelab.domain.record_errors import CommitUnknownError, LabExistsError, ServerAwayError, ServerRefusal, ServerRefusedError
from corelab.domain.vocabulary import LabId
from corelab.storage.keys import Kdf
from corelab.storage.postgres.connecting import installing, server_password, told, verifier
from corelab.storage.postgres.copying import Check, Login, Progress, copy_in, require_free
from corelab.storage.postgres.server_store import closed

_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between asking a server that broke off whether the lab is there."""
_UNNAMED = ("authentication failed", "no password supplied", "no pg_hba.conf entry", "role")
"""What libpq or the server says of an installing role that cannot come in; the rest is about the server."""


def require_empty(address: ServerAddress) -> None:
    """Raises LabExistsError unless a lab can be put there, and ServerAwayError or ServerRefusedError."""
    with _installer(address) as connection, connection.transaction():
        require_free(connection, address.database)


def install(source: Path, address: ServerAddress, logins: tuple[Login, ...], check: Check, progress: Progress) -> None:
    """The lab in this file into the empty database, all of it or nothing; ``logins`` get their passwords at once.

    Raises what ``copy_in`` raises by our own names, ServerRefusedError, and CommitUnknownError where the server broke off at the very
    end and does not say any more what it kept.
    """
    try:
        with _installer(address) as connection:
            copy_in(source, connection, address.database, check, progress, logins)
    except ServerAwayError as away:
        if not _is_there(address, away):
            raise


def login(address: ServerAddress, lab: LabId, user: str, password: str, kdf: Kdf) -> Login:
    """How this person gets in from the first moment."""
    proof = server_password(lab, user, password, kdf)
    return Login(user, lambda connection: verifier(connection, address.role_of(user_key(user)), proof))


@contextmanager
def _installer(address: ServerAddress) -> Iterator["psycopg.Connection[Any]"]:
    try:
        made = installing(address)
    except psycopg.OperationalError as error:
        raise _refused(address, error) from error
    with told(address), made as connection:
        try:
            yield connection
        except errors.InsufficientPrivilege as error:
            raise ServerRefusedError(address, ServerRefusal.NO_INSTALLER, str(error)) from error


def _refused(address: ServerAddress, error: psycopg.OperationalError) -> Exception:
    said = str(error)
    if any(words in said for words in _UNNAMED):
        return ServerRefusedError(address, ServerRefusal.NO_INSTALLER, said.strip())
    return closed(address, error)


def _is_there(address: ServerAddress, away: ServerAwayError) -> bool:
    """The database was empty before: what is in it now came whole."""
    for pause in _PAUSES:
        time.sleep(pause)
        with suppress(ServerAwayError):
            try:
                require_empty(address)
            except LabExistsError:
                return True
            return False
    raise CommitUnknownError(address, away.detail) from away
