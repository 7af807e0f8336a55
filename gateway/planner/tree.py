"""What the planner builds: entries into subgraphs, each with the tree of fields it selects.

Everything here is mutable until the steps are made. Who wants a field is remembered (a client's
condition, or the entry whose input it is), because conditions are known only when all is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.federation.model import ContextUse
from gateway.federation.selection import SelectionSet
from gateway.graph import Node
from gateway.operation.normalise import Identity
from gateway.operation.normalise.conditions import Condition

if TYPE_CHECKING:
    from gateway.planner.sites import Site

TypeSet = frozenset[str] | None


@dataclass(slots=True, eq=False)
class Leaf:
    """A leaf of a tree, selected for the runtime types `on`."""

    identity: Identity
    on: TypeSet
    wanted: list[Condition | Entry] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Tree:
    """The selection of one entry at one site; `node` is where it stands in the query graph.

    `types` limits it to some runtime types of the site: below an entry made for those alone.
    """

    entry: Entry
    site: Site
    node: Node
    types: TypeSet = None
    leaves: dict[tuple[str, TypeSet], Leaf] = field(default_factory=dict)
    children: dict[Site, Tree] = field(default_factory=dict)
    wanted: list[Condition | Entry] = field(default_factory=list)
    parent: Tree | None = None
    asked: bool = False
    """Whether what clients want of its site is among `wanted`, here and above."""

    def leaf(self, identity: Identity, on: TypeSet) -> Leaf:
        """The leaf, made when it is first asked for."""
        key = (identity.text, on)
        leaf = self.leaves.get(key)
        if leaf is None:
            leaf = self.leaves[key] = Leaf(identity, on)
        return leaf

    def child(self, site: Site, node: Node) -> Tree:
        """The tree below at a child site, made when it is first asked for."""
        tree = self.children.get(site)
        if tree is None:
            tree = self.children[site] = Tree(self.entry, site, node, parent=self)
            site.trees.append(tree)
        return tree

    def ask(self) -> None:
        """Note that clients want something in it, and so all that is above it."""
        tree: Tree | None = self
        while tree is not None and not tree.asked:
            tree.asked = True
            tree.wanted.append(tree.site.condition)
            tree = tree.parent


@dataclass(frozen=True, slots=True)
class Input:
    """A field that an entry's representation carries, read at the entry's site."""

    identity: Identity
    on: TypeSet
    is_key: bool
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextInput:
    """A `@fromContext` argument of an entry: what is read at the ancestor `site`."""

    site: Site
    use: ContextUse
    inputs: tuple[Input, ...]


@dataclass(slots=True, eq=False)
class Entry:
    """One way into a subgraph: an operation's root, a root type met below it, or entities.

    For entities `target` is the type entered and `inputs` are what each runtime type sends;
    `requires` tells entries of one site apart that serve fields with different requirements.
    """

    order: int
    graph: str
    site: Site
    kind: str
    target: str
    types: TypeSet = None
    requires: SelectionSet = ()
    contexts: tuple[ContextInput, ...] = ()
    inputs: dict[str, tuple[Input, ...]] = field(default_factory=dict)
    after: set[Entry] = field(default_factory=set)
    depth: int = 1
    merged_into: Entry | None = None
    """Another entry that turned out to do the same: what wants this one wants that."""
    tree: Tree = field(init=False)

    @property
    def is_entity(self) -> bool:
        """Whether it is made by an `_entities` request."""
        return self.kind == "entity"

    def depends_on(self, other: Entry) -> bool:
        """Whether `other` has to be done before this one (or is this one)."""
        if self is other:
            return True
        return self.depth > other.depth and any(one.depends_on(other) for one in self.after)
