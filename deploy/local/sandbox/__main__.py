"""`python -m deploy.local.sandbox`: serve on HOST:PORT until SIGTERM."""

import os

import uvicorn

from deploy.local.sandbox.app import create_app
from deploy.local.sandbox.settings import SandboxSettings


def main() -> None:
    """Settings come from the environment; see `SandboxSettings`."""
    settings = SandboxSettings.from_environment(os.environ)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=2,
        ws="none",
    )


if __name__ == "__main__":
    main()
