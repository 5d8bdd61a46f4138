"""Who may send what, and how much; and what is told of an association that ended."""

from dataclasses import dataclass, field
from pathlib import Path

from corelab.domain.drops import DropEnd
from corelab.imaging.deid.header import RETIRED, US, US_MULTI
from corelab.imaging.source import DEFLATED
from corelab.imaging.syntaxes import CODINGS


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes, but for ``objects``, ``associations`` and ``seconds``. ``free``: what must stay free on the disk."""

    object: int = 2 << 30
    delivery: int = 200 << 30
    objects: int = 50_000
    free: int = 1 << 30
    pdu: int = 128 << 10
    associations: int = 4
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Tls:
    """``authority``: a sender must show a certificate that this one signed; without it any sender may speak TLS."""

    certificate: Path
    key: Path
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """``called`` is the own title; ``allowed`` are those of the senders. ``port`` 0: the system chooses."""

    called: str
    allowed: tuple[str, ...]
    address: str = "127.0.0.1"
    port: int = 0
    tls: Tls | None = None
    retired: bool = True
    deflated: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def classes(self) -> tuple[str, ...]:
        return (US, US_MULTI, *(sorted(RETIRED) if self.retired else ()))

    @property
    def syntaxes(self) -> tuple[str, ...]:
        return tuple(each for each in CODINGS if each != DEFLATED or self.deflated)


@dataclass(frozen=True, slots=True)
class Landed:
    """An association that ended. ``folder`` holds its objects, if it left any; ``sender`` is a title of the list, or empty."""

    end: DropEnd
    sender: str = ""
    objects: int = 0
    bytes: int = 0
    folder: Path | None = None
