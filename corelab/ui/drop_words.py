"""Words for what can go wrong with clips that come by network."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain.drops import DropFault, DropRefusedError
from corelab.ui.said import Words

_NOT_LISTENING = "Nothing listens, and what came before is kept."
_WORDS: Mapping[DropFault, tuple[str, str, str]] = MappingProxyType(
    {
        DropFault.TITLE: (
            "This is no application entity title: {}.",
            _NOT_LISTENING,
            "Give 1 to 16 letters, digits or signs, without backslash, as it stands on the senders.",
        ),
        DropFault.ALLOWED: (
            "The senders are not named, or one is no application entity title.",
            _NOT_LISTENING,
            "Name the title of each sender that may send, with commas between them.",
        ),
        DropFault.PORT: (
            "Port {} cannot be used: another program listens there, or this account may not.",
            _NOT_LISTENING,
            "Choose another port, above 1023, and tell it to the senders.",
        ),
        DropFault.ADDRESS: (
            "This machine has no address {}.",
            _NOT_LISTENING,
            "Give an address of this machine, or leave it out to be reached from this machine alone.",
        ),
        DropFault.TLS: (
            "The certificate, its key or the authority cannot be read, do not fit together, or need a password.",
            _NOT_LISTENING,
            "Give PEM files: certificate and key together, the key without a password.",
        ),
        DropFault.PACKAGE: (
            "The part of the program that receives by network is not installed.",
            "Nothing was changed.",
            'Install it with pip install "corelab[archive]", then try again.',
        ),
        DropFault.UNKNOWN: (
            "No drop {} waits.",
            "Nothing was changed.",
            "Look which ones wait (corelab drops LAB list): it may have been taken in or discarded.",
        ),
        DropFault.REASON: ("A reason is needed.", "Nothing was discarded.", "Say why it is not to be taken in."),
    }
)


def _refused(error: DropRefusedError) -> Words:
    happened, kept, do = _WORDS[error.fault]
    return Words(happened.format(error.detail), kept, do)


DROP_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType({"DropRefusedError": _refused})
