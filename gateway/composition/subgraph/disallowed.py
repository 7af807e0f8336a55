"""DISALLOWED_INACCESSIBLE: what GraphQL and federation themselves need cannot be hidden."""

from collections.abc import Iterator

from gateway.composition.outcome import CompositionError
from gateway.composition.subgraph.model import BUILT_IN_SCALARS, Subgraph, has
from gateway.composition.subgraph.specs import built_in_directives


def check_disallowed(subgraph: Subgraph) -> Iterator[CompositionError]:
    """@inaccessible on built-in scalars, linked types, and arguments of built-in directives."""
    for name, definition in subgraph.types.items():
        if (name in BUILT_IN_SCALARS or name in subgraph.core_types) and has(
            definition, "inaccessible"
        ):
            yield CompositionError(
                "DISALLOWED_INACCESSIBLE",
                f'[{subgraph.name}] Type "{name}" is part of GraphQL or a linked spec and cannot be'
                " @inaccessible: remove the directive.",
                (definition.location,),
            )
    for name, directive in subgraph.directive_definitions.items():
        for argument in directive.arguments.values():
            if name in built_in_directives() and has(argument, "inaccessible"):
                yield CompositionError(
                    "DISALLOWED_INACCESSIBLE",
                    f'[{subgraph.name}] Argument "@{name}({argument.name}:)" is part of GraphQL and'
                    " cannot be @inaccessible: remove the directive.",
                    (argument.location,),
                )
