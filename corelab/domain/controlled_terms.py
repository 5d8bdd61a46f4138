"""The published terms of SDTM that the program knows: a part of one edition, by list and value, each with its NCI code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from corelab.resources import resource

EDITION = "2025-03-28"


@dataclass(frozen=True, slots=True)
class TermList:
    """A published list: its NCI code, its name, and the NCI code of each of its terms. An extensible one takes terms of a sponsor."""

    code: str
    name: str
    extensible: bool
    terms: Mapping[str, str]

    def value_of(self, code: str) -> str | None:
        """The term with this NCI code."""
        return next((value for value, own in self.terms.items() if own == code), None)


@cache
def term_list(short_name: str) -> TermList:
    """A list by its short name: ``LOC``, ``LAT``, ``DIR``, ``METHOD``, ``EVAL``, ``MEDEVAL``, ``ND``, ``NY``, ``CVTESTCD``, ``CVTEST``."""
    return _all()[short_name]


@cache
def _all() -> Mapping[str, TermList]:
    told = json.loads(resource("schemas", "sdtm", f"terms_{EDITION}.json").read_text(encoding="utf-8"))
    return {name: TermList(**{**one, "terms": MappingProxyType(one["terms"])}) for name, one in told["codelists"].items()}
