"""The passes that bring a federation 1 subgraph to federation 2, over the model.

Federation 1 accepted, and partly ignored, what federation 2 rejects. Each pass removes what had
no effect or spells out what was implied; PASSES lists them in their order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from gateway.composition.outcome import Location
from gateway.composition.subgraph.facts import facts_of
from gateway.composition.subgraph.field_sets import (
    Fragment,
    Selection,
    print_selections,
    selected_fields,
    try_field_set,
)
from gateway.composition.subgraph.model import (
    COMPOSITE,
    Directive,
    Field,
    Kind,
    Subgraph,
    TypeDefinition,
    applied,
    has,
)
from gateway.composition.type_ref import base
from gateway.composition.values import EnumLiteral, Value

Others: TypeAlias = Sequence[Subgraph]
Pass = Callable[[Subgraph, Others], Subgraph]
_FIELD_SETS = frozenset({"key", "requires", "provides"})


def is_extension(definition: TypeDefinition) -> bool:
    """Whether federation 1 takes the type for an extension of another subgraph's."""
    if definition.kind not in (Kind.OBJECT, Kind.INTERFACE):
        return False
    return has(definition, "extends") or (definition.extended and not definition.defined)


def is_root(subgraph: Subgraph, definition: TypeDefinition) -> bool:
    """Whether the type is a root of the schema."""
    return definition.name in subgraph.roots.values()


def _without(directives: Sequence[Directive], *cores: str) -> tuple[Directive, ...]:
    return tuple(directive for directive in directives if directive.core not in cores)


def _map_types(subgraph: Subgraph, change: Callable[[TypeDefinition], TypeDefinition]) -> Subgraph:
    return replace(subgraph, types={name: change(d) for name, d in subgraph.types.items()})


def _map_fields(definition: TypeDefinition, change: Callable[[Field], Field]) -> TypeDefinition:
    if not definition.fields:
        return definition
    return replace(definition, fields={name: change(f) for name, f in definition.fields.items()})


def string_field_sets(subgraph: Subgraph, _: Others) -> Subgraph:
    """Lists and bare words in `fields` become the string that they stand for."""

    def text(value: Value) -> Value:
        if isinstance(value, EnumLiteral):
            return value.name
        if isinstance(value, tuple):
            parts = [text(part) for part in value]
            return " ".join(part for part in parts if isinstance(part, str))
        return value

    def fix(directives: tuple[Directive, ...]) -> tuple[Directive, ...]:
        return tuple(
            replace(d, arguments={n: text(v) for n, v in d.arguments.items()})
            if d.core in _FIELD_SETS and not isinstance(d.arguments.get("fields"), str)
            else d
            for d in directives
        )

    def change(definition: TypeDefinition) -> TypeDefinition:
        fixed = _map_fields(definition, lambda f: replace(f, directives=fix(f.directives)))
        return replace(fixed, directives=fix(fixed.directives))

    def fix_keys(definition: TypeDefinition) -> TypeDefinition:
        return change(definition) if definition.kind in COMPOSITE else definition

    return _map_types(subgraph, fix_keys)


def drop_type_externals(subgraph: Subgraph, _: Others) -> Subgraph:
    """@external on a type, or on an interface's field, had no effect."""

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.kind is Kind.INTERFACE:
            definition = _map_fields(
                definition, lambda f: replace(f, directives=_without(f.directives, "external"))
            )
        return replace(definition, directives=_without(definition.directives, "external"))

    return _map_types(subgraph, change)


def own_extension_keys(subgraph: Subgraph, others: Others) -> Subgraph:
    """Key fields of an extension are known to it, for all their @external.

    An extension without a key has the first key of each other subgraph.
    """
    freed: set[tuple[str, str]] = set()
    for definition in subgraph.types.values():
        if not is_extension(definition):
            continue
        keys = applied(definition.directives, "key")
        for key in keys:
            selections = try_field_set(key.arguments.get("fields"))
            for owner, field in selected_fields(subgraph, definition.name, selections):
                freed.add((owner, field.name))
        if not keys:
            freed.update((definition.name, name) for name in _first_keys(definition.name, others))

    def change(definition: TypeDefinition) -> TypeDefinition:
        return _map_fields(
            definition,
            lambda f: (
                replace(f, directives=_without(f.directives, "external"))
                if (definition.name, f.name) in freed
                else f
            ),
        )

    return _map_types(subgraph, change)


def _first_keys(type_name: str, others: Others) -> Iterator[str]:
    for other in others:
        definition = other.types.get(type_name)
        for key in applied(definition.directives, "key")[:1] if definition else ():
            selections = try_field_set(key.arguments.get("fields"))
            for owner, field in selected_fields(other, type_name, selections):
                if owner == type_name:
                    yield field.name


def drop_inactive_field_sets(subgraph: Subgraph, _: Others) -> Subgraph:
    """@requires and @provides keep only what is @external; with nothing left they go."""

    def active(parent: str, directive: Directive) -> Directive | None:
        fields = directive.arguments.get("fields")
        selections = try_field_set(fields)
        if not selections or not _selects_own_leaf(subgraph, parent, selections):
            return directive
        kept = _external_leaves(subgraph, parent, selections)
        if not kept:
            return None
        return replace(directive, arguments={"fields": print_selections(kept)})

    def change_field(owner: str, field: Field) -> Field:
        kept: list[Directive] = []
        for directive in field.directives:
            one: Directive | None = directive
            if directive.core == "requires":
                one = active(owner, directive)
            elif directive.core == "provides":
                one = active(base(field.type), directive)
            if one:
                kept.append(one)
        return replace(field, directives=tuple(kept))

    return _map_types(
        subgraph, lambda d: _map_fields(d, lambda f: change_field(d.name, f) if f.directives else f)
    )


def _is_external(subgraph: Subgraph, parent: str, name: str) -> bool:
    """Whether the field, or that of some implementation of an interface, is external."""
    definition = subgraph.types.get(parent)
    field = definition.fields.get(name) if definition else None
    if field is not None and has(field, "external"):
        return True
    return any(
        other.kind is Kind.OBJECT
        and parent in other.interfaces
        and name in other.fields
        and has(other.fields[name], "external")
        for other in subgraph.types.values()
    )


def _selects_own_leaf(subgraph: Subgraph, parent: str, selections: Sequence[Selection]) -> bool:
    return _external_leaves(subgraph, parent, selections) != tuple(selections)


def _external_leaves(
    subgraph: Subgraph, parent: str, selections: Sequence[Selection]
) -> tuple[Selection, ...]:
    """The selections without leaves that the subgraph resolves itself; unknown ones stay."""
    kept: list[Selection] = []
    for selection in selections:
        if isinstance(selection, Fragment):
            inner = _external_leaves(subgraph, selection.on or parent, selection.selections)
            if inner:
                kept.append(replace(selection, selections=inner))
            continue
        definition = subgraph.types.get(parent)
        field = definition.fields.get(selection.name) if definition else None
        if _is_external(subgraph, parent, selection.name) or field is None:
            kept.append(selection)
        elif selection.selections:
            inner = _external_leaves(subgraph, base(field.type), selection.selections)
            if inner:
                kept.append(replace(selection, selections=inner))
        elif _is_composite(subgraph, base(field.type)):
            kept.append(selection)  # invalid; a rule will say so
    return tuple(kept)


def _is_composite(subgraph: Subgraph, name: str) -> bool:
    definition = subgraph.types.get(name)
    return definition is not None and definition.kind in COMPOSITE


def define_extensions(subgraph: Subgraph, _: Others) -> Subgraph:
    """`extend type` without a definition here becomes a definition."""

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.defined or not definition.extended:
            return definition
        flat = _map_fields(definition, lambda f: replace(f, of_extension=False))
        directives = tuple(replace(d, of_extension=False) for d in definition.directives)
        return replace(flat, directives=directives, defined=True, extended=False)

    return _map_types(subgraph, change)


def drop_interface_directives(subgraph: Subgraph, _: Others) -> Subgraph:
    """@key, @requires and @provides on interfaces had no effect, nor had @provides on leaves."""

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.kind is Kind.INTERFACE:
            plain = replace(definition, directives=_without(definition.directives, "key"))
            return _map_fields(
                plain,
                lambda f: replace(f, directives=_without(f.directives, "requires", "provides")),
            )
        return _map_fields(
            definition,
            lambda f: (
                f
                if _is_composite(subgraph, base(f.type))
                else replace(f, directives=_without(f.directives, "provides"))
            ),
        )

    return _map_types(subgraph, change)


def drop_unused_externals(subgraph: Subgraph, _: Others) -> Subgraph:
    """@external fields that nothing uses go, and types that are left with no field unless used."""
    facts = facts_of(subgraph)
    unused = facts.external - facts.used

    def change(definition: TypeDefinition) -> TypeDefinition:
        fields = {n: f for n, f in definition.fields.items() if (definition.name, n) not in unused}
        return replace(definition, fields=fields)

    changed = _map_types(subgraph, change)
    referred = {
        base(field.type)
        for definition in changed.types.values()
        for field in definition.fields.values()
    } | {member for definition in changed.types.values() for member in definition.members}

    def stays(definition: TypeDefinition) -> bool:
        emptied = bool(subgraph.types[definition.name].fields) and not definition.fields
        return not emptied or definition.name in referred

    return replace(changed, types={n: d for n, d in changed.types.items() if stays(d)})


def mark_shareable(subgraph: Subgraph, others: Others) -> Subgraph:
    """What several subgraphs resolve was always allowed: value types, and fields of entities."""
    shared_already = facts_of(subgraph).shareable

    def share(location: Location) -> Directive:
        return Directive("shareable", "shareable", {}, location)

    def elsewhere(type_name: str, field_name: str) -> bool:
        return any(
            field_name in other.types[type_name].fields
            for other in others
            if type_name in other.types
        )

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.kind is not Kind.OBJECT or definition.name == "Subscription":
            return definition
        if has(definition, "key") or is_root(subgraph, definition):
            return _map_fields(
                definition,
                lambda f: (
                    replace(f, directives=(*f.directives, share(f.location)))
                    if (definition.name, f.name) not in shared_already
                    and elsewhere(definition.name, f.name)
                    else f
                ),
            )
        if not any(definition.name in other.types for other in others):
            return definition
        return replace(definition, directives=(*definition.directives, share(definition.location)))

    return _map_types(subgraph, change)


def drop_repeated_tags(subgraph: Subgraph, others: Others) -> Subgraph:
    """A tag on an @external field that the resolving subgraph repeats."""
    external = facts_of(subgraph).external

    def change(definition: TypeDefinition) -> TypeDefinition:
        def without_tags(field: Field) -> Field:
            if (definition.name, field.name) not in external:
                return field
            tagged = any(
                has(found, "tag") and not has(found, "external")
                for other in others
                if definition.name in other.types
                for found in [other.types[definition.name].fields.get(field.name)]
                if found
            )
            return replace(field, directives=_without(field.directives, "tag")) if tagged else field

        return _map_fields(definition, without_tags)

    return _map_types(subgraph, change)


PASSES: Sequence[Pass] = (
    string_field_sets,
    drop_type_externals,
    own_extension_keys,
    drop_inactive_field_sets,
    define_extensions,
    drop_interface_directives,
    drop_unused_externals,
    mark_shareable,
    drop_repeated_tags,
)
