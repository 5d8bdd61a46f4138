"""The line to one sender: no part of a message is longer, slower or more than the rules allow. What the library reads goes through here."""

import contextlib
import socket
from time import monotonic
from typing import TYPE_CHECKING

from pynetdicom.transport import AssociationSocket

from corelab.imaging.network.landing import Landing, OverLimitError

if TYPE_CHECKING:
    from pynetdicom.association import Association

_FIRST = 1 << 20
"""The longest request for an association: many classes, each with many syntaxes."""
_CHUNK = 1 << 16
_ABORT = b"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x00"
"""A-ABORT by the provider (DICOM PS3.8, 9.3.8)."""


class Line(AssociationSocket):
    """Asks the landing before it reads; the library itself would read as many bytes as a sender announces, and wait for them for ever."""

    def __init__(self, association: "Association", client: socket.socket, landing: Landing) -> None:
        super().__init__(association, client_socket=client)
        self._landing = landing

    def recv(self, nr_bytes: int) -> bytearray:
        """Raises OverLimitError, TimeoutError and other OSErrors: the library takes them for a line that was cut."""
        limits, client = self._landing.limits, self.socket
        if client is None:
            raise OverLimitError
        try:
            self._require(nr_bytes)
        except OverLimitError:
            self.hang_up()
            raise
        content, end = bytearray(), monotonic() + limits.seconds
        while len(content) < nr_bytes:
            client.settimeout(max(end - monotonic(), 0.001))
            part = client.recv(min(_CHUNK, nr_bytes - len(content)))
            if not part:
                break
            content += part
        client.settimeout(limits.seconds)
        return content

    def _require(self, size: int) -> None:
        if size > (self._landing.limits.pdu if self.assoc.is_established else _FIRST):
            raise OverLimitError
        message = self.assoc.dimse.message
        self._landing.count(size, message.encoded_command_set.tell() if message is not None else 0)

    def hang_up(self) -> None:
        """Says so to the sender, and cuts the line."""
        client = self.socket
        with contextlib.suppress(OSError):
            if client is not None:
                client.send(_ABORT)
                client.shutdown(socket.SHUT_RDWR)
