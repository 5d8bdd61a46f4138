"""Does a free text look as if it named a person: dates, addresses, long numbers, titles and name labels."""

import re
from dataclasses import dataclass
from enum import Enum


class IdentityKind(Enum):
    DATE = "date"
    ADDRESS = "e-mail address"
    NUMBER = "long number"
    PERSON = "name"


@dataclass(frozen=True, slots=True)
class IdentityHint:
    """A place in a text that may identify somebody: characters ``start`` to ``end``."""

    kind: IdentityKind
    start: int
    end: int


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_PATTERNS = (
    (IdentityKind.ADDRESS, r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"),
    (IdentityKind.DATE, r"\b\d{4}[-./]\d{1,2}[-./]\d{1,2}\b"),
    (IdentityKind.DATE, r"\b\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})\b"),
    (IdentityKind.DATE, rf"\b\d{{1,2}}(?:st|nd|rd|th)?[\s.-]+{_MONTH}\b(?:[\s.,-]+\d{{2,4}}\b)?"),
    (IdentityKind.DATE, rf"\b{_MONTH}[\s.]+\d{{1,2}}(?:st|nd|rd|th)?\b(?:[\s.,]+\d{{2,4}}\b)?"),
    (IdentityKind.NUMBER, r"\d(?:[ -]?\d){5,}"),
    (IdentityKind.PERSON, r"\b(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|sr|sra)\b\.?\s+[^\W\d_]{2,}"),
    (IdentityKind.PERSON, r"\b(?:dob|d\.o\.b|date of birth|born|mrn|nhs|ssn|hospital number|patient id)\b"),
    (IdentityKind.PERSON, r"\b(?:patient(?:'s)?\s+name|name\s*[:=]|surname|forename)"),
    (IdentityKind.PERSON, r"\bpatient\s+(?-i:[A-Z][a-z]+\s+[A-Z][a-z]+)"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def identity_hints(text: str) -> tuple[IdentityHint, ...]:
    """Every place that looks like identity, in order. No hint does not prove that there is none."""
    found = {IdentityHint(kind, *match.span()) for kind, pattern in _COMPILED for match in pattern.finditer(text)}
    return tuple(sorted(found, key=lambda hint: (hint.start, hint.end, hint.kind.value)))
