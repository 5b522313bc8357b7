"""Signatures with SSH keys, by OpenSSH's ``ssh-keygen -Y``: researchers have such keys already, and can check them without this program."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import OptionError, SourceError, describe_os_error
from pfocr2rdf.rdf.text import escape_controls
from pfocr2rdf.storage.regular_files import open_regular

_NAMESPACE = "file"  # that of signatures of files in general (ssh-keygen(1))
_MAX_FILE_BYTES = 1 << 20  # of keys and lists of signers
_TIMEOUT_SECONDS = 60.0  # an agent may ask its user
_PROGRAM = "ssh-keygen"
_match_armor = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----\n").fullmatch
_begins_with_key = re.compile(rb"\s*(?:ssh|ecdsa|sk)-[^\s,@]+\s+AAAA").match
_search_key = re.compile(r"key (\S+:\S+)").search


class Signer(NamedTuple):
    """Who signed: the fingerprint of the key, and the name in the list of allowed signers, or ``""`` without a list."""

    key: str
    name: str


class InvalidSignatureError(Exception):
    """A signature is not one of this data, or not by an allowed signer; the message is a clause."""


def sign(data: bytes, key: str | os.PathLike[str]) -> bytes:
    """A detached signature.

    Args:
        data: what is signed.
        key: the file of a private key without a passphrase, or of a public key whose private key is in the agent.

    Raises:
        OptionError: the key cannot be used.
    """
    path = os.path.abspath(key)
    _require_readable(path, "create a key with 'ssh-keygen -t ed25519', and name its file")
    done = _run(["-Y", "sign", "-q", "-n", _NAMESPACE, "-f", path], data)
    if done.returncode == 0 and (match := _match_armor(done.stdout)):
        if b"ecdsa-sha2-" in base64.b64decode(match[1]):
            raise OptionError(f"{path}: is an ECDSA key, whose signatures are never the same twice; use an Ed25519 or RSA key")
        return done.stdout
    message = done.stderr.decode("utf-8", "replace")
    private = path.removesuffix(".pub")
    if "passphrase" in message:
        reason = f"is protected by a passphrase; run 'ssh-add {private}', and sign with {private}.pub, or use a key without one"
    elif "UNPROTECTED" in message:
        reason = f"can be read by other users; run 'chmod 600 {path}'"
    elif path.endswith(".pub"):
        reason = f"is a public key whose private key is not available; run 'ssh-add {private}', or name the private key"
    else:
        reason = "is not an SSH key that can sign; create one with 'ssh-keygen -t ed25519', and name its file"
    raise OptionError(f"{path}: {reason}")


def check_signature(data: bytes, signature: bytes, allowed_signers: str | os.PathLike[str] | None) -> Signer:
    """Check a signature, and with a list of allowed signers also the key.

    Raises:
        InvalidSignatureError: the signature is wrong, or the signer is not in the list.
        OptionError: the list cannot be read.
        SourceError: OpenSSH is not installed.
    """
    if allowed_signers is not None:
        _require_signers(os.path.abspath(allowed_signers))
    if not _is_canonical(signature):
        raise InvalidSignatureError("it is not an SSH signature, or it was changed")
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as folder:
        file = Path(folder, "signature")
        file.write_bytes(signature)
        done = _run(["-Y", "check-novalidate", "-n", _NAMESPACE, "-s", str(file)], data)
        match = _search_key(done.stdout.decode("utf-8", "replace"))
        if done.returncode or not match:
            raise InvalidSignatureError("the signature is not that of this SHA256SUMS")
        if allowed_signers is None:
            return Signer(match[1], "")
        signers = os.path.abspath(allowed_signers)
        search = _run(["-Y", "find-principals", "-s", str(file), "-f", signers], b"")
        attempts = [search]
        for name in search.stdout.decode("utf-8", "replace").splitlines():
            attempts.append(_run(["-Y", "verify", "-n", _NAMESPACE, "-f", signers, "-I", name, "-s", str(file)], data))
            if attempts[-1].returncode == 0:
                return Signer(match[1], name)
    lines = [line for done in attempts for line in _line_errors(done.stderr, signers)]
    reason = f" ({'; '.join(dict.fromkeys(lines))})" if lines else ""
    raise InvalidSignatureError(f"the key {match[1]} does not belong to an allowed signer{reason}")


def _line_errors(stderr: bytes, signers: str) -> list[str]:
    """What OpenSSH reports about lines of a list of signers, such as a key that has expired or is for other namespaces."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    name = Path(signers).name
    return [escape_controls(f"{name}{line.removeprefix(signers)}") for line in lines if line.startswith(f"{signers}:")]


def _is_canonical(signature: bytes) -> bool:
    """Whether there is only one way to write the signature: ``ssh-keygen`` accepts others, so a changed byte could stay unnoticed."""
    match = _match_armor(signature)
    if not match:
        return False
    width = match[1].index(b"\n")
    text = match[1].replace(b"\n", b"")
    lines = [text[start : start + width] + b"\n" for start in range(0, len(text), width)]
    try:
        return b"".join(lines) == match[1] and base64.b64encode(base64.b64decode(text, validate=True)) == text
    except ValueError:
        return False


def _require_signers(path: str) -> None:
    """Refuse a list of allowed signers with the line of a public key, which OpenSSH would skip: the signer's name is missing."""
    data = _require_readable(path, "name a file in the format of ssh-keygen(1), 'ALLOWED SIGNERS'")
    for number, line in enumerate(data.splitlines(), start=1):
        if _begins_with_key(line):
            raise OptionError(f"{path}:{number}: begins with the key; write the e-mail address of the signer and a space before it")


def _require_readable(path: str, remedy: str) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(_MAX_FILE_BYTES)
    except FileNotFoundError:
        raise OptionError(f"{path}: there is no such file; {remedy}") from None
    except OSError as error:
        raise OptionError(f"{path}: cannot be read: {describe_os_error(error)}") from None


def _run(arguments: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run ``ssh-keygen`` with data on standard input; it cannot ask for a passphrase, since it has no terminal."""
    program = shutil.which(_PROGRAM)
    if not program:
        raise SourceError(f"signatures need {_PROGRAM}, which is not installed; install OpenSSH 8.2 or later")
    environment = {**os.environ, "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - no shell, and paths are absolute
            [program, *arguments],
            input=data,
            capture_output=True,
            check=False,
            env=environment,
            start_new_session=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"{_PROGRAM} did not finish in {_TIMEOUT_SECONDS:.0f} seconds; check the SSH agent") from None
