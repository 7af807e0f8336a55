"""Arguments in a field set: canonical text in, plain values out."""

from collections.abc import Mapping
from functools import lru_cache

from graphql import FieldNode, OperationDefinitionNode, parse

from gateway.federation.values import python_value


@lru_cache(maxsize=1_024)
def parse_arguments(text: str) -> Mapping[str, object]:
    """`(currency:"USD")` → {"currency": "USD"}; nothing → {}."""
    if not text:
        return {}
    (definition,) = parse("{f" + text + "}", no_location=True).definitions
    assert isinstance(definition, OperationDefinitionNode)
    (node,) = definition.selection_set.selections
    assert isinstance(node, FieldNode)
    return {item.name.value: python_value(item.value) for item in node.arguments or ()}
