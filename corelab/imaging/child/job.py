"""The limits of a child on Windows: a job of its own, which ends with everything in it when its handle is closed, also by a crash.

The form of the limits is tested everywhere; that Windows keeps them was never tried on this project's machines, which have none.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from corelab.imaging.child.bounds import Bounds
from corelab.imaging.child.ends import ReaderUnavailableError

# winnt.h: JOB_OBJECT_LIMIT_*
PROCESS_TIME, ACTIVE_PROCESS, PROCESS_MEMORY, DIE_ON_UNHANDLED, KILL_ON_CLOSE = 0x2, 0x8, 0x100, 0x400, 0x2000
FLAGS = PROCESS_TIME | ACTIVE_PROCESS | PROCESS_MEMORY | DIE_ON_UNHANDLED | KILL_ON_CLOSE
_EXTENDED_LIMITS = 9
_WORK_WITH_IT = 0x0100 | 0x0800 | 0x0001
"""PROCESS_SET_QUOTA, PROCESS_SUSPEND_RESUME, PROCESS_TERMINATE."""

SUSPENDED = 0x4 if sys.platform == "win32" else 0
"""CREATE_SUSPENDED: it does nothing until it is in its job, so that what it starts is in it too."""


class Basic(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION; times in units of 100 ns."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class Extended(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", Basic),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limits_of(bounds: Bounds) -> Extended:
    """Memory and user time; no window asks about a crash. Processes: the python of an environment, its own one, and one that reads."""
    limits = Extended()
    limits.basic.per_process_user_time = bounds.cpu * 10_000_000
    limits.basic.flags = FLAGS
    limits.basic.active_processes = 3
    limits.process_memory = bounds.memory
    return limits


@contextmanager
def contained(process: int, bounds: Bounds) -> Iterator[None]:
    """While it lives, the process is in its job; elsewhere than on Windows it limits itself. Raises ReaderUnavailableError."""
    if sys.platform != "win32":
        yield
        return
    kernel = ctypes.windll.kernel32
    kernel.CreateJobObjectW.restype = kernel.OpenProcess.restype = wintypes.HANDLE
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    handle = wintypes.HANDLE(kernel.OpenProcess(_WORK_WITH_IT, False, process))  # noqa: FBT003 - as the system wants it
    try:
        limits = limits_of(bounds)
        kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        if not kernel.AssignProcessToJobObject(job, handle) or ctypes.windll.ntdll.NtResumeProcess(handle):
            raise ReaderUnavailableError
        yield
    finally:
        kernel.CloseHandle(handle)
        kernel.CloseHandle(job)
