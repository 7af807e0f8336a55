"""A web and a worker process as services run them, to be started by tests: `web` or `worker`."""

import os
import sys

from starlette.applications import Starlette

from shared import worker
from shared.bus.connect import connect
from shared.db import Database
from shared.health import health_routes
from shared.serve import serve


def web() -> None:
    """Serves health, and says so when it is told to end."""
    app = Starlette(routes=health_routes({}))
    serve(app, "127.0.0.1", int(os.environ["PORT"]), before_exit=lambda: print("ending"))


def run_worker() -> None:
    """A worker without consumers."""
    database, bus = Database(os.environ["DATABASE_URL"]), connect(os.environ["BUS_URL"])
    worker.run(worker.WorkerSpec("test", database, bus, port=int(os.environ["PORT"])))


if __name__ == "__main__":
    {"web": web, "worker": run_worker}[sys.argv[1]]()
