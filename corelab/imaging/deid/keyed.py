"""Identifiers and dates under the lab's key: the same source always gives the same result, and without the key nothing can be undone."""

import hmac
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from pydicom.uid import UID

_STANDARD = "1.2.840.10008."
_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
_DAY = re.compile(r"([0-9]{8})([0-9]{2,6}(\.[0-9]{1,6})?)?([+-][0-9]{4})?")
_MINIMUM_WEEKS, _SPREAD_WEEKS = 52, 156


def is_uid(text: str) -> bool:
    """PS3.5 section 9: at most 64 characters, components without leading zeros."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def is_of_the_standard(uid: str) -> bool:
    """One that PS3.6 annex A registers: a class, a syntax, a well-known frame of reference. The root alone says nothing."""
    return uid.startswith(_STANDARD) and UID(uid).name != uid


@dataclass(frozen=True, slots=True)
class Keyed:
    """The lab's key, applied to one subject. ``weeks`` is how far back every date of the subject moves."""

    key: bytes = field(repr=False)
    subject: str = field(repr=False)

    def uid(self, uid: str) -> str:
        """A UID of the form 2.25.<UUID>; UIDs of the standard stay."""
        if is_of_the_standard(uid):
            return uid
        digest = bytearray(hmac.digest(self.key, b"uid\0" + uid.encode(), sha256)[:16])
        digest[6] = digest[6] & 0x0F | 0x80
        digest[8] = digest[8] & 0x3F | 0x80
        return f"2.25.{int.from_bytes(digest)}"

    @property
    def weeks(self) -> int:
        digest = hmac.digest(self.key, b"date\0" + self.subject.encode(), sha256)
        return _MINIMUM_WEEKS + int.from_bytes(digest[:8]) % _SPREAD_WEEKS

    def shifted(self, day: date) -> date | None:
        """Whole weeks back, so that intervals and weekdays stay; None before year 1."""
        try:
            return day - timedelta(weeks=self.weeks)
        except OverflowError:
            return None

    def date_text(self, value: str) -> str:
        """A DA or DT value with its date part shifted and everything else dropped; empty when the date is invalid or partial."""
        whole = _DAY.fullmatch(value.strip(" \0"))
        if whole is None:
            return ""
        digits = whole[1]
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return ""
        shifted = self.shifted(day)
        return f"{shifted.year:04d}{shifted.month:02d}{shifted.day:02d}" if shifted else ""
