"""The gateway's settings: environment variables (and an optional YAML file) in, one model out.

Each field is the environment variable GATEWAY_<NAME> and the key <name> of the YAML file that
GATEWAY_SETTINGS_FILE names; the environment wins. A wrong or unknown setting stops the start: see
`load_settings`. Names say their unit.
"""

import json
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from gateway.errors import SettingsError

PREFIX = "GATEWAY_"
FILE_VARIABLE = "GATEWAY_SETTINGS_FILE"

_SERVICE_LINK = re.compile(r"GATEWAY_(PORT|SERVICE_(HOST|PORT))(_.*)?")
"""What Kubernetes puts into every container beside a service named gateway: not settings."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(",") if item.strip())
    return value


Seconds = Annotated[float, Field(gt=0, le=86_400)]
Bytes = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A list; in the environment its items are separated by commas."""

_URL = TypeAdapter(HttpUrl)


def _from_json(value: object) -> object:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("must be a JSON object of subgraph names and their options") from None
    return value


class SubscriptionTransport(StrEnum):
    """How a subgraph streams subscriptions to the gateway."""

    WEBSOCKET = "websocket"
    SSE = "sse"


class SubgraphOptions(BaseModel):
    """How one subgraph is called, where that differs from the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    routing_url: str | None = Field(None, description="Default: that of the supergraph.")
    timeout_seconds: Seconds | None = Field(None, description="Default: request_timeout_seconds.")
    subscription_transport: SubscriptionTransport = SubscriptionTransport.WEBSOCKET
    websocket_path: str | None = Field(None, description="Default: that of routing_url.")
    accept_compressed: bool = Field(False, description="Worth it only over slow networks.")
    keepalive_seconds: Seconds = Field(4, description="Below the subgraph's own idle time-out.")


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class StatusCodes(StrEnum):
    """Which HTTP status codes GraphQL errors get."""

    AUDIT = "audit"
    """Those of the `graphql-http` audit: 400 for a refused request."""
    DRAFT = "draft"
    """Those of the GraphQL-over-HTTP draft of 2026: 422, and 294 for partial success."""


class Settings(BaseModel):
    """Everything about the gateway that is decided outside its code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # What is served
    supergraph_file: Path | None = Field(None, description="A composed supergraph's SDL.")
    config_file: Path | None = Field(None, description="Subgraphs to compose, as rover reads them.")
    watch: bool = Field(False, description="Whether a changed file is served without a restart.")
    workers: int = Field(1, ge=1, le=256, description="Processes that serve side by side.")
    path: str = Field("/graphql", pattern=r"^/[\w./-]*$", description="Path of the endpoint.")
    static_dir: Path | None = Field(None, description="Folder of the single-page app, at /.")
    playground_dir: Path | None = Field(None, description="Folder of GraphiQL, at /playground.")
    status_codes: StatusCodes = StatusCodes.AUDIT
    expose_query_plan: bool = Field(False, description="By the header Apollo-Expose-Query-Plan.")
    introspection: bool = Field(True, description="Whether clients may introspect the schema.")

    # Who asks
    session_exchange_url: str | None = Field(
        None, description="Turns a client's opaque token into a signed one for subgraphs."
    )
    revocation_feed_url: str | None = Field(
        None, description="Server-sent events that name ended sessions."
    )
    session_exchange_timeout_seconds: Seconds = 5
    session_cache_seconds: Seconds = Field(60, description="At most; less where tokens expire.")
    session_cache_entries: Count = 50_000
    session_cookies: Names = ("__Host-session", "session")
    forwarded_headers: Names = Field(
        ("accept-language", "x-request-id", "traceparent", "tracestate", "idempotency-key"),
        description="Client headers that subgraphs get; `authorization` too without an exchange.",
    )
    mutation_headers: Names = Field(
        ("user-agent",),
        description="Client headers that subgraphs get with mutations, and only with them.",
    )

    # Browsers
    public_url: str | None = Field(None, description="The gateway's origin, as browsers see it.")
    allowed_origins: Names = Field((), description="Further origins that may call; `*` is any.")

    # Documents
    persisted_queries: bool = Field(True, description="Automatic persisted queries.")
    persisted_query_entries: Count = 10_000
    persisted_query_characters: Count = 50_000
    trusted_documents_file: Path | None = Field(None, description="JSON of ids and documents.")
    trusted_documents_only: bool = Field(False, description="Refuse every other document.")

    # Limits
    max_body_bytes: Bytes = 1_000_000
    max_header_bytes: Bytes = 32_768
    header_timeout_seconds: Seconds = 10
    keepalive_seconds: Seconds = Field(75, description="Of idle connections; above proxies' own.")
    max_json_depth: Count = 128
    batch_size: Count = Field(1, description="Operations in one request; 1 accepts no batches.")
    max_tokens: Count = 10_000
    max_depth: Count = 60
    max_selections: Count = 20_000
    max_aliases: Count = 1_000
    max_root_fields: Count = 200
    max_directives: Count = 500
    request_timeout_seconds: Seconds = 30
    rate_limit_per_minute: Count | None = Field(None, description="Per session or address.")
    rate_limit_burst: Count = 100
    trusted_proxies: int = Field(0, ge=0, le=10, description="Of ours, before this process.")
    compression_min_bytes: int = Field(
        1_400, ge=0, description="Shorter answers are not compressed; 0 compresses none."
    )

    # Subgraphs
    subgraphs: Annotated[dict[str, SubgraphOptions], BeforeValidator(_from_json)] = Field(
        {}, description="By name; in the environment one JSON object."
    )
    override_labels: Names = Field((), description="Progressive overrides that are on.")
    operations_kept: Count = Field(2_000, description="Planned operations in memory.")

    # Sharing
    share_identical_queries: bool = Field(False, description="Execute equal ones in flight once.")
    share_identical_requests: bool = Field(False, description="The same towards subgraphs.")

    # Live
    websocket_init_timeout_seconds: Seconds = 3
    websocket_ping_seconds: Seconds = 20
    websocket_message_bytes: Bytes = 1_000_000
    websocket_operations: Count = Field(100, description="Open operations per socket.")
    stream_heartbeat_seconds: Seconds = 12
    drain_seconds: Seconds = Field(20, description="From SIGTERM to the end, at most.")

    # Seeing
    log_format: LogFormat = LogFormat.TEXT
    access_log: bool = True
    metrics_path: str | None = Field("/metrics", description="For Prometheus.")

    @field_validator("session_exchange_url", "revocation_feed_url", "public_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None:
            _URL.validate_python(value)
        return value

    @field_validator("static_dir", "playground_dir")
    @classmethod
    def _is_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("must be a folder that exists")
        return value


def load_settings(
    environment: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """The settings of this process; `environment` stands in for the process's own.

    `overrides` (command-line arguments) win over the environment, which wins over the file.

    Raises SettingsError with one line for each wrong setting: its name, the value, what is
    allowed. Variables that start with GATEWAY_ and name no setting are wrong too.
    """
    variables = os.environ if environment is None else environment
    given = _from_file(variables.get(FILE_VARIABLE))
    for name, value in variables.items():
        if name.startswith(PREFIX) and name != FILE_VARIABLE and not _SERVICE_LINK.fullmatch(name):
            given[name[len(PREFIX) :].lower()] = value
    if "LOG_FORMAT" in variables:
        given.setdefault("log_format", variables["LOG_FORMAT"])
    try:
        return Settings(**{**given, **(overrides or {})})
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error))) from None


def _from_file(name: str | None) -> dict[str, Any]:
    if not name:
        return {}
    import yaml  # only where there is a file: it is slow to import

    try:
        content = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{FILE_VARIABLE}={name}: cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise SettingsError(f"{FILE_VARIABLE}={name}: must hold one mapping of setting names")
    return content


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        name = PREFIX + ".".join(str(part) for part in problem["loc"]).upper()
        if problem["type"] == "extra_forbidden":
            known = [PREFIX + field.upper() for field in Settings.model_fields]
            nearest = get_close_matches(name, known, n=3, cutoff=0.5) or known
            lines.append(f"{name}: there is no such setting; is it {' or '.join(nearest)}?")
        else:
            lines.append(f"{name}={problem['input']!r}: {problem['msg']}")
    return lines
