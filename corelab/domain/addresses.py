"""Where a lab lies: in a folder of this machine, or in a database on a server, named by an address without any secret in it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, unquote

SCHEME = "postgresql"
PORT = 5432
LONGEST_DATABASE = 30
LONGEST_ROLE = 63
"""Bytes of a name in a PostgreSQL cluster: it cuts longer ones silently."""

_DATABASE = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_DATABASE - 1}}}")
_OWN_DATABASES = frozenset({"postgres", "template0", "template1"})
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_SLASH_FORGOTTEN = re.compile(rf"\s*{SCHEME}:", re.IGNORECASE)
_ROOT_OPTION = re.compile(r"[?&]root=", re.IGNORECASE)
_SECRETS = frozenset({"user", "password", "passfile", "sslpassword"})
_LIBPQ = frozenset(
    {"application_name", "channel_binding", "connect_timeout", "dbname", "gssencmode", "host", "hostaddr", "options", "port", "service"}
    | {"sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert", "target_session_attrs"}
)
"""Options of other programs that may be named in a message; any other text there could be a piece of a password."""


class AddressFault(Enum):
    """What is wrong with an address; no part of what was typed stands in it."""

    SCHEME = "it does not begin with postgresql://"
    SECRET = "a user or a password stands in it"  # noqa: S105 - says what was found
    HOST_MISSING = "no server is named"
    HOST = "the name of the server is none"
    PORT = "the port is no number from 1 to 65535"
    DATABASE_MISSING = "no database is named"
    DATABASE = "the name of the database is none for a lab"
    DATABASE_OWN = "the database is one of the server's own"
    OPTION = "an option that is not known"
    ROOT = "the certificate file is not named by its whole path"


class AddressRefusedError(Exception):
    """An address that cannot be one: ``what`` is all that is wrong, ``options`` are names of options that may be shown."""

    def __init__(self, what: Collection[AddressFault], options: Collection[str] = ()) -> None:
        self.what = tuple(dict.fromkeys(what))
        self.options = tuple(dict.fromkeys(options))
        super().__init__("; ".join(each.value for each in self.what))


class UserNameTooLongError(Exception):
    """A user name that makes the name of this person's role on the server longer than ``longest`` bytes."""

    def __init__(self, user: str, longest: int) -> None:
        super().__init__(user)
        self.user = user
        self.longest = longest


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database on a PostgreSQL server, and the file with the certificate of who vouches for that server, where the system has none."""

    host: str
    port: int
    database: str
    root: Path | None = None

    @property
    def label(self) -> str:
        """The lab by itself: two people with certificates in different files are in the same."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORT else f":{self.port}"
        return f"{SCHEME}://{host}{port}/{self.database}"

    @property
    def text(self) -> str:
        """The whole address, in the one form that ``place_of`` makes the same address of."""
        return self.label if self.root is None else f"{self.label}?root={quote(str(self.root), safe='/:')}"

    @property
    def loopback(self) -> bool:
        """Whether the server is this very machine: then nothing goes over a network."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def role_of(self, user: str) -> str:
        """The name of this person's role on the server; ``user`` is the stored form. Raises UserNameTooLongError."""
        role = f"{self.database}.{user}"
        if len(role.encode()) > LONGEST_ROLE:
            raise UserNameTooLongError(user, LONGEST_ROLE - len(self.database) - 1)
        return role


Place = Path | ServerAddress
"""Where a lab lies."""


def is_address(text: str) -> bool:
    """Whether this means a server; else it is a folder."""
    return _ADDRESS.match(text) is not None or _SLASH_FORGOTTEN.match(text) is not None


def place_of(text: str) -> Path | ServerAddress:
    """The folder or address that ``text`` names. Raises AddressRefusedError with all that is wrong with an address."""
    return address_of(text) if is_address(text) else Path(text)


def address_of(text: str) -> ServerAddress:
    """The address ``postgresql://host[:port]/database[?root=FILE]``. Raises AddressRefusedError with all that is wrong."""
    found = _ADDRESS.match(text.strip())
    if found is None:
        raise AddressRefusedError([AddressFault.SCHEME])
    faults = [] if found[1].lower() == SCHEME else [AddressFault.SCHEME]
    rest, has_user = _without_user(found[2])
    faults += [AddressFault.SECRET] if has_user else []
    where, _, query = rest.partition("?")
    authority, _, database = where.partition("/")
    host, port = _server(authority, faults)
    faults += _database_faults(database)
    options = _options(query)
    root = _root(options, faults)
    if faults:
        raise AddressRefusedError(faults, sorted(set(options) & _LIBPQ))
    return ServerAddress(host, port, database, root)


def _without_user(rest: str) -> tuple[str, bool]:
    """What stands behind the last ``@``, wherever a password may have a ``/`` or ``?``; a certificate file may have one as well."""
    mark = _ROOT_OPTION.search(rest)
    end = mark.start() if mark else len(rest)
    _, at, where = rest[:end].rpartition("@")
    return where + rest[end:], bool(at)


def _server(authority: str, faults: list[AddressFault]) -> tuple[str, int]:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", authority, re.DOTALL)
    host, port = (bracketed[1], bracketed[2]) if bracketed else _split(authority)
    known = _host(host, bracketed=bracketed is not None)
    if not known:
        faults.append(AddressFault.HOST if host else AddressFault.HOST_MISSING)
    number = PORT if port is None else _number(port)
    if number is None:
        faults.append(AddressFault.PORT)
    return known, number or PORT


def _split(authority: str) -> tuple[str, str | None]:
    host, colon, port = authority.partition(":")
    return (authority, None) if ":" in port else (host, port if colon else None)


def _host(host: str, *, bracketed: bool) -> str:
    """In its one form; empty for none."""
    try:
        numeric = ip_address(host)
    except ValueError:
        name = host.lower()
        return name if not bracketed and _HOST.fullmatch(name) and not _is_numeric(name) else ""
    return _numeric_host(numeric, bracketed=bracketed)


def _numeric_host(numeric: IPv4Address | IPv6Address, *, bracketed: bool) -> str:
    """IPv6 stands in brackets, and without the name of a network card."""
    if isinstance(numeric, IPv6Address):
        return numeric.compressed if bracketed and numeric.scope_id is None else ""
    return "" if bracketed else numeric.compressed


def _is_numeric(name: str) -> bool:
    return name.rpartition(".")[2].isdigit()


def _number(port: str) -> int | None:
    number = int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 0
    return number if 0 < number < 1 << 16 else None


def _database_faults(database: str) -> list[AddressFault]:
    if not database:
        return [AddressFault.DATABASE_MISSING]
    if database in _OWN_DATABASES:
        return [AddressFault.DATABASE_OWN]
    return [] if _DATABASE.fullmatch(database) else [AddressFault.DATABASE]


def _options(query: str) -> Mapping[str, Sequence[str]]:
    """The values of each option; a name without ``=`` has an empty one."""
    found: dict[str, list[str]] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        found.setdefault(name.lower(), []).append(unquote(value))
    return MappingProxyType(found)


def _root(options: Mapping[str, Sequence[str]], faults: list[AddressFault]) -> Path | None:
    others = set(options) - {"root"}
    faults += [AddressFault.SECRET] if others & _SECRETS else []
    faults += [AddressFault.OPTION] if others - _SECRETS else []
    given = options.get("root")
    if given is None:
        return None
    root = Path(given[0])
    if len(given) > 1 or not root.is_absolute() or not given[0].isprintable():
        faults.append(AddressFault.ROOT)
        return None
    return root
