"""Hold our plans against a corpus: `python -m tests.conformance.plans CORPUSDIR`.

Every operation is planned; its subgraph documents must be valid in their subgraphs, and the plan
must need no more fetches and no longer chain than the given one. Prints what falls short and a
table per area; exit 1 if anything does.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path

from graphql import FieldsOnCorrectTypeRule, GraphQLError, parse, validate

from gateway.federation.api_schema import build_api_schema, build_full_schema
from gateway.federation.supergraph import parse_supergraph
from gateway.graph import build_graph
from gateway.planner import PlanInput, PlanningFailed, QueryPlan, plan_operation
from tests.gateway.planner.subgraph_schemas import invalid_documents, subgraph_schemas


@dataclass(frozen=True, slots=True)
class Case:
    """One line of `plans.jsonl`."""

    id: str
    area: str
    case: str
    operation: str
    supergraph: str
    plan: str
    fetches: int
    depth: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case; without faults it is as good as the given plan."""

    case: Case
    plan: QueryPlan | None
    faults: tuple[str, ...]


def read_cases(corpus: Path) -> list[Case]:
    """The cases in their order."""
    lines = (corpus / "plans.jsonl").read_text(encoding="utf-8").splitlines()
    return [Case(**json.loads(line)) for line in lines if line.strip()]


def parses(case: Case) -> bool:
    """Whether the operation parses: a few were cut off inside a string."""
    try:
        parse(case.operation)
    except GraphQLError:
        return False
    return True


def run(corpus: Path, case: Case) -> Result:
    """Plan a case with each set of labels there can be, and keep the best result.

    A case does not say which progressive overrides were on.
    """
    sdl = (corpus / "supergraphs" / f"{case.supergraph}.graphql").read_text(encoding="utf-8")
    labels = sorted(parse_supergraph(sdl).labels)
    subsets = chain.from_iterable(combinations(labels, size) for size in range(len(labels) + 1))
    results = [_run(sdl, case, frozenset(subset)) for subset in subsets]
    return min(results, key=lambda result: len(result.faults))


def _run(sdl: str, case: Case, labels: frozenset[str]) -> Result:
    supergraph = parse_supergraph(sdl)
    schema = build_api_schema(supergraph)
    document = parse(case.operation)
    if validate(schema, document, [FieldsOnCorrectTypeRule]):
        schema = build_full_schema(supergraph)  # it asks for what clients may not see
    faults: list[str] = []
    try:
        plan = plan_operation(PlanInput(build_graph(supergraph), schema, document, None, labels))
    except PlanningFailed as error:
        return Result(case, None, (*faults, str(error)))
    if not validate(schema, document):
        faults.extend(invalid_documents(plan, subgraph_schemas(supergraph)))
    if plan.fetches > case.fetches:
        faults.append(f"{plan.fetches} fetches, given {case.fetches}")
    if plan.depth > case.depth:
        faults.append(f"depth {plan.depth}, given {case.depth}")
    return Result(case, plan, tuple(faults))


def report(results: list[Result]) -> Iterator[str]:
    """The faults, then a line per area."""
    for result in results:
        if result.faults:
            case = result.case
            yield f"{case.area} {case.case} ({case.id}, supergraph {case.supergraph})"
            yield from (f"  {fault}" for fault in result.faults)
    total = Counter(result.case.area for result in results)
    good = Counter(result.case.area for result in results if not result.faults)
    cheaper = Counter(
        result.case.area
        for result in results
        if result.plan is not None and result.plan.fetches < result.case.fetches
    )
    for area in sorted(total):
        less = f", {cheaper[area]} with fewer fetches" if cheaper[area] else ""
        yield f"{area:32} {good[area]:3} of {total[area]:3}{less}"
    yield f"{'all':32} {sum(good.values()):3} of {sum(total.values()):3}"


def main() -> int:
    """Run the corpus; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder with plans.jsonl and supergraphs/")
    parser.add_argument("--case", help="only the case of this id or name, with its plan")
    given = parser.parse_args()
    cases = [
        case
        for case in read_cases(given.corpus)
        if given.case is None or given.case in (case.id, case.case)
    ]
    usable = [case for case in cases if parses(case)]
    results = [run(given.corpus, case) for case in usable]
    for case in cases:
        if case not in usable:
            print(f"left out: {case.area} {case.case} ({case.id}) does not parse")
    for line in report(results):
        print(line)
    if given.case is not None:
        for result in results:
            if result.plan is not None:
                for step in result.plan.steps:
                    print(step.id, step.subgraph, sorted(step.after), step.document)
    return 1 if any(result.faults for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
