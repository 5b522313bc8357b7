"""Which examples hypothesis tries, by ``HYPOTHESIS_PROFILE``: the same ones each time (``ci``), others (``random``), a tenth (``dev``)."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", settings.get_profile("default"), derandomize=True)  # a change is not refused for an older fault
settings.register_profile("random", settings.get_profile("default"), print_blob=True)
settings.register_profile("dev", settings.get_profile("default"), print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def example_count(count: int) -> int:
    """The number of examples in this run."""
    return max(count // 10, 5) if settings.get_current_profile_name() == "dev" else count
