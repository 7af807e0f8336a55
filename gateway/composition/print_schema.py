"""The merged schema as supergraph SDL: join v0.5, link v1.0 and the specs in use.

One input gives one text: everything is printed in name order, except members of a type, which
keep the order in which the subgraphs (by name) introduce them.
"""

from collections.abc import Iterator, Mapping, Sequence

from gateway.composition.merge.merged import FeatureLink, Merged
from gateway.composition.subgraph.model import (
    Directive,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
    Kind,
    Missing,
    TypeDefinition,
)
from gateway.composition.values import EnumLiteral, Value, to_text

LINK_URL = "https://specs.apollo.dev/link/v1.0"
JOIN_URL = "https://specs.apollo.dev/join/v0.5"

_MACHINERY: Mapping[str, str] = {
    "directive @join__directive": (
        "(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments)"
        " repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION"
    ),
    "directive @join__enumValue": "(graph: join__Graph!) repeatable on ENUM_VALUE",
    "directive @join__field": (
        "(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,"
        " external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String,"
        " contextArguments: [join__ContextArgument!])"
        " repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION"
    ),
    "directive @join__graph": "(name: String!, url: String!) on ENUM_VALUE",
    "directive @join__implements": (
        "(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE"
    ),
    "directive @join__type": (
        "(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,"
        " resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)"
        " repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR"
    ),
    "directive @join__unionMember": ("(graph: join__Graph!, member: String!) repeatable on UNION"),
    "directive @link": (
        "(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA"
    ),
    "input join__ContextArgument": (
        " {\n  name: String!\n  type: String!\n  context: String!\n"
        "  selection: join__FieldValue!\n}"
    ),
    "scalar join__DirectiveArguments": "",
    "scalar join__FieldSet": "",
    "scalar join__FieldValue": "",
    "scalar link__Import": "",
    "enum link__Purpose": (
        ' {\n  """\n  `SECURITY` features provide metadata necessary to securely resolve fields.\n'
        '  """\n  SECURITY\n\n  """\n  `EXECUTION` features provide metadata necessary for'
        ' operation execution.\n  """\n  EXECUTION\n}'
    ),
}
_KEYWORDS: Mapping[Kind, str] = {
    Kind.SCALAR: "scalar",
    Kind.OBJECT: "type",
    Kind.INTERFACE: "interface",
    Kind.UNION: "union",
    Kind.ENUM: "enum",
    Kind.INPUT: "input",
}


def print_supergraph(merged: Merged) -> str:
    """The whole supergraph SDL, ending in a newline."""
    blocks = [_schema(merged)]
    blocks.extend(f"{head}{rest}" for head, rest in _MACHINERY.items())
    blocks.append(_graphs(merged))
    blocks.extend(_definition(d) for d in merged.directive_definitions.values())
    blocks.extend(_type(definition) for definition in merged.types.values())
    return "\n\n".join(blocks) + "\n"


def _schema(merged: Merged) -> str:
    links = (FeatureLink(LINK_URL), FeatureLink(JOIN_URL, "EXECUTION"), *merged.links)
    lines = [*_described(merged.description, ""), "schema"]
    lines.extend(f"  {_link(link)}" for link in links)
    lines.extend(f"  {print_directive(directive)}" for directive in merged.schema_directives)
    lines.append("{")
    lines.extend(f"  {kind}: {name}" for kind, name in merged.roots.items())
    return "\n".join([*lines, "}"])


def _link(link: FeatureLink) -> str:
    arguments: dict[str, Value] = {"url": link.url}
    if link.imports:
        arguments["import"] = tuple(
            name if name == alias else {"name": name, "as": alias} for name, alias in link.imports
        )
    if link.purpose:
        arguments["for"] = EnumLiteral(link.purpose)
    return f"@link{_arguments(arguments)}"


def _graphs(merged: Merged) -> str:
    lines = ["enum join__Graph {"]
    for graph in merged.graphs:
        arguments = _arguments({"name": graph.name, "url": graph.subgraph.url})
        lines.append(f"  {graph.enum.name} @join__graph{arguments}")
    return "\n".join([*lines, "}"])


def _arguments(arguments: Mapping[str, Value]) -> str:
    if not arguments:
        return ""
    return f"({', '.join(f'{name}: {to_text(value)}' for name, value in arguments.items())})"


def print_directive(directive: Directive) -> str:
    """One application."""
    return f"@{directive.name}{_arguments(directive.arguments)}"


def _directives(directives: Sequence[Directive]) -> str:
    return "".join(f" {print_directive(directive)}" for directive in directives)


def _described(description: str | None, indent: str) -> Iterator[str]:
    if not description:
        return
    text = description.replace('"""', '\\"""')
    lines = text.split("\n")
    if len(lines) == 1 and not text.endswith(('"', "\\")):
        yield f'{indent}"""{text}"""'
        return
    yield f'{indent}"""'
    yield from (f"{indent}{line}" if line else "" for line in lines)
    yield f'{indent}"""'


def _definition(definition: DirectiveDefinition) -> str:
    arguments = ", ".join(_input(argument) for argument in definition.arguments.values())
    head = f"directive @{definition.name}{f'({arguments})' if arguments else ''}"
    repeatable = " repeatable" if definition.repeatable else ""
    lines = [*_described(definition.description, "")]
    lines.append(f"{head}{repeatable} on {' | '.join(definition.locations)}")
    return "\n".join(lines)


def _input(value: InputValue) -> str:
    default = "" if isinstance(value.default, Missing) else f" = {to_text(value.default)}"
    return f"{value.name}: {value.type}{default}{_directives(value.directives)}"


def _type(definition: TypeDefinition) -> str:
    head = f"{_KEYWORDS[definition.kind]} {definition.name}"
    if definition.interfaces:
        head += f" implements {' & '.join(definition.interfaces)}"
    lines = [*_described(definition.description, ""), head]
    lines.extend(f"  {print_directive(directive)}" for directive in definition.directives)
    if definition.kind is Kind.UNION:
        lines.append(f" = {' | '.join(definition.members)}")
    if definition.kind in (Kind.SCALAR, Kind.UNION):
        return "\n".join(lines)
    lines.append("{")
    for field in definition.fields.values():
        lines.extend(_field(field))
    for value in definition.inputs.values():
        lines.extend(_described(value.description, "  "))
        lines.append(f"  {_input(value)}")
    for enum_value in definition.values.values():
        lines.extend(_enum_value(enum_value))
    return "\n".join([*lines, "}"])


def _enum_value(value: EnumValue) -> Iterator[str]:
    yield from _described(value.description, "  ")
    yield f"  {value.name}{_directives(value.directives)}"


def _field(field: Field) -> Iterator[str]:
    yield from _described(field.description, "  ")
    tail = f": {field.type}{_directives(field.directives)}"
    arguments = list(field.arguments.values())
    if not any(argument.description for argument in arguments):
        inline = ", ".join(map(_input, arguments))
        yield f"  {field.name}{f'({inline})' if inline else ''}{tail}"
        return
    yield f"  {field.name}("
    for argument in arguments:
        yield from _described(argument.description, "    ")
        yield f"    {_input(argument)}"
    yield f"  ){tail}"
