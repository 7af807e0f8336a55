"""A supergraph file or a config in; its snapshot out. Operations' files in; documents out."""

import os
from pathlib import Path

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    VariablesInAllowedPositionRule,
    Visitor,
    build_ast_schema,
    specified_rules,
    validate,
    visit,
)

from gateway.cli.files import complain, read_text
from gateway.config import compose_config
from gateway.errors import ConfigError, ValidationFailed
from gateway.federation.api_schema import api_document
from gateway.federation.supergraph import SupergraphError
from gateway.operation.document import parse_document
from gateway.snapshot import Snapshot, build_snapshot

CONFIG_SUFFIXES = (".yaml", ".yml")

INACCESSIBLE = "inaccessible"

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


def document_of(path: Path, snapshot: Snapshot) -> tuple[DocumentNode, GraphQLSchema]:
    """The document in the file, and the schema of `snapshot` that it is planned on.

    That is the API schema; for a document that asks for what is @inaccessible, the whole one.
    This and breaches of TOLERATED_RULES are warnings on standard error. Raises ConfigError,
    ParseFailed, ValidationFailed.
    """
    document = parse_document(read_text(path))
    rules = [rule for rule in specified_rules if rule not in TOLERATED_RULES]
    schema = snapshot.api_schema
    errors = validate(schema, document, rules)
    if errors:
        schema = whole_schema(snapshot)
        if validate(schema, document, rules):
            raise ValidationFailed.from_graphql(errors)
        for error in errors:
            complain(f"warning: {path}: {error.message} It is @inaccessible: no client can ask.")
    for error in validate(schema, document, TOLERATED_RULES):
        complain(f"warning: {path}: {error.message}")
    return document, schema


def whole_schema(snapshot: Snapshot) -> GraphQLSchema:
    """The API schema as it would be if nothing were @inaccessible."""
    names = snapshot.supergraph.local_names
    local = {name for name, spec in names.items() if spec == INACCESSIBLE} | {INACCESSIBLE}
    document = visit(snapshot.supergraph.document, _Without(frozenset(local)))
    return build_ast_schema(api_document(document), assume_valid=True)


class _Without(Visitor):
    """Takes applications of some directives out of a document."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def enter_directive(self, node: DirectiveNode, *_: object) -> object:
        return REMOVE if node.name.value in self._names else None
