"""What every merging function is given: the graphs, the report, the directives that compose."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.composition.merge.graphs import Graph, Graphs, Report
from gateway.composition.subgraph.model import Directive, DirectiveDefinition
from gateway.composition.values import to_text


@dataclass(frozen=True, slots=True)
class Composed:
    """A directive that reaches the supergraph."""

    name: str  # in the supergraph
    original: str  # what its spec calls it
    definition: DirectiveDefinition


@dataclass(slots=True)
class EnumUse:
    """Where an enum is used in the supergraph, with an example of each kind of place."""

    input: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The frozen surroundings of merging; `report` and `enum_uses` are filled on the way."""

    graphs: Graphs
    report: Report
    composed: Mapping[tuple[str, str], Composed]  # by (subgraph, local name)
    enum_uses: dict[str, EnumUse] = field(default_factory=lambda: defaultdict(EnumUse))


def merge_description(
    context: Context, coordinate: str, given: Sequence[tuple[Graph, str | None]]
) -> str | None:
    """The description that most sources have, the first of several; a hint when they differ."""
    texts = [text for _, text in given if text]
    if not texts:
        return None
    counts = Counter(texts)
    best = max(counts, key=lambda text: (counts[text], -texts.index(text)))
    if len(counts) > 1:
        chosen = next(graph.name for graph, text in given if text == best)
        context.report.hint(
            "INCONSISTENT_DESCRIPTION",
            f'"{coordinate}" has different descriptions in the subgraphs: the supergraph uses'
            f' that of subgraph "{chosen}". Make them the same.',
        )
    return best


def same_application(directive: Directive) -> str:
    """A text equal for applications of one directive with the same arguments."""
    arguments = sorted(directive.arguments.items())
    return ", ".join(f"{name}: {to_text(value)}" for name, value in arguments)
