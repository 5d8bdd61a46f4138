"""A listening DICOM store that knows its senders, answers C-ECHO and C-STORE, and writes whole objects into a spool. Nothing is parsed."""

import contextlib
import logging
import os
import queue
import shutil
import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

from pynetdicom import AE, _config

from corelab.domain.drops import DropFault, DropRefusedError
from corelab.imaging.network.rules import Landed, Rules, Tls
from corelab.imaging.network.server import Server

_VERIFICATION = "1.2.840.10008.1.1"


class Listener:
    """What listens. ``port`` is the one that the system gave where the rules name none."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.port = int(server.server_address[1])

    def landed(self, seconds: float) -> Landed | None:
        """The next association that ended, if one does within ``seconds``."""
        try:
            return self._server.landed.get(timeout=seconds)
        except queue.Empty:
            return None


@contextlib.contextmanager
def listening(rules: Rules, spool: Path) -> Iterator[Listener]:
    """Listens until the block ends; then the lines are cut, and what came last is still told by ``landed``.

    Raises DropRefusedError when the port, the address or the TLS files cannot be used.
    """
    context = _tls(rules.tls) if rules.tls else None
    with _receiving_in(spool), _quiet():
        server = _made(rules, spool, context)
        serving = threading.Thread(target=server.serve_forever, args=(0.1,), name="listening")
        serving.start()
        try:
            yield Listener(server)
        finally:
            server.end()
            serving.join()


def _tls(files: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(
            files.certificate, files.key, password=""
        )  # a key with a password cannot be used: nobody is there to type it
        if files.authority is not None:
            context.load_verify_locations(files.authority)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError) as error:
        raise DropRefusedError(DropFault.TLS) from error
    return context


@contextlib.contextmanager
def _receiving_in(spool: Path) -> Iterator[None]:
    """The library writes objects under way to temporary files: they too stay in the spool, in a folder that tells whose they are."""
    folder, before = spool / f".receiving-{os.getpid()}", tempfile.tempdir
    folder.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Its messages, and the warnings of the parser that it uses for commands, hold what senders sent."""
    for name in ("pynetdicom", "pydicom"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
        logger.setLevel(logging.CRITICAL + 1)
    _config.LOG_HANDLER_LEVEL = "none"
    _config.STORE_RECV_CHUNKED_DATASET = True  # else every object lies in memory, up to its last byte
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _made(rules: Rules, spool: Path, context: ssl.SSLContext | None) -> Server:
    entity = AE(rules.called)
    entity.require_called_aet, entity.require_calling_aet = True, list(rules.allowed)
    entity.maximum_pdu_size, entity.maximum_associations = rules.limits.pdu, rules.limits.associations
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = rules.limits.seconds
    entity.add_supported_context(_VERIFICATION)
    for each in rules.classes:
        entity.add_supported_context(each, list(rules.syntaxes))
    try:
        address = socket.getaddrinfo(rules.address, rules.port, type=socket.SOCK_STREAM)[0][4]
    except (OSError, UnicodeError) as error:
        raise DropRefusedError(DropFault.ADDRESS, rules.address) from error
    try:
        return Server(entity, (str(address[0]), int(address[1])), rules, spool, context)
    except (OSError, OverflowError) as error:
        raise DropRefusedError(DropFault.PORT, str(rules.port)) from error
