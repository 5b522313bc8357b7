"""Print for which machines the libraries in native code have wheels, as the table in docs/platforms.md; uv asks the package index."""

from __future__ import annotations

import subprocess

LIBRARIES = ("isal", "MarkupSafe", "lxml", "pyoxigraph", "PyYAML", "shacl", "yaml-rs", "zstandard")
PLATFORMS = {
    "Linux x86_64": "x86_64-unknown-linux-gnu",
    "Linux aarch64": "aarch64-unknown-linux-gnu",
    "Alpine x86_64": "x86_64-unknown-linux-musl",
    "Alpine aarch64": "aarch64-unknown-linux-musl",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS x86_64": "x86_64-apple-darwin",
    "Windows x86_64": "x86_64-pc-windows-msvc",
    "Windows arm64": "aarch64-pc-windows-msvc",
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def has_wheel(library: str, platform: str, python: str) -> bool:
    """Whether uv finds a wheel of the newest version."""
    command = ["uv", "pip", "compile", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-platform", platform, "-"]
    process = subprocess.run([*command, "--python-version", python], input=library, text=True, capture_output=True, check=False)
    return process.returncode == 0


def main() -> None:
    """Print the table."""
    print("| machine |", " | ".join(LIBRARIES), "|")
    print("|" + " --- |" * (len(LIBRARIES) + 1))
    for name, platform in PLATFORMS.items():
        cells = [", ".join(python for python in PYTHONS if has_wheel(library, platform, python)) or "none" for library in LIBRARIES]
        print(f"| {name} |", " | ".join("all" if cell == ", ".join(PYTHONS) else cell for cell in cells), "|")


if __name__ == "__main__":
    main()
