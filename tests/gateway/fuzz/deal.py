"""A random graph while it is dealt out to its subgraphs."""

from dataclasses import dataclass, field

from gateway.fuzz.dice import Dice, chance, pick, sample

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
    '"@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", '
    '"@inaccessible"])'
)
SCALARS = ("String", "Int", "Float", "Boolean", "ID", "Json", "Colour")


@dataclass(slots=True)
class LocalType:
    """A type as one subgraph declares it."""

    keyword: str = "type"
    keys: list[str] = field(default_factory=list)
    marks: str = ""
    interfaces: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The declaration."""
        implements = f" implements {' & '.join(self.interfaces)}" if self.interfaces else ""
        keys = "".join(f" @key(fields: {key})" for key in self.keys)
        body = "\n".join(f"  {declaration}" for declaration in self.fields.values())
        return f"{self.keyword} {name}{implements}{keys}{self.marks} {{\n{body}\n}}"


@dataclass(slots=True)
class Entity:
    """An entity of the imagined graph: its keys and who has it."""

    name: str
    keys: list[str]
    homes: list[int]
    owned: list[tuple[str, str, int]] = field(default_factory=list)
    """Plain fields dealt to one subgraph: name with arguments, type, subgraph."""


@dataclass(slots=True)
class Deal:
    """The graph while it is dealt out."""

    dice: Dice
    subgraphs: list[dict[str, LocalType]]
    entities: list[Entity] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    interface: bool = False
    union: bool = False

    def local(self, subgraph: int, name: str) -> LocalType:
        """The declaration of `name` in a subgraph, made at its first use."""
        return self.subgraphs[subgraph].setdefault(name, LocalType())


def declare_key(local: LocalType, key: str, resolvable: bool = True) -> None:
    """Give a type a key and the fields that it is made of."""
    flag = "" if resolvable else ", resolvable: false"
    written = f'"{key}"{flag}'
    if not any(f'"{key}"' in known for known in local.keys):
        local.keys.append(written)
    for name in key.split():
        local.fields.setdefault(name, f"{name}: {'ID' if name == 'id' else 'String'}!{SHARED}")


SHARED = " @shareable"


def reference(deal: Deal, subgraph: int, entity: Entity) -> str:
    """Make sure that a subgraph can point to the entity; its name."""
    if entity.name not in deal.subgraphs[subgraph]:
        resolvable = not chance(deal.dice, 3)
        declare_key(deal.local(subgraph, entity.name), pick(deal.dice, entity.keys), resolvable)
    return entity.name


def output_type(deal: Deal, subgraph: int) -> str:
    """A random output type that the subgraph can return, wrapped in lists and non-nulls."""
    dice = deal.dice
    kind = dice.below(6)
    if kind == 1:
        named = reference(deal, subgraph, pick(dice, deal.entities))
    elif kind == 2 and deal.values:
        named = value_in(deal, subgraph, pick(dice, deal.values))
    elif kind == 3 and deal.interface:
        named = "Node"
    elif kind == 4 and deal.union:
        named = "Any"
    else:
        named = pick(dice, SCALARS)
    if named in {"Node", "Any"}:
        for entity in sample(dice, deal.entities, 2):
            reference(deal, subgraph, entity)
        deal.subgraphs[subgraph].setdefault(named, LocalType(keyword="abstract"))
    return wrapped(dice, named)


def wrapped(dice: Dice, named: str) -> str:
    return pick(dice, ["{0}", "{0}!", "[{0}]", "[{0}!]!", "[[{0}!]]"]).format(named)


def value_in(deal: Deal, subgraph: int, name: str) -> str:
    deal.local(subgraph, name)
    return name


def is_leaf(type_: str) -> bool:
    return type_.strip("[]!") in SCALARS
