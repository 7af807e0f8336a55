"""The front end's sources in, pages in `frontend/dist` out; a no-op when those are current."""

import asyncio
import fcntl
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.children import Nursery
from deploy.local.command import Command
from deploy.local.errors import StartFailed, last_words
from deploy.local.layout import Layout
from deploy.local.node import Node, find_node
from deploy.local.records import Stamps, digest

_NOT_SOURCES = {"node_modules", "dist", "coverage"}
_CHECKS = ("lint", "types", "codegen:check", "test", "build")


async def build(nursery: Nursery, layout: Layout, say: Callable[[str], None]) -> bool:
    """Build what has changed since the last build; whether there was anything to build.

    Raises StartFailed, naming the log, when a step fails.
    """
    if _is_current(layout):
        return False
    say("building the front end, once")
    async with _locked(layout.cache / "frontend.lock"):
        if _is_current(layout):
            return False
        sources = sources_digest(layout)
        node = await asyncio.to_thread(find_node, layout.cache)
        if not _is_installed(layout):
            await _step(nursery, layout, node, "ci", "--no-audit", "--no-fund")
            _installed(layout).put("npm ci", _lock_digest(layout))
        await _step(nursery, layout, node, "run", "build")
        _built(layout).put("build", sources)
    return True


def check(layout: Layout) -> int:
    """Install from the lock, then lint, types, codegen, tests and build; the first exit code."""
    layout.cache.mkdir(parents=True, exist_ok=True)
    with (layout.cache / "frontend.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _check(layout)


def _check(layout: Layout) -> int:
    node = find_node(layout.cache)
    environment = {**os.environ, "PATH": node.path()}
    steps = [("ci", "--no-audit", "--no-fund"), *(("run", name) for name in _CHECKS)]
    for step in steps:
        done = subprocess.run((*node.npm, *step), cwd=layout.frontend, env=environment, check=False)
        if done.returncode != 0:
            return done.returncode
    _installed(layout).put("npm ci", _lock_digest(layout))
    _built(layout).put("build", sources_digest(layout))
    return 0


async def _step(nursery: Nursery, layout: Layout, node: Node, *arguments: str) -> None:
    log = layout.logs / "frontend.log"
    environment = {**os.environ, "PATH": node.path(), "FOYER_HOME": str(layout.home)}
    command = Command((*node.npm, *arguments), log, environment, layout.frontend)
    if await nursery.run(command) != 0:
        step = f"`npm {' '.join(arguments)}`"
        raise StartFailed(f"the front end does not build: {step} failed{last_words(log)}")


def _is_current(layout: Layout) -> bool:
    pages = (layout.site / "index.html", layout.playground / "index.html")
    return all(page.exists() for page in pages) and _built(layout).is_current(
        "build", sources_digest(layout)
    )


def _is_installed(layout: Layout) -> bool:
    return _installed(layout).is_current("npm ci", _lock_digest(layout))


def _built(layout: Layout) -> Stamps:
    return Stamps(layout.frontend / "dist" / "built.json")


def _installed(layout: Layout) -> Stamps:
    return Stamps(layout.frontend / "node_modules" / ".installed.json")


def _lock_digest(layout: Layout) -> str:
    return digest([layout.frontend / "package-lock.json"])


def sources_digest(layout: Layout) -> str:
    """A fingerprint of all that the pages are built from."""
    return digest(_sources(layout.frontend))


def _sources(frontend: Path) -> Iterator[Path]:
    for entry in frontend.iterdir():
        if entry.name not in _NOT_SOURCES:
            yield entry


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """One build at a time among all products of the checkout."""
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(0.1)
            else:
                break
        yield
