"""On Linux from 5.13 the kernel itself keeps a child in its folder (Landlock): whatever the bytes make it do, it writes nowhere else.

Reading stays free: libraries load parts of themselves when they need them. Newer kernels also forbid it to open connections (6.7), and to
send signals to anybody but itself (6.12). Elsewhere the limits of ``bounds`` are all there is.
"""

import ctypes
import os
import struct
import sys

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every machine since 2021
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGES = sum(1 << bit for bit in range(4, 13)) | _WRITE_FILE
"""Writing into files; making and removing files, folders, links, sockets, pipes and devices."""
_LATER = {2: 1 << 13, 3: _TRUNCATE}
"""Version -> moving between folders, cutting short."""
_NETWORK = 0b11
"""Binding and connecting TCP."""
_SCOPES = 0b11
"""Abstract sockets, signals."""


def confine(folder: int) -> bool:
    """From here on this thread changes nothing outside the open ``folder`` but the null device. Whether the kernel can."""
    if sys.platform != "linux":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    changes = _CHANGES | sum(bit for since, bit in _LATER.items() if version >= since)
    rules = _rules(system, version, changes)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        _allow(system, rules, folder, changes)
        _allow(system, rules, null, changes & (_WRITE_FILE | _TRUNCATE))
        _sure(system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _sure(system.syscall(_RESTRICT, rules, 0))
    finally:
        os.close(null)
        os.close(rules)
    return True


def _rules(system: ctypes.CDLL, version: int, changes: int) -> int:
    wanted = struct.pack("=QQQ", changes, _NETWORK if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return _sure(system.syscall(_CREATE, wanted, ctypes.c_size_t(size), 0))


def _allow(system: ctypes.CDLL, rules: int, place: int, access: int) -> None:
    _sure(system.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", access, place), 0))


def _sure(result: int) -> int:
    """A child that cannot be kept in does not begin."""
    if result < 0:
        raise OSError(ctypes.get_errno(), "the kernel does not confine")
    return result
