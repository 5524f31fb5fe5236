"""Windows' low integrity: a process of it writes into nothing that is not marked as low as well.

A user's files, the registry and other processes have medium integrity, and may be read. A process
can take it and not give it back. See "Mandatory Integrity Control" and "Designing Applications to
Run at a Low Integrity Level" in Microsoft's documentation of the Windows API.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

# A handle is as wide as a pointer; without this, ctypes passes 32 bits.
_kernel32.GetCurrentProcess.restype = wintypes.HANDLE
_kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
_kernel32.LocalFree.argtypes = [wintypes.LPVOID]
_advapi32.OpenProcessToken.argtypes = [
    *(wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)),
]
_advapi32.SetTokenInformation.argtypes = [
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD),
]
_advapi32.ConvertStringSidToSidW.argtypes = [wintypes.LPCWSTR, wintypes.LPVOID]
_advapi32.GetLengthSid.argtypes = [wintypes.LPVOID]
_advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
    *(wintypes.LPCWSTR, wintypes.DWORD, wintypes.LPVOID, wintypes.LPVOID),
]
_advapi32.GetSecurityDescriptorSacl.argtypes = [wintypes.LPVOID] * 4
_advapi32.SetNamedSecurityInfoW.restype = wintypes.DWORD
_advapi32.SetNamedSecurityInfoW.argtypes = [
    *(wintypes.LPCWSTR, ctypes.c_int, wintypes.DWORD),
    *(wintypes.LPVOID, wintypes.LPVOID, wintypes.LPVOID, wintypes.LPVOID),
]

_LOW = "S-1-16-4096"
_LABEL = "S:(ML;OICI;NW;;;LW)"
"""Low, for the folder and all that comes into it; who is lower does not write there."""
_SDDL_REVISION = 1
_FILE_OBJECT, _LABEL_SECURITY_INFORMATION = 1, 0x0010
_TOKEN_QUERY, _TOKEN_ADJUST_DEFAULT = 0x0008, 0x0080
_TOKEN_INTEGRITY_LEVEL = 25
_GROUP_INTEGRITY = 0x0020


class _Label(ctypes.Structure):
    """TOKEN_MANDATORY_LABEL."""

    _fields_ = (("Sid", wintypes.LPVOID), ("Attributes", wintypes.DWORD))


def lower(folder: Path) -> None:
    """Lets this process, and what it will start, write into a folder and nowhere else.

    Args:
        folder: It is marked first, so that a run has either both or neither.

    Raises:
        OSError: If the system refuses.
    """
    _mark(folder)
    sid, token = wintypes.LPVOID(), wintypes.HANDLE()
    _check(_advapi32.ConvertStringSidToSidW(_LOW, ctypes.byref(sid)))
    try:
        access, process = _TOKEN_QUERY | _TOKEN_ADJUST_DEFAULT, _kernel32.GetCurrentProcess()
        _check(_advapi32.OpenProcessToken(process, access, ctypes.byref(token)))
        label = _Label(sid, _GROUP_INTEGRITY)
        size = ctypes.sizeof(label) + _advapi32.GetLengthSid(sid)
        _check(
            _advapi32.SetTokenInformation(token, _TOKEN_INTEGRITY_LEVEL, ctypes.byref(label), size)
        )
    finally:
        _kernel32.CloseHandle(token)
        _kernel32.LocalFree(sid)


def _mark(folder: Path) -> None:
    descriptor, acl = wintypes.LPVOID(), wintypes.LPVOID()
    present, default = wintypes.BOOL(), wintypes.BOOL()
    _check(
        _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            _LABEL, _SDDL_REVISION, ctypes.byref(descriptor), None
        )
    )
    try:
        _check(
            _advapi32.GetSecurityDescriptorSacl(
                descriptor, ctypes.byref(present), ctypes.byref(acl), ctypes.byref(default)
            )
        )
        error = _advapi32.SetNamedSecurityInfoW(
            str(folder), _FILE_OBJECT, _LABEL_SECURITY_INFORMATION, None, None, None, acl
        )
        if error:
            raise ctypes.WinError(error)
    finally:
        _kernel32.LocalFree(descriptor)


def _check(result: int) -> None:
    """Does nothing if a function has not failed.

    Raises:
        OSError: If it has.
    """
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
