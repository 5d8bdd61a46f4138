"""A lock on an open file, which the system takes back when the program dies, however it dies."""

import os
import sys

_FAR = 1 << 30
"""Where the locked byte lies: past everything that is written, since on Windows a locked byte cannot be read."""

if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> bool:
        """Take the lock, unless another handle has it."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Take the lock, unless another handle has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
