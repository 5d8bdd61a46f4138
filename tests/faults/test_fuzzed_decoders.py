"""Damaged envelopes, headers and codes: whatever the bytes, a decoder gives what was put in, or refuses by its own error."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from corelab.domain.record_errors import KeyRefusedError
from corelab.domain.vocabulary import AccountId, LabId
from corelab.storage import keys
from corelab.storage.keys import BoxSecret, make_opening
from tests.faults.damage import damaged
from tests.faults.figures import Figures

AUTHOR, CUSTODY = BoxSecret.of(b"\x22" * 32), BoxSecret.of(b"\x33" * 32)
KEK = b"\x07" * 32
LAB, OWNER = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b1"
OPENING = make_opening({"grades": [{"item": "COMP", "segment": "CFV", "value": "partial"}], "note": "ä"}).body


@dataclass(frozen=True, slots=True)
class Decoder:
    """``sound`` decodes to ``inside``; ``refusals`` are the errors by which damage is told."""

    name: str
    sound: bytes
    inside: object
    decode: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]


def _signed() -> tuple[bytes, bytes, bytes]:
    signer = keys.Signer(AccountId(OWNER), "Reader", keys.sign_public(b"\x11" * 32), bytearray(b"\x11" * 32))
    return signer.public, OPENING, signer.sign(OPENING)


def _unwrapped(data: bytes) -> bytes:
    return keys.unwrap(KEK, "sign", _LAB, OWNER, data)


_PUBLIC, _DOCUMENT, _SIGNATURE = _signed()
_LAB = LabId(LAB)
DECODERS = (
    Decoder(
        "an envelope, by its author",
        keys.seal(OPENING, [AUTHOR.public, CUSTODY.public]),
        OPENING,
        lambda data: keys.unseal(data, AUTHOR),
        (KeyRefusedError,),
    ),
    Decoder(
        "an envelope, by custody",
        keys.seal(OPENING, [AUTHOR.public, CUSTODY.public], 2048),
        OPENING,
        lambda data: keys.unseal(data, CUSTODY),
        (KeyRefusedError,),
    ),
    Decoder("wrapped keys", keys.wrap(KEK, "sign", _LAB, OWNER, b"\x11" * 32), b"\x11" * 32, _unwrapped, (KeyRefusedError,)),
    Decoder(
        "a grant of custody",
        keys.custody_grant(_LAB, AUTHOR.public, CUSTODY),
        bytes(CUSTODY.seed),
        lambda data: bytes(keys.granted_custody(_LAB, AUTHOR, data).seed),
        (KeyRefusedError,),
    ),
    Decoder(
        "a secret of the lab",
        keys.seal_lab_secret(_LAB, "deid", CUSTODY.public, b"\x55" * 32),
        b"\x55" * 32,
        lambda data: keys.open_lab_secret(_LAB, "deid", CUSTODY, data),
        (KeyRefusedError,),
    ),
    Decoder("a signature", _SIGNATURE, "signed", lambda data: "signed" if keys.is_signed_by(_PUBLIC, _DOCUMENT, data) else None, ()),
)


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
def test_a_damaged_secret_opens_to_nothing_else(decoder: Decoder, many: Callable[[int, int], int], figures: Figures) -> None:
    count = many(2_000, 100_000) // len(DECODERS)
    assert decoder.decode(decoder.sound) == decoder.inside
    wrong = [data for data in damaged(decoder.sound, count, decoder.name) if _other(decoder, data)]
    figures.tell(injected=count, undetected=len(wrong))
    assert not wrong


def _other(decoder: Decoder, data: bytes) -> bool:
    """Whether these bytes decode to something that was never put in; an envelope has a part that is another recipient's."""
    try:
        found = decoder.decode(data)
    except decoder.refusals:
        return False
    return found is not None and (found != decoder.inside or decoder.name == "a signature")
