"""``python -m tests.referees``: ask every referee, print the table of ``docs/referees.md``, and compare it with the page.

The exit status is 1 if a referee finds something, or if the page shows another table; ``--write`` renews the page. Each module of this
package with a function ``run`` is a referee.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator

import tests.referees
from tests.referees.result import RefereeResult
from tests.support.records import ROOT

PAGE = ROOT / "docs" / "referees.md"
_HEAD = "| validator | subject | version | checks | passed |\n| --- | --- | --- | ---: | ---: |\n"


def find_referees() -> Iterator[tuple[str, Callable[[], RefereeResult]]]:
    """What each referee judges, which is the beginning of its docstring, and its function."""
    for module_info in pkgutil.iter_modules(tests.referees.__path__, "tests.referees."):
        if module_info.name.endswith("__main__"):
            continue
        module = importlib.import_module(module_info.name)
        if run := getattr(module, "run", None):
            yield str(module.__doc__).partition("\n")[0].partition(":")[0].rstrip("."), run


def render_table(results: list[tuple[str, RefereeResult]]) -> str:
    """The table as Markdown."""
    rows = (f"| {item.referee} | {subject} | {item.version} | {item.asked:,} | {item.passed:,} |\n" for subject, item in sorted(results))
    return _HEAD + "".join(rows)


def replace_table(page: str, table: str) -> str:
    """The page with another table."""
    before, _, after = page.partition(_HEAD)
    return before + table + "".join(itertools.dropwhile(lambda line: line.startswith("|"), after.splitlines(keepends=True)))


def without_versions(page: str) -> list[str]:
    """The page for a comparison: other versions of the referees may be installed."""
    return [re.sub(r"^(\|[^|]*\|[^|]*\|)[^|]*", r"\1", line) for line in page.splitlines()]


def main() -> int:
    """Ask all referees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="renew the table of docs/referees.md")
    options = parser.parse_args()
    results = [(subject, run()) for subject, run in find_referees()]
    table, page = render_table(results), PAGE.read_text(encoding="utf-8")
    print(table)
    for _, result in results:
        for finding in result.findings:
            print(f"{result.referee}: {finding}", file=sys.stderr)
    renewed = replace_table(page, table)
    if options.write:
        PAGE.write_text(renewed, encoding="utf-8")
    elif without_versions(renewed) != without_versions(page):
        print("docs/referees.md shows another table; renew it with: python -m tests.referees --write", file=sys.stderr)
        return 1
    return int(any(result.passed < result.asked or result.findings for _, result in results))


if __name__ == "__main__":
    sys.exit(main())
