"""The verification of a bundle: its files are those that ``SHA256SUMS`` lists, with the same bytes, and the signature is right."""

from __future__ import annotations

import json
import os
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from pfocr2rdf.bundles.checksums import parse_checksums
from pfocr2rdf.bundles.content import BundleContent, read_bundle
from pfocr2rdf.bundles.layout import CRATE_FILE, LISTED_FILES, SIGNATURE_FILE, SUMS_FILE, UNLISTED_FILES, Problem, require_local_path
from pfocr2rdf.bundles.ro_crate import TOOL_ID
from pfocr2rdf.bundles.signature import InvalidSignatureError, Signer, check_signature
from pfocr2rdf.errors import ExitStatus, SourceError
from pfocr2rdf.storage.layout import MANIFEST_FILE


class VerificationReport(NamedTuple):
    """The result of a verification: the number of files with the listed digest, whether there is a signature, its signer, and problems."""

    bundle: str
    files: int
    is_signed: bool
    signer: Signer | None
    problems: list[Problem]

    @property
    def exit_status(self) -> ExitStatus:
        """``DIFFERS`` if there is a problem."""
        return ExitStatus.DIFFERS if self.problems else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "bundle": self.bundle,
            "verified": not self.problems,
            "files": self.files,
            "signed": self.is_signed,
            "signer": self.signer._asdict() if self.signer else None,
            "problems": [problem._asdict() for problem in self.problems],
        }


def verify_release(bundle: str | os.PathLike[str], *, allowed_signers: str | os.PathLike[str] | None = None) -> VerificationReport:
    """Verify a bundle that ``create_release`` wrote.

    Args:
        bundle: the folder, or the archive, which is read without unpacking it.
        allowed_signers: a file with the keys that may sign (``ssh-keygen(1)``, ALLOWED SIGNERS). With it, an unsigned bundle has a problem.

    Raises:
        SourceError: it is not a bundle, or it cannot be read.
        OptionError: the list of signers cannot be read.
    """
    content = read_bundle(require_local_path(bundle))
    digests, problems = parse_checksums(content.texts.get(SUMS_FILE, b""))
    if not digests.keys() >= LISTED_FILES and not _names_tool(content.texts.get(CRATE_FILE, b"")):
        remedy = f"verify it with the program that wrote it, or with 'sha256sum --check {SUMS_FILE}'"
        raise SourceError(f"{os.fspath(bundle)}: is not a bundle of 'pfocr2rdf release', but of another program; {remedy}")
    problems = [*content.problems, *problems, *_compare(content, digests)]
    if any(problem.kind == "damaged" for problem in problems):  # the rest of an archive is missing, which is one problem
        problems = [problem for problem in problems if problem.kind != "missing"]
    signer, signature_problems = _check_signer(content, allowed_signers)
    verified = sum(content.digests.get(name) == digest for name, digest in digests.items())
    return VerificationReport(os.fspath(bundle), verified, SIGNATURE_FILE in content.texts, signer, [*problems, *signature_problems])


def _names_tool(crate: bytes) -> bool:
    """Whether an RO-Crate was written by this program."""
    try:
        return any(entity.get("@id") == TOOL_ID for entity in json.loads(crate)["@graph"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _compare(content: BundleContent, digests: dict[str, str]) -> list[Problem]:
    problems: list[Problem] = []
    if SUMS_FILE not in content.digests:
        problems.append(Problem("missing", SUMS_FILE, "no file can be verified without it"))
        return problems
    problems += [
        Problem("unlisted", name, f"every bundle has it, but {SUMS_FILE} does not list it")
        for name in sorted(LISTED_FILES - digests.keys())
    ]
    irregular = {problem.name for problem in content.problems}
    for name, digest in sorted(digests.items()):
        if name not in content.digests:
            reason = f"{SUMS_FILE} lists it" if name not in irregular else f"{SUMS_FILE} lists it as a file"
            problems.append(Problem("missing", name, reason))
        elif content.digests[name] != digest:
            problems.append(Problem("changed", name, f"its SHA-256 is not the one that {SUMS_FILE} lists"))
    added = content.digests.keys() - digests.keys() - UNLISTED_FILES - LISTED_FILES
    problems += [Problem("added", name, f"{SUMS_FILE} does not list it") for name in sorted(added)]
    folders = {str(folder) for name in digests for folder in PurePosixPath(name).parents}
    problems += [
        Problem("added", name, f"is an empty folder, and {SUMS_FILE} lists no file in it")
        for name in sorted(set(content.empty_folders) - folders)
    ]
    return problems + _compare_manifest(content.texts.get(MANIFEST_FILE, b""), digests)


def _compare_manifest(manifest: bytes, digests: dict[str, str]) -> list[Problem]:
    """The files of the export that ``SHA256SUMS`` lists differently, or no longer."""
    try:
        files = {str(file["name"]): str(file["sha256"]) for file in json.loads(manifest)["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return []  # it is changed or missing, which is reported
    return [
        Problem(
            "unlisted",
            name,
            f"{MANIFEST_FILE} lists it" + (f" with another SHA-256 than {SUMS_FILE}" if name in digests else f", but {SUMS_FILE} does not"),
        )
        for name, digest in sorted(files.items())
        if digests.get(name) != digest
    ]


def _check_signer(content: BundleContent, allowed_signers: str | os.PathLike[str] | None) -> tuple[Signer | None, list[Problem]]:
    signature = content.texts.get(SIGNATURE_FILE)
    if signature is None:
        return None, [Problem("signature", SIGNATURE_FILE, "the bundle is not signed")] if allowed_signers is not None else []
    try:
        return check_signature(content.texts.get(SUMS_FILE, b""), signature, allowed_signers), []
    except InvalidSignatureError as error:
        return None, [Problem("signature", SIGNATURE_FILE, str(error))]
