"""Run ``pfocr2rdf``, or import all of it, as on a machine that lacks what the first argument names, separated by commas.

``posix``: modules and names that Windows does not have, and ``sys.platform`` says so. Libraries need them on this machine, so the package
alone does not see them. ``shacl``: the engine in Rust. Spawned processes run this file again, so they lack the same.
"""

import builtins
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import types
from typing import Any

POSIX_MODULES = {"fcntl", "grp", "pwd", "resource", "termios", "pty", "tty", "syslog"}
POSIX_NAMES = {
    os: (
        "fork", "forkpty", "register_at_fork", "geteuid", "getuid", "getgid", "getpgid", "killpg", "setsid", "sched_getaffinity", "pread",
        "pwrite", "fchmod", "fchown", "chown", "mkfifo", "sysconf", "statvfs", "nice", "uname", "memfd_create", "pidfd_open", "getloadavg",
        "O_DIRECTORY", "O_CLOEXEC", "O_TMPFILE", "O_NOFOLLOW", "O_NONBLOCK", "posix_fadvise", "wait4", "WNOHANG",
    ),
    signal: ("SIGKILL", "SIGALRM", "SIGHUP", "SIGPIPE", "SIGUSR1", "SIGCHLD", "setitimer", "alarm", "pthread_sigmask"),
    socket: ("send_fds", "recv_fds", "AF_UNIX"),
    select: ("poll", "epoll"),
    sys: (),
}  # fmt: skip


class WindowsModule(types.ModuleType):
    """A module of the standard library without the names that Windows lacks."""

    def __init__(self, module: types.ModuleType, names: tuple[str, ...]) -> None:
        super().__init__(module.__name__)
        vars(self).update(_module=module, _names=names)

    def __getattr__(self, name: str) -> Any:
        if name in self._names:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return "win32" if (self.__name__, name) == ("sys", "platform") else getattr(self._module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._module, name, value)


lacking = set(sys.argv[1].split(","))
missing = (POSIX_MODULES if "posix" in lacking else set()) | (lacking - {"posix"})
real_import = builtins.__import__


windows_modules = {module.__name__: WindowsModule(module, names) for module, names in POSIX_NAMES.items()} if "posix" in lacking else {}


def import_what_is_there(name: str, scope: Any = None, *arguments: Any, **options: Any) -> Any:
    importer = str((scope or {}).get("__name__", "")).partition(".")[0]
    if importer == "pfocr2rdf" and (name in missing or name.partition(".")[0] in missing):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if importer == "pfocr2rdf" and name in windows_modules:
        return windows_modules[name]
    return real_import(name, scope, *arguments, **options)


def import_all() -> None:
    import pfocr2rdf

    for module in pkgutil.walk_packages(pfocr2rdf.__path__, "pfocr2rdf."):
        if not module.name.endswith("__main__") and not ("shacl" in lacking and module.name.endswith(".native_engine")):
            importlib.import_module(module.name)
            print(module.name)


builtins.__import__ = import_what_is_there

if __name__ == "__main__":
    del sys.argv[1]
    if sys.argv[1:] == ["import-all"]:
        import_all()
    else:
        from pfocr2rdf.cli import main

        main(prog_name="pfocr2rdf")
