"""A plan in, three views of it out: text in the manner of Apollo's plans, a JSON value, DOT."""

from collections.abc import Sequence

from graphql import OperationDefinitionNode, parse, print_ast

from gateway.planner.plan import (
    Condition,
    EntityInput,
    FetchStep,
    InputField,
    QueryPlan,
    Representation,
    ResponsePath,
    TypeCondition,
)

Json = dict[str, object]


def print_plan(plan: QueryPlan) -> str:
    """The plan as indented text: requests of equal depth stand in one Parallel block.

    `after` names what a request really waits for, which may be less than the block before it.
    """
    lines = ["QueryPlan {"]
    waves = _waves(plan)
    indent = "  "
    if plan.introspection is not None:
        lines.append(indent + "Introspection,")
    if len(waves) > 1:
        lines.append(indent + "Sequence {")
        indent += "  "
    for wave in waves:
        inner = indent
        if len(wave) > 1:
            lines.append(indent + "Parallel {")
            inner += "  "
        for step in wave:
            lines.extend(inner + line for line in _step(step))
        if len(wave) > 1:
            lines.append(indent + "},")
    if len(waves) > 1:
        lines.append("  },")
    lines.append("}")
    return "\n".join(lines)


def plan_json(plan: QueryPlan) -> Json:
    """The plan as a JSON value with `fetches`, `depth` and `steps`."""
    return {
        "kind": plan.kind.value,
        "fetches": plan.fetches,
        "depth": plan.depth,
        "labels": sorted(plan.labels),
        "introspection": plan.introspection,
        "steps": [_step_json(step) for step in plan.steps],
    }


def plan_dot(plan: QueryPlan) -> str:
    """The graph of steps for Graphviz."""
    lines = ["digraph plan {", "  rankdir=LR;", '  node [shape=box, fontname="monospace"];']
    for step in plan.steps:
        where = [print_path(target) for one in step.inputs for target in one.targets]
        label = "\\l".join([f"{step.id}: {step.subgraph}", *(where or [print_path(step.path)])])
        lines.append(f"  s{step.id} [label={_quoted(label)}, tooltip={_quoted(step.document)}];")
        lines.extend(f"  s{before} -> s{step.id};" for before in sorted(step.after))
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"').replace("\n", "\\l") + '"'


def print_path(path: ResponsePath) -> str:
    """`orders.@.items.@|[Book|Film].author`; the root is `$`."""
    text = ""
    for segment in path:
        if isinstance(segment, TypeCondition):
            text += f"|[{'|'.join(sorted(segment.types))}]"
        else:
            text += f".{segment}"
    return text.lstrip(".") or "$"


def print_plan_condition(condition: Condition) -> str:
    """`$a & !$b | $c`."""
    return " | ".join(
        " & ".join(("" if test.expected else "!") + "$" + test.variable for test in tests)
        for tests in condition
    )


def _waves(plan: QueryPlan) -> list[list[FetchStep]]:
    depths: dict[int, int] = {}
    waves: dict[int, list[FetchStep]] = {}
    for step in plan.steps:
        depth = 1 + max((depths[before] for before in step.after), default=0)
        depths[step.id] = depth
        waves.setdefault(depth, []).append(step)
    return [waves[depth] for depth in sorted(waves)]


def _step(step: FetchStep) -> list[str]:
    facts = [f'service: "{step.subgraph}"', f"id: {step.id}"]
    if step.after:
        facts.append(f"after: [{', '.join(str(before) for before in sorted(step.after))}]")
    if step.condition is not None:
        facts.append(f'if: "{print_plan_condition(step.condition)}"')
    if step.path:
        facts.append(f'path: "{print_path(step.path)}"')
    name = "BatchFetch" if len(step.inputs) > 1 else "Fetch"
    lines = [f"{name}({', '.join(facts)}) {{"]
    for one in step.inputs:
        lines.extend("  " + line for line in _input(one, named=len(step.inputs) > 1))
    lines.extend("  " + line for line in _document(step.document))
    return [*lines, "},"]


def _input(one: EntityInput, *, named: bool) -> list[str]:
    paths = ", ".join(f'"{print_path(target)}"' for target in one.targets)
    when = f", if: {print_plan_condition(one.condition)}" if one.condition is not None else ""
    head = f"{one.alias} " if named else ""
    lines = [f"{head}(path: {paths}{when}) {{"]
    lines.extend(f"  {_representation(each)}" for each in one.representations)
    for context in one.contexts:
        read = " ".join(_input_field(field) for field in context.selection)
        lines.append(f"  ${context.variable} = {{ {read} }} at depth {context.depth}")
    return [*lines, "} =>"]


def _representation(one: Representation) -> str:
    on = "" if one.types == {one.typename} else f" of {'|'.join(sorted(one.types))}"
    fields = " ".join(["__typename", *(_input_field(field) for field in one.fields)])
    return f"... on {one.typename}{on} {{ {fields} }}"


def _input_field(field: InputField) -> str:
    source = "" if field.source_key == field.name else f":{field.source_key}"
    inner = " ".join(_input_field(one) for one in field.selection)
    text = field.name + source + (f" {{ {inner} }}" if inner else "")
    return text if field.on is None else f"... on {'|'.join(sorted(field.on))} {{ {text} }}"


def _document(document: str) -> list[str]:
    (definition,) = parse(document, no_location=True).definitions
    if isinstance(definition, OperationDefinitionNode) and definition.operation.value == "query":
        return print_ast(definition.selection_set).split("\n")
    return print_ast(definition).split("\n")


def _step_json(step: FetchStep) -> Json:
    return {
        "id": step.id,
        "service": step.subgraph,
        "kind": step.kind.value,
        "operation": step.document,
        "variables": list(step.variables),
        "after": sorted(step.after),
        "path": print_path(step.path),
        "condition": _condition_json(step.condition),
        "inputs": [_input_json(one) for one in step.inputs],
    }


def _input_json(one: EntityInput) -> Json:
    return {
        "alias": one.alias,
        "variable": one.variable,
        "targets": [print_path(target) for target in one.targets],
        "condition": _condition_json(one.condition),
        "representations": [
            {
                "types": sorted(representation.types),
                "typename": representation.typename,
                "fields": _fields_json(representation.fields),
            }
            for representation in one.representations
        ],
        "contexts": [
            {
                "variable": context.variable,
                "depth": context.depth,
                "selection": _fields_json(context.selection),
            }
            for context in one.contexts
        ],
    }


def _condition_json(condition: Condition | None) -> str | None:
    return None if condition is None else print_plan_condition(condition)


def _fields_json(fields: Sequence[InputField]) -> list[str]:
    return [_input_field(field) for field in fields]
