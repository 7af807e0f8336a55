"""Random legal input values: literals, and variables with definitions, values and defaults."""

from dataclasses import dataclass, field

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
    get_named_type,
)

from gateway.fuzz.dice import Dice, chance, pick

MAX_DEPTH = 3


@dataclass(slots=True)
class Variables:
    """The variables of one operation: definitions in order, and the values sent."""

    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)

    def definitions(self) -> str:
        """`($a: Int!, $b: [ID!] = null)`, or nothing."""
        if not self.types:
            return ""
        return "(" + ", ".join(f"${name}: {type_}" for name, type_ in self.types.items()) + ")"

    def boolean(self, dice: Dice) -> str:
        """The name of a `Boolean!` variable, new or known."""
        known = [name for name, type_ in self.types.items() if type_ == "Boolean!"]
        if known and chance(dice, 2):
            return pick(dice, known)
        return self.add("Boolean!", dice.below(2) == 0)

    def add(self, type_: str, value: object) -> str:
        """Define a variable; `Undefined` leaves its value out."""
        name = f"v{len(self.types)}"
        self.types[name] = type_
        if value is not Undefined:
            self.values[name] = value
        return name


@dataclass(frozen=True, slots=True)
class InputWriter:
    """Writes values of input types."""

    dice: Dice
    variables: Variables

    def value(self, type_: GraphQLInputType, default: object = Undefined) -> str:
        """A literal or a variable that is legal in a position of `type_`."""
        if chance(self.dice, 2):
            return self.literal(type_, 0)
        plain = self.plain(type_, 0)
        if isinstance(type_, GraphQLNonNull) or not chance(self.dice, 3):
            return f"${self.variables.add(str(type_), plain)}"
        if default is Undefined and chance(self.dice, 2):
            return f"${self.variables.add(str(type_), Undefined)}"
        return f"${self.variables.add(f'{type_} = {self.literal(type_, 0)}', Undefined)}"

    def plain(self, type_: GraphQLInputType, depth: int) -> object:
        """A JSON value of `type_`."""
        if isinstance(type_, GraphQLNonNull):
            return self.present(type_.of_type, depth)
        return None if chance(self.dice, 6) else self.present(type_, depth)

    def present(self, type_: GraphQLInputType, depth: int) -> object:
        """A JSON value of the nullable `type_` that is not null."""
        if isinstance(type_, GraphQLList):
            return [self.plain(type_.of_type, depth + 1) for _ in range(self.dice.below(3))]
        if isinstance(type_, GraphQLInputObjectType):
            names = [name for name in type_.fields if self.wanted(type_, name, depth)]
            if type_.is_one_of:
                name = pick(self.dice, list(type_.fields))
                return {name: self.present(type_.fields[name].type, depth + 1)}
            return {name: self.plain(type_.fields[name].type, depth + 1) for name in names}
        named = get_named_type(type_)
        assert isinstance(named, GraphQLScalarType | GraphQLEnumType)
        return self.leaf(named)

    def wanted(self, type_: GraphQLInputObjectType, name: str, depth: int) -> bool:
        definition = type_.fields[name]
        if isinstance(definition.type, GraphQLNonNull) and definition.default_value is Undefined:
            return True
        return depth < MAX_DEPTH and chance(self.dice, 2)

    def leaf(self, type_: GraphQLScalarType | GraphQLEnumType) -> object:
        """A scalar's or enum's value."""
        if isinstance(type_, GraphQLEnumType):
            return pick(self.dice, list(type_.values))
        match type_.name:
            case "Int":
                return self.dice.below(5)
            case "Float":
                return self.dice.below(5) + 0.5
            case "Boolean":
                return self.dice.below(2) == 0
            case _:
                return pick(self.dice, ["", "x", 'quote " and \\ line\n', "é😀"])

    def literal(self, type_: GraphQLInputType, depth: int) -> str:
        """The text of a value of `type_`."""
        return write_literal(type_, self.plain(type_, depth))


def write_literal(type_: GraphQLInputType, value: object) -> str:
    """GraphQL text of the JSON `value` in a position of `type_`."""
    if value is None:
        return "null"
    if isinstance(type_, GraphQLNonNull):
        return write_literal(type_.of_type, value)
    if isinstance(type_, GraphQLList):
        assert isinstance(value, list)
        return "[" + ", ".join(write_literal(type_.of_type, item) for item in value) + "]"
    if isinstance(type_, GraphQLInputObjectType):
        assert isinstance(value, dict)
        members = (
            f"{name}: {write_literal(type_.fields[name].type, item)}"
            for name, item in value.items()
        )
        return "{" + ", ".join(members) + "}"
    if isinstance(type_, GraphQLEnumType):
        return str(value)
    return quoted(value)


def quoted(value: object) -> str:
    """A scalar's literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value)
