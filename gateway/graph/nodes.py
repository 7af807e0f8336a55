"""The vertices and edges of the query graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.federation.model import ContextUse, TypeRef
from gateway.federation.selection import SelectionSet


@dataclass(frozen=True, slots=True, eq=False)
class FieldEdge:
    """A field that one subgraph resolves on one of its types.

    `target` names the type it leads to in that subgraph, None for a leaf. With `requires` or
    `contexts` it cannot be walked on the spot: the subgraph has to be entered for it, with the
    values it asks for.
    """

    graph: str
    parent: str
    name: str
    type: TypeRef
    target: str | None
    requires: SelectionSet = ()
    provides: SelectionSet = ()
    contexts: tuple[ContextUse, ...] = ()

    @property
    def direct(self) -> bool:
        """Whether whoever stands on the parent may simply select it."""
        return not self.requires and not self.contexts


@dataclass(frozen=True, slots=True, eq=False)
class KeyEdge:
    """A way into a subgraph for an entity: send `selection` as `{"__typename": target, ...}`.

    `type` is the entity's type in the supergraph; `target`, the type entered, differs from it only
    where an object type is entered through its interface's `@interfaceObject`.
    """

    type: str
    graph: str
    target: str
    selection: SelectionSet


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A composite type in one subgraph, as seen along one path (compared by identity).

    `view` holds the external fields that a `@provides` on the way here makes selectable. `possible`
    are the runtime object types of its values in that subgraph; an interface object's runtime
    types are unknown there, so that it names itself.
    """

    graph: str
    type: str
    abstract: bool
    interface_object: bool
    possible: frozenset[str]
    fields: Mapping[str, FieldEdge]
    external: Mapping[str, FieldEdge]
    view: SelectionSet = ()

    def __repr__(self) -> str:
        return f"{self.type}@{self.graph}" + ("+view" if self.view else "")
