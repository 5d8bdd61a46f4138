"""Identifiers that follow from what they identify: a report that is made anew has the same ones."""

from hashlib import sha256

FORMAT = "1"
"""Version of what a report looks like. It is part of every identifier of a report: an identifier never names two contents."""


def of_report(record: str) -> str:
    """The report of a signed record. No key is needed: the record's id is random and tells nothing."""
    return _derived("corelab sr", FORMAT, record)


def of_series(record: str) -> str:
    """Every report is a series of its own."""
    return _derived("corelab sr series", FORMAT, record)


def of_study(trial: str, subject: str, visit: str) -> str:
    """The reports of an exam are a study of their own: the clips stand under another patient id, and may be of several studies."""
    return _derived("corelab sr study", trial, subject, visit)


def of_segment(trial: str, subject: str, key: str) -> str:
    """A segment of a subject, the same in every report of whichever visit and reader."""
    return _derived("corelab sr segment", trial, subject, key)


DEVICE = "2.25.157104713930218937105827414461802163385"
"""The program as an observer, whichever version of it."""


def _derived(*parts: str) -> str:
    return f"2.25.{int.from_bytes(sha256(chr(0).join(parts).encode()).digest()[:16])}"
