"""Run the composition cases of a conformance corpus: `python -m tests.conformance.composition DIR`.

Reads DIR/composition.jsonl, prints per area the share of right verdicts, right sets of error
codes and right supergraph structures; exits 1 below 100 % verdicts or 98 % code sets.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    Node,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from gateway.composition import Composition, SubgraphInput, compose

CODE_SETS_AT_LEAST = 0.98
_JOIN = "https://specs.apollo.dev/join/"


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the corpus."""

    id: str
    area: str
    case: str
    subgraphs: tuple[SubgraphInput, ...]
    ok: bool
    codes: frozenset[str]
    supergraph_sdl: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case: three yes or no answers and what differs."""

    case: Case
    composition: Composition
    verdict: bool
    codes: bool
    structure: bool | None
    differences: tuple[str, ...]


def read_cases(corpus: Path) -> Iterator[Case]:
    """The cases of a corpus in its order."""
    with (corpus / "composition.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            yield Case(
                id=raw["id"],
                area=raw["area"],
                case=raw["case"],
                subgraphs=tuple(SubgraphInput(s["name"], "", s["sdl"]) for s in raw["subgraphs"]),
                ok=raw["ok"],
                codes=frozenset(raw["codes"]),
                supergraph_sdl=raw.get("supergraph_sdl"),
            )


def run(case: Case) -> Result:
    """Compose a case and compare."""
    composition = compose(case.subgraphs)
    codes = frozenset(error.code for error in composition.errors)
    verdict = composition.ok == case.ok
    structure: bool | None = None
    differences: tuple[str, ...] = ()
    if case.supergraph_sdl:
        differences = ("no supergraph",)
        if composition.supergraph_sdl:
            expected = structure_of(parse(case.supergraph_sdl))
            differences = tuple(
                _differences(expected, structure_of(parse(composition.supergraph_sdl)))
            )
        structure = not differences
    # A case without codes failed for a reason that has none.
    same_codes = codes == case.codes or (verdict and not case.ok and not case.codes)
    return Result(case, composition, verdict, same_codes, structure, differences)


def structure_of(document: DocumentNode) -> Mapping[str, str]:
    """A schema as coordinates with what is said of them; order and formatting do not count."""
    return dict(_facts(document))


def _facts(document: DocumentNode) -> Iterator[tuple[str, str]]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = sorted(
                f"{o.operation.value}: {o.type.name.value}" for o in node.operation_types
            )
            yield "schema", f"{' '.join(roots)} {_directives(node)}"
            continue
        if not isinstance(node, DirectiveDefinitionNode | TypeDefinitionNode):
            continue
        name = node.name.value
        if name.startswith(("join__", "link__")) or name == "link":
            continue
        if isinstance(node, DirectiveDefinitionNode):
            places = sorted(place.value for place in node.locations)
            yield f"@{name}", f"{_arguments(node)} {node.repeatable} {places}"
            continue
        yield name, f"{node.kind} {_description(node)} {_interfaces(node)} {_directives(node)}"
        if isinstance(node, UnionTypeDefinitionNode):
            yield f"{name} =", " ".join(sorted(member.name.value for member in node.types or ()))
        if isinstance(node, EnumTypeDefinitionNode):
            for value in node.values or ():
                yield f"{name}.{value.name.value}", f"{_description(value)} {_directives(value)}"
        for field in getattr(node, "fields", None) or ():
            yield f"{name}.{field.name.value}", _field(field)


def _field(node: FieldDefinitionNode | InputValueDefinitionNode) -> str:
    parts = [_description(node), _arguments(node), print_ast(node.type)]
    if isinstance(node, InputValueDefinitionNode) and node.default_value:
        parts.append(print_ast(node.default_value))
    return " ".join([*parts, _directives(node)])


def _description(node: Node) -> str:
    description = getattr(node, "description", None)
    return description.value if isinstance(description, StringValueNode) else ""


def _interfaces(node: Node) -> str:
    return " & ".join(sorted(named.name.value for named in getattr(node, "interfaces", None) or ()))


def _arguments(node: Node) -> str:
    given = getattr(node, "arguments", None) or ()
    return f"({', '.join(sorted(_argument(argument) for argument in given))})"


def _argument(node: InputValueDefinitionNode) -> str:
    return f"{node.name.value}: {_field(node)}"


def _directives(node: Node) -> str:
    return " ".join(sorted(filter(None, map(_directive, getattr(node, "directives", None) or ()))))


def _directive(node: DirectiveNode) -> str:
    arguments = {a.name.value: print_ast(a.value) for a in node.arguments or ()}
    if node.name.value == "link" and _JOIN in arguments.get("url", ""):
        return ""
    shown = sorted(f"{name}: {value}" for name, value in arguments.items())
    return f"@{node.name.value}({', '.join(shown)})"


def _differences(expected: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(expected.keys() | actual.keys()):
        left, right = expected.get(name, "nothing"), actual.get(name, "nothing")
        if left != right:
            yield f"{name}\n      expected {left}\n      got      {right}"


def _share(results: list[bool]) -> str:
    return f"{100 * sum(results) / len(results):6.1f} %" if results else "      –  "


def report(results: list[Result], verbose: bool) -> bool:
    """Print the figures; whether they are good enough."""
    areas: dict[str, list[Result]] = {}
    for result in results:
        areas.setdefault(result.case.area, []).append(result)
    print(f"{'area':62} cases  verdict   codes   structure")
    for area, found in [*sorted(areas.items()), ("all", results)]:
        shapes = [r.structure for r in found if r.structure is not None]
        print(
            f"{area:62} {len(found):5} {_share([r.verdict for r in found])}"
            f" {_share([r.codes for r in found])} {_share(shapes)}"
        )
    for result in results:
        if result.verdict and result.codes and result.structure is not False:
            continue
        got = Counter(error.code for error in result.composition.errors)
        print(f"\n{result.case.id} {result.case.area} | {result.case.case}")
        print(f"   expected {sorted(result.case.codes) or 'ok'}, got {sorted(got) or 'ok'}")
        if verbose:
            for error in result.composition.errors:
                print(f"   {error}")
            for difference in result.differences[:12]:
                print(f"   {difference}")
    verdicts = [result.verdict for result in results]
    code_sets = [result.codes for result in results]
    return all(verdicts) and sum(code_sets) >= CODE_SETS_AT_LEAST * len(code_sets)


def main() -> int:
    """Run the whole corpus, or the cases whose id is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder that holds composition.jsonl")
    parser.add_argument("--case", action="append", help="run only this case (repeatable)")
    parser.add_argument("--verbose", action="store_true", help="print what differs")
    options = parser.parse_args()
    started = time.perf_counter()
    results = [
        run(case)
        for case in read_cases(options.corpus)
        if not options.case or case.id in options.case
    ]
    good = report(results, options.verbose)
    print(f"\n{len(results)} cases in {time.perf_counter() - started:.1f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
