"""What the text of a query may be filled with: codes of the lab and its charter, and small numbers; whatever else is left out."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from corelab.domain.clip_findings import Finding
from corelab.domain.clip_label import Mode, View
from corelab.domain.clip_quality import QualityReason
from corelab.domain.intake import IntakeCode
from corelab.domain.vocabulary import Side

_NUMBER = re.compile(r"[0-9]{1,6}")
_CODES = frozenset({one.value for one in IntakeCode} | {one.value for one in Finding})
_CLOSED: Mapping[str, Collection[str]] = {
    "side": frozenset(one.value for one in Side),
    "view": frozenset(one.value for one in View),
    "mode": frozenset(one.value for one in Mode),
    "code": _CODES,
    "reason": frozenset(one.value for one in QualityReason),
}
_NUMBERS = frozenset({"object", "row", "frames", "declared"})
_OTHER = "other_"
"""``other_segment`` is what a second source says of the segment, and so with every fact."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that this lab knows; each answers whether one is known."""

    subject: Callable[[str], bool]
    visit: Callable[[str], bool]
    segment: Callable[[str], bool]
    site: Callable[[str], bool]

    def knows(self, name: str, value: str) -> bool:
        """Whether ``value`` may stand as this fact."""
        name = name.removeprefix(_OTHER)
        if name in _NUMBERS:
            return _NUMBER.fullmatch(value) is not None
        if name in _CLOSED:
            return value in _CLOSED[name]
        known = {"subject": self.subject, "visit": self.visit, "segment": self.segment, "site": self.site}.get(name)
        return known is not None and known(value)


def is_fact(name: str) -> bool:
    """Whether a text may ask for a fact of this name."""
    return name.removeprefix(_OTHER) in {"subject", "visit", "segment", "site", *_NUMBERS, *_CLOSED}


def kept(facts: Mapping[str, str], codes: Codes) -> dict[str, str]:
    """The facts that are codes, by their names. What a site wrote where a code belongs may be anybody's name: it is left out."""
    return {name: value for name, value in sorted(facts.items()) if codes.knows(name, value)}
