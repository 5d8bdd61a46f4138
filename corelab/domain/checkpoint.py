"""A checkpoint: the head of the chain at one event, as a short signed text that is kept outside the lab. Pure."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from corelab.domain.audit import Hex

KEY_HINT_BYTES = 4
SIGNATURE_BYTES = 64
_LAB = re.compile(r"corelab/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_SEQ = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_AT = re.compile(r"at ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)", re.ASCII)
_SIGNED = re.compile(r"\u2014 ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\S+)")


class CheckpointRefusedError(ValueError):
    """A text that is no checkpoint: ``line`` counts from 1, ``what`` says what should stand there."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class CheckpointSignature:
    """Who signed: ``hint`` are the first bytes of a digest of account and public key, which tell the key among others."""

    account: str
    hint: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Event ``seq`` of this lab had the hash ``head``. Without ``signed`` it is a witness copy: worth what its place is worth."""

    lab: str
    seq: int
    head: Hex
    trial: str
    at: str
    signed: CheckpointSignature | None = None

    @property
    def body(self) -> bytes:
        """What the signature is over: everything above the blank line."""
        head = base64.b64encode(bytes.fromhex(self.head)).decode("ascii")
        return f"corelab/{self.lab}\n{self.seq}\n{head}\ntrial {self.trial}\nat {self.at}\n".encode()

    @property
    def text(self) -> str:
        if self.signed is None:
            return self.body.decode()
        last = base64.b64encode(self.signed.hint + self.signed.signature).decode("ascii")
        return f"{self.body.decode()}\n\u2014 {self.signed.account} {last}\n"

    @property
    def short(self) -> str:
        return short_form(self.seq, self.head)


def short_form(seq: int, head: Hex) -> str:
    """The number and the first 16 digits of the hash: for the footer of a printed page."""
    return f"{seq} {head[:16]}"


def key_hint(account: str, public: bytes) -> bytes:
    """The bytes before the signature that tell which key made it."""
    return hashlib.sha256(account.encode("ascii") + b"\n\x01" + public).digest()[:KEY_HINT_BYTES]


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in this text; line ends of another system do not matter. Raises CheckpointRefusedError."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) not in {5, 7}:
        raise CheckpointRefusedError(len(lines), "a checkpoint has 5 lines, and with a signature 7")
    lab = _matched(_LAB, lines, 1, "corelab/ and the id of a lab")
    seq = _matched(_SEQ, lines, 2, "the number of an event")
    head = _decoded(lines[2], 3, 32, "the hash of an event in base64")
    if not lines[3].startswith("trial ") or lines[3] == "trial ":
        raise CheckpointRefusedError(4, "'trial' and the id of the trial")
    at = _matched(_AT, lines, 5, "'at' and a time in UTC with milliseconds")
    signed = _signature(lines) if len(lines) > 5 else None
    return Checkpoint(lab[1], int(seq[0]), head.hex(), lines[3].removeprefix("trial "), at[1], signed)


def _signature(lines: list[str]) -> CheckpointSignature:
    if lines[5]:
        raise CheckpointRefusedError(6, "a blank line before the signature")
    found = _matched(_SIGNED, lines, 7, "a dash, an account and a signature")
    both = _decoded(found[2], 7, KEY_HINT_BYTES + SIGNATURE_BYTES, "a signature in base64")
    return CheckpointSignature(found[1], both[:KEY_HINT_BYTES], both[KEY_HINT_BYTES:])


def _matched(pattern: re.Pattern[str], lines: list[str], line: int, what: str) -> re.Match[str]:
    found = pattern.fullmatch(lines[line - 1])
    if found is None:
        raise CheckpointRefusedError(line, what)
    return found


def _decoded(text: str, line: int, size: int, what: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != size or base64.b64encode(decoded).decode("ascii") != text:
        raise CheckpointRefusedError(line, what)
    return decoded
