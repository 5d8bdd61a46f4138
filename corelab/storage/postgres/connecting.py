"""Connections to the server of a lab: who connects how, and what its failures are called."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from corelab.domain.accounts import user_key
from corelab.domain.addresses import ServerAddress
from corelab.domain.moving import LabMovedError
from corelab.domain.record_errors import (
    CodeRefusedError,
    DiskFullError,
    NotPermittedError,
    RecordRefusedError,
    ServerAwayError,
    ServerRefusal,
    ServerRefusedError,
    SignedOutError,
    SubmitConflictError,
)
from corelab.domain.vocabulary import LabId
from corelab.storage.keys import Kdf

OLDEST = 150000
"""PostgreSQL 15: the first one whose views can be asked with the rights of who asks."""
DOOR, DOOR_PASSWORD = "door", "corelab"
_SECONDS = 10
_SALT = b"corelab/pg/v1\0"
_AWAY = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)


def server_password(lab: LabId, user: str, password: str, kdf: Kdf) -> str:
    """What the server knows instead of the password: from it nobody comes to the key that opens anything."""
    salt = hashlib.sha256(_SALT + UUID(lab).bytes + user_key(user).encode()).digest()[:16]
    return kdf.password_key(password, salt).hex()


def verifier(connection: "psycopg.Connection[Any]", role: str, password: str) -> str:
    """What the server stores of a server password (SCRAM-SHA-256): made here, so that no statement ever holds the password."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode("ascii")


def connect(address: ServerAddress, role: str, password: str, path: str) -> "psycopg.Connection[Any]":
    """A connection of this role; ``path`` are the schemas in which tables are looked up.

    Raises ServerAwayError, ServerRefusedError, and psycopg.OperationalError when the server refuses the role or its password.
    """
    made = psycopg.connect(**_parameters(address), user=role, password=password, options=f"-c search_path={path}")
    return _of_age(address, made)


def installing(address: ServerAddress) -> "psycopg.Connection[Any]":
    """A connection of who may make roles there: named by libpq's own environment and password file, never by the address.

    Raises ServerRefusedError, and psycopg.OperationalError when the server cannot be reached or refuses the role.
    """
    return _of_age(address, psycopg.connect(**_parameters(address)))


def _of_age(address: ServerAddress, made: "psycopg.Connection[Any]") -> "psycopg.Connection[Any]":
    if made.info.server_version < OLDEST:
        made.close()
        raise ServerRefusedError(address, ServerRefusal.TOO_OLD, str(made.info.server_version))
    return made


def _parameters(address: ServerAddress) -> dict[str, Any]:
    """Off this machine the server always shows a certificate for its name, and everything is encrypted."""
    found: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "connect_timeout": _SECONDS,
        "application_name": "corelab",
        "client_encoding": "UTF8",
        "keepalives_idle": 30,
        "tcp_user_timeout": 30_000,
    }
    if address.root is not None:
        return {**found, "sslmode": "verify-full", "sslrootcert": str(address.root)}
    return {**found, "sslmode": "prefer"} if address.loopback else {**found, "sslmode": "verify-full", "sslrootcert": "system"}


# ---------------------------------------------------------------- failures


@contextmanager
def told(address: ServerAddress) -> Iterator[None]:
    """Failures of the server by their own names, with the address as a fact."""
    try:
        yield
    except DBAPIError as error:
        raise named(address, error.orig) from error
    except psycopg.Error as error:
        raise named(address, error) from error


def named(address: ServerAddress, error: Any) -> Exception:
    """Our own error for one of the driver."""
    state = getattr(error, "sqlstate", None) or ""
    said = (error.diag.message_primary if state else None) or str(error).strip()
    own = _own(state, said)
    if own is not None:
        return own
    if isinstance(error, errors.DiskFull):
        return DiskFullError(address, said)
    if isinstance(error, errors.InvalidCatalogName):
        return ServerRefusedError(address, ServerRefusal.NO_DATABASE, said)
    if isinstance(error, (errors.InsufficientPrivilege, errors.IntegrityError)):
        return RecordRefusedError(state, said)
    if isinstance(error, _AWAY) or (isinstance(error, psycopg.OperationalError) and not state):
        return ServerAwayError(address, said)
    return RecordRefusedError(state or type(error).__name__, said)


def _own(state: str, said: str) -> Exception | None:
    """What the functions of the lab refuse, by the class that they raise."""
    made = _REFUSED.get(state)
    return made(state, said) if made else None


_REFUSED: Mapping[str, Callable[[str, str], Exception]] = MappingProxyType(
    {
        "CL001": RecordRefusedError,
        "CL002": lambda _state, said: NotPermittedError(said),
        "CL003": lambda _state, _said: SignedOutError(),
        "CL004": lambda _state, said: SubmitConflictError(said, 0),
        "CL005": lambda _state, _said: CodeRefusedError(),
        "CL007": lambda _state, said: LabMovedError(said.partition("\n")[0]),
    }
)
