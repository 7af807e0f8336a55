"""Selection sets of a validated document in, merged `NormalField`s out.

This is CollectFields of the GraphQL specification done once for all runtime types: fragments are
opened and remembered as the set of runtime types they stand for, `@skip`/`@include` as conditions,
fields of one response key, identity and type set are merged.
"""

from collections.abc import Iterable, Mapping, Sequence
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

from gateway.errors import LimitExceeded
from gateway.federation.selection import arguments_text
from gateway.federation.values import value_variables
from gateway.operation.normalise.conditions import ALWAYS, NEVER, Condition, both
from gateway.operation.normalise.fields import Identity, NormalField

TypeSet = frozenset[str] | None

MAX_DEPTH = 100
"""Levels of fields; fragments can nest deeper than a parser lets text be written."""

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


_Key = tuple[str, str, TypeSet, str, Condition]
"""Response key, identity, runtime types, type of what is below, condition."""


@dataclass(slots=True)
class _Level:
    """What was found below one parent so far."""

    parent: GraphQLCompositeType
    fields: dict[_Key, NormalField] = default(default_factory=dict)
    below: dict[_Key, list[Scope]] = default(default_factory=dict)
    opened: set[tuple[str, TypeSet, Condition]] = default(default_factory=set)
    """Fragments need to be opened but once for the same types on the same condition."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects the selections of one document; `runtime_types` are those of every composite."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    runtime_types: Mapping[str, frozenset[str]]

    def collect(
        self, parent: GraphQLCompositeType, scopes: Iterable[Scope], depth: int = 1
    ) -> tuple[NormalField, ...]:
        """The fields below a parent, in the order of their first occurrence.

        Occurrences on different conditions stay apart unless the first is unconditional: which
        comes first in the answer is known only at run time. Raises LimitExceeded below MAX_DEPTH.
        """
        if depth > MAX_DEPTH:
            raise LimitExceeded.because(f"The operation is nested deeper than {MAX_DEPTH} levels.")
        level = _Level(parent)
        for scope in scopes:
            self._gather(level, scope)
        return tuple(
            self._finished(field, level.below.get(key), depth)
            for key, field in level.fields.items()
        )

    def _gather(self, level: _Level, scope: Scope) -> None:
        for node in scope.selections.selections:
            condition = scope.condition
            if node.directives:
                condition = both(condition, directive_condition(node.directives))
                if condition == NEVER:
                    continue
            if isinstance(node, FieldNode):
                if condition == scope.condition:
                    self._add(level, node, scope)
                else:
                    own = Scope(scope.selections, scope.on, condition, scope.within)
                    self._add(level, node, own)
                continue
            if isinstance(node, FragmentSpreadNode):
                opened = (node.name.value, scope.on, condition)
                if opened in level.opened:
                    continue
                level.opened.add(opened)
                inner: FragmentDefinitionNode | InlineFragmentNode = self.fragments[node.name.value]
            elif isinstance(node, InlineFragmentNode):
                inner = node
            else:
                raise TypeError(f"not a selection: {node.kind}")
            on = self._narrowed(level.parent, scope.on, inner.type_condition)
            if on is None or on:
                within = self._condition_type(inner.type_condition) or scope.within
                self._gather(level, Scope(inner.selection_set, on, condition, within))

    def _narrowed(
        self, parent: GraphQLCompositeType, on: TypeSet, condition: NamedTypeNode | None
    ) -> TypeSet:
        if condition is None or condition.name.value == parent.name:
            return on
        current = self.runtime_types[parent.name] if on is None else on
        wanted = self.runtime_types.get(condition.name.value, frozenset())
        return on if current <= wanted else current & wanted

    def _add(self, level: _Level, node: FieldNode, scope: Scope) -> None:
        identity = field_identity(node)
        response_key = node.alias.value if node.alias else node.name.value
        type_ = self._type(scope.within or level.parent, node.name.value)
        below = get_named_type(type_).name if node.selection_set is not None else ""
        relative = scope.condition
        key = (response_key, identity.text, scope.on, below, ALWAYS)
        if relative != ALWAYS and key not in level.fields:
            key = (response_key, identity.text, scope.on, below, relative)
            relative = ALWAYS
        if key not in level.fields:
            level.fields[key] = NormalField(response_key, identity, type_, scope.on, key[4])
        if node.selection_set is not None:
            inner = Scope(node.selection_set, None, relative)
            scopes = level.below.setdefault(key, [])
            if inner not in scopes:
                scopes.append(inner)

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

    def _finished(
        self, field: NormalField, scopes: Sequence[Scope] | None, depth: int
    ) -> NormalField:
        if not scopes or field.identity.name.startswith("__"):
            return field
        named = get_named_type(field.type)
        if not is_composite_type(named):
            raise TypeError(f"{field.identity.name} has selections but is of type {named}")
        return NormalField(
            field.response_key,
            field.identity,
            field.type,
            field.on,
            field.condition,
            self.collect(named, scopes, depth + 1),
        )


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
