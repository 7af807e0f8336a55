"""Empties the data folder: what people made is gone, what was fetched stays."""

import shutil

from deploy.local.layout import Layout
from deploy.local.preflight import only_one

_KEPT = {"lock", "watchdog.lock"}


def reset(layout: Layout) -> None:
    """Remove everything of the product in its home; raises PreflightFailed while it runs."""
    if not layout.home.exists():
        return
    with only_one(layout):
        for entry in layout.home.iterdir():
            if entry.name in _KEPT or entry == layout.cache:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
