"""Coded concepts: those of the standard and of the program from the shipped table, those of a trial from its charter."""

import csv
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from corelab.domain.charter.table import Code
from corelab.export.sr import elements
from corelab.resources import resource

_SHORT = 16
_VALUE, _LONG_VALUE, _SCHEME, _MEANING = 0x00080100, 0x00080119, 0x00080102, 0x00080104


class Coded(NamedTuple):
    """A concept as it stands in a report."""

    value: str
    scheme: str
    meaning: str

    @classmethod
    def of(cls, code: Code) -> "Coded":
        return cls(code.value, code.scheme, code.meaning)

    @property
    def identity(self) -> tuple[str, str]:
        """What tells it from others; the meaning is only words."""
        return self.value, self.scheme


OWN_SCHEME, OWN_SCHEME_NAME = "99CORELAB", "Duplex core laboratory codes"
"""The scheme of the program's own codes; a charter may name its own codes' scheme otherwise."""


@cache
def _shipped() -> Mapping[str, Coded]:
    with resource("codes", "vein_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["segment_id"]: Coded(row["code_value"], row["coding_scheme"], row["code_meaning"]) for row in rows}


def shipped(name: str) -> Coded:
    """A concept of the shipped table by its name there. Raises LookupError."""
    return _shipped()[name]


@cache
def in_sequence(tag: int, code: Coded) -> bytes:
    """The sequence of one code. A value too long for Code Value stands as Long Code Value (PS3.3, 8.1). Raises UnfitError."""
    scheme = elements.text(_SCHEME, "SH", code.scheme)
    meaning = elements.text(_MEANING, "LO", code.meaning)
    if len(code.value) <= _SHORT:
        body = elements.text(_VALUE, "SH", code.value) + scheme + meaning
    else:
        body = scheme + meaning + elements.text(_LONG_VALUE, "UC", code.value)
    return elements.sequence(tag, [elements.item(body)])
