"""A Chromium for the browser tests: the machine's own, else a private copy from its packages."""

import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.debian import PackagesUnavailable, unpack
from tests.testkit.product import CHECKOUT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Browser:
    """An executable and the environment that it needs beyond the usual one."""

    executable: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def find_browser() -> Browser:
    """`CHROMIUM`, one on the PATH, or the unpacked Debian package; fails with what to set."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Browser(Path(named))
    for name in NAMES:
        if found := shutil.which(name):
            return Browser(Path(found))
    cache = Path(os.environ.get("FOYER_CACHE", CHECKOUT / ".foyer" / "cache"))
    try:
        tree = unpack(["chromium"], cache / "chromium", with_dependencies=True)
    except PackagesUnavailable as reason:
        raise AssertionError(
            f"no Chromium for the browser tests ({reason}); "
            "install one or set CHROMIUM=/path/to/chromium"
        ) from None
    libraries = tree / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    return Browser(
        tree / "usr" / "lib" / "chromium" / "chromium",
        {
            "LD_LIBRARY_PATH": os.pathsep.join(
                [str(libraries), *(str(path) for path in libraries.iterdir() if path.is_dir())]
            ),
            "FONTCONFIG_FILE": str(tree / "etc" / "fonts" / "fonts.conf"),
        },
    )
