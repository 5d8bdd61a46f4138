"""Signatures in minisign's format, so that an analyst checks a package with a tool that is not ours."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from nacl import bindings

from corelab.domain.audit import key_id
from corelab.storage.keys import is_signed_by, sign_public

_HASHED, _KEY = b"ED", b"Ed"
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
_NUMBER = 8


class NoMinisignError(ValueError):
    """The text is not in minisign's format."""


@dataclass(frozen=True, slots=True)
class MinisignKey:
    """A lab's package key: pinned once by analysts, the same for all packages of a trial. ``number`` is 8 bytes."""

    seed: bytes = field(repr=False)
    number: bytes

    @classmethod
    def of(cls, seed: bytes) -> "MinisignKey":
        """The key of this seed, numbered by its own digest."""
        return cls(seed, bytes.fromhex(key_id(sign_public(seed)))[:_NUMBER])

    @property
    def public_text(self) -> str:
        named = self.number[::-1].hex().upper()
        return f"{_UNTRUSTED}minisign public key {named}\n{_b64(_KEY + self.number + sign_public(self.seed))}\n"

    def signature_text(self, data: bytes, comment: str, *, untrusted: str = "signature of a corelab package") -> str:
        """The signature of a file's bytes; ``comment`` is signed too."""
        signature = self._sign(hashlib.blake2b(data).digest())
        last = self._sign(signature + comment.encode())
        return f"{_UNTRUSTED}{untrusted}\n{_b64(_HASHED + self.number + signature)}\n{_TRUSTED}{comment}\n{_b64(last)}\n"

    def _sign(self, message: bytes) -> bytes:
        _, secret = bindings.crypto_sign_seed_keypair(self.seed)
        return bindings.crypto_sign(message, secret)[: bindings.crypto_sign_BYTES]


def trusted_comment(data: bytes, signature_text: str, public_text: str) -> str | None:
    """The signed comment, where signature and comment are by this key over these bytes; else None. Raises NoMinisignError."""
    try:
        _, signed, comment, last = signature_text.removesuffix("\n").split("\n")
        _, named = public_text.removesuffix("\n").split("\n")
        signature, key, whole = (base64.b64decode(each, validate=True) for each in (signed, named, last))
    except (ValueError, binascii.Error) as error:
        raise NoMinisignError(str(error)) from error
    if signature[:2] != _HASHED or key[:2] != _KEY or not comment.startswith(_TRUSTED):
        raise NoMinisignError("kind")
    public, text = key[2 + _NUMBER :], comment.removeprefix(_TRUSTED)
    first = is_signed_by(public, hashlib.blake2b(data).digest(), signature[2 + _NUMBER :])
    both = first and is_signed_by(public, signature[2 + _NUMBER :] + text.encode(), whole)
    return text if both and signature[2 : 2 + _NUMBER] == key[2 : 2 + _NUMBER] else None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
