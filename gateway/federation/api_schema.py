"""The schema that clients see: a supergraph without its machinery and inaccessible elements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
)

from gateway.federation.links import Features, read_features
from gateway.federation.model import Supergraph

_EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
_KEPT_APPLICATIONS = frozenset({"deprecated", "specifiedBy", "oneOf"})
_STANDARD_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
_BUILT_IN = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf"})


def build_api_schema(supergraph: Supergraph) -> GraphQLSchema:
    """The client's schema of `supergraph`; assumes that composition made it valid."""
    return build_ast_schema(api_document(supergraph.document), assume_valid=True)


def build_full_schema(supergraph: Supergraph) -> GraphQLSchema:
    """As the API schema, with inaccessible elements: for operators' tools, not for clients."""
    document = api_document(supergraph.document, inaccessible=True)
    return build_ast_schema(document, assume_valid=True)


def api_document(document: DocumentNode, *, inaccessible: bool = False) -> DocumentNode:
    """The definitions that clients may see, with only the directives they may see.

    With `inaccessible` those are kept that only the gateway itself may see.
    """
    features = read_features(document)
    view = _View(features, frozenset(), shows_all=inaccessible)
    hidden = frozenset(
        node.name.value
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
        and (features.owns_type(node.name.value) or view.hides(node.directives))
    )
    view = _View(features, hidden, shows_all=inaccessible)
    seen = (view.definition(node) for node in document.definitions)
    kept = tuple(node for node in seen if node is not None)
    return DocumentNode(definitions=(*kept, *_undefined(kept)))


def _undefined(definitions: Iterable[DefinitionNode]) -> list[ScalarTypeDefinitionNode]:
    """Types that nothing defines, as scalars: lenient composers let them through."""
    known = set(_STANDARD_SCALARS)
    used: dict[str, None] = {}
    for node in definitions:
        if isinstance(node, TypeDefinitionNode):
            known.add(node.name.value)
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in node.fields or ():
                used[_named(field.type)] = None
                used.update((_named(argument.type), None) for argument in field.arguments or ())
        if isinstance(node, InputObjectTypeDefinitionNode):
            used.update((_named(item.type), None) for item in node.fields or ())
    return [
        ScalarTypeDefinitionNode(name=NameNode(value=name), directives=())
        for name in used
        if name not in known
    ]


def _named(node: object) -> str:
    while not isinstance(node, NamedTypeNode):
        node = getattr(node, "type")  # noqa: B009  list and non-null nodes both have it
    return node.name.value


_Member = TypeVar("_Member", FieldDefinitionNode, InputValueDefinitionNode, EnumValueDefinitionNode)


@dataclass(frozen=True, slots=True)
class _View:
    """Filters definitions; `hidden` names the types that clients must not see."""

    features: Features
    hidden: frozenset[str]
    shows_all: bool = False

    def hides(self, directives: Iterable[ConstDirectiveNode] | None) -> bool:
        """Whether an element with the directives is kept from clients."""
        return not self.shows_all and any(
            self.features.directive_name(directive.name.value) == "inaccessible"
            for directive in directives or ()
        )

    def directives(
        self, nodes: Iterable[ConstDirectiveNode] | None
    ) -> tuple[ConstDirectiveNode, ...]:
        return tuple(node for node in nodes or () if node.name.value in _KEPT_APPLICATIONS)

    def visible(self, nodes: Iterable[_Member] | None) -> list[_Member]:
        return [node for node in nodes or () if not self.hides(node.directives)]

    def definition(self, node: DefinitionNode) -> DefinitionNode | None:
        if isinstance(node, DirectiveDefinitionNode):
            return self.directive(node)
        if isinstance(node, SchemaDefinitionNode):
            operations = tuple(o for o in node.operation_types if _named(o) not in self.hidden)
            return SchemaDefinitionNode(
                description=node.description, directives=(), operation_types=operations
            )
        if not isinstance(node, TypeDefinitionNode) or node.name.value in self.hidden:
            return None
        return self.type(node)

    def directive(self, node: DirectiveDefinitionNode) -> DirectiveDefinitionNode | None:
        name = node.name.value
        if name in _BUILT_IN or self.features.owns_directive(name):
            return None
        locations = tuple(one for one in node.locations if one.value in _EXECUTABLE)
        if not locations:
            return None
        return DirectiveDefinitionNode(
            name=node.name,
            description=node.description,
            arguments=self.inputs(node.arguments),
            repeatable=node.repeatable,
            locations=locations,
        )

    def type(self, node: TypeDefinitionNode) -> TypeDefinitionNode:
        kept = self.directives(node.directives)
        name, text = node.name, node.description
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            interfaces = tuple(i for i in node.interfaces or () if _named(i) not in self.hidden)
            fields = tuple(
                self.field(item)
                for item in self.visible(node.fields)
                if _named(item.type) not in self.hidden
            )
            return type(node)(
                name=name, description=text, directives=kept, interfaces=interfaces, fields=fields
            )
        if isinstance(node, UnionTypeDefinitionNode):
            members = tuple(item for item in node.types or () if _named(item) not in self.hidden)
            return UnionTypeDefinitionNode(
                name=name, description=text, directives=kept, types=members
            )
        if isinstance(node, EnumTypeDefinitionNode):
            values = self.values(node)
            return EnumTypeDefinitionNode(
                name=name, description=text, directives=kept, values=values
            )
        if isinstance(node, InputObjectTypeDefinitionNode):
            inputs = self.inputs(node.fields)
            return InputObjectTypeDefinitionNode(
                name=name, description=text, directives=kept, fields=inputs
            )
        if isinstance(node, ScalarTypeDefinitionNode):
            return ScalarTypeDefinitionNode(name=name, description=text, directives=kept)
        raise TypeError(f"not a type definition: {node.kind}")

    def field(self, node: FieldDefinitionNode) -> FieldDefinitionNode:
        return FieldDefinitionNode(
            name=node.name,
            description=node.description,
            arguments=self.inputs(node.arguments),
            type=node.type,
            directives=self.directives(node.directives),
        )

    def inputs(
        self, nodes: Iterable[InputValueDefinitionNode] | None
    ) -> tuple[InputValueDefinitionNode, ...]:
        return tuple(
            InputValueDefinitionNode(
                name=node.name,
                description=node.description,
                type=node.type,
                default_value=node.default_value,
                directives=self.directives(node.directives),
            )
            for node in self.visible(nodes)
            if _named(node.type) not in self.hidden
        )

    def values(self, node: EnumTypeDefinitionNode) -> tuple[EnumValueDefinitionNode, ...]:
        return tuple(
            EnumValueDefinitionNode(
                name=value.name,
                description=value.description,
                directives=self.directives(value.directives),
            )
            for value in self.visible(node.values)
        )
