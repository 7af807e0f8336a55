"""Supergraph SDL in (join v0.1–v0.5, whoever composed it), `Supergraph` out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import (
    ConstDirectiveNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from gateway.federation.links import Features, read_features
from gateway.federation.model import (
    AppliedDirective,
    Argument,
    ContextUse,
    EnumValue,
    Field,
    FieldJoin,
    Key,
    Subgraph,
    Supergraph,
    TypeDefinition,
    TypeJoin,
    TypeKind,
    TypeRef,
    type_ref,
)
from gateway.federation.selection import FieldSetError, parse_selection
from gateway.federation.type_text import type_text
from gateway.federation.values import python_value, value_text

__all__ = ["Supergraph", "SupergraphError", "parse_supergraph"]

_KINDS: Mapping[type[TypeDefinitionNode], TypeKind] = {
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
}

Arguments = Mapping[str, object]


class SupergraphError(ValueError):
    """The text is not a supergraph; the message says why."""


def parse_supergraph(sdl: str) -> Supergraph:
    """The supergraph written in `sdl`; raises SupergraphError."""
    try:
        document = parse(sdl)
    except GraphQLError as error:
        raise SupergraphError(f"the supergraph does not parse: {error.message}") from error
    features = read_features(document)
    subgraphs = _subgraphs(document, features)
    if not subgraphs:
        raise SupergraphError("not a supergraph: it has no join__Graph enum")
    reader = _Reader(features, frozenset(subgraphs))
    try:
        types = {
            node.name.value: reader.type(node)
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode) and not features.owns_type(node.name.value)
        }
    except FieldSetError as error:
        raise SupergraphError(str(error)) from error
    roots = _root_names(document, types)
    if roots["query"] not in types:
        raise SupergraphError(f"the supergraph has no {roots['query']} type")
    labels = frozenset(
        join.override_label
        for one in types.values()
        for field in one.fields.values()
        for join in field.joins.values()
        if join.override_label is not None
    )
    return Supergraph(
        subgraphs=subgraphs,
        types=types,
        query=roots["query"] or "Query",
        mutation=roots["mutation"],
        subscription=roots["subscription"],
        sdl=sdl,
        document=document,
        labels=labels,
        local_names={feature.prefix: feature.name for feature in features.linked},
    )


def _root_names(
    document: DocumentNode, types: Mapping[str, TypeDefinition]
) -> dict[str, str | None]:
    names: dict[str, str | None] = {
        "query": "Query",
        "mutation": "Mutation" if "Mutation" in types else None,
        "subscription": "Subscription" if "Subscription" in types else None,
    }
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            for operation in node.operation_types:
                names[operation.operation.value] = operation.type.name.value
    return names


def _subgraphs(document: DocumentNode, features: Features) -> dict[str, Subgraph]:
    enum_name = features.prefix_of("join") + "__Graph"
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == enum_name:
            result = {}
            for value in node.values or ():
                arguments: Arguments = {}
                for directive in value.directives or ():
                    if features.directive_name(directive.name.value) == "join__graph":
                        arguments = _arguments(directive)
                name = str(arguments.get("name", value.name.value))
                url = str(arguments.get("url") or "")
                result[value.name.value] = Subgraph(value.name.value, name, url)
            return result
    return {}


def _arguments(directive: DirectiveNode | ConstDirectiveNode) -> dict[str, object]:
    return {item.name.value: python_value(item.value) for item in directive.arguments or ()}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads definitions: resolves local directive names, and knows every subgraph's id."""

    features: Features
    graphs: frozenset[str]

    def applied(
        self, directives: Iterable[DirectiveNode] | None
    ) -> tuple[list[tuple[str, Arguments]], tuple[AppliedDirective, ...]]:
        """(join directives, all others), under the names of their specifications."""
        joins: list[tuple[str, Arguments]] = []
        others: list[AppliedDirective] = []
        for node in directives or ():
            name = self.features.directive_name(node.name.value)
            if name.startswith("join__"):
                joins.append((name, _arguments(node)))
            else:
                others.append(AppliedDirective(name, _arguments(node)))
        return joins, tuple(others)

    def type(self, node: TypeDefinitionNode) -> TypeDefinition:
        joins, directives = self.applied(node.directives)
        kind = _KINDS[type(node)]
        owner = next((str(a["graph"]) for name, a in joins if name == "join__owner"), None)
        type_joins = _type_joins(joins) or {graph: TypeJoin(graph) for graph in self.graphs}
        contexts = tuple(
            str(item.arguments.get("name")) for item in directives if item.name == "context"
        )
        definition = TypeDefinition(
            node.name.value, kind, type_joins, contexts=contexts, directives=directives
        )
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            scope = _Scope(type_joins, owner)
            return replace(
                definition,
                fields={item.name.value: self.field(item, scope) for item in node.fields or ()},
                interfaces=_interfaces(node, joins, type_joins),
            )
        if isinstance(node, UnionTypeDefinitionNode):
            return replace(definition, members=_members(node, joins, type_joins))
        if isinstance(node, EnumTypeDefinitionNode):
            return replace(definition, values=self.values(node, type_joins))
        if isinstance(node, InputObjectTypeDefinitionNode):
            fields = {
                item.name.value: self.argument(item, type_joins) for item in node.fields or ()
            }
            return replace(definition, input_fields=fields)
        return definition

    def field(self, node: FieldDefinitionNode, scope: "_Scope") -> Field:
        joins, directives = self.applied(node.directives)
        reference = type_ref(type_text(node.type))
        entries = [a for name, a in joins if name == "join__field" and "graph" in a]
        found = {str(a["graph"]): _field_join(a, reference) for a in entries}
        if not any(name == "join__field" for name, _ in joins) or (
            not entries and scope.owner is not None
        ):
            found = {graph: FieldJoin(graph, reference) for graph in scope.default_graphs(node)}
        accepted = {item.name.value: self.argument(item, {}) for item in node.arguments or ()}
        return Field(node.name.value, reference, accepted, found, directives)

    def argument(
        self, node: InputValueDefinitionNode, type_joins: Mapping[str, TypeJoin]
    ) -> Argument:
        joins, directives = self.applied(node.directives)
        graphs = frozenset(str(a["graph"]) for name, a in joins if a.get("graph"))
        return Argument(
            node.name.value,
            type_ref(type_text(node.type)),
            value_text(node.default_value) if node.default_value is not None else None,
            directives,
            graphs or frozenset(type_joins),
        )

    def values(
        self, node: EnumTypeDefinitionNode, type_joins: Mapping[str, TypeJoin]
    ) -> dict[str, EnumValue]:
        result = {}
        for item in node.values or ():
            joins, directives = self.applied(item.directives)
            graphs = frozenset(str(a["graph"]) for name, a in joins if a.get("graph"))
            name = item.name.value
            result[name] = EnumValue(name, graphs or frozenset(type_joins), directives)
        return result


@dataclass(frozen=True, slots=True)
class _Scope:
    """The type that a field belongs to. `owner` is join v0.1's, None in later versions."""

    joins: Mapping[str, TypeJoin]
    owner: str | None

    def default_graphs(self, node: FieldDefinitionNode) -> Sequence[str]:
        """The subgraphs that have a field without a `join__field` of its own."""
        if self.owner is None:
            return tuple(self.joins)
        name = node.name.value
        keyed = (
            graph
            for graph, join in self.joins.items()
            if graph != self.owner
            and any(
                name == getattr(item, "name", None) for key in join.keys for item in key.selection
            )
        )
        return (self.owner, *keyed)


def _type_joins(joins: Sequence[tuple[str, Arguments]]) -> dict[str, TypeJoin]:
    result: dict[str, TypeJoin] = {}
    for name, arguments in joins:
        if name not in ("join__type", "join__owner"):
            continue
        graph = str(arguments["graph"])
        before = result.get(graph, TypeJoin(graph))
        keys = before.keys
        text = _text(arguments.get("key"))
        if text is not None:
            keys += (Key(text, parse_selection(text), arguments.get("resolvable") is not False),)
        result[graph] = TypeJoin(
            graph,
            keys,
            before.interface_object or bool(arguments.get("isInterfaceObject")),
            before.extension or bool(arguments.get("extension")),
        )
    return result


def _field_join(arguments: Arguments, reference: TypeRef) -> FieldJoin:
    requires, provides = _text(arguments.get("requires")), _text(arguments.get("provides"))
    own_type = _text(arguments.get("type"))
    return FieldJoin(
        graph=str(arguments["graph"]),
        type=type_ref(own_type) if own_type else reference,
        requires=parse_selection(requires) if requires else (),
        provides=parse_selection(provides) if provides else (),
        external=bool(arguments.get("external", False)),
        override=_text(arguments.get("override")),
        override_label=_text(arguments.get("overrideLabel")),
        used_overridden=bool(arguments.get("usedOverridden", False)),
        contexts=_contexts(arguments.get("contextArguments")),
    )


def _interfaces(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
    joins: Sequence[tuple[str, Arguments]],
    type_joins: Mapping[str, TypeJoin],
) -> dict[str, frozenset[str]]:
    declared = [
        (str(a["graph"]), str(a["interface"])) for name, a in joins if name == "join__implements"
    ]
    if not declared:
        names = [item.name.value for item in node.interfaces or ()]
        declared = [(graph, name) for graph in type_joins for name in names]
    result: dict[str, set[str]] = {}
    for graph, interface in declared:
        result.setdefault(graph, set()).add(interface)
    return {graph: frozenset(names) for graph, names in result.items()}


def _members(
    node: UnionTypeDefinitionNode,
    joins: Sequence[tuple[str, Arguments]],
    type_joins: Mapping[str, TypeJoin],
) -> dict[str, tuple[str, ...]]:
    declared = [
        (str(a["graph"]), str(a["member"])) for name, a in joins if name == "join__unionMember"
    ]
    if not declared:
        declared = [(graph, item.name.value) for graph in type_joins for item in node.types or ()]
    result: dict[str, tuple[str, ...]] = {}
    for graph, member in declared:
        result[graph] = (*result.get(graph, ()), member)
    return result


def _contexts(value: object) -> tuple[ContextUse, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        ContextUse(
            argument=str(item["name"]),
            context=str(item["context"]),
            type=type_ref(str(item["type"])),
            selection=parse_selection(str(item["selection"])),
        )
        for item in value
        if isinstance(item, dict)
    )
