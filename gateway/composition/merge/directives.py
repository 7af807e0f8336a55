"""Which directives reach the supergraph, under which name and definition, and their links."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.composition.merge.context import Composed
from gateway.composition.merge.graphs import Graph, Report
from gateway.composition.merge.merged import FeatureLink
from gateway.composition.outcome import Location, in_subgraphs
from gateway.composition.subgraph.links import link_of
from gateway.composition.subgraph.model import (
    DirectiveDefinition,
    InputValue,
    Link,
    Subgraph,
    applied,
)
from gateway.composition.subgraph.specs import (
    FEATURE_OF,
    LATEST_FEDERATION,
    Feature,
    federation_directives,
)
from gateway.composition.subgraph.valid_directives import sites


@dataclass(slots=True)
class DirectivePlan:
    """The outcome: targets by (subgraph, local name), definitions, links, extra scalars."""

    composed: dict[tuple[str, str], Composed] = field(default_factory=dict)
    definitions: dict[str, DirectiveDefinition] = field(default_factory=dict)
    links: list[FeatureLink] = field(default_factory=list)
    scalars: list[str] = field(default_factory=list)


def used_directives(subgraph: Subgraph) -> frozenset[str]:
    """Local names of all directives applied anywhere in the schema."""
    return frozenset(d.name for _, _, directives in sites(subgraph) for d in directives)


def plan_directives(graphs: tuple[Graph, ...], report: Report) -> DirectivePlan:
    """Decide on every directive that some subgraph applies or composes."""
    plan = DirectivePlan()
    _plan_features(graphs, report, plan)
    _plan_custom(graphs, report, plan)
    return plan


def _plan_features(graphs: tuple[Graph, ...], report: Report, plan: DirectivePlan) -> None:
    used: dict[str, list[tuple[Graph, str]]] = defaultdict(list)
    for graph in graphs:
        names = used_directives(graph.subgraph)
        for local, core in graph.subgraph.core_names.items():
            if core in FEATURE_OF and core not in _ARGUMENTS_ONLY and local in names:
                used[core].append((graph, local))
    features: dict[Feature, list[tuple[str, str]]] = {}
    for core, feature in FEATURE_OF.items():
        if core in used:
            name = _agreed_name(core, used[core], report)
            features.setdefault(feature, []).append((core, name))
            for graph, local in used[core]:
                if core != "context":
                    definition = _feature_definition(core)
                    plan.composed[graph.name, local] = Composed(name, core, definition)
    for feature, names_used in features.items():
        _link_feature(feature, dict(names_used), plan)


def _agreed_name(core: str, used: list[tuple[Graph, str]], report: Report) -> str:
    """The one local name; the long form `federation__x` of no import counts as `x`."""
    names: dict[str, list[str]] = {}
    for graph, local in used:
        imported = core if "__" in local else local
        names.setdefault(imported, []).append(graph.name)
    if len(names) > 1:
        said = " but ".join(f'"@{name}" in {in_subgraphs(g)}' for name, g in names.items())
        places = [_link_place(graph, core) for graph, _ in used]
        report.error(
            "LINK_IMPORT_NAME_MISMATCH",
            f'The directive "@{core}" is imported under different names: it is {said}. Import it'
            " under one name everywhere.",
            *places,
        )
    return next(iter(names))


def _link_place(graph: Graph, core: str) -> Location:
    for link in graph.subgraph.links:
        if any(entry.name == f"@{core}" for entry in link.imports):
            return link.location
    return Location(graph.name, 1, 1)


def _feature_definition(core: str) -> DirectiveDefinition:
    return federation_directives(LATEST_FEDERATION[1])[core]


_SPEC_SCALARS = {
    "Scope": "requiresScopes__Scope",
    "Policy": "policy__Policy",
    "ContextFieldValue": "context__ContextFieldValue",
}
# Its applications end in @join__field(contextArguments:), only its definition is linked.
_ARGUMENTS_ONLY = frozenset({"fromContext"})


def _link_feature(feature: Feature, names: Mapping[str, str], plan: DirectivePlan) -> None:
    """Link the spec; all its directives are defined, those not imported under long names."""
    imports: list[tuple[str, str]] = []
    for core in feature.directives:
        own_name = core == feature.name
        default = core if own_name else f"{feature.name}__{core}"
        name = names.get(core, default)
        if core in names and not (own_name and name == core):
            imports.append((f"@{core}", f"@{name}"))
        definition = _feature_definition(core)
        arguments = {n: _qualified(argument, plan) for n, argument in definition.arguments.items()}
        plan.definitions[name] = replace(definition, name=name, arguments=arguments)
    plan.links.append(FeatureLink(feature.url, feature.purpose, tuple(imports)))


def _qualified(argument: InputValue, plan: DirectivePlan) -> InputValue:
    for short, long in _SPEC_SCALARS.items():
        if short in argument.type:
            plan.scalars.append(long)
            return replace(argument, type=argument.type.replace(short, long))
    return argument


@dataclass(frozen=True, slots=True)
class _Export:
    """One @composeDirective: a subgraph's own directive and the spec that it is imported from."""

    graph: Graph
    local: str
    original: str
    link: Link
    definition: DirectiveDefinition


def _plan_custom(graphs: tuple[Graph, ...], report: Report, plan: DirectivePlan) -> None:
    exports: dict[str, list[_Export]] = defaultdict(list)
    for graph in graphs:
        for export in _exports(graph, report):
            exports[export.link.identity].append(export)
    by_name: dict[str, _Export] = {}
    for identity in sorted(exports):
        found = exports[identity]
        if _one_major(identity, found, report):
            _consistent(found, by_name, report)
            _warn_of_others(graphs, found, report)
            _link_custom(found, plan)


def _exports(graph: Graph, report: Report) -> Iterator[_Export]:
    subgraph = graph.subgraph
    for compose in applied(subgraph.schema_directives, "composeDirective"):
        name = compose.arguments.get("name")
        problem: str | None = None
        local = name[1:] if isinstance(name, str) and name.startswith("@") else None
        definition = subgraph.directive_definitions.get(local or "")
        found = link_of(subgraph, local) if local else None
        if local is None:
            problem = 'its name must be a string that begins with "@"'
        elif local in subgraph.core_names:
            core = subgraph.core_names[local]
            if core in FEATURE_OF:
                report.hint(
                    "DIRECTIVE_COMPOSITION_INFO",
                    f'Directive "{name}" in subgraph "{graph.name}" is composed by default: remove'
                    " its @composeDirective.",
                    compose.location,
                )
                continue
            problem = "composing this federation directive is not supported"
        elif definition is None:
            problem = "the subgraph has no definition of it: define the directive or fix the name"
        elif found is None:
            problem = "it is not imported from a linked spec: import it with @link"
        if problem is None and definition and found and local:
            yield _Export(graph, local, found[1], found[0], definition)
        else:
            report.error(
                "DIRECTIVE_COMPOSITION_ERROR",
                f'Directive "{name}" in @composeDirective of subgraph "{graph.name}" cannot be'
                f" composed: {problem}.",
                compose.location,
            )


def _one_major(identity: str, found: list[_Export], report: Report) -> bool:
    majors = {export.link.version[0] for export in found}
    if len(majors) > 1:
        said = " but ".join(
            f'v{export.link.version[0]}.{export.link.version[1]} in subgraph "{export.graph.name}"'
            for export in found
        )
        report.error(
            "DIRECTIVE_COMPOSITION_ERROR",
            f'The spec "{identity}" whose directives are composed has different major versions:'
            f" it is {said}. Link one major version everywhere.",
            *(export.link.location for export in found),
        )
    return len(majors) == 1


def _consistent(found: list[_Export], by_name: dict[str, _Export], report: Report) -> None:
    """One local name per composed directive, one directive per local name."""
    by_original: dict[str, _Export] = {}
    for export in found:
        first = by_original.setdefault(export.original, export)
        other = by_name.setdefault(export.local, export)
        if first.local != export.local:
            report.error(
                "DIRECTIVE_COMPOSITION_ERROR",
                f'Composed directive "@{export.original}" is named "@{first.local}" in subgraph'
                f' "{first.graph.name}" but "@{export.local}" in subgraph "{export.graph.name}":'
                " import it under one name.",
                first.link.location,
                export.link.location,
            )
        if (other.link.identity, other.original) != (export.link.identity, export.original):
            report.error(
                "DIRECTIVE_COMPOSITION_ERROR",
                f'Composed directive "@{export.local}" is not the same directive everywhere: it is'
                f' "@{other.original}" of "{other.link.url}" in subgraph "{other.graph.name}" but'
                f' "@{export.original}" of "{export.link.url}" in subgraph'
                f' "{export.graph.name}". Rename one of them.',
                other.link.location,
                export.link.location,
            )


def _warn_of_others(graphs: tuple[Graph, ...], found: list[_Export], report: Report) -> None:
    """Subgraphs that know a composed directive under another name and do not compose it."""
    exporting = {export.graph.name for export in found}
    names = {export.original: export.local for export in found}
    for graph in graphs:
        if graph.name in exporting:
            continue
        for link in graph.subgraph.links:
            for entry in link.imports if link.identity == found[0].link.identity else ():
                local = names.get(entry.name.removeprefix("@"))
                if local and entry.alias != f"@{local}":
                    report.hint(
                        "DIRECTIVE_COMPOSITION_WARN",
                        f'Composed directive "@{local}" is named "{entry.alias}" in subgraph'
                        f' "{graph.name}", which does not compose it: it would have to be named'
                        " alike for that.",
                        link.location,
                    )


def _link_custom(found: list[_Export], plan: DirectivePlan) -> None:
    """Take the definitions of the newest minor, the last subgraph's of several."""
    newest = max(export.link.version for export in found)
    chosen: dict[str, _Export] = {}
    for export in found:
        earlier = chosen.get(export.original)
        if earlier is None or export.link.version >= earlier.link.version:
            chosen[export.original] = export
    link = next(export.link for export in found if export.link.version == newest)
    imports = tuple((f"@{name}", f"@{export.local}") for name, export in chosen.items())
    plan.links.append(FeatureLink(link.url, None, imports))
    for original, export in chosen.items():
        plan.definitions[export.local] = export.definition
        for other in found:
            if other.original == original:
                target = Composed(export.local, original, export.definition)
                plan.composed[other.graph.name, other.local] = target
