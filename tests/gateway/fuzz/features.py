"""More ways to share a graph, dealt on top of the plain ones: each now and then, so that most
schemas still compose."""

from gateway.fuzz.dice import chance, pick, sample
from tests.gateway.fuzz.deal import (
    SCALARS,
    SHARED,
    Deal,
    Entity,
    LocalType,
    declare_key,
    is_leaf,
    output_type,
    reference,
    wrapped,
)


def deal_features(deal: Deal) -> None:
    """Deal every feature whose turn it is."""
    for entity in deal.entities:
        if chance(deal.dice, 4):
            deal_nested_key(deal, entity)
        if chance(deal.dice, 2):
            deal_deep_requires(deal, entity)
        if chance(deal.dice, 3):
            deal_shared_composite(deal, entity)
        if chance(deal.dice, 5):
            deal_inaccessible(deal, entity)
        if chance(deal.dice, 6):
            deal_reentry(deal, entity)
    if chance(deal.dice, 3):
        deal_partial_value(deal)


def deal_late_features(deal: Deal) -> None:
    """Those that build on the roots."""
    if chance(deal.dice, 3):
        deal_shared_roots(deal)
    if chance(deal.dice, 3):
        deal_abstract_provides(deal)
    if chance(deal.dice, 3):
        deal_interface_field(deal)
    if chance(deal.dice, 2):
        deal_mutations(deal)


def deal_nested_key(deal: Deal, entity: Entity) -> None:
    """A key through another entity: `o { id }`."""
    others = [other for other in deal.entities if other is not entity]
    if not others or len(entity.homes) < 2:
        return
    target = pick(deal.dice, others)
    for home in sample(deal.dice, entity.homes, 2):
        reference(deal, home, target)
        declare_key(deal.local(home, target.name), "id")
        local = deal.local(home, entity.name)
        local.fields["o"] = f"o: {target.name}!{SHARED}"
        local.keys.append('"o { id }"')


def deal_deep_requires(deal: Deal, entity: Entity) -> None:
    """A requirement below a composite field: through lists, entities and fragments."""
    dice = deal.dice
    names = {other.name: other for other in deal.entities}
    usable = [one for one in entity.owned if one[1].strip("[]!") in {*names, "Node", "Any"}]
    if not usable:
        return
    declared, type_, owner = pick(dice, usable)
    homes = [home for home in entity.homes if home != owner]
    name = declared.partition("(")[0]
    if not homes or "(c:" in declared:
        return
    home = pick(dice, homes)
    local = deal.local(home, entity.name)
    target = names.get(type_.strip("[]!")) or pick(dice, deal.entities)
    leaves = [one for one in target.owned if is_leaf(one[1]) and "(" not in one[0]]
    if not leaves or (name in local.fields and "@external" not in local.fields[name]):
        return
    leaf, leaf_type, leaf_owner = pick(dice, leaves)
    reference(deal, home, target)
    far = deal.local(home, target.name)
    if leaf_owner != home and leaf not in far.fields:
        far.fields[leaf] = f"{leaf}: {leaf_type} @external"
    if type_.strip("[]!") in {"Node", "Any"}:
        deal.subgraphs[home].setdefault(type_.strip("[]!"), LocalType(keyword="abstract"))
        selection = f"{name} {{ ... on {target.name} {{ {leaf} }} }}"
    else:
        selection = f"{name} {{ {leaf} }}"
    local.fields[name] = f"{declared}: {type_} @external"
    result = wrapped(dice, pick(dice, SCALARS))
    local.fields["d"] = f'd: {result} @requires(fields: "{selection}")'


def deal_shared_composite(deal: Deal, entity: Entity) -> None:
    """A composite field that two homes share; union members may differ between them."""
    if len(entity.homes) < 2:
        return
    first, second = sample(deal.dice, entity.homes, 2)
    type_ = output_type(deal, first)
    named = type_.strip("[]!")
    if is_leaf(type_) or "[[" in type_:
        return
    for other in deal.entities:
        if other.name == named:
            reference(deal, second, other)
    if named in {"Node", "Any"}:
        for other in sample(deal.dice, deal.entities, 2):
            reference(deal, second, other)
        deal.subgraphs[second].setdefault(named, LocalType(keyword="abstract"))
    for home in (first, second):
        deal.local(home, entity.name).fields["s"] = f"s: {type_}{SHARED}"


def deal_inaccessible(deal: Deal, entity: Entity) -> None:
    """A field that clients do not see, though others may require it."""
    leaves = [one for one in entity.owned if is_leaf(one[1])]
    if leaves:
        declared, _, owner = pick(deal.dice, leaves)
        fields = deal.local(owner, entity.name).fields
        name = declared.partition("(")[0]
        if "@override" not in fields[name]:
            fields[name] += " @inaccessible"


def deal_reentry(deal: Deal, entity: Entity) -> None:
    """A way from an entity back to the root."""
    home = pick(deal.dice, entity.homes)
    deal.local(home, entity.name).fields["root"] = "root: Query!"


def deal_partial_value(deal: Deal) -> None:
    """A value type of which one subgraph knows more than the others."""
    if deal.values:
        name = pick(deal.dice, deal.values)
        index = deal.dice.below(len(deal.subgraphs))
        type_ = wrapped(deal.dice, pick(deal.dice, SCALARS))
        deal.local(index, name).fields["more"] = f"more: {type_}"


def deal_shared_roots(deal: Deal) -> None:
    """A root field with an object that two subgraphs share."""
    entity = pick(deal.dice, deal.entities)
    if len(entity.homes) < 2:
        return
    type_ = pick(deal.dice, ["{0}", "{0}!", "[{0}]"]).format(entity.name)
    for home in sample(deal.dice, entity.homes, 2):
        deal.local(home, "Query").fields["both"] = f"both(x: Int): {type_}{SHARED}"


def deal_abstract_provides(deal: Deal) -> None:
    """`@provides` of one member's field on an abstract root field."""
    for index, types in enumerate(deal.subgraphs):
        for name, text in list(types.get("Query", LocalType()).fields.items()):
            named = text.rpartition(":")[2].strip().strip("[]!")
            if named in {"Any", "Node"} and "@" not in text:
                field = _providable(deal, index, pick(deal.dice, deal.entities))
                if field is not None:
                    entity, leaf = field
                    mark = f' @provides(fields: "... on {entity} {{ {leaf} }}")'
                    types["Query"].fields[name] = text + mark
                return


def _providable(deal: Deal, index: int, entity: Entity) -> tuple[str, str] | None:
    """A leaf that another subgraph owns, made external here and shareable there."""
    if entity.name not in deal.subgraphs[index]:
        return None
    local = deal.local(index, entity.name)
    for declared, type_, owner in entity.owned:
        home = deal.local(owner, entity.name).fields
        plain = "(" not in declared and "@" not in home[declared.partition("(")[0]]
        if owner != index and plain and is_leaf(type_) and declared not in local.fields:
            home[declared] += SHARED
            local.fields[declared] = f"{declared}: {type_} @external"
            return entity.name, declared
    return None


def deal_interface_field(deal: Deal) -> None:
    """An interface field that one subgraph has on the interface, for the types it knows."""
    for types in deal.subgraphs:
        present = [entity for entity in deal.entities if entity.name in types]
        node = types.get("Node")
        if node is not None and node.keyword == "abstract" and present:
            type_ = wrapped(deal.dice, pick(deal.dice, SCALARS))
            node.fields["common"] = f"common: {type_}"
            for entity in present:
                stricter = "!" if not type_.endswith("!") and chance(deal.dice, 2) else ""
                types[entity.name].fields["common"] = f"common: {type_}{stricter}"
            return


def deal_mutations(deal: Deal) -> None:
    """Up to two mutations in each subgraph."""
    for index in range(len(deal.subgraphs)):
        for count in range(deal.dice.below(3)):
            type_ = output_type(deal, index)
            mutation = deal.local(index, "Mutation")
            mutation.fields[f"m{index}{count}"] = f"m{index}{count}(x: Int): {type_}"
