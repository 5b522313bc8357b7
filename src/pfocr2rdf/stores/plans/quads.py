"""The vocabulary and the description as quads, for loaders that take no graph for a file of triples."""

from __future__ import annotations

from pfocr2rdf.stores.plans.inputs import Job, as_quads


def quads_beside(job: Job, mark: str) -> dict[str, str]:
    """Their files by name, with the mark of a plan in the first line.

    Raises:
        SourceError: one of them cannot be read.
    """
    return {
        "vocabulary.nq" if part.path == job.release.vocabulary else "description.nq": f"# {mark}\n{as_quads(part)}" for part in job.beside
    }
