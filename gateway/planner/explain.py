"""Each stage of planning as text: `normalise`, `graph`, `paths`, `steps` and `plan`."""

from collections.abc import Callable, Mapping, Sequence

from gateway.graph import for_labels
from gateway.graph.dot import print_graph
from gateway.operation.normalise import normalise, print_operation
from gateway.operation.normalise.conditions import ALWAYS, print_condition
from gateway.planner.attempts import Attempt, best_attempt
from gateway.planner.choose import Choice
from gateway.planner.planner import PlanInput, plan_operation
from gateway.planner.printer import print_plan
from gateway.planner.tree import Entry, Input, Tree
from gateway.planner.wanted import Conditions


def explain(given: PlanInput, stage: str) -> str:
    """What the stage makes of the operation; raises as `plan_operation`, KeyError for the stage."""
    return STAGES[stage](given)


def _normalise(given: PlanInput) -> str:
    graph = for_labels(given.graph, given.labels)
    return print_operation(
        normalise(given.api_schema, given.document, given.operation_name, graph.runtime_types)
    )


def _graph(given: PlanInput) -> str:
    return print_graph(for_labels(given.graph, given.labels))


def _paths(given: PlanInput) -> str:
    return "\n".join(_choice(choice) for choice in _best(given).choices)


def _choice(choice: Choice) -> str:
    name = choice.goal.identity.text if choice.goal.identity is not None else "(present)"
    where = f"{choice.goal.place.site!r} {choice.goal.place.type}.{name}"
    ways = ", ".join(f"{node!r} {cost}" for node, cost in choice.options)
    return f"{where}: {choice.node!r}" + (f" of {ways}" if ways else ", already there")


def _steps(given: PlanInput) -> str:
    return "\n".join(line for entry in _best(given).entries for line in _entry(entry))


def _best(given: PlanInput) -> Attempt:
    graph = for_labels(given.graph, given.labels)
    operation = normalise(
        given.api_schema, given.document, given.operation_name, graph.runtime_types
    )
    return best_attempt(graph, operation, traced=True)


def _entry(entry: Entry) -> list[str]:
    after = ", ".join(str(one.order) for one in sorted(entry.after, key=lambda one: one.order))
    condition = Conditions().of(entry)
    head = f"{entry.order}: {entry.kind} {entry.graph} at {entry.site!r} depth {entry.depth}"
    lines = [head + (f" after {after}" if after else "")]
    if condition != ALWAYS:
        lines.append(f"  if {print_condition(condition)}")
    lines.extend(f"  sends {name} {{{_inputs(sent)}}}" for name, sent in entry.inputs.items())
    return [*lines, *_tree(entry.tree, "  ")]


def _inputs(inputs: Sequence[Input]) -> str:
    return " ".join(
        one.identity.text + (f"{{{_inputs(one.inputs)}}}" if one.inputs else "") for one in inputs
    )


def _tree(tree: Tree, indent: str) -> list[str]:
    lines = [f"{indent}{leaf.identity.text}{_on(leaf.on)}" for leaf in tree.leaves.values()]
    for site, child in tree.children.items():
        lines.append(f"{indent}{site.identity.text if site.identity else '$'}{_on(site.on)}")
        lines.extend(_tree(child, indent + "  "))
    return lines


def _on(types: frozenset[str] | None) -> str:
    return "" if types is None else f" on {'|'.join(sorted(types))}"


STAGES: Mapping[str, Callable[[PlanInput], str]] = {
    "normalise": _normalise,
    "graph": _graph,
    "paths": _paths,
    "steps": _steps,
    "plan": lambda given: print_plan(plan_operation(given)),
}
