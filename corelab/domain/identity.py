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


_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PATTERNS = (
    (IdentityKind.ADDRESS, r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"),
    (IdentityKind.DATE, r"\b\d{4}[-./]\d{1,2}[-./]\d{1,2}\b"),
    (IdentityKind.DATE, r"\b\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})\b"),
    (IdentityKind.DATE, rf"\b{_DAY}[\s.-]+{_MONTH}\b"),
    (IdentityKind.DATE, rf"\b{_MONTH}[\s.]+{_DAY}\b"),
    # "may" is also a verb: it is a month only with a year
    (IdentityKind.DATE, r"\bmay[\s.,]+(?:\d{1,2}[\s.,]+)?\d{4}\b"),
    (IdentityKind.NUMBER, r"\d{6,}|\b\d{3}[- ]\d{3}[- ]\d{3,4}\b"),
    (IdentityKind.PERSON, r"\b(?:mr|mrs|miss|dr|prof|herr|frau|mme)\b\.?\s+[^\W\d_]{2,}"),
    # "ms" is also a unit of time: it is a title only before a capital
    (IdentityKind.PERSON, r"\bms\b\.?\s+(?-i:[A-Z])[^\W\d_]+"),
    (IdentityKind.PERSON, r"\b(?:dob|d\.o\.b|date of birth|born|mrn|nhs|ssn|hospital number|patient id)\b"),
    (IdentityKind.PERSON, r"\b(?:patient(?:'s)?\s+name|name\s*[:=]|surname|forename)"),
    (IdentityKind.PERSON, r"\bpatient\s+(?-i:[A-Z][a-z]+\s+[A-Z][a-z]+)"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def identity_hints(text: str) -> tuple[IdentityHint, ...]:
    """Every place that looks like identity, in order. No hint does not prove that there is none."""
    found = {IdentityHint(kind, *match.span()) for kind, pattern in _COMPILED for match in pattern.finditer(text)}
    return tuple(sorted(found, key=lambda hint: (hint.start, hint.end, hint.kind.value)))
