"""Codes that people copy by hand: the recovery code of a lab, and one-time codes that turn an invitation into an account."""

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from nacl import bindings

from corelab.domain import audit
from corelab.domain.record_errors import CodeRefusedError
from corelab.storage.keys import Kdf, new_secret

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", "- \t")
_CHECK_CHARACTERS = 4


def code_for(data: bytes) -> str:
    """Crockford base32 in groups of four, with four check characters; ``data`` is a multiple of 5 bytes."""
    number = int.from_bytes(data, "big")
    length = len(data) * 8 // 5
    digits = "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(length))) + _check(data)
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _check(data: bytes) -> str:
    first = int(audit.digest("recovery/v1", data)[:5], 16)
    return "".join(_CROCKFORD[first >> 5 * place & 31] for place in reversed(range(_CHECK_CHARACTERS)))


def data_of(code: str, length: int) -> bytes:
    """The bytes of a typed code; O, I, L, spaces and case are forgiven. Raises CodeRefusedError when it is mistyped."""
    digits = code.upper().translate(_MISREAD)
    if len(digits) != length * 8 // 5 + _CHECK_CHARACTERS or any(each not in _CROCKFORD for each in digits):
        raise CodeRefusedError
    number = 0
    for each in digits[:-_CHECK_CHARACTERS]:
        number = number << 5 | _CROCKFORD.index(each)
    data = number.to_bytes(length, "big")
    if _check(data) != digits[-_CHECK_CHARACTERS:]:
        raise CodeRefusedError
    return data


_CODE_ID_BYTES, _CODE_SECRET_BYTES = 5, 10
_HASHED = "argon2id-sha256"


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code that names its invitation by the first bytes of the id, and proves itself by the rest."""

    prefix: str
    secret: bytes = field(repr=False)

    def proof(self, kdf: Kdf, invitation: str) -> str:
        """What shows a server that somebody has the code; what is stored is its digest, so that nobody comes in by reading that."""
        return kdf.key(self.secret, UUID(invitation).bytes).hex()

    def hashed(self, kdf: Kdf, invitation: str) -> str:
        return f"{_HASHED}${kdf.opslimit}${kdf.memlimit}${_digest(self.proof(kdf, invitation))}"

    def matches(self, invitation: str, stored: str) -> bool:
        name, opslimit, memlimit, expected = stored.split("$")
        proof = self.proof(Kdf(int(opslimit), int(memlimit)), invitation)
        made = _digest(proof) if name == _HASHED else proof  # former versions stored the proof itself
        return bindings.sodium_memcmp(bytes.fromhex(made), bytes.fromhex(expected))

    @property
    def text(self) -> str:
        return code_for(bytes.fromhex(self.prefix) + self.secret)


def _digest(proof: str) -> str:
    return hashlib.sha256(proof.encode("ascii")).hexdigest()


def new_code(invitation: str) -> OneTimeCode:
    return OneTimeCode(UUID(invitation).bytes[:_CODE_ID_BYTES].hex(), new_secret(_CODE_SECRET_BYTES))


def typed_code(code: str) -> OneTimeCode:
    data = data_of(code, _CODE_ID_BYTES + _CODE_SECRET_BYTES)
    return OneTimeCode(data[:_CODE_ID_BYTES].hex(), data[_CODE_ID_BYTES:])
