"""Passwords become keys, payloads become envelopes, records are signed (libsodium through PyNaCl); no repr shows a secret."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.utils import random as random_bytes

from corelab.domain import audit
from corelab.domain.record_errors import KeyRefusedError, NotSealedToError
from corelab.domain.vocabulary import AccountId, LabId

SEED = 32
NONCE = bindings.crypto_secretbox_NONCEBYTES
_SLOT = 16 + 80
_MAGIC = b"CLE1"
_MIB = 1024 * 1024

ANSWER_PAD = 512


@dataclass(frozen=True, slots=True)
class Kdf:
    """The cost of turning a password into a key with argon2id; ``memlimit`` in bytes."""

    opslimit: int
    memlimit: int

    def key(self, secret: bytes, salt: bytes) -> bytes:
        return argon2id.kdf(SEED, secret, salt, opslimit=self.opslimit, memlimit=self.memlimit)

    def password_key(self, password: str, salt: bytes) -> bytes:
        return self.key(unicodedata.normalize("NFC", password).encode(), salt)


PRODUCTION_KDF = Kdf(3, 256 * _MIB)


# ---------------------------------------------------------------- openings and envelopes


@dataclass(frozen=True, slots=True)
class Opening:
    """A payload with its salt: what an envelope holds, and what a payload digest commits to."""

    body: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        return audit.payload_digest(self.body)

    @property
    def json(self) -> dict[str, Any]:
        return audit.payload_of(self.body)


def make_opening(payload: Mapping[str, Any]) -> Opening:
    return Opening(random_bytes(audit.SALT_BYTES) + audit.canonical_of(payload))


@dataclass(frozen=True, slots=True)
class BoxPublic:
    """A person's or the lab's public key, to which anyone can seal."""

    raw: bytes

    @property
    def key_id(self) -> str:
        return audit.key_id(self.raw)

    def seal(self, plain: bytes) -> bytes:
        """Only the holder of the secret key opens this; it does not say who sealed it."""
        return bindings.crypto_box_seal(plain, self.raw)


@dataclass(frozen=True, slots=True)
class BoxSecret:
    """The secret half of a box key; ``seed`` can be overwritten."""

    seed: bytearray = field(repr=False, compare=False)
    public: BoxPublic

    @classmethod
    def of(cls, seed: bytes) -> Self:
        return cls(bytearray(seed), BoxPublic(bindings.crypto_scalarmult_base(seed)))

    def unseal(self, sealed: bytes) -> bytes:
        try:
            return bindings.crypto_box_seal_open(sealed, self.public.raw, bytes(self.seed))
        except (CryptoError, TypeError) as error:
            raise KeyRefusedError from error

    def wipe(self) -> None:
        _overwrite(self.seed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()


def _overwrite(secret: bytearray) -> None:
    secret[:] = bytes(len(secret))


def seal(opening: bytes, recipients: Sequence[BoxPublic], pad_to: int = ANSWER_PAD) -> bytes:
    """One envelope that each of ``recipients`` can open; its length tells only the next multiple of ``pad_to`` bytes."""
    return Sealer().seal(opening, recipients, pad_to)


@dataclass(slots=True)
class Sealer:
    """Seals what one person writes in one transaction.

    Its envelopes for the same recipients have one content key, sealed to each of them once, and each a nonce of its own: a reading is
    saved as dozens of events, and sealing keys would be most of their price.
    """

    _addressed: dict[tuple[bytes, ...], tuple[bytes, bytes]] = field(default_factory=dict, repr=False)
    """Recipients -> the content key, and the beginning of their envelopes."""

    def seal(self, opening: bytes, recipients: Sequence[BoxPublic], pad_to: int = ANSWER_PAD) -> bytes:
        """As the function of this name."""
        to = tuple(each.raw for each in recipients)
        if to not in self._addressed:
            key = random_bytes(SEED)
            slots = b"".join(bytes.fromhex(each.key_id) + each.seal(key) for each in recipients)
            self._addressed[to] = key, _MAGIC + bytes([len(recipients)]) + slots
        key, begin = self._addressed[to]
        return begin + _sealed_body(opening, key, random_bytes(NONCE), pad_to)


def _sealed_body(opening: bytes, key: bytes, nonce: bytes, pad_to: int) -> bytes:
    return nonce + bindings.crypto_secretbox(bindings.sodium_pad(opening, pad_to), nonce, key)


def unseal(envelope: bytes, secret: BoxSecret) -> bytes:
    """The opening inside. Raises NotSealedToError when this key is no recipient, KeyRefusedError when the envelope is damaged."""
    return opened_with(envelope, content_key(envelope, secret))


def content_key(envelope: bytes, secret: BoxSecret) -> bytes:
    """The envelope's own key, which each of its recipients can unseal. Raises NotSealedToError, KeyRefusedError."""
    boxed = boxed_key(envelope, secret.public.key_id)
    if boxed is None:
        raise NotSealedToError
    return secret.unseal(boxed)


def boxed_key(envelope: bytes, key_id: str) -> bytes | None:
    """The envelope's own key as it was sealed to this recipient; None for another."""
    return next((boxed for of, boxed in _slots(envelope) if of == key_id), None)


def opened_with(envelope: bytes, key: bytes) -> bytes:
    """The opening inside, with the envelope's own key. Raises KeyRefusedError."""
    return _unpadded(envelope[_end_of_slots(envelope) :], key)


def recipients(envelope: bytes) -> tuple[str, ...]:
    """The ids of the keys that it was sealed to."""
    return tuple(key_id for key_id, _ in _slots(envelope))


def readdressed(envelope: bytes, key: bytes, gone: str, to: BoxPublic) -> bytes:
    """The same sealed body, with ``to`` in the place of the recipient ``gone``; ``key`` is the envelope's own."""
    kept = ((to.key_id, to.seal(key)) if key_id == gone else (key_id, boxed) for key_id, boxed in _slots(envelope))
    slots = b"".join(bytes.fromhex(key_id) + boxed for key_id, boxed in kept)
    return envelope[:5] + slots + envelope[_end_of_slots(envelope) :]


def _slots(envelope: bytes) -> tuple[tuple[str, bytes], ...]:
    """(key id, the envelope's key sealed to it) of each recipient."""
    places = range(5, _end_of_slots(envelope), _SLOT)
    return tuple((envelope[at : at + 16].hex(), envelope[at + 16 : at + _SLOT]) for at in places)


def _end_of_slots(envelope: bytes) -> int:
    if envelope[:4] != _MAGIC or len(envelope) < 5:
        raise KeyRefusedError
    return 5 + envelope[4] * _SLOT


def _unpadded(body: bytes, key: bytes) -> bytes:
    padded = decrypt(key, body)
    end = padded.rfind(b"\x80")
    if end < 0 or not padded.endswith(bytes(len(padded) - end - 1)):
        raise KeyRefusedError
    return padded[:end]


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Nonce and secret box."""
    nonce = random_bytes(NONCE)
    return nonce + bindings.crypto_secretbox(plain, nonce, key)


def decrypt(key: bytes, boxed: bytes) -> bytes:
    try:
        return bindings.crypto_secretbox_open(boxed[NONCE:], boxed[:NONCE], key)
    except (CryptoError, ValueError, TypeError) as error:
        raise KeyRefusedError from error


# ---------------------------------------------------------------- keys of a person


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The fresh seeds of a person."""

    sign: bytes = field(repr=False)
    box: bytes = field(repr=False)

    @property
    def sign_public(self) -> bytes:
        return sign_public(self.sign)

    @property
    def box_public(self) -> BoxPublic:
        return BoxSecret.of(self.box).public


def new_keys() -> NewKeys:
    return NewKeys(random_bytes(SEED), random_bytes(SEED))


def sign_public(seed: bytes) -> bytes:
    return bindings.crypto_sign_seed_keypair(seed)[0]


def new_salt() -> bytes:
    return random_bytes(argon2id.SALTBYTES)


def wrap(kek: bytes, label: str, lab: LabId, owner: str, seed: bytes) -> bytes:
    """A seed under a password key; ``label`` (sign, box, custody) and the ids stop it from passing as another one."""
    return encrypt(kek, _wrap_prefix(label, lab, owner) + seed)


def unwrap(kek: bytes, label: str, lab: LabId, owner: str, wrapped: bytes) -> bytes:
    """The seed. Raises KeyRefusedError: this is the check of the password."""
    plain, prefix = decrypt(kek, wrapped), _wrap_prefix(label, lab, owner)
    if not plain.startswith(prefix) or len(plain) != len(prefix) + SEED:
        raise KeyRefusedError
    return plain[len(prefix) :]


def _wrap_prefix(label: str, lab: LabId, owner: str) -> bytes:
    return b"corelab/wrap/v1\0" + label.encode("ascii") + b"\0" + UUID(lab).bytes + UUID(owner).bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key for one signature, unwrapped by the password just typed. As a context manager it overwrites the key."""

    account: AccountId
    printed_name: str
    public: bytes
    seed: bytearray = field(repr=False, compare=False)

    @property
    def key_id(self) -> str:
        return audit.key_id(self.public)

    def sign(self, document: bytes) -> bytes:
        """The detached signature, 64 bytes."""
        if not any(self.seed):
            raise KeyRefusedError
        _, secret = bindings.crypto_sign_seed_keypair(bytes(self.seed))
        return bindings.crypto_sign(document, secret)[: bindings.crypto_sign_BYTES]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _overwrite(self.seed)


def is_signed_by(public: bytes, document: bytes, signature: bytes) -> bool:
    try:
        return bindings.crypto_sign_open(signature + document, public) == document
    except (CryptoError, ValueError, TypeError):
        return False


# ---------------------------------------------------------------- custody and lab secrets


def custody_grant(lab: LabId, coordinator: BoxPublic, custody: BoxSecret) -> bytes:
    """The custody key for one coordinator."""
    return coordinator.seal(b"corelab/custody/v1\0" + UUID(lab).bytes + bytes(custody.seed))


def granted_custody(lab: LabId, secret: BoxSecret, sealed: bytes) -> BoxSecret:
    return BoxSecret.of(_after(b"corelab/custody/v1\0" + UUID(lab).bytes, secret.unseal(sealed)))


def seal_lab_secret(lab: LabId, name: str, custody: BoxPublic, secret: bytes) -> bytes:
    return custody.seal(_secret_prefix(lab, name) + secret)


def open_lab_secret(lab: LabId, name: str, custody: BoxSecret, sealed: bytes) -> bytes:
    return _after(_secret_prefix(lab, name), custody.unseal(sealed))


def seal_factor(lab: LabId, to: BoxPublic, secret: bytes) -> bytes:
    """The secret of a second factor, for its owner alone."""
    return to.seal(b"corelab/factor/v1\0" + UUID(lab).bytes + secret)


def opened_factor(lab: LabId, box: BoxSecret, sealed: bytes) -> bytes:
    """Raises KeyRefusedError, also where the owner's keys are new since."""
    return _after(b"corelab/factor/v1\0" + UUID(lab).bytes, box.unseal(sealed))


def _secret_prefix(lab: LabId, name: str) -> bytes:
    return b"corelab/secret/v1\0" + UUID(lab).bytes + name.encode("ascii") + b"\0"


def _after(prefix: bytes, plain: bytes) -> bytes:
    if not plain.startswith(prefix):
        raise KeyRefusedError
    return plain[len(prefix) :]


RECOVERY_BYTES = 20


def wrap_custody(recovery: bytes, kdf: Kdf, lab: LabId, custody: BoxSecret) -> bytes:
    """The custody key under the recovery code."""
    return wrap(kdf.key(recovery, UUID(lab).bytes), "custody", lab, lab, bytes(custody.seed))


def recovered_custody(recovery: bytes, kdf: Kdf, lab: LabId, wrapped: bytes) -> BoxSecret:
    return BoxSecret.of(unwrap(kdf.key(recovery, UUID(lab).bytes), "custody", lab, lab, wrapped))


def new_secret(length: int = SEED) -> bytes:
    return random_bytes(length)
