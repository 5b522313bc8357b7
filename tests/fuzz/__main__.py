"""Tries generated inputs of every kind, and tells which of them break a law. The exit status is 1 where there are any."""

from __future__ import annotations

import os
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from tests.fuzz.batches import Failure, try_batch
from tests.fuzz.kinds import KINDS
from tests.support.records import write


@click.command(help=__doc__)
@click.option("--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="What to make; all kinds by default.")
@click.option("--count", default=10_000, show_default=True, help="How many inputs of each kind.")
@click.option("--seed", type=int, help="The seed; another one each time by default.")
@click.option("--first", default=0, help="The number of the first input.")
@click.option("--jobs", default=os.cpu_count() or 1, help="How many processes.")
@click.option(
    "--save", type=click.Path(path_type=Path), default=Path("fuzz-failures"), show_default=True, help="Where failed inputs are put."
)
def main(kinds: tuple[str, ...], count: int, seed: int | None, first: int, jobs: int, save: Path) -> None:
    seed = secrets.randbelow(10**6) if seed is None else seed
    click.echo(f"seed {seed}\n{'kind':<10}{'inputs':>9}{'seconds':>10}{'failures':>10}")
    failed = False
    for kind in kinds or KINDS:
        failures = run_kind(kind, seed, range(first, first + count), jobs)
        failed = failed or bool(failures)
        for failure in failures:
            report(kind, seed, failure, save)
    sys.exit(failed)


def run_kind(kind: str, seed: int, numbers: range, jobs: int) -> list[Failure]:
    """Try the inputs of a kind, and print its row of the table."""
    began = time.monotonic()
    size = min(KINDS[kind].batch_size, -(-len(numbers) // jobs))
    batches = [numbers[at : at + size] for at in range(0, len(numbers), size)]
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda batch: try_batch(kind, seed, batch), batches)
        failures = [failure for result in results for failure in result.failures]
    click.echo(f"{kind:<10}{len(numbers):>9,}{time.monotonic() - began:>10.0f}{len(failures):>10}")
    return failures


def report(kind: str, seed: int, failure: Failure, save: Path) -> None:
    """Print a failure with the command that repeats it, and put its inputs into a folder."""
    numbers = failure.numbers
    folder = save / f"{kind}-{seed}-{numbers.start}"
    for number in numbers:
        write(folder, dict(KINDS[kind].files(seed, number)))
    click.echo(f"\n{failure.problem}\n  inputs: {folder}")
    click.echo(f"  again: python -m tests.fuzz --kind {kind} --seed {seed} --first {numbers.start} --count {len(numbers)}")


if __name__ == "__main__":
    main()
