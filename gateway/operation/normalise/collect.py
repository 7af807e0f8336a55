"""Selection sets of a validated document in, merged `NormalField`s out.

This is CollectFields of the GraphQL specification done once for all runtime types: fragments are
opened and remembered as the set of runtime types they stand for, `@skip`/`@include` as conditions,
fields of one response key, identity and type set are merged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef

from gateway.federation.selection import arguments_text
from gateway.federation.values import value_variables
from gateway.operation.normalise.conditions import ALWAYS, NEVER, Condition, both, either
from gateway.operation.normalise.fields import Identity, NormalField

TypeSet = frozenset[str] | None

_META = {
    "__typename": TypeNameMetaFieldDef,
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A selection set to be collected, for some runtime types of its parent, on a condition."""

    selections: SelectionSetNode
    on: TypeSet = None
    condition: Condition = ALWAYS
    within: GraphQLCompositeType | None = None
    """The type condition of the fragment around it, which may have fields the parent lacks."""


_Key = tuple[str, str, TypeSet, str]
"""Response key, identity, runtime types, type of what is below."""


@dataclass(slots=True)
class _Occurrences:
    """All selections of one response key, identity and type set below one parent."""

    field: NormalField
    node: FieldNode
    scopes: list[Scope] = default(default_factory=list)


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects the selections of one document; `runtime_types` are those of every composite."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    runtime_types: Mapping[str, frozenset[str]]

    def collect(
        self, parent: GraphQLCompositeType, scopes: Iterable[Scope]
    ) -> tuple[NormalField, ...]:
        """The fields below a parent, in the order of their first occurrence."""
        found: dict[_Key, _Occurrences] = {}
        for scope in scopes:
            self._gather(parent, scope, found)
        return tuple(self._finished(occurrences) for occurrences in found.values())

    def _gather(
        self,
        parent: GraphQLCompositeType,
        scope: Scope,
        found: dict[_Key, _Occurrences],
    ) -> None:
        for node in scope.selections.selections:
            condition = scope.condition
            if node.directives:
                condition = both(condition, directive_condition(node.directives))
                if condition == NEVER:
                    continue
            if isinstance(node, FieldNode):
                inner_scope = Scope(scope.selections, scope.on, condition, scope.within)
                self._add(parent, node, inner_scope, found)
                continue
            if isinstance(node, FragmentSpreadNode):
                inner: FragmentDefinitionNode | InlineFragmentNode = self.fragments[node.name.value]
            elif isinstance(node, InlineFragmentNode):
                inner = node
            else:
                raise TypeError(f"not a selection: {node.kind}")
            on = self._narrowed(parent, scope.on, inner.type_condition)
            if on is None or on:
                within = self._condition_type(inner.type_condition) or scope.within
                self._gather(parent, Scope(inner.selection_set, on, condition, within), found)

    def _narrowed(
        self, parent: GraphQLCompositeType, on: TypeSet, condition: NamedTypeNode | None
    ) -> TypeSet:
        if condition is None or condition.name.value == parent.name:
            return on
        current = self.runtime_types[parent.name] if on is None else on
        wanted = self.runtime_types.get(condition.name.value, frozenset())
        return on if current <= wanted else current & wanted

    def _add(
        self,
        parent: GraphQLCompositeType,
        node: FieldNode,
        scope: Scope,
        found: dict[_Key, _Occurrences],
    ) -> None:
        identity = field_identity(node)
        response_key = node.alias.value if node.alias else node.name.value
        type_ = self._type(scope.within or parent, node.name.value)
        below = get_named_type(type_).name if node.selection_set is not None else ""
        key = (response_key, identity.text, scope.on, below)
        known = found.get(key)
        if known is None:
            new = NormalField(
                response_key,
                identity,
                type_,
                scope.on,
                scope.condition,
            )
            known = found[key] = _Occurrences(new, node)
        elif known.field.condition != scope.condition:
            condition = either(known.field.condition, scope.condition)
            known.field = NormalField(response_key, identity, known.field.type, scope.on, condition)
        if node.selection_set is not None:
            known.scopes.append(Scope(node.selection_set, None, scope.condition))

    def _condition_type(self, node: NamedTypeNode | None) -> GraphQLCompositeType | None:
        named = self.schema.type_map.get(node.name.value) if node is not None else None
        return named if is_composite_type(named) else None

    def _type(self, owner: GraphQLCompositeType, name: str) -> GraphQLOutputType:
        if name in _META:
            return _META[name].type
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            type_: GraphQLOutputType = owner.fields[name].type
            return type_
        raise KeyError(f"{owner.name}.{name}")

    def _finished(self, occurrences: _Occurrences) -> NormalField:
        known = occurrences.field
        if not occurrences.scopes or known.identity.name.startswith("__"):
            return known
        scopes = [
            Scope(scope.selections, None, self._relative(scope.condition, known.condition))
            for scope in occurrences.scopes
        ]
        named = get_named_type(known.type)
        if not is_composite_type(named):
            raise TypeError(f"{known.identity.name} has selections but is of type {named}")
        return NormalField(
            known.response_key,
            known.identity,
            known.type,
            known.on,
            known.condition,
            self.collect(named, scopes),
        )

    def _relative(self, own: Condition, field_condition: Condition) -> Condition:
        """What an occurrence's children still depend on where the merged field is wanted."""
        return ALWAYS if own == field_condition else own


def directive_condition(directives: Iterable[DirectiveNode]) -> Condition:
    """What `@skip` and `@include` among the directives demand."""
    condition = ALWAYS
    for directive in directives:
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = directive.arguments[0].value if directive.arguments else None
        expected = name == "include"
        if isinstance(value, BooleanValueNode):
            condition = condition if value.value is expected else NEVER
        elif isinstance(value, VariableNode):
            condition = both(condition, (((value.name.value, expected),),))
    return condition


def field_identity(node: FieldNode) -> Identity:
    """The identity of a field as written; forwards directives other than skip and include."""
    name = node.name.value
    if not node.arguments and not node.directives:
        return Identity(name, name)
    text = name + arguments_text(node.arguments)
    variables = [v for argument in node.arguments or () for v in value_variables(argument.value)]
    for directive in node.directives or ():
        if directive.name.value not in ("skip", "include"):
            text += f"@{directive.name.value}{arguments_text(directive.arguments)}"
            for argument in directive.arguments or ():
                variables.extend(value_variables(argument.value))
    return Identity(text, name, tuple(dict.fromkeys(variables)))
