"""Random legal operations on a schema: from choices to a document's text and its variables."""

from dataclasses import dataclass, field

from graphql import (
    GraphQLAbstractType,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    parse,
    validate,
)

from gateway.fuzz.dice import Dice, chance, pick, sample
from gateway.fuzz.inputs import InputWriter, Variables

MAX_DEPTH = 5
MAX_FIELDS = 5
ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Operation:
    """A legal operation: its document's text and the variables' values."""

    text: str
    variables: dict[str, object]


@dataclass(slots=True)
class Writer:
    """State of one operation being written."""

    schema: GraphQLSchema
    dice: Dice
    aliases: bool
    variables: Variables = field(default_factory=Variables)
    fragments: list[tuple[str, str]] = field(default_factory=list)
    """Name and type condition of fragments that are already written."""
    fragment_texts: list[str] = field(default_factory=list)
    names: int = 0

    def fresh(self, prefix: str) -> str:
        """A name that this operation does not have yet."""
        self.names += 1
        return f"{prefix}{self.names}"


def random_operation(schema: GraphQLSchema, dice: Dice) -> Operation:
    """A legal query, now and then a mutation where there are any.

    Aliases that conflict are avoided by trying again with fewer.
    """
    for attempt in range(ATTEMPTS):
        writer = Writer(schema, dice, aliases=attempt < ATTEMPTS - 1)
        kind, root = "query", schema.query_type
        if schema.mutation_type is not None and chance(dice, 4):
            kind, root = "mutation", schema.mutation_type
        assert root is not None, "every schema has a query type"
        body = selection_set(writer, root, 0)
        head = writer.variables.definitions()
        text = "\n".join([f"{kind} Fuzz{head} {body}", *writer.fragment_texts])
        if not validate(schema, parse(text)):
            return Operation(text, dict(writer.variables.values))
    return Operation("{ __typename }", {})


def selection_set(writer: Writer, parent: GraphQLCompositeType, depth: int) -> str:
    """`{ … }` on `parent`: fields, fragments and conditions, never empty."""
    selections = []
    if isinstance(parent, GraphQLUnionType):
        selections.append("__typename")
    else:
        selections.extend(fields(writer, parent, depth))
    if is_abstract_type(parent) or chance(writer.dice, 8):
        selections.extend(fragments(writer, parent, depth))
    if chance(writer.dice, 6):
        selections.append(aliased(writer, parent, "__typename"))
    return "{ " + " ".join(selections or ["__typename"]) + " }"


def fields(
    writer: Writer, parent: GraphQLObjectType | GraphQLInterfaceType, depth: int
) -> list[str]:
    """Some fields of `parent`, now and then the same one twice."""
    usable = [
        (name, definition)
        for name, definition in parent.fields.items()
        if depth < MAX_DEPTH or not is_composite_type(get_named_type(definition.type))
    ]
    if not usable:
        return ["__typename"]
    chosen = sample(writer.dice, usable, 1 + writer.dice.below(MAX_FIELDS))
    if chance(writer.dice, 4):
        chosen.append(pick(writer.dice, chosen))
    return [field_text(writer, parent, name, definition, depth) for name, definition in chosen]


def field_text(
    writer: Writer,
    parent: GraphQLObjectType | GraphQLInterfaceType,
    name: str,
    definition: GraphQLField,
    depth: int,
) -> str:
    arguments = [
        f"{argument_name}: {value}"
        for argument_name, argument in definition.args.items()
        if (value := argument_text(writer, argument)) is not None
    ]
    text = aliased(writer, parent, name)
    if arguments:
        text += f"({', '.join(arguments)})"
    text += condition(writer)
    named = get_named_type(definition.type)
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        text += " " + selection_set(writer, named, depth + 1)
    return text


def argument_text(writer: Writer, argument: GraphQLArgument) -> str | None:
    """A literal, a variable, or None where the argument is left out."""
    if not is_required_argument(argument) and chance(writer.dice, 2):
        return None
    return InputWriter(writer.dice, writer.variables).value(argument.type, argument.default_value)


def aliased(writer: Writer, parent: GraphQLCompositeType, name: str) -> str:
    """The field's name, behind an alias now and then: a fresh one or another field's own name."""
    if not writer.aliases or not chance(writer.dice, 4):
        return name
    if isinstance(parent, GraphQLUnionType) or chance(writer.dice, 2):
        return f"{writer.fresh('alias')}: {name}"
    other = pick(writer.dice, list(parent.fields))
    return name if other == name else f"{other}: {name}"


def condition(writer: Writer) -> str:
    """Nothing, or `@include` and `@skip` on literals and variables."""
    if not chance(writer.dice, 8):
        return ""
    directive = pick(writer.dice, ["@include", "@skip"])
    if chance(writer.dice, 3):
        return f" {directive}(if: {pick(writer.dice, ['true', 'false'])})"
    return f" {directive}(if: ${writer.variables.boolean(writer.dice)})"


def fragments(writer: Writer, parent: GraphQLCompositeType, depth: int) -> list[str]:
    """Inline fragments and spreads on types that overlap with `parent`."""
    overlapping = overlapping_types(writer.schema, parent)
    chosen = sample(writer.dice, overlapping, 1 + writer.dice.below(3))
    return [fragment(writer, target, depth) for target in chosen]


def fragment(writer: Writer, target: GraphQLCompositeType, depth: int) -> str:
    known = [name for name, on in writer.fragments if on == target.name]
    if known and chance(writer.dice, 2):
        return f"...{pick(writer.dice, known)}{condition(writer)}"
    if depth >= MAX_DEPTH:
        return f"... on {target.name} {{ __typename }}"
    body = selection_set(writer, target, depth + 1)
    if not chance(writer.dice, 4):
        return f"... on {target.name}{condition(writer)} {body}"
    name = writer.fresh("Part")
    writer.fragments.append((name, target.name))
    writer.fragment_texts.append(f"fragment {name} on {target.name} {body}")
    return f"...{name}{condition(writer)}"


def overlapping_types(
    schema: GraphQLSchema, parent: GraphQLCompositeType
) -> list[GraphQLCompositeType]:
    """Composite types that share a possible type with `parent`, by name."""
    own = possible_names(schema, parent)
    return [
        type_
        for name, type_ in sorted(schema.type_map.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        and not name.startswith("__")
        and own & possible_names(schema, type_)
    ]


def possible_names(schema: GraphQLSchema, type_: GraphQLCompositeType) -> set[str]:
    """Names of the object types that `type_` may be at run time."""
    if isinstance(type_, GraphQLObjectType):
        return {type_.name}
    abstract: GraphQLAbstractType = type_
    return {possible.name for possible in schema.get_possible_types(abstract)}
