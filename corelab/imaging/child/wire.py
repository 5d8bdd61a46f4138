"""What a parent and its child say to each other: a length and a JSON document, and after it the bytes of pictures it announces."""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Protocol

LENGTH = struct.Struct("!I")
BLOB = "blob"
"""The entry of a document that says how many bytes follow it."""

REQUEST_LIMIT = 64 << 20
"""A parent's own words: everything that identifies somebody in one object may be many small texts."""


class Stream(Protocol):
    """Where bytes come from, some at a time; none at its end."""

    def __call__(self, size: int, /) -> bytes: ...


class NoAnswerError(Exception):
    """What was said is not of this form."""


def message(document: Mapping[str, Any], blob: bytes = b"") -> bytes:
    told = {**document, BLOB: len(blob)} if blob else document
    body = json.dumps(told, allow_nan=False, separators=(",", ":")).encode("ascii")
    return LENGTH.pack(len(body)) + body + blob


def heard(stream: Stream, limit: int) -> dict[str, Any]:
    """One document without a blob. Raises NoAnswerError."""
    return _document(_exactly(stream, _length(_exactly(stream, LENGTH.size), limit)))


def parts(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """A whole answer: its document, and the bytes after it, which are as many as it says. Raises NoAnswerError."""
    length = _length(data[: LENGTH.size], len(data))
    document = _document(data[LENGTH.size : LENGTH.size + length])
    blob = memoryview(data)[LENGTH.size + length :]
    if document.get(BLOB, 0) != len(blob):
        raise NoAnswerError
    return document, blob


def reading(connection: socket.socket) -> Stream:
    return connection.recv


def _length(prefix: bytes, limit: int) -> int:
    if len(prefix) != LENGTH.size:
        raise NoAnswerError
    (length,) = LENGTH.unpack(prefix)
    if length > limit:
        raise NoAnswerError
    return int(length)


def _exactly(stream: Stream, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        chunk = stream(min(size - len(got), 1 << 20))
        if not chunk:
            raise NoAnswerError
        got += chunk
    return bytes(got)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError, MemoryError) as error:
        raise NoAnswerError from error
    if not isinstance(document, dict):
        raise NoAnswerError
    return document


def _no_number(_name: str) -> float:
    raise ValueError
