"""What identifies the person, the people and the place in a source: kept sealed beside it, and searched for before a release."""

import csv
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pydicom.charset import convert_encodings, decode_bytes

from corelab.imaging.deid.keyed import is_of_the_standard
from corelab.imaging.deid.source_set import SourceSet
from corelab.imaging.raw_walk import Element, Walk
from corelab.resources import resource

_CHARSET = 0x00080005
_LONGEST = 1 << 16
_ESCAPE = b"\x1b"
"""Begins a change of character set (ISO 2022): such bytes look like ASCII and are none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Values by kind (name, id, date, text, uid), as text; ``raw`` are the stored bytes of those that are not plain ASCII."""

    values: Mapping[str, tuple[str, ...]]
    raw: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Identity({sum(map(len, self.values.values()))} values)"

    def to_json(self) -> dict[str, Any]:
        return {"values": {kind: list(values) for kind, values in self.values.items()}, "raw": [value.hex() for value in self.raw]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Identity":
        values = {str(kind): tuple(map(str, listed)) for kind, listed in document["values"].items()}
        return cls(values, tuple(bytes.fromhex(value) for value in document["raw"]))

    @property
    def patient(self) -> tuple[str, ...]:
        """What one patient has one of: to compare the objects of one study."""
        return self.values.get("patient", ())

    @property
    def study(self) -> tuple[str, ...]:
        """The UID of the study that the source belongs to; empty when it names none."""
        return self.values.get("study", ())


@cache
def _kinds() -> dict[int, str]:
    with resource("deid", "identity.csv").open(encoding="utf-8", newline="") as lines:
        return {int(row["tag"], 16): row["kind"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}


def identity_of(source: SourceSet, walk: Walk) -> Identity:
    """Everything in a source, at any depth, that names somebody or something."""
    values: dict[str, dict[str, None]] = {}
    raw: dict[bytes, None] = {}
    for kind, element in _identifying(walk):
        stored = source.raw(element).strip(b" \0")
        for part in _texts(stored, _encodings_at(source, element), is_name=kind == "name"):
            if kind != "uid" or not is_of_the_standard(part):
                values.setdefault(kind, {})[part] = None
        if not stored.isascii() or _ESCAPE in stored:
            raw[stored] = None
    patient = tuple(source.text(tag) for tag in (0x00100020, 0x00100010, 0x00100030))
    known = {kind: tuple(listed) for kind, listed in values.items()}
    study = source.text(0x0020000D)
    return Identity({**known, "patient": patient if any(patient) else (), "study": (study,) if study else ()}, tuple(raw))


def _identifying(walk: Walk) -> Iterator[tuple[str, Element]]:
    kinds = _kinds()
    for element in walk.elements:
        kind = "name" if element.vr == "PN" else kinds.get(element.tag)
        if kind and 0 < element.length <= _LONGEST:
            yield kind, element


def _encodings_at(source: SourceSet, element: Element) -> list[str]:
    """An item may have a character set of its own; else that of what is around it counts (PS3.3 C.12.1.1.2)."""
    for depth in range(len(element.path), -1, -1):
        said = source.element(_CHARSET, element.path[:depth], element.items[:depth])
        if said is not None:
            return _encodings(source.raw(said))
    return ["latin-1"]


@lru_cache(maxsize=64)
def _encodings(said: bytes) -> list[str]:
    """An empty first value stays: it is the plain set, to which the others are added by escapes."""
    charsets = [part.strip(" \0") for part in said.decode("latin-1").split("\\")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the library says about a set that it does not know tells the value
            return list(convert_encodings(charsets if len(charsets) > 1 else charsets[0]))
    except (LookupError, ValueError):
        return ["latin-1"]


def _texts(stored: bytes, encodings: Sequence[str], *, is_name: bool) -> list[str]:
    """The decoded values; for names also each component group, as some tools write only one of them."""
    try:
        text = decode_bytes(stored, list(encodings), {0x5C, 0x3D, 0x5E} if is_name else {0x5C, 0x0A, 0x0C, 0x0D})
    except (LookupError, UnicodeError, ValueError):
        text = stored.decode("latin-1")
    text = text.encode("utf-8", "replace").decode()
    parts = text.split("\\")
    groups = [group for part in parts for group in part.split("=")] if is_name else parts
    return [clean for group in groups if (clean := group.strip(" \0"))]
