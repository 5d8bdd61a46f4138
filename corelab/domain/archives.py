"""Where released clips lie that are not in the lab's folder: the address of a DICOMweb archive, and what can go wrong with one."""

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from corelab.domain.vocabulary import Sha256

LONGEST = 200
SAFE_ORTHANC = (1, 12, 11)
"""Older ones have faults in decompression and memory that a hostile file can use."""

_PLAIN = re.compile(r"[A-Za-z0-9._~:/\[\]-]+")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class ArchiveFault(Enum):
    """What is wrong with the address of an archive; no part of what was typed stands in it."""

    SCHEME = "it does not begin with https:// (or http:// for this very machine)"
    SECRET = "a user or a password stands in it"  # noqa: S105 - says what was found
    HOST = "no server is named"
    PORT = "the port is no number from 1 to 65535"
    SIGNS = "it holds signs that an address has not, or is too long"
    PLAIN = "it is not encrypted: off this machine it must begin with https://"


class ArchiveAddressRefusedError(Exception):
    """An address that cannot be one of an archive."""

    def __init__(self, what: ArchiveFault) -> None:
        super().__init__(what.value)
        self.what = what


@dataclass(frozen=True, slots=True)
class ArchiveAddress:
    """The base of a DICOMweb service, without a slash at its end and without any secret."""

    url: str
    loopback: bool

    @property
    def root(self) -> str:
        """The address one step up, where Orthanc tells about itself."""
        return self.url.rpartition("/")[0]


def archive_address(text: str) -> ArchiveAddress:
    """Raises ArchiveAddressRefusedError."""
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    if "@" in url or parts.query or parts.fragment:
        raise ArchiveAddressRefusedError(ArchiveFault.SECRET if "@" in url else ArchiveFault.SIGNS)
    if parts.scheme not in {"http", "https"}:
        raise ArchiveAddressRefusedError(ArchiveFault.SCHEME)
    if len(url) > LONGEST or not _PLAIN.fullmatch(url):
        raise ArchiveAddressRefusedError(ArchiveFault.SIGNS)
    host = _host_of(url)
    if parts.scheme == "http" and not _is_loopback(host):
        raise ArchiveAddressRefusedError(ArchiveFault.PLAIN)
    return ArchiveAddress(url, _is_loopback(host))


def _host_of(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ArchiveAddressRefusedError(ArchiveFault.PORT) from None
    if port == 0:
        raise ArchiveAddressRefusedError(ArchiveFault.PORT)
    if not parts.hostname:
        raise ArchiveAddressRefusedError(ArchiveFault.HOST)
    return parts.hostname


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_old(version: str) -> bool:
    """Whether an Orthanc of this version is older than the one that is recommended; one that says no number is not told old."""
    found = _VERSION.match(version)
    return found is not None and tuple(map(int, found.groups())) < SAFE_ORTHANC


# ---------------------------------------------------------------- what can go wrong


class ArchiveError(Exception):
    """Something is wrong with the archive on a server; ``address`` is its base."""

    def __init__(self, address: str, *facts: object) -> None:
        super().__init__(address, *facts)
        self.address = address


class ArchiveAwayError(ArchiveError):
    """It does not answer, or the answer broke off; ``detail`` is the kind of fault. Nothing is known to be lost."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(address, detail)
        self.detail = detail


class ArchiveLoginError(ArchiveError):
    """It does not let this workstation in."""


class ArchiveAnswerError(ArchiveError):
    """It answers something that is no answer to what was asked; ``detail`` says what."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(address, detail)
        self.detail = detail


class ArchiveAltersError(ArchiveError):
    """It gives back other bytes than those of clip ``sha256``."""

    def __init__(self, address: str, sha256: Sha256) -> None:
        super().__init__(address, sha256)
        self.sha256 = sha256


class ArchiveConflictError(ArchiveError):
    """Another object lies there under the identifier of clip ``sha256``; it was left as it is, and the clip was not stored."""

    def __init__(self, address: str, sha256: Sha256) -> None:
        super().__init__(address, sha256)
        self.sha256 = sha256


class ClipNotThereError(ArchiveError):
    """The archive has no such clip."""


class ArchiveExtraMissingError(ArchiveError):
    """The library that speaks to archives is not on this workstation."""


class CacheFullError(Exception):
    """There is no room on this workstation's disk for a clip from the archive."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder


class ClipsNotThereError(Exception):
    """An archive lacks released clips, or holds others in their place: so many of so many; it was not chosen."""

    def __init__(self, address: str, missing: int, altered: int, of: int) -> None:
        super().__init__(address, missing, altered, of)
        self.address = address
        self.missing = missing
        self.altered = altered
        self.of = of
