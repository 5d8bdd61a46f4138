"""Does a free text look as if it named a person: dates, addresses, long numbers, titles and name labels."""

import re
from dataclasses import dataclass
from enum import Enum

from corelab.domain.query_words import PATTERNS


class IdentityKind(Enum):
    DATE = "date"
    ADDRESS = "e-mail address"
    NUMBER = "long number"
    PERSON = "name"
    FILE = "name of a file"


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
_LEAVING = {
    "an e-mail address": IdentityKind.ADDRESS,
    "an internet address": IdentityKind.ADDRESS,
    "the name of a file": IdentityKind.FILE,
    "a UID": IdentityKind.NUMBER,
    "a date": IdentityKind.DATE,
    "a long number": IdentityKind.NUMBER,
}
_COMPILED = (
    *((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS),
    *((_LEAVING[what], pattern) for what, pattern in PATTERNS),
)
"""What stops a package stands here too: signed words are never changed, so they would stop every package for ever."""


def identity_hints(text: str) -> tuple[IdentityHint, ...]:
    """Every place that looks like identity, in order. No hint does not prove that there is none."""
    found: dict[tuple[int, int], IdentityHint] = {}
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            found.setdefault(match.span(), IdentityHint(kind, *match.span()))
    return tuple(found[span] for span in sorted(found))
