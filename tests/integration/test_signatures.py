"""Signatures with SSH keys, and what is said about a key that cannot be used."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest
from tests.support.servers import program

from pfocr2rdf.bundles.signature import InvalidSignatureError, check_signature, sign
from pfocr2rdf.errors import OptionError, SourceError

DATA = b"checksums\n"


def make_key(path: Path, passphrase: str = "", kind: str = "ed25519") -> Path:
    ssh_keygen = program("ssh-keygen", "apt-get install openssh-client")
    subprocess.run([ssh_keygen, "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)], check=True)
    return path


def signers(path: Path, *lines: tuple[str, Path]) -> Path:
    path.write_text("".join(f"{name} {key.with_suffix('.pub').read_text()}" for name, key in lines), encoding="utf-8")
    return path


def test_a_signature_names_the_key_and_its_owner(tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other", kind="ecdsa")
    signature = sign(DATA, key)
    assert sign(DATA, key) == signature  # of Ed25519, so archives have the same bytes
    assert check_signature(DATA, signature, None).key.startswith("SHA256:")
    allowed = signers(tmp_path / "allowed", ("other@example.org", other), ("me@example.org", key))
    assert check_signature(DATA, signature, allowed).name == "me@example.org"
    with pytest.raises(InvalidSignatureError, match="does not belong to an allowed signer"):
        check_signature(DATA, signature, signers(tmp_path / "foreign", ("other@example.org", other)))
    for broken in (DATA + b"x", b""):
        with pytest.raises(InvalidSignatureError, match="is not that of this SHA256SUMS"):
            check_signature(broken, signature, allowed)
    for position in range(len(signature)):
        changed = bytearray(signature)
        changed[position] ^= 1
        with pytest.raises(InvalidSignatureError):
            check_signature(DATA, bytes(changed), None)
    for broken in (b"", b"-----BEGIN SSH SIGNATURE-----\n", signature + b"\n"):
        with pytest.raises(InvalidSignatureError, match="is not an SSH signature, or it was changed"):
            check_signature(DATA, broken, None)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ('valid-before="20200101"', r"\(allowed:1: key has expired"),
        ('valid-after="20990101"', r"\(allowed:1: key is not yet valid"),
        ('namespaces="git"', r"\(allowed:1: key is not permitted for use in signature namespace \"file\"\)"),
        ("cert-authority", "allowed signer"),
    ],
)
def test_a_line_that_does_not_allow_the_signature_is_explained(tmp_path: Path, options: str, reason: str) -> None:
    key = make_key(tmp_path / "key")
    allowed = signers(tmp_path / "allowed", (f"me@example.org {options}", key))
    with pytest.raises(InvalidSignatureError, match=f"does not belong to an .*{reason}"):
        check_signature(DATA, sign(DATA, key), allowed)


def test_a_public_key_is_not_taken_for_a_list_of_signers(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    for lines in ("", "# ours\n\n"):
        path = tmp_path / "signers"
        path.write_text(lines + key.with_suffix(".pub").read_text(), encoding="utf-8")
        with pytest.raises(OptionError, match=rf"signers:{lines.count(chr(10)) + 1}: begins with the key; write the e-mail address"):
            check_signature(DATA, sign(DATA, key), path)


def test_keys_that_cannot_sign_have_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    protected, public = make_key(tmp_path / "protected", "secret"), make_key(tmp_path / "public")
    (tmp_path / "text").write_text("no key\n", encoding="utf-8")
    public.unlink()
    readable = make_key(tmp_path / "readable")
    readable.chmod(0o644)
    for name, reason in (
        ("missing", "there is no such file; create a key with 'ssh-keygen"),
        ("", "cannot be read: it is not a regular file but a folder"),
        ("text", "is not an SSH key that can sign"),
        ("protected", rf"is protected by a passphrase; run 'ssh-add {protected}', and sign with {protected}.pub"),
        ("protected.pub", rf"is protected by a passphrase; run 'ssh-add {protected}', and sign with {protected}.pub"),
        ("public.pub", "is a public key whose private key is not available; run 'ssh-add"),
        ("readable", "can be read by other users; run 'chmod 600"),
    ):
        with pytest.raises(OptionError, match=reason):
            sign(DATA, tmp_path / name)


def test_a_key_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_key(tmp_path / "key")

    def refuse(path: str) -> None:  # root may read every file
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr("pfocr2rdf.bundles.signature.open_regular", refuse)
    with pytest.raises(OptionError, match="cannot be read: Permission denied; check the permissions"):
        sign(DATA, key)


def test_a_key_whose_signatures_differ_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="key: is an ECDSA key, whose signatures are never the same twice; use an Ed25519 or RSA key"):
        sign(DATA, make_key(tmp_path / "key", kind="ecdsa"))


def test_without_openssh_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_key(tmp_path / "key")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="signatures need ssh-keygen, which is not installed; install OpenSSH"):
        sign(DATA, key)


def test_a_list_of_signers_must_exist(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="there is no such file; name a file in the format"):
        check_signature(DATA, sign(DATA, make_key(tmp_path / "key")), tmp_path / "missing")
