"""What the merged data can hold where, known from the plan alone: steps in, facts per input out.

`DataNode` is the union of everything that the steps so far may have put at one place, lists and
runtime types aside. It tells where an answer can be merged by `dict.update`, and where objects
that stand for the same entity are interchangeable, so that one of them can serve everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.planner.plan import EntityInput, FetchField, FetchStep, PathSegment, ResponsePath

TYPENAME = "__typename"

Asker = tuple[int, int]
"""A selection of the plan: the step's id and the input's number in it."""


@dataclass(slots=True, eq=False)
class DataNode:
    """One place of the merged data: its keys, the type names it was selected as, and by whom."""

    children: dict[str, "DataNode"] = field(default_factory=dict)
    type_names: set[str] = field(default_factory=set)
    askers: set["Asker"] = field(default_factory=set)
    leaf: bool = False
    interned: bool = False

    def add(self, fields: tuple[FetchField, ...], asker: "Asker") -> None:
        """Put a selection here."""
        for item in fields:
            child = self.children.setdefault(item.source_key, DataNode())
            child.type_names.add(item.type.strip("[]!"))
            child.askers.add(asker)
            child.leaf = child.leaf or not item.selection
            child.add(item.selection, asker)

    def at(self, path: ResponsePath) -> "DataNode | None":
        """The place that `path` leads to; None when no step selects it."""
        node: DataNode | None = self
        for key in source_keys(path):
            node = node.children.get(key) if node is not None else None
        return node

    def absorb(self, other: "DataNode") -> None:
        """Also hold what `other` holds."""
        self.type_names |= other.type_names
        self.askers |= other.askers
        self.leaf = self.leaf or other.leaf
        for key, child in other.children.items():
            mine = self.children.setdefault(key, child)
            if mine is not child:
                mine.absorb(child)


def source_keys(path: ResponsePath) -> Iterator[str]:
    """The keys of a path, without list markers and type conditions."""
    for segment in path:
        if isinstance(segment, str) and segment != "@":
            yield segment


@dataclass(frozen=True, slots=True)
class InputAnalysis:
    """What is known about one input (or the root selection) of a step.

    `overlaps`: some key of its selection may be there already. `interned`: the targets at which
    an object holds nothing but its representation, so that one object can stand for its equals.
    `known_type`: the one runtime type of every target, None when it has to be looked at.
    """

    overlaps: bool
    interned: frozenset[ResponsePath] = frozenset()
    known_type: str | None = None


def analyse(
    steps: Sequence[FetchStep], object_types: frozenset[str], shares: bool
) -> tuple[DataNode, list[tuple[InputAnalysis, ...]]]:
    """All that the data may hold, and per step the facts of its inputs (a root step has one).

    Steps must come in the plan's order. `shares` False forbids objects in several places.
    Parallel steps answer in any order, so a composite key that several selections fill overlaps
    for each of them, for the first as well.
    """
    root = DataNode()
    found = [_analyse_step(root, step, object_types, shares) for step in steps]
    fillers = _fillers(steps)
    return root, [
        tuple(
            replace(one, overlaps=one.overlaps or _contested(root, step, number, fillers))
            for number, one in enumerate(facts)
        )
        for step, facts in zip(steps, found, strict=True)
    ]


Fillers = Mapping[tuple[str, str], set[Asker]]
"""Runtime type and key of a composite field → the entity selections that fill it."""


def _fillers(steps: Sequence[FetchStep]) -> Fillers:
    """An entity's object may stand in several places, so that its type counts, not its path."""
    found: dict[tuple[str, str], set[Asker]] = {}
    for step in steps:
        for number, (entity, fields) in enumerate(zip(step.inputs, step.selections, strict=False)):
            for filled in _filled(entity, fields):
                found.setdefault(filled, set()).add((step.id, number))
    return found


def _filled(entity: EntityInput, fields: tuple[FetchField, ...]) -> Iterator[tuple[str, str]]:
    for representation in entity.representations:
        for item in fields:
            if item.selection:
                for name in representation.types & (item.on or representation.types):
                    yield name, item.source_key


def _analyse_step(
    root: DataNode, step: FetchStep, object_types: frozenset[str], shares: bool
) -> tuple[InputAnalysis, ...]:
    if not step.inputs:
        node = _ensure(root, step.path)
        overlaps = _overlaps(node, step.selections[0])
        node.add(step.selections[0], (step.id, 0))
        return (InputAnalysis(overlaps),)
    found = tuple(
        _analyse_input(root, entity, fields, object_types, shares)
        for entity, fields in zip(step.inputs, step.selections, strict=True)
    )
    for number, (entity, fields) in enumerate(zip(step.inputs, step.selections, strict=True)):
        for target in entity.targets:
            _ensure(root, target).add(fields, (step.id, number))
    return found


def _contested(root: DataNode, step: FetchStep, number: int, fillers: Fillers) -> bool:
    """Whether another selection fills an object that this one fills too."""
    fields = step.selections[number]
    entity = step.inputs[number] if step.inputs else None
    if entity and any(len(fillers[filled]) > 1 for filled in _filled(entity, fields)):
        return True
    return any(
        len(_ensure(root, place).children[item.source_key].askers) > 1
        for place in (entity.targets if entity else (step.path,))
        for item in fields
        if item.selection
    )


def _analyse_input(
    root: DataNode,
    entity: EntityInput,
    fields: tuple[FetchField, ...],
    object_types: frozenset[str],
    shares: bool,
) -> InputAnalysis:
    nodes = {target: _ensure(root, target) for target in entity.targets}
    overlaps = _renames_types(entity) or any(_overlaps(node, fields) for node in nodes.values())
    interned = frozenset(
        target for target, node in nodes.items() if shares and _covered(node, entity, target)
    )
    if interned:
        _unite(root, sorted(interned, key=repr))
    return InputAnalysis(overlaps, interned, _known_type(entity, nodes.values(), object_types))


def _renames_types(entity: EntityInput) -> bool:
    return any(item.types != {item.typename} for item in entity.representations)


def _overlaps(node: DataNode, fields: tuple[FetchField, ...]) -> bool:
    return any(item.source_key in node.children for item in fields if item.source_key != TYPENAME)


def _covered(node: DataNode, entity: EntityInput, target: ResponsePath) -> bool:
    """Whether equal representations mean equal objects at `target`."""
    if len(entity.representations) != 1 or not _ends_in_key(target):
        return False
    representation = entity.representations[0]
    if len(representation.types) != 1 or any(
        item.selection or item.on is not None for item in representation.fields
    ):
        return False
    keys = {item.source_key for item in representation.fields} | {TYPENAME}
    return bool(node.children) and node.children.keys() <= keys


def _ends_in_key(path: ResponsePath) -> bool:
    last: PathSegment = path[-1] if path else "@"
    return isinstance(last, str) and last != "@"


def _unite(root: DataNode, paths: list[ResponsePath]) -> None:
    """Make the places one, since their objects may become the same."""
    first = _ensure(root, paths[0])
    first.interned = True
    for path in paths[1:]:
        *above, last = list(source_keys(path))
        holder = _ensure(root, tuple(above))
        other = holder.children[last]
        if other is not first:
            first.absorb(other)
            holder.children[last] = first


def _known_type(
    entity: EntityInput, nodes: Iterable[DataNode], object_types: frozenset[str]
) -> str | None:
    if len(entity.representations) != 1 or len(entity.representations[0].types) != 1:
        return None
    (only,) = entity.representations[0].types
    names: set[str] = set()
    for node in nodes:
        names |= node.type_names
    return only if names == {only} and only in object_types else None


def _ensure(root: DataNode, path: ResponsePath) -> DataNode:
    node = root
    for key in source_keys(path):
        node = node.children.setdefault(key, DataNode())
    return node
