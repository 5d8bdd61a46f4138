"""One-time codes by the clock (RFC 6238, HMAC-SHA-1, 30 seconds, 6 digits), as authenticator programs show them."""

import hmac
from base64 import b32encode
from datetime import datetime
from hashlib import sha1
from urllib.parse import quote, urlencode

SECRET_BYTES = 20
DIGITS = 6
PERIOD_S = 30
_DRIFT = 1
"""Steps before and after the present one that are taken too: clocks differ, and typing takes time (RFC 6238, section 5.2)."""


def step_at(at: datetime) -> int:
    """The number of the half minute in which this time lies, counted from 1970."""
    return int(at.timestamp()) // PERIOD_S


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, typed: str, at: datetime, after: int = -1) -> int | None:
    """The step whose code was typed, or None. Steps up to ``after`` are spent: a code is good once."""
    digits, now = "".join(typed.split()), step_at(at)
    steps = range(max(now - _DRIFT, after + 1), now + _DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(code_of(secret, step).encode(), digits.encode())), None)


def spoken(secret: bytes) -> str:
    """The secret as people type it: base32 in groups of four."""
    letters = _base32(secret)
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def address(secret: bytes, lab: str, user: str) -> str:
    """The ``otpauth://`` line that authenticator programs read."""
    facts = {"secret": _base32(secret), "issuer": lab, "algorithm": "SHA1", "digits": DIGITS, "period": PERIOD_S}
    return f"otpauth://totp/{quote(lab, safe='')}:{quote(user, safe='')}?{urlencode(facts, quote_via=quote)}"


def _base32(secret: bytes) -> str:
    return b32encode(secret).decode("ascii").rstrip("=")
