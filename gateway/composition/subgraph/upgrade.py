"""Federation 1 subgraphs brought to federation 2: a list of small passes over the model.

Federation 1 accepted, and partly ignored, what federation 2 rejects. Each pass removes what had
no effect or spells out what was implied, so that one set of rules serves both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from gateway.composition.outcome import CompositionError, Location, in_subgraphs
from gateway.composition.subgraph.facts import facts_of
from gateway.composition.subgraph.field_sets import (
    FieldSelection,
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

_FIELD_SETS = frozenset({"key", "requires", "provides"})
_Others: TypeAlias = Sequence[Subgraph]
Pass = Callable[[Subgraph, _Others], Subgraph]


def is_federation_1(subgraph: Subgraph) -> bool:
    """Whether the SDL links no federation 2."""
    return subgraph.version[0] == 1


def upgrade_all(
    subgraphs: Sequence[Subgraph],
) -> tuple[list[Subgraph], list[CompositionError]]:
    """All subgraphs as federation 2, and what forbids that."""
    errors = list(_interface_object_errors(subgraphs))
    result: list[Subgraph] = []
    for subgraph in subgraphs:
        if not is_federation_1(subgraph):
            result.append(subgraph)
            continue
        others = [other for other in subgraphs if other is not subgraph]
        orphans = list(_orphans(subgraph, others))
        errors.extend(orphans)
        if not orphans:
            upgraded = upgrade(subgraph, others)
            errors.extend(_emptied(subgraph, upgraded))
            result.append(upgraded)
    return result, errors


def upgrade(subgraph: Subgraph, others: _Others) -> Subgraph:
    """The subgraph after all passes; `others` are as their owners wrote them."""
    for one in PASSES:
        subgraph = one(subgraph, others)
    return subgraph


def _interface_object_errors(subgraphs: Sequence[Subgraph]) -> Iterator[CompositionError]:
    old = [subgraph.name for subgraph in subgraphs if is_federation_1(subgraph)]
    users = [
        subgraph.name
        for subgraph in subgraphs
        if any(has(definition, "interfaceObject") for definition in subgraph.types.values())
    ]
    if old and users:
        yield CompositionError(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f"@interfaceObject is used in {in_subgraphs(users)}, which needs every subgraph to be"
            f" federation 2, but {in_subgraphs(old)} is not: link"
            ' "https://specs.apollo.dev/federation/v2.3" or newer there.',
            tuple(Location(name, 1, 1) for name in old),
        )


def is_extension(subgraph: Subgraph, definition: TypeDefinition) -> bool:
    """Whether federation 1 takes the type for an extension of another subgraph's."""
    if definition.kind not in (Kind.OBJECT, Kind.INTERFACE):
        return False
    return has(definition, "extends") or (definition.extended and not definition.defined)


def _is_root(subgraph: Subgraph, definition: TypeDefinition) -> bool:
    return definition.name in subgraph.roots.values()


def _orphans(subgraph: Subgraph, others: _Others) -> Iterator[CompositionError]:
    for definition in subgraph.types.values():
        if not is_extension(subgraph, definition) or _is_root(subgraph, definition):
            continue
        if not any(o.types[definition.name].defined for o in others if definition.name in o.types):
            yield CompositionError(
                "EXTENSION_WITH_NO_BASE",
                f'[{subgraph.name}] Type "{definition.name}" is an extension, but no other'
                " subgraph defines the type: remove the `extend` or @extends, or define it.",
                (definition.location,),
            )


def _emptied(before: Subgraph, after: Subgraph) -> Iterator[CompositionError]:
    """Types whose every field was @external and unused, and which are still referred to."""
    referred = {
        base(field.type) for definition in after.types.values() for field in definition.fields.values()
    }
    for definition in after.types.values():
        had = before.types[definition.name].fields
        if definition.kind is Kind.OBJECT and had and not definition.fields:
            if definition.name in referred:
                yield CompositionError(
                    "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                    f'[{after.name}] Type "{definition.name}" has only @external fields, and no'
                    " @key, @provides or @requires uses any of them: use one, or remove the type.",
                    (definition.location,),
                )


def _without(directives: Sequence[Directive], *cores: str) -> tuple[Directive, ...]:
    return tuple(directive for directive in directives if directive.core not in cores)


def _map_types(
    subgraph: Subgraph, change: Callable[[TypeDefinition], TypeDefinition]
) -> Subgraph:
    return replace(subgraph, types={name: change(d) for name, d in subgraph.types.items()})


def _map_fields(definition: TypeDefinition, change: Callable[[Field], Field]) -> TypeDefinition:
    if not definition.fields:
        return definition
    return replace(definition, fields={name: change(f) for name, f in definition.fields.items()})


def string_field_sets(subgraph: Subgraph, _: _Others) -> Subgraph:
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


def drop_type_externals(subgraph: Subgraph, _: _Others) -> Subgraph:
    """@external on a type, or on an interface's field, had no effect."""

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.kind is Kind.INTERFACE:
            definition = _map_fields(
                definition, lambda f: replace(f, directives=_without(f.directives, "external"))
            )
        return replace(definition, directives=_without(definition.directives, "external"))

    return _map_types(subgraph, change)


def own_extension_keys(subgraph: Subgraph, others: _Others) -> Subgraph:
    """Key fields of an extension are known to it, for all their @external.

    An extension without a key has the first key of each other subgraph.
    """
    freed: set[tuple[str, str]] = set()
    for definition in subgraph.types.values():
        if not is_extension(subgraph, definition):
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
            lambda f: replace(f, directives=_without(f.directives, "external"))
            if (definition.name, f.name) in freed
            else f,
        )

    return _map_types(subgraph, change)


def _first_keys(type_name: str, others: _Others) -> Iterator[str]:
    for other in others:
        definition = other.types.get(type_name)
        for key in applied(definition.directives, "key")[:1] if definition else ():
            selections = try_field_set(key.arguments.get("fields"))
            for owner, field in selected_fields(other, type_name, selections):
                if owner == type_name:
                    yield field.name


def drop_inactive_field_sets(subgraph: Subgraph, _: _Others) -> Subgraph:
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


def define_extensions(subgraph: Subgraph, _: _Others) -> Subgraph:
    """`extend type` without a definition here becomes a definition."""

    def change(definition: TypeDefinition) -> TypeDefinition:
        if definition.defined or not definition.extended:
            return definition
        flat = _map_fields(definition, lambda f: replace(f, of_extension=False))
        directives = tuple(replace(d, of_extension=False) for d in definition.directives)
        return replace(flat, directives=directives, defined=True, extended=False)

    return _map_types(subgraph, change)


def drop_interface_directives(subgraph: Subgraph, _: _Others) -> Subgraph:
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
            lambda f: f
            if _is_composite(subgraph, base(f.type))
            else replace(f, directives=_without(f.directives, "provides")),
        )

    return _map_types(subgraph, change)


def drop_unused_externals(subgraph: Subgraph, _: _Others) -> Subgraph:
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


def mark_shareable(subgraph: Subgraph, others: _Others) -> Subgraph:
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
        if has(definition, "key") or _is_root(subgraph, definition):
            return _map_fields(
                definition,
                lambda f: replace(f, directives=(*f.directives, share(f.location)))
                if (definition.name, f.name) not in shared_already
                and elsewhere(definition.name, f.name)
                else f,
            )
        if not any(definition.name in other.types for other in others):
            return definition
        return replace(
            definition, directives=(*definition.directives, share(definition.location))
        )

    return _map_types(subgraph, change)


def drop_repeated_tags(subgraph: Subgraph, others: _Others) -> Subgraph:
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
