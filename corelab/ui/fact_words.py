"""What stands beside an event, by name: the words under which a person finds it on the audit page."""

from collections.abc import Mapping
from types import MappingProxyType

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "at_event": "Up to event",
        "attended": "By a person at the window",
        "candidate": "SHA-256 before the release",
        "clean_pixels_claimed": "File says: no burned-in text",
        "count": "How many",
        "cutoff": "Up to event",
        "drawn": "Masks drawn",
        "exam": "Exam, as the reader knew it",
        "facts": "Header",
        "file": "File or its SHA-256",
        "files": "SHA-256 of the list of files",
        "frames_seen": "Flagged frames looked at",
        "granted": "Given to account",
        "hash": "SHA-256",
        "head": "Hash of the last event",
        "last": "Up to event",
        "left_out": "Left out",
        "n": "Number",
        "product": "Version of the program",
        "quarantine": "With quarantine",
        "released": "SHA-256 of the released file",
        "rules": "Version of the rules",
        "scope_text": "What was looked at",
        "seq": "Up to event",
        "sha256": "SHA-256",
        "viewing": "Clips watched",
        "way": "By",
    }
)
_VALUES: Mapping[str, str] = MappingProxyType({"True": "yes", "False": "no"})


def fact_words(name: str, value: str) -> tuple[str, str]:
    """A name and its value; a name without words of its own is said as it stands in the record."""
    return _NAMES.get(name, name.replace("_", " ").capitalize()), _VALUES.get(value, value)
