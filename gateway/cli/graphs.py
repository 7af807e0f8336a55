"""A supergraph file or a config in; its snapshot out. Operations' files in; documents out."""

import os
from pathlib import Path

from graphql import (
    DocumentNode,
    OverlappingFieldsCanBeMergedRule,
    VariablesInAllowedPositionRule,
    specified_rules,
    validate,
)

from gateway.cli.files import complain, read_text
from gateway.config import compose_config
from gateway.errors import ConfigError, ValidationFailed
from gateway.federation.supergraph import SupergraphError
from gateway.operation.document import parse_document
from gateway.snapshot import Snapshot, build_snapshot

CONFIG_SUFFIXES = (".yaml", ".yml")

TOLERATED_RULES = (VariablesInAllowedPositionRule, OverlappingFieldsCanBeMergedRule)
"""What a planner can do without: an operation that breaks these can still be explained."""


def snapshot_of(path: Path) -> Snapshot:
    """The snapshot of a supergraph SDL, or of a config (.yaml) whose subgraphs are composed.

    Raises ConfigError, CompositionFailed.
    """
    try:
        return build_snapshot(supergraph_of(path))
    except SupergraphError as error:
        raise ConfigError(f"{path}: {error}") from None


def supergraph_of(path: Path) -> str:
    """The supergraph SDL in the file, or that of a config (.yaml) whose subgraphs are composed.

    Raises ConfigError, CompositionFailed.
    """
    is_config = path.suffix in CONFIG_SUFFIXES
    return compose_config(path, os.environ) if is_config else read_text(path)


def document_of(path: Path, snapshot: Snapshot) -> DocumentNode:
    """The document in the file, fit to be planned on `snapshot`.

    Breaches of TOLERATED_RULES are warnings on standard error. Raises ConfigError, ParseFailed,
    ValidationFailed.
    """
    document = parse_document(read_text(path))
    rules = [rule for rule in specified_rules if rule not in TOLERATED_RULES]
    errors = validate(snapshot.api_schema, document, rules)
    if errors:
        raise ValidationFailed.from_graphql(errors)
    for error in validate(snapshot.api_schema, document, TOLERATED_RULES):
        complain(f"warning: {path}: {error.message}")
    return document
