"""Children that never outlive their parent: the hooks given to `Popen(preexec_fn=…)`.

Linux alone has PR_SET_PDEATHSIG; elsewhere these hooks do nothing and the watchdog
(`deploy.local.watchdog`) is what ends the children of a killed parent.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(ending: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A hook, run in the forked child, that has the kernel send `ending` when the parent dies.

    The parent is the thread that forked, so fork from a thread that lives as long as the
    process. A change of user clears the setting: programs that change theirs need
    `setpriv --pdeathsig` behind the change as well.
    """
    parent = os.getpid()

    def hook() -> None:
        if _LIBC is None:
            return
        if _LIBC.prctl(_PR_SET_PDEATHSIG, int(ending), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return hook


def end_with_parent(ending: signal.Signals) -> None:
    """Have the kernel send `ending` to this very process when its parent dies."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
