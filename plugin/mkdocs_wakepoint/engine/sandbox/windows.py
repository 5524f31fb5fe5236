"""What Windows offers: a job object for each run, and a token without privileges.

That is no sandbox: a run reads what its user may; where it writes, `integrity` limits. See "Job
Objects" and "Privileges" in Microsoft's documentation of the Windows API.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from ctypes import wintypes

from mkdocs_wakepoint.engine.limits import MIB, Limits

assert sys.platform == "win32"

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

# A handle is as wide as a pointer; without this, ctypes passes 32 bits.
_kernel32.CreateJobObjectW.restype = wintypes.HANDLE
_kernel32.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
_kernel32.SetInformationJobObject.argtypes = [
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD),
]
_kernel32.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
_kernel32.TerminateJobObject.argtypes = [wintypes.HANDLE, wintypes.UINT]
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
_kernel32.GetCurrentProcess.restype = wintypes.HANDLE
_kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
_advapi32.OpenProcessToken.argtypes = [
    *(wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)),
]
_advapi32.GetTokenInformation.argtypes = [
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD),
    ctypes.POINTER(wintypes.DWORD),
]
_advapi32.LookupPrivilegeValueW.argtypes = [wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.LPVOID]
_advapi32.AdjustTokenPrivileges.argtypes = [
    *(wintypes.HANDLE, wintypes.BOOL, wintypes.LPVOID, wintypes.DWORD),
    *(wintypes.LPVOID, wintypes.LPVOID),
]

_PROCESS_TERMINATE, _PROCESS_SET_QUOTA = 0x0001, 0x0100
_BASIC_UI_RESTRICTIONS, _EXTENDED_LIMIT_INFORMATION = 4, 9
_ACTIVE_PROCESS, _JOB_MEMORY = 0x0008, 0x0200
_DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE = 0x0400, 0x2000
_EVERY_UI_RESTRICTION = 0x00FF
"""Clipboard, desktops, windows of others, settings, logging off: JOB_OBJECT_UILIMIT_*."""


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
        ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_ulonglong * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class JobObject:
    """A process and all that it will start, which has common limits and a common end.

    It has no name, this process alone has a handle of it, and nothing may break away from it. So
    it ends with this process, however that ends, and no limit can be lifted from within.

    Args:
        pid: The process.
        limits: What it and all that it starts may use together: memory and processes.
        restrictions: JOB_OBJECT_UILIMIT_*; there can be none for a process that is in a job.

    Raises:
        OSError: If the system refuses.
    """

    def __init__(self, pid: int, limits: Limits, restrictions: int) -> None:
        self._handle: int | None = _checked(_kernel32.CreateJobObjectW(None, None))
        try:
            self._set(_EXTENDED_LIMIT_INFORMATION, _extended(limits))
            if restrictions:
                self._set(_BASIC_UI_RESTRICTIONS, wintypes.DWORD(restrictions))
            process = _checked(
                _kernel32.OpenProcess(_PROCESS_TERMINATE | _PROCESS_SET_QUOTA, False, pid)
            )
            try:
                _checked(_kernel32.AssignProcessToJobObject(self._handle, process))
            finally:
                _kernel32.CloseHandle(process)
        except OSError:
            self.close()
            raise

    def _set(self, kind: int, value: ctypes.Structure | wintypes.DWORD) -> None:
        size = ctypes.sizeof(value)
        _checked(_kernel32.SetInformationJobObject(self._handle, kind, ctypes.byref(value), size))

    def end(self) -> None:
        """Ends all that is in it."""
        if self._handle is not None:
            _kernel32.TerminateJobObject(self._handle, 1)

    def close(self) -> None:
        """Ends all that is in it, and gives the handle back."""
        self.end()
        if self._handle is not None:
            _kernel32.CloseHandle(self._handle)
            self._handle = None


def confine(pid: int, limits: Limits) -> JobObject | None:
    """A job object with a process in it; None if the system makes none.

    The process has started none yet: those would stay outside.
    """
    # A process that is in a job already, as one is that a launcher or a CI runner has started, can
    # be in one more if that restricts nothing of the user interface.
    for restrictions in (_EVERY_UI_RESTRICTION, 0):
        with suppress(OSError):
            return JobObject(pid, limits, restrictions)
    return None


def _extended(limits: Limits) -> _ExtendedLimits:
    value = _ExtendedLimits(JobMemoryLimit=limits.memory * MIB)
    value.BasicLimitInformation.ActiveProcessLimit = limits.processes
    value.BasicLimitInformation.LimitFlags = (
        _ACTIVE_PROCESS | _JOB_MEMORY | _DIE_ON_UNHANDLED_EXCEPTION | _KILL_ON_JOB_CLOSE
    )
    return value


_TOKEN_QUERY, _TOKEN_ADJUST_PRIVILEGES = 0x0008, 0x0020
_TOKEN_PRIVILEGES = 3
_SE_PRIVILEGE_REMOVED = 0x0004


class _Luid(ctypes.Structure):
    _fields_ = (("LowPart", wintypes.DWORD), ("HighPart", wintypes.LONG))


class _Privilege(ctypes.Structure):
    """LUID_AND_ATTRIBUTES."""

    _fields_ = (("Luid", _Luid), ("Attributes", wintypes.DWORD))


def drop_privileges() -> None:
    """Removes the privileges of this process for good, also from what it will start.

    An administrator has some that open every file and every process. The one that lets everybody
    pass through folders stays, as it does with DISABLE_MAX_PRIVILEGE of CreateRestrictedToken.

    Raises:
        OSError: If the system refuses.
    """
    token = wintypes.HANDLE()
    access = _TOKEN_QUERY | _TOKEN_ADJUST_PRIVILEGES
    process = _kernel32.GetCurrentProcess()
    _checked(_advapi32.OpenProcessToken(process, access, ctypes.byref(token)))
    try:
        size = wintypes.DWORD()
        _advapi32.GetTokenInformation(token, _TOKEN_PRIVILEGES, None, 0, ctypes.byref(size))
        data = ctypes.create_string_buffer(size.value)
        _checked(
            _advapi32.GetTokenInformation(token, _TOKEN_PRIVILEGES, data, size, ctypes.byref(size))
        )
        count = wintypes.DWORD.from_buffer(data).value
        privileges = (_Privilege * count).from_buffer(data, ctypes.sizeof(wintypes.DWORD))
        for privilege in privileges:
            if not _lets_pass(privilege.Luid):
                privilege.Attributes = _SE_PRIVILEGE_REMOVED
        _checked(_advapi32.AdjustTokenPrivileges(token, False, data, 0, None, None))
    finally:
        _kernel32.CloseHandle(token)


def _lets_pass(luid: _Luid) -> bool:
    passes = _Luid()
    _checked(_advapi32.LookupPrivilegeValueW(None, "SeChangeNotifyPrivilege", ctypes.byref(passes)))
    return (luid.LowPart, luid.HighPart) == (passes.LowPart, passes.HighPart)


def _checked(result: int | None) -> int:
    """What a function has given, if that is not what stands for a failure.

    Raises:
        OSError: If it is.
    """
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result
