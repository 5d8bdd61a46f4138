"""One DICOMweb service: asks for objects, frames and bytes, and stores objects (QIDO-RS, WADO-RS, STOW-RS)."""

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar
from uuid import uuid4

from corelab.domain.archives import (
    ArchiveAddress,
    ArchiveAnswerError,
    ArchiveAwayError,
    ArchiveExtraMissingError,
    ArchiveLoginError,
    ClipNotThereError,
)
from corelab.imaging.study_uid import Uids

if TYPE_CHECKING:
    from requests import Response

T = TypeVar("T")

USER, PASSWORD = "CORELAB_ARCHIVE_USER", "CORELAB_ARCHIVE_PASSWORD"
_TIMEOUT: Final = (4.0, 20.0)
"""Seconds to connect, and between two pieces of an answer."""
_BLOCK: Final = 1 << 20
_HEAD: Final = 8192
"""Bytes that stand before an object in an answer, at most."""
_AT_ONCE: Final = 256 << 20
"""Bytes of an answer that is taken into memory at once: a frame, or a list."""
_AWAY: Final = frozenset({408, 429, 502, 503, 504})
"""What is answered for a server that does not work now; with 500 or 501 it says that it cannot do what was asked."""
_WHOLE: Final = MappingProxyType({"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'})
"""As it was stored, in whatever transfer syntax."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who this workstation is for the archive; never in a record or a log."""

    user: str
    password: str = field(repr=False)


def login_here(address: ArchiveAddress) -> Login | None:
    """From the environment, else from the netrc file of this person; None: without."""
    if USER in os.environ:
        return Login(os.environ[USER], os.environ.get(PASSWORD, ""))
    from requests.utils import get_netrc_auth  # noqa: PLC0415 - comes with the extra

    found = get_netrc_auth(address.url)
    return Login(found[0] or "", found[1] or "") if found else None


class DicomwebServer:
    """One session with a service, for any thread. Every method raises ArchiveError, in words of ``corelab.domain.archives``."""

    def __init__(self, address: ArchiveAddress, login: Login | None = None) -> None:
        """``login``: None for that of this workstation."""
        self.address = address
        try:
            from dicomweb_client.api import DICOMwebClient  # noqa: PLC0415 - the extra "archive"
            from requests import Session  # noqa: PLC0415 - comes with it
        except ImportError as error:
            raise ArchiveExtraMissingError(address.url) from error
        for name in ("retrying", "dicomweb_client", "urllib3"):  # they would write to the terminal what was asked, with identifiers
            logging.getLogger(name).setLevel(logging.CRITICAL)
        session, login = Session(), login or login_here(address)
        session.auth = (login.user, login.password) if login else None
        session.trust_env = not address.loopback  # proxies and certificates of the system; none lies between this machine and itself
        session.headers["Accept-Encoding"] = "identity"  # clips do not shrink, and unpacking them takes longer than sending
        session.max_redirects = 0  # a clip and a password go to this address and to no other
        session.hooks["response"] = [self._refuse_what_is_huge]
        self._session = session
        self._client = DICOMwebClient(address.url, session=session, timeout=_TIMEOUT)
        self._client.set_http_retry_params(retry=False)

    # -- asking --------------------------------------------------------------------------------------------------------------------

    def version(self) -> str:
        """Orthanc's version; empty for another server. Raises ArchiveAwayError where nothing answers at all."""
        with self._told():
            answer = self._session.get(f"{self.address.root}/system", timeout=_TIMEOUT)
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise ArchiveLoginError(self.address.url)
        try:
            said = answer.json() if answer.ok else {}
        except ValueError:
            return ""
        return str(said.get("Version", ""))[:40] if isinstance(said, dict) and "ApiVersion" in said else ""

    def ready(self) -> None:
        """Whether it answers questions about objects."""
        self._again(lambda: self._client.search_for_instances(limit=1))

    def find(self, sop: str) -> Uids:
        """Study and series of an object. Raises ClipNotThereError."""
        found = self._again(lambda: self._client.search_for_instances(search_filters={"SOPInstanceUID": sop}))
        uids = [Uids(_value(each, "0020000D"), _value(each, "0020000E"), sop) for each in found if _value(each, "00080018") == sop]
        if not uids or not uids[0].study or not uids[0].series:
            raise ClipNotThereError(self.address.url)
        return uids[0]

    def frame(self, uids: Uids, index: int) -> bytes:
        """Frame ``index`` (from 0) as it is coded in the object."""
        as_stored = (("application/octet-stream", "*"),)
        found = self._again(
            lambda: self._client.retrieve_instance_frames(uids.study, uids.series, uids.sop, [index + 1], media_types=as_stored)
        )
        if len(found) != 1:
            raise ArchiveAnswerError(self.address.url, "no single frame")
        return bytes(found[0])

    def whole(self, uids: Uids) -> Iterator[bytes]:
        """The bytes of an object in blocks, as they come. They are worth nothing before the last one: it may break off."""
        url = f"{self.address.url}/studies/{uids.study}/series/{uids.series}/instances/{uids.sop}"
        answer = self._again(lambda: self._session.get(url, headers=_WHOLE, stream=True, timeout=_TIMEOUT))
        with self._told(), answer:
            answer.raise_for_status()
            yield from _only_part(answer.headers.get("Content-Type", ""), answer.iter_content(_BLOCK), self._broken)

    # -- storing -------------------------------------------------------------------------------------------------------------------

    def store(self, path: Path) -> None:
        """Sends an object, byte by byte as it is. That it is there now, and the same, is for whoever asks to look at."""
        parted = uuid4().hex
        head = f"--{parted}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        kind = f'multipart/related; type="application/dicom"; boundary={parted}'
        with self._told(), path.open("rb") as content:
            size = os.fstat(content.fileno()).st_size
            body = _Body(size, (BytesIO(head), content, BytesIO(f"\r\n--{parted}--\r\n".encode())))
            headers = {"Content-Type": kind, "Accept": "application/dicom+json"}
            answer = self._session.post(f"{self.address.url}/studies", data=body, headers=headers, timeout=_TIMEOUT)
            if answer.status_code != HTTPStatus.CONFLICT:  # an object of this name is there: it is compared
                answer.raise_for_status()

    # -- what goes wrong -----------------------------------------------------------------------------------------------------------

    def _again(self, ask: Callable[[], T]) -> T:
        """Once more where it broke off: servers close connections that nobody used for a second."""
        try:
            with self._told():
                return ask()
        except ArchiveAwayError:
            with self._told():
                return ask()

    @contextmanager
    def _told(self) -> Iterator[None]:
        from requests import exceptions  # noqa: PLC0415 - comes with the extra

        try:
            yield
        except exceptions.HTTPError as error:
            raise self._refusal(error.response) from None
        except exceptions.TooManyRedirects:
            raise ArchiveAnswerError(self.address.url, "it sends on to another address") from None
        except (exceptions.JSONDecodeError, ValueError, KeyError, AssertionError) as error:
            raise ArchiveAnswerError(self.address.url, type(error).__name__) from None
        except exceptions.RequestException as error:  # its words name the address with all that was asked
            raise ArchiveAwayError(self.address.url, type(error).__name__) from None

    def _refusal(self, answer: "Response | None") -> Exception:
        status = answer.status_code if answer is not None else 0
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return ArchiveLoginError(self.address.url)
        if status == HTTPStatus.NOT_FOUND:
            return ClipNotThereError(self.address.url)
        kind = ArchiveAwayError if status in _AWAY else ArchiveAnswerError
        return kind(self.address.url, f"HTTP {status}")

    def _broken(self) -> Exception:
        return ArchiveAwayError(self.address.url, "the answer broke off")

    def _refuse_what_is_huge(self, answer: "Response", **how: Any) -> None:
        """Before anything of it is taken into memory."""
        said = answer.headers.get("Content-Length", "")
        if how.get("stream") or answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            return
        if (said.isdigit() and int(said) > _AT_ONCE) or (not said.isdigit() and answer.status_code == HTTPStatus.OK):
            answer.close()
            raise ArchiveAnswerError(self.address.url, "it does not say how long its answer is, or it is too long")


class _Body:
    """What is sent, with its length: a server need not understand pieces."""

    def __init__(self, size: int, parts: tuple[BinaryIO, ...]) -> None:
        """``size`` of the parts that are no text in memory."""
        self._parts = list(parts)
        self._size = size + sum(len(part.getbuffer()) for part in parts if isinstance(part, BytesIO))

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        while self._parts:
            found = self._parts[0].read(size)
            if found:
                return found
            self._parts.pop(0)
        return b""


def _value(found: Mapping[str, Mapping[str, list[str]]], tag: str) -> str:
    values = found.get(tag, {}).get("Value", [])
    return str(values[0]) if values else ""


def _only_part(kind: str, blocks: Iterator[bytes], broken: Callable[[], Exception]) -> Iterator[bytes]:
    """What lies between the head and the end of an answer with one part."""
    named = re.search(r'boundary="?([^";,]+)"?', kind)
    if not kind.lower().startswith("multipart/related") or named is None:
        raise ValueError(kind)
    end = b"\r\n--" + named[1].encode("latin-1") + b"--"
    held = b""
    while b"\r\n\r\n" not in held:
        block = next(blocks, b"")
        held += block
        if not block or len(held) > _HEAD + _BLOCK:
            raise broken()
    held = held.partition(b"\r\n\r\n")[2]
    room = len(end) + 4
    for block in blocks:
        held += block
        yield held[:-room]
        held = held[-room:]
    content, found, after = held.rpartition(end)
    if not found or after.strip():
        raise broken()
    yield content
