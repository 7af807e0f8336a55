"""Several server processes behind one listening socket, forked from one that has loaded everything.

The children share the memory of schema and plans for as long as nobody writes to it. A child that
dies is replaced; SIGTERM and SIGINT go to all of them, and the parent ends when the last has
drained.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType

logger = logging.getLogger(__name__)

CRASH_LOOP_SECONDS = 1.0
"""A child that lives no longer than this is not replaced: the next would not either."""


class Workers:
    """`count` children that each run `serve`."""

    def __init__(self, count: int, serve: Callable[[], None]) -> None:
        self._count = count
        self._serve = serve
        self._started: dict[int, float] = {}
        self._stopping = False

    def run(self) -> int:
        """Run until every child has ended; 0 where they ended because they were told to."""
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, self._stop)
        for _ in range(self._count):
            self._start()
        failed = False
        while self._started:
            failed = self._wait() or failed
        return 1 if failed else 0

    def _start(self) -> None:
        pid = os.fork()
        if pid:
            self._started[pid] = time.monotonic()
            return
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, signal.SIG_DFL)
        code = 1
        try:
            self._serve()
            code = 0
        finally:
            os._exit(code)  # a child must not go on with its parent's work

    def _wait(self) -> bool:
        """Wait for one child to end; True where it failed and is not replaced."""
        pid, status = os.wait()
        lived = time.monotonic() - self._started.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        if self._stopping or code == 0:
            return code != 0
        if lived <= CRASH_LOOP_SECONDS:
            logger.error("worker %s failed at its start (exit %s)", pid, code)
            self._stop(signal.SIGTERM, None)
            return True
        logger.error("worker %s died (exit %s) and is replaced", pid, code)
        self._start()
        return False

    def _stop(self, sent: int, frame: FrameType | None) -> None:
        self._stopping = True
        for pid in list(self._started):
            os.kill(pid, sent)
