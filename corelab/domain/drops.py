"""Clips that a site sends by network: how such a drop ends, and why listening or a step with a drop cannot be done."""

import re
from enum import Enum

_TITLE = re.compile(r"[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?")


def is_title(text: str) -> bool:
    """An application entity title (DICOM PS3.5, AE): 1 to 16 printable characters without backslash, no blank at either end."""
    return _TITLE.fullmatch(text) is not None


class DropEnd(Enum):
    """How an association with a sender ended. Only the first two leave a drop."""

    WHOLE = "whole"
    INTERRUPTED = "interrupted"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    NOTHING = "nothing"


class DropFault(Enum):
    """Why listening cannot begin, or a drop cannot be taken in or discarded."""

    TITLE = "title"
    ALLOWED = "allowed"
    PORT = "port"
    ADDRESS = "address"
    TLS = "tls"
    PACKAGE = "package"
    UNKNOWN = "unknown"
    REASON = "reason"


class DropRefusedError(Exception):
    """``detail`` is what a person of the lab gave: a title, a port, a number."""

    def __init__(self, fault: DropFault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail
