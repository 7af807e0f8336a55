"""Random federated schemas: from choices to subgraph SDLs that mostly compose.

One graph is imagined whole (entities, value types, an interface, a union, an enum), then its
fields are dealt out to two to four subgraphs with every way that federation has to share them.
"""

from gateway.fuzz.dice import Dice, chance, pick, sample
from tests.gateway.fuzz.deal import (
    LINK,
    SCALARS,
    SHARED,
    Deal,
    Entity,
    LocalType,
    declare_key,
    is_leaf,
    output_type,
    wrapped,
)
from tests.gateway.fuzz.features import deal_features, deal_late_features


def random_subgraphs(dice: Dice) -> list[tuple[str, str]]:
    """Name and SDL of each subgraph."""
    deal = Deal(dice, [{} for _ in range(2 + dice.below(3))])
    imagine(deal)
    for entity in deal.entities:
        deal_entity(deal, entity)
    deal_values(deal)
    for entity in deal.entities:
        deal_plain_fields(deal, entity)
    for entity in deal.entities:
        deal_requires(deal, entity)
        deal_override(deal, entity)
    deal_features(deal)
    deal_interface_object(deal)
    deal_roots(deal)
    deal_late_features(deal)
    for index in range(len(deal.subgraphs)):
        declare_abstract(deal, index)
    return [(chr(ord("a") + index), sdl(types)) for index, types in enumerate(deal.subgraphs)]


def imagine(deal: Deal) -> None:
    dice = deal.dice
    for index in range(1 + dice.below(3)):
        keys = ["id"]
        if chance(dice, 3):
            keys.append("sku")
        if chance(dice, 4):
            keys.append("id code")
        homes = sample(dice, range(len(deal.subgraphs)), 1 + dice.below(len(deal.subgraphs)))
        deal.entities.append(Entity(f"T{index}", keys, homes))
    deal.values = [f"V{index}" for index in range(dice.below(3))]
    deal.interface = chance(dice, 2)
    deal.union = chance(dice, 2)


def deal_entity(deal: Deal, entity: Entity) -> None:
    """Every home of the entity declares some of its keys; the first one all of them."""
    for order, home in enumerate(entity.homes):
        count = len(entity.keys) if order == 0 else 1 + deal.dice.below(len(entity.keys))
        for key in sample(deal.dice, entity.keys, count):
            declare_key(deal.local(home, entity.name), key)


def deal_values(deal: Deal) -> None:
    """Value types have the same shareable fields wherever they are."""
    for name in deal.values:
        count = 1 + deal.dice.below(3)
        types = [wrapped(deal.dice, pick(deal.dice, SCALARS)) for _ in range(count)]
        for subgraph in range(len(deal.subgraphs)):
            local = LocalType()
            for index, type_ in enumerate(types):
                local.fields[f"p{index}"] = f"p{index}: {type_}{SHARED}"
            deal.subgraphs[subgraph][name] = local


def arguments(dice: Dice) -> str:
    return pick(dice, ["", "", "", "(x: Int)", '(c: String! = "EUR")', "(i: Input, e: [Colour!])"])


def deal_plain_fields(deal: Deal, entity: Entity) -> None:
    """Each field goes to one home, or as shareable to two."""
    for index in range(1 + deal.dice.below(4)):
        home = pick(deal.dice, entity.homes)
        type_ = output_type(deal, home)
        name = f"f{index}"
        declared = f"{name}{arguments(deal.dice)}"
        others = [other for other in entity.homes if other != home]
        shared = bool(others) and chance(deal.dice, 4) and is_leaf(type_)
        local = deal.local(home, entity.name)
        local.fields[name] = f"{declared}: {type_}{SHARED if shared else ''}"
        if shared:
            other = deal.local(pick(deal.dice, others), entity.name)
            other.fields[name] = local.fields[name]
        else:
            entity.owned.append((declared, type_, home))


def deal_requires(deal: Deal, entity: Entity) -> None:
    """Some fields are computed from another subgraph's."""
    for index in range(deal.dice.below(3)):
        usable = [
            (declared, type_, owner)
            for declared, type_, owner in entity.owned
            if is_leaf(type_) or type_.strip("[]!") in deal.values
        ]
        if not usable:
            return
        declared, type_, owner = pick(deal.dice, usable)
        others = [home for home in entity.homes if home != owner]
        if not others:
            continue
        home = pick(deal.dice, others)
        local = deal.local(home, entity.name)
        name = declared.partition("(")[0]
        if name in local.fields and "@external" not in local.fields[name]:
            continue
        local.fields[name] = f"{declared}: {type_} @external"
        selection = name
        if "(x:" in declared:
            selection += "(x: 7)"
        elif "(c:" in declared:
            selection += '(c: \\"USD\\")'
        if not is_leaf(type_):
            selection += " { p0 }"
        result = wrapped(deal.dice, pick(deal.dice, SCALARS))
        local.fields[f"r{index}"] = f'r{index}: {result} @requires(fields: "{selection}")'
        entity.owned.append((f"r{index}", result, home))


def deal_override(deal: Deal, entity: Entity) -> None:
    """Now and then a field moves from one home to another."""
    movable = [
        (declared, type_, owner) for declared, type_, owner in entity.owned if is_leaf(type_)
    ]
    if not movable or not chance(deal.dice, 4):
        return
    declared, type_, owner = pick(deal.dice, movable)
    name = declared.partition("(")[0]
    others = [
        home
        for home in entity.homes
        if home != owner and name not in deal.local(home, entity.name).fields
    ]
    if others:
        local = deal.local(pick(deal.dice, others), entity.name)
        source = chr(ord("a") + owner)
        local.fields[name] = f'{declared}: {type_} @override(from: "{source}")'


def deal_interface_object(deal: Deal) -> None:
    """Now and then one subgraph knows the interface as an object and adds a field to it."""
    if not deal.interface or not chance(deal.dice, 2):
        return
    for index, types in enumerate(deal.subgraphs):
        knows = any(entity.name in types for entity in deal.entities)
        if not knows and "Node" not in types:
            local = deal.local(index, "Node")
            local.marks = " @interfaceObject"
            declare_key(local, "id")
            local.fields["extra"] = f"extra: {wrapped(deal.dice, pick(deal.dice, SCALARS))}"
            return


def deal_roots(deal: Deal) -> None:
    """Every subgraph has one to three root fields, some with what they provide."""
    for index in range(len(deal.subgraphs)):
        query = deal.local(index, "Query")
        for count in range(1 + deal.dice.below(3)):
            name = f"q{index}{count}"
            type_ = output_type(deal, index)
            mark = provides(deal, index, type_.strip("[]!"))
            query.fields[name] = f"{name}{arguments(deal.dice)}: {type_}{mark}"
        if index and chance(deal.dice, 4):
            query.fields["shared"] = f"shared: Int{SHARED}"
            deal.local(0, "Query").fields["shared"] = f"shared: Int{SHARED}"


def provides(deal: Deal, subgraph: int, named: str) -> str:
    """`@provides` of a field that another subgraph owns, or nothing."""
    entity = next((entity for entity in deal.entities if entity.name == named), None)
    if entity is None or not chance(deal.dice, 2):
        return ""
    local = deal.local(subgraph, named)
    for declared, type_, owner in entity.owned:
        name = declared.partition("(")[0]
        known = local.fields.get(name, "@external")
        if owner != subgraph and is_leaf(type_) and "@external" in known:
            home = deal.local(owner, named).fields
            if "(" in declared or SHARED in home[name]:
                return ""
            home[name] += SHARED
            local.fields[name] = f"{declared}: {type_} @external"
            return f' @provides(fields: "{name}")'
    return ""


def declare_abstract(deal: Deal, index: int) -> None:
    """Close the declarations of the interface and the union over the entities that are there."""
    types = deal.subgraphs[index]
    present = [entity.name for entity in deal.entities if entity.name in types]
    if "Any" in types:
        types["Any"] = LocalType(keyword="union", interfaces=present)
    node = types.get("Node")
    if node is not None and node.keyword == "abstract":
        fields = {"id": "id: ID!", **node.fields}
        types["Node"] = LocalType(keyword="interface", keys=['"id"'], fields=fields)
        for name in present:
            declare_key(types[name], "id")
            types[name].interfaces.append("Node")


def sdl(types: dict[str, LocalType]) -> str:
    """The subgraph's whole SDL."""
    parts = [LINK, "scalar Json", "enum Colour { RED GREEN }"]
    parts.append("input Input { n: Int = 3 s: String! l: [Input!] }")
    for name, local in types.items():
        if local.keyword == "union":
            parts.append(f"union {name} = {' | '.join(local.interfaces)}")
        else:
            parts.append(local.text(name))
    return "\n\n".join(parts)
