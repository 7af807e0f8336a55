"""Merging the directives applied to one element: one source list in, the supergraph's out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from gateway.composition.merge.context import Composed, Context, same_application
from gateway.composition.merge.graphs import Graph
from gateway.composition.merge.requirements import AUTH, AUTH_ARGUMENTS, merge_requirements
from gateway.composition.subgraph.model import Directive
from gateway.composition.values import Value, to_text

BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf"})
Given = Sequence[tuple[Graph, tuple[Directive, ...]]]


def merge_applied(
    context: Context, coordinate: str, given: Given, *, auth: bool = True
) -> tuple[Directive, ...]:
    """The applications that the supergraph keeps; with `auth` False, none of access control."""
    groups: dict[str, list[tuple[Graph, Directive]]] = {}
    composed: dict[str, Composed | None] = {}
    for graph, directives in given:
        for directive in directives:
            target = context.composed.get((graph.name, directive.name))
            if target is None and directive.name not in BUILT_IN:
                continue
            if not auth and target and target.original in AUTH:
                continue
            name = target.name if target else directive.name
            composed[name] = target
            groups.setdefault(name, []).append((graph, replace(directive, name=name)))
    result: list[Directive] = []
    for name, found in groups.items():
        result.extend(_merge_one(context, coordinate, composed[name], found))
    return tuple(result)


def _merge_one(
    context: Context,
    coordinate: str,
    target: Composed | None,
    found: list[tuple[Graph, Directive]],
) -> list[Directive]:
    distinct: dict[str, Directive] = {}
    for _, directive in found:
        distinct.setdefault(same_application(directive), directive)
    first = found[0][1]
    if len(distinct) == 1:
        return [first]
    if target and target.definition.repeatable:
        return list(distinct.values())
    merge = STRATEGIES.get(first.core or "")
    if merge:
        merged = merge([directive.arguments for directive in distinct.values()])
        context.report.hint(
            "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f'"@{first.name}" on "{coordinate}" has different arguments in the subgraphs: they'
            f" are merged into {_shown(merged)}.",
        )
        return [replace(first, arguments=merged)]
    texts = [same_application(directive) for _, directive in found]
    counts = Counter(texts)
    best = max(counts, key=lambda text: (counts[text], -texts.index(text)))
    context.report.hint(
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f'"@{first.name}" on "{coordinate}" has different arguments in the subgraphs: the'
        f" supergraph uses ({best}). Make them the same.",
    )
    return [distinct[best]]


def _shown(arguments: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}: {to_text(value)}" for name, value in arguments.items())


def _given(sources: Sequence[Mapping[str, Value]], name: str) -> list[Value]:
    return [source[name] for source in sources if source.get(name) is not None]


def _merge_cost(sources: Sequence[Mapping[str, Value]]) -> Mapping[str, Value]:
    return {"weight": _largest(_given(sources, "weight"))}


def _merge_list_size(sources: Sequence[Mapping[str, Value]]) -> Mapping[str, Value]:
    merged: dict[str, Value] = {}
    sizes = _given(sources, "assumedSize")
    if sizes:
        merged["assumedSize"] = _largest(sizes)
    for name in ("slicingArguments", "sizedFields"):
        lists = [value for value in _given(sources, name) if isinstance(value, tuple)]
        if lists:
            merged[name] = tuple(dict.fromkeys(text for value in lists for text in value))
    flags = _given(sources, "requireOneSlicingArgument")
    if flags:
        merged["requireOneSlicingArgument"] = all(flags)
    return merged


def _largest(values: Sequence[Value]) -> Value:
    return max((value for value in values if isinstance(value, int)), default=0)


STRATEGIES: Mapping[str, Callable[[Sequence[Mapping[str, Value]]], Mapping[str, Value]]] = {
    "cost": _merge_cost,
    "listSize": _merge_list_size,
    "requiresScopes": partial(merge_requirements, AUTH_ARGUMENTS["requiresScopes"]),
    "policy": partial(merge_requirements, AUTH_ARGUMENTS["policy"]),
}
