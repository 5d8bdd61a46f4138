"""The listening server: a thread for each line, which tells what came of its association once that is over."""

import queue
import socket
import socketserver
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynetdicom import AE, evt
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from corelab.imaging.network.landing import Landing, new_folder
from corelab.imaging.network.line import Line
from corelab.imaging.network.rules import Landed, Rules

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.events import Event

_STORED, _NO_ROOM = 0x0000, 0xA700


class Server(ThreadedAssociationServer):
    """Twice as many lines as associations may be open: those that are only being refused, or have not said who they are."""

    daemon_threads = False

    def __init__(self, entity: AE, address: tuple[str, int], rules: Rules, spool: Path, context: ssl.SSLContext | None) -> None:
        self.rules, self.spool, self.context = rules, spool, context
        self.landed: queue.SimpleQueue[Landed] = queue.SimpleQueue()
        self.lines: set[Line] = set()
        self.room = threading.BoundedSemaphore(2 * rules.limits.associations)
        super().__init__(entity, address, rules.called, entity.supported_contexts, request_handler=Sender)

    def get_request(self) -> tuple[socket.socket, Any]:
        """TLS begins on the line's own thread: a sender that is slow with it holds up nobody."""
        if self.socket is None:
            raise OSError
        client, address = self.socket.accept()
        client.settimeout(self.rules.limits.seconds)
        return client, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A line that broke before its association began leaves nothing, and its address is nobody's concern."""

    def end(self) -> None:
        """Accepts nothing more, cuts the lines, and waits until each has told what came of it."""
        socketserver.BaseServer.shutdown(self)
        for line in tuple(self.lines):
            line.hang_up()
        self.server_close()


class Sender(RequestHandler):
    """One line, from its first byte to its last."""

    server: Server
    request: socket.socket
    landing: Landing
    line: Line

    def handle(self) -> None:
        if not self.server.room.acquire(blocking=False):
            self.request.close()
            return
        try:
            self._secure()
            self._receive()
        finally:
            self.server.room.release()
            self.request.close()

    def _secure(self) -> None:
        context = self.server.context
        if context is not None:
            self.request = context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
            self.request.do_handshake()

    def _receive(self) -> None:
        association = self._create_association()
        self.server.lines.add(self.line)
        association.start()
        association.join()
        association.dul.join()
        self.server.lines.discard(self.line)
        _remove_unfinished(association)
        self.server.landed.put(self.landing.ended(released=association.is_released, refused=association.is_rejected))

    def _create_association(self) -> "Association":
        """The library's own, with a line and a landing of ours."""
        spool = self.server.spool
        self.landing = Landing(spool, self.server.rules.limits, new_folder(spool))
        association = super()._create_association()
        association.dul.event_queue.get_nowait()  # "the line is open", which ours says again
        self.line = Line(association, self.request, self.landing)
        association.dul.socket = self.line
        association.bind(evt.EVT_ESTABLISHED, self._on_established)
        association.bind(evt.EVT_DIMSE_RECV, self._on_message)
        association.bind(evt.EVT_C_STORE, self._on_store)
        return association

    def _on_established(self, event: "Event") -> None:
        """Only titles of the list get this far."""
        self.landing.sender = event.assoc.requestor.ae_title.strip()

    def _on_message(self, _event: "Event") -> None:
        self.landing.next_object()

    def _on_store(self, event: "Event") -> int:
        try:
            self.landing.keep(event.dataset_path)
        except OSError:
            self.line.hang_up()
            return _NO_ROOM
        return _STORED


def _remove_unfinished(association: "Association") -> None:
    """Objects that nobody finished sending, or that were not answered any more: the library leaves their temporary files."""
    waiting: list[object] = [association.dimse.message]
    while (unanswered := association.dimse.get_msg()) != (None, None):
        waiting.append(unanswered[1])
    for each in waiting:
        file = getattr(each, "_data_set_file", None) or getattr(each, "_dataset_file", None)
        if file is not None:
            file.close()
            Path(file.name).unlink(missing_ok=True)
