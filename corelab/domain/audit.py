"""The bytes and digests of the audit trail: canonical JSON, events and their chain, rows, payloads, signed documents. Pure."""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from json.encoder import encode_basestring as _quote
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

Hex = str
"""A digest in lower-case hexadecimal digits."""

SALT_BYTES = 32

_KEY = re.compile(r"[A-Za-z0-9_.]*", re.ASCII)
_LARGEST = 2**53
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class NotCanonicalError(ValueError):
    """A value that has no canonical form: a float, a huge integer, a foreign key name, text that is not NFC or not Unicode."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{type(value).__name__} has no canonical form")
        self.value = value


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a record. ``step`` is the check that found it; ``where`` names event and record."""

    where: str
    what: str
    step: str = ""


def canonical(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no white space; for this subset of values it equals RFC 8785. Raises NotCanonicalError."""
    _refuse_foreign(value)
    return _encode(value).encode()


def canonical_of(value: Any) -> bytes:
    """``canonical(normal(value))``: in fewer steps where no text in it could be written in another way. Raises NotCanonicalError."""
    try:
        text = _encode(value)
    except (TypeError, ValueError):  # a mapping of another kind, or what is refused
        return canonical(normal(value))
    if not text.isascii():
        return canonical(normal(value))
    _refuse_foreign(value)
    return text.encode()


def _refuse_foreign(value: object) -> None:
    inside: Iterable[object] = ()
    if isinstance(value, dict):
        sound, inside = _are_keys(tuple(value)), value.values()
    elif isinstance(value, list | tuple):
        sound, inside = True, value
    elif isinstance(value, str):
        sound = _is_text(value)
    else:
        sound = value is None or (isinstance(value, int) and abs(value) < _LARGEST)
    if not sound:
        raise NotCanonicalError(value)
    for each in inside:
        if each is not None and not (type(each) is str and each.isascii()):  # nearly all: a payload has thousands
            _refuse_foreign(each)


@lru_cache(maxsize=4096)
def _are_keys(keys: tuple[object, ...]) -> bool:
    """The same few sets of keys stand in every payload."""
    return all(isinstance(key, str) and _KEY.fullmatch(key) is not None for key in keys)


def _is_text(value: str) -> bool:
    if value.isascii():
        return True
    return unicodedata.is_normalized("NFC", value) and not any("\ud800" <= each <= "\udfff" for each in value)


def normal(value: Any) -> Any:
    """The same value in plain dicts and lists with its texts in NFC: what ``canonical`` takes when the text came from a keyboard."""
    # What needs no change is looked at here, not in a call of its own: a payload has thousands of such texts.
    if isinstance(value, dict | Mapping):
        return {key: each if each is None or (type(each) is str and each.isascii()) else normal(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [each if type(each) is int or (type(each) is str and each.isascii()) else normal(each) for each in value]
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    return value


def digest(tag: str, data: bytes) -> Hex:
    """``H(tag, x)``: SHA-256 under a tag such as ``row/v1``, so that no bytes can be mistaken for bytes of another kind."""
    return hashlib.sha256(f"corelab/{tag}".encode("ascii") + b"\0" + data).hexdigest()


def genesis(lab: str) -> Hex:
    """What the first event of a lab has as ``prev``."""
    return digest("genesis/v1", UUID(lab).bytes)


@lru_cache(maxsize=1024)
def key_id(public: bytes) -> Hex:
    """The 16 bytes, in hex, by which a public key is named."""
    return digest("key/v1", public)[:32]


def payload_digest(opening: bytes) -> Hex:
    """The commitment to a payload; ``opening`` is its salt of 32 bytes and its canonical JSON."""
    return digest("payload/v1", opening)


def payload_of(opening: bytes) -> dict[str, Any]:
    """The payload inside an opening."""
    payload: dict[str, Any] = json.loads(opening[SALT_BYTES:])
    return payload


def row_digest(table: str, values: Mapping[str, object]) -> Hex:
    """The digest of one row: every column with its name; bytes as ``{"b64": ...}``. Raises NotCanonicalError."""
    return row_digester(table, tuple(values))(tuple(values.values()))


@cache
def row_digester(table: str, columns: tuple[str, ...]) -> Callable[[Sequence[object]], Hex]:
    """``row_digest`` for many rows of these columns, given as cells in their order; what is the same in all is made once."""
    text_of, end = _flat(columns), f',"t":{_encode(table)}}}'
    start = hashlib.sha256(b'corelab/row/v1\0{"c":')

    def digest_of(cells: Sequence[object]) -> Hex:
        state = start.copy()
        state.update((text_of(cells) + end).encode())
        return state.hexdigest()

    return digest_of


@cache
def _flat(names: tuple[str, ...]) -> Callable[[Sequence[object]], str]:
    """``canonical``, as text, for many objects with these members, given as cells in their order. It raises NotCanonicalError."""
    order = sorted(range(len(names)), key=lambda place: names[place])
    arrange = itemgetter(*order) if len(names) > 1 and order != sorted(order) else None
    members = ",".join(f"{_encode(names[place])}:".replace("%", "%%") + "%s" for place in order)
    known, template = _KNOWN.__getitem__, f"{{{members}}}"

    def text_of(cells: Sequence[object]) -> str:
        own = cells if arrange is None else arrange(cells)
        return template % tuple(map(known if _PLAIN.issuperset(map(type, own)) else _cell, own))

    return text_of


class _Known(dict[object, str]):
    """The JSON of cells as they were met: few are different, and each stands in many rows. For plain types only: 1 equals 1.0 and True."""

    def __missing__(self, cell: object) -> str:
        made = _cell(cell)
        if len(self) >= _MOST_KNOWN:
            self.clear()
        if not isinstance(cell, bytes):
            self[cell] = made
        return made


_KNOWN = _Known()
_MOST_KNOWN = 2**15
_PLAIN = frozenset({str, int, bytes, type(None)})


def _cell(value: object) -> str:
    """The JSON of a cell. Only what a column can hold has one."""
    if value is None:
        return "null"
    if isinstance(value, str) and _is_text(value):
        return _quote(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return str(value)
    if isinstance(value, bytes):
        return f'{{"b64":"{base64.b64encode(value).decode("ascii")}"}}'
    raise NotCanonicalError(value)


def rows_digest(rows: Iterable[Hex]) -> Hex:
    """The digest over the row digests of one event, in no order of their own."""
    return digest("rows/v1", bytes.fromhex("".join(sorted(rows))))


@dataclass(frozen=True, slots=True)
class Header:
    """The clear part of an event: who did what kind of thing when, and commitments to the rest."""

    lab: str
    seq: int
    at: str
    tz: int
    clock: str
    actor: str | None
    role: str | None
    session: str | None
    workstation: str | None
    app: str
    schema: int
    kind: str
    entity: str
    id: str | None
    reason: str | None
    submit: str | None
    payload: Hex | None
    sealed: Hex | None
    rows: Hex
    prev: Hex
    v: int = 1

    @property
    def hash(self) -> Hex:
        """Raises NotCanonicalError."""
        return digest("event/v1", _members(self).encode())


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """What a signature is over: record, content, person, key, meaning, time, and the place in the chain."""

    account: str
    at: str
    charter: Hex | None
    content: Hex
    key: Hex
    lab: str
    meaning: str
    name: str
    prev: Hex
    record: str
    record_type: str
    revision: int
    seq: int
    trial: str
    tz: int
    v: int = 1

    @property
    def signed_bytes(self) -> bytes:
        """Raises NotCanonicalError."""
        return b"corelab/sig/v1\0" + _members(self).encode()


def _members(one: Header | SignedDocument) -> str:
    """The canonical JSON of it."""
    kind = type(one)
    return _TEXTS[kind](_CELLS[kind](one))


_NAMES = {kind: tuple(sorted(each.name for each in fields(kind))) for kind in (Header, SignedDocument)}
_CELLS = {kind: attrgetter(*names) for kind, names in _NAMES.items()}
_TEXTS = {kind: _flat(names) for kind, names in _NAMES.items()}
