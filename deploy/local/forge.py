"""A Python process that forks others: the heavy imports are paid once, not once per process.

Ten processes that each import SQLAlchemy, Strawberry and Starlette keep two cores busy for eight
seconds. `python -m deploy.local.forge <modules>` imports them once; for each line of JSON on its
stdin, `{"id", "name", "arguments", "environment", "log", "folder", "ending"}`, it forks a child
that becomes `python -m <module>`; it tells `{"id", "pid"}` and later `{"pid", "code"}` on stdout.
It needs fork without exec to be safe, so it is used on Linux alone; the children die with it.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from deploy.local.parent_death import die_with_parent

_PR_SET_NAME = 15


def main(preloaded: Sequence[str]) -> None:
    """Import the modules, then serve until stdin closes."""
    for module in preloaded:
        with contextlib.suppress(ImportError):  # a child that needs it says so itself
            importlib.import_module(module)
    gc.collect()
    gc.freeze()
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_writer)
    lines = _Lines(0)
    while True:
        readable, _, _ = select.select([0, wake_reader], [], [])
        if wake_reader in readable:
            os.read(wake_reader, 4096)
            _report_ended()
        if 0 in readable:
            for request in lines.read():
                _fork(request, (wake_reader, wake_writer))
            if lines.is_closed:
                return


class _Lines:
    """Lines of JSON from a file descriptor, without blocking for more than there is."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self.is_closed = False

    def read(self) -> list[dict[str, Any]]:
        data = os.read(self._descriptor, 65536)
        self.is_closed = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]


def _fork(request: Mapping[str, Any], to_close: tuple[int, ...]) -> None:
    follow = die_with_parent(signal.Signals(request["ending"]))
    pid = os.fork()
    if pid == 0:
        _become(request, to_close, follow)
    _tell({"id": request["id"], "pid": pid})


def _become(request: Mapping[str, Any], to_close: tuple[int, ...], follow: Any) -> NoReturn:
    """In the child: its own session, environment, output and name; then the module."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        follow()
        _redirect(request["log"], to_close)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        module, *rest = request["arguments"]
        ctypes.CDLL(None).prctl(_PR_SET_NAME, request["name"].encode()[:15], 0, 0, 0)
        sys.argv = [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except BaseException:  # noqa: BLE001 - the edge of a process: it ends with the traceback told
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _redirect(log: str, to_close: tuple[int, ...]) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for descriptor in (output, nothing, *to_close):
        os.close(descriptor)


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _report_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(message: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
