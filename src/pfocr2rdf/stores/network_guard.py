"""A sandbox without network for native code that has no switch for it: a seccomp filter of Linux, for one thread and what it starts.

No library of PyPI does this without a library of the system: ``pyseccomp`` needs libseccomp, and ``landlock`` knows only files.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

_Result = TypeVar("_Result")

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
# Instructions of classic BPF (linux/bpf_common.h), and the offsets in struct seccomp_data (linux/seccomp.h).
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EACCES
_X32_BIT = 0x40000000  # calls of the x32 ABI of x86_64 have numbers from here on


class _Architecture(NamedTuple):
    audit_code: int  # AUDIT_ARCH_* of linux/audit.h
    denied_calls: tuple[int, ...]  # socket, connect and io_uring_setup, which does without both


_ARCHITECTURES = {
    "x86_64": _Architecture(0xC000003E, (41, 42, 425)),
    "aarch64": _Architecture(0xC00000B7, (198, 203, 425)),
}


class _FilterProgram(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def deny_network() -> bool:
    """Deny the network to the calling thread and to all that it starts; this cannot be undone. Returns whether it has worked.

    Sockets that are open stay usable. Every attempt to make one, or to connect, is ``PermissionError``.
    """
    architecture = _ARCHITECTURES.get(platform.machine())
    if sys.platform == "linux" and architecture and sys.maxsize > 1 << 32:
        instructions = ctypes.create_string_buffer(_compile_filter(architecture))
        program = _FilterProgram(len(instructions) // 8, ctypes.addressof(instructions))
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
        if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0)
    return not has_network()


def _compile_filter(architecture: _Architecture) -> bytes:
    """The filter: calls of other architectures and the denied ones fail, all others pass."""
    numbers = architecture.denied_calls
    to_deny = len(numbers) + 1  # instructions between the first test of the number and the last instruction
    code = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 0, to_deny + 2, architecture.audit_code),
        (_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_IF_AT_LEAST, to_deny, 0, _X32_BIT),
        *((_JUMP_IF_EQUAL, to_deny - 1 - index, 0, number) for index, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def has_network() -> bool:
    """Whether the calling thread can make a socket: asked of the system, so that no state of ours can be wrong about it."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EPERM)
    return True


def run_without_network(work: Callable[[], _Result]) -> _Result:
    """Do work in a separate thread without network, if the system supports it; the work may call ``has_network``."""

    def run() -> _Result:
        deny_network()
        return work()

    return run_in_thread(run)


def run_in_thread(work: Callable[[], _Result]) -> _Result:
    """Do work in a separate thread, which an interrupt of the caller does not wait for."""
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            _clear_frames(error)
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result()


def _clear_frames(error: BaseException | None) -> None:
    """Forget the local names of where an error was raised: what pyoxigraph answers must go in the thread in which it came."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__
