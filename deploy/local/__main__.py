"""`python -m deploy.local run | reset | frontend-check | schema`."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import ExitStack

from deploy.local import frontend_build, processes
from deploy.local.children import Nursery
from deploy.local.errors import LocalError
from deploy.local.layout import Layout
from deploy.local.parent_death import end_with_parent
from deploy.local.preflight import check_machine, make_folders, only_one, rotate_logs
from deploy.local.reset import reset
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor


def main() -> int:
    """Exit code 1 and one line on stderr when something is in the way."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("command", choices=("run", "reset", "frontend-check", "schema"))
    command = parser.parse_args().command
    try:
        if command == "frontend-check":
            return frontend_build.check(Layout.from_environment(os.environ))
        if command == "schema":
            from deploy.local.api_schema import write_snapshot  # the gateway takes time to import

            print(write_snapshot(Layout.from_environment(os.environ)))
            return 0
        if command == "reset":
            reset(Layout.from_environment(os.environ))
            return 0
        return run(LocalSettings.from_environment(os.environ))
    except* LocalError as errors:
        print(f"foyer: {_first(errors)}", file=sys.stderr)
    except* OSError as errors:
        print(f"foyer: {_first(errors)}", file=sys.stderr)
    return 1


def run(settings: LocalSettings) -> int:
    """Until a signal ends it."""
    if "MAKELEVEL" in os.environ:
        end_with_parent(signal.SIGTERM)
    make_folders(settings.layout)
    with ExitStack() as held:
        held.enter_context(only_one(settings.layout))
        rotate_logs(settings.layout)
        check_machine(settings.layout, settings.port)
        nursery = Nursery(settings.layout.home / "watchdog.lock", processes.forge(settings))
        nursery.open()
        held.callback(nursery.close)
        asyncio.run(_serve(settings, nursery))
    return 0


async def _serve(settings: LocalSettings, nursery: Nursery) -> None:
    """The first signal ends everything in order, the second at once."""
    supervisor = Supervisor(settings, nursery, say)
    serving = asyncio.create_task(supervisor.serve())
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if serving.cancelling():
            nursery.kill()
        else:
            say("ending")
            serving.cancel()

    endings = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else `nohup` asked for that
        endings.append(signal.SIGHUP)
    for each in endings:
        loop.add_signal_handler(each, stop)
    try:
        await asyncio.wait([serving])
    finally:
        await supervisor.shut_down()
    if not serving.cancelled():
        serving.result()


def say(text: str) -> None:
    """Something for the person at the terminal, now."""
    print(f"foyer: {text}", flush=True)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


if __name__ == "__main__":
    sys.exit(main())
