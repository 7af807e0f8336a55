"""Ends the product's processes when the supervisor is gone: lines on stdin in, signals out.

The supervisor holds the other end of the pipe and tells what it starts and what has ended:
`add <process group> <signal>`, `drop <process group>`. When the pipe closes, whatever the reason,
each group that is left gets its signal, and SIGKILL some seconds later. Run as a plain script,
in a session of its own, it needs nothing of the product.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time

GRACE_SECONDS = 8.0


def main(lock_path: str) -> None:
    """Hold `lock_path` until nothing is left, so that a new start can wait for that."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with open(lock_path, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        end(listen())


def listen() -> dict[int, int]:
    """The groups left when the pipe closes, each with the signal that ends it."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        verb, group, *ending = line.split()
        if verb == "add":
            groups[int(group)] = int(ending[0])
        else:
            groups.pop(int(group), None)
    return groups


def end(groups: dict[int, int]) -> None:
    """End all groups; returns when none is left."""
    for group, ending in groups.items():
        _signal(group, ending)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(_is_alive(group) for group in groups):
        if time.monotonic() > deadline:
            for group in groups:
                _signal(group, signal.SIGKILL)
        time.sleep(0.05)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, ending: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, ending)


if __name__ == "__main__":
    main(sys.argv[1])
