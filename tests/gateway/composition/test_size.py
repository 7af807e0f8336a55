"""Big graphs: 50 subgraphs of 40 types compose in seconds of processor time."""

import subprocess
import sys
import time

from gateway.composition import SubgraphInput, compose
from tests.gateway.composition.kit import fed2

SECONDS_AT_MOST = 3
MEGABYTES_AT_MOST = 500


def big_graph(subgraphs: int, types: int) -> list[SubgraphInput]:
    """Subgraphs that each own half of their types and extend those of the next one."""
    half = types // 2
    inputs = []
    for index in range(subgraphs):
        beside = (index + 1) % subgraphs
        parts = [f"type Query {{ {' '.join(f's{index}t{i}: S{index}T{i}' for i in range(half))} }}"]
        for i in range(half):
            fields = " ".join(f"f{n}(first: Int = 10): String!" for n in range(5))
            links = f"next: S{index}T{(i + 1) % half} beside: S{beside}T{i}"
            parts.append(f'type S{index}T{i} @key(fields: "id") {{ id: ID! {fields} {links} }}')
            parts.append(f'type S{beside}T{i} @key(fields: "id") {{ id: ID! from{index}: Int }}')
        inputs.append(SubgraphInput(f"s{index}", "", fed2("\n".join(parts))))
    return inputs


def composing_costs(subgraphs: int, types: int) -> tuple[float, float]:
    """Seconds of processor time for composing, and megabytes of memory of the whole process."""
    code = (
        "import resource, time\n"
        f"from {__name__} import big_graph, compose\n"
        f"inputs = big_graph({subgraphs}, {types})\n"
        "started = time.process_time()\n"
        "assert compose(inputs).ok\n"
        "print(time.process_time() - started)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes = run.stdout.split()
    return float(seconds), float(megabytes)


def test_fifty_subgraphs_of_forty_types_compose_quickly_in_little_memory() -> None:
    seconds, megabytes = composing_costs(50, 40)
    assert seconds < SECONDS_AT_MOST
    assert megabytes < MEGABYTES_AT_MOST


def test_many_ways_between_subgraphs_stay_polynomial() -> None:
    entity = 'type T @key(fields: "id") {{ id: ID! x{}: Int t: T @shareable }}'
    inputs = [
        SubgraphInput(f"s{i}", "", fed2(entity.format(i) + f" type Query {{ q{i}: T }}"))
        for i in range(30)
    ]
    started = time.process_time()
    assert compose(inputs).ok
    assert time.process_time() - started < SECONDS_AT_MOST
