"""What the files of the project say of one another: recipes, locked versions, system programs, hooks."""

from __future__ import annotations

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.version import Version
from tests.support.records import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
JUSTFILE = (ROOT / "justfile").read_text(encoding="utf-8")
VARIADIC = re.findall(r"^([a-z-]+) \*\w+:$", JUSTFILE, re.MULTILINE)
RECIPES = dict(re.findall(r"^([a-z-]+)[^\n:=]*:\n((?: {4}.*\n)+)", JUSTFILE, re.MULTILINE))


def pinned(name: str) -> dict[str, str]:
    """The versions of a file of constraints, which may differ from one Python to another: the first of them."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    versions: dict[str, str] = {}
    for line in lines:
        package, version = re.fullmatch(r"([a-z0-9._-]+)==([^ ]+)(?: ; .+)?", line).groups()  # type: ignore[union-attr]
        versions.setdefault(package, version)
    return versions


def requirements(*extras: str) -> list[Requirement]:
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return [Requirement(text) for text in texts if not text.startswith("pfocr2rdf[")]


def test_every_direct_dependency_is_locked_at_a_version_that_is_allowed() -> None:
    locked = pinned("constraints.txt")
    for requirement in requirements(*EXTRAS):
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement


def test_lower_bounds_are_the_versions_that_are_tested() -> None:
    lowest = pinned("constraints-lowest.txt")
    for requirement in requirements("dask", "gcs", "plots", "s3", "serve"):
        (bound,) = requirement.specifier
        assert bound.operator == ">=", requirement
        assert Version(bound.version) == Version(lowest[requirement.name.lower()]), requirement


def test_ci_and_contributing_use_the_recipes_of_the_justfile() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (called,) = re.findall(r"\.venv/bin/just (.+)$", run, re.MULTILINE)
    assert set(called.split()) == {"lint", "docs", "agreement", "referees", "lowest", "compiled"}
    # a recipe that takes options takes the names of the recipes after it for its own
    assert not set(called.split()[:-1]) & set(VARIADIC)
    named = set(re.findall(r"`just ([a-z-]+)", CONTRIBUTING)) | set(re.findall(r"^just ([a-z-]+)", CONTRIBUTING, re.MULTILINE))
    assert named - {"--list"} == set(RECIPES) - {"default"}


def test_paths_in_contributing_exist() -> None:
    paths = [path for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", CONTRIBUTING) if not path.startswith(".venv/")]
    assert len(paths) > 30
    roots = (ROOT, ROOT / "src" / "pfocr2rdf")
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []


def test_recipes_are_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.*)\n```$", readme, re.MULTILINE)
    demo, test_all = (RECIPES[name].strip().replace("{{ venv }}", ".venv/bin") for name in ("demo", "test-all"))
    assert first.endswith(demo)
    assert second.endswith(test_all.removesuffix(' "$@"'))


def test_hooks_are_programs_of_the_extra() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (local,) = hooks["repos"]
    assert local["repo"] == "local"  # another one would be fetched
    for hook in local["hooks"]:
        assert hook["entry"].startswith(".venv/bin/")
        assert hook["language"] == "system"


def test_system_programs_are_listed_once() -> None:
    lines = (ROOT / ".ci" / "packages.txt").read_text(encoding="utf-8").splitlines()
    packages = [line.split()[1] for line in lines if re.match(r"\w+ +\S+[-@]", line)]
    assert "virtuoso-opensource" in packages
    for name in (".ci/run", ".ci/system", "Dockerfile", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [package for package in packages if package in text.split()], name
    assert ".ci/system" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert ".ci/packages.txt" in CONTRIBUTING
