"""The statement that an electronic signature binds like a handwritten one: accepted once, before the first signature."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from corelab.resources import resource

SIGNATURE = "signature"
"""What is acknowledged, as it stands in the records."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Words to be accepted, and the digest by which the records know them; other words ask again."""

    words: str

    @property
    def digest(self) -> str:
        return sha256(self.words.encode()).hexdigest()


@cache
def signature_statement() -> Statement:
    """The words that ship with the program."""
    return Statement(" ".join(resource("statements", "signature.txt").read_text("utf-8").split()))
