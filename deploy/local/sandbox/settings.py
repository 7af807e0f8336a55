"""The sandbox's settings, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """`webhook_url` None sends no webhooks; a zero `port` is for tests in process."""

    secret_key: str = "sk_test_sandbox"
    publishable_key: str = "pk_test_sandbox"
    webhook_url: str | None = None
    webhook_secret: str = "whsec_sandbox"
    state_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    refund_failure_seconds: float = 1.0

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> "SandboxSettings":
        """PORT, HOST, WEBHOOK_URL, STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY,
        STRIPE_WEBHOOK_SECRET, STATE_FILE; all but PORT may be missing.
        """
        plain = SandboxSettings()
        state_file = environ.get("STATE_FILE")
        return SandboxSettings(
            secret_key=environ.get("STRIPE_SECRET_KEY") or plain.secret_key,
            publishable_key=environ.get("STRIPE_PUBLISHABLE_KEY") or plain.publishable_key,
            webhook_url=environ.get("WEBHOOK_URL") or None,
            webhook_secret=environ.get("STRIPE_WEBHOOK_SECRET") or plain.webhook_secret,
            state_file=Path(state_file) if state_file else None,
            host=environ.get("HOST") or plain.host,
            port=int(environ["PORT"]),
        )
