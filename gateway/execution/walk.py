"""Objects of the merged data at a path: data and a path in, each object with its ancestors out."""

from collections.abc import Iterator

from gateway.planner.plan import LIST, ResponsePath, TypeCondition

JsonObject = dict[str, object]


def objects_at(data: object, path: ResponsePath) -> Iterator[JsonObject]:
    """Every object at `path`; nulls, failures and values of another kind are passed over."""
    for ancestors in chains_at(data, path):
        last = ancestors[-1]
        if isinstance(last, dict):
            yield last


def chains_at(data: object, path: ResponsePath) -> Iterator[tuple[object, ...]]:
    """For every value at `path`, the values from the root down to it, one per segment and one."""
    if not path:
        yield (data,)
        return
    chains: list[tuple[object, ...]] = [(data,)]
    for segment in path:
        chains = list(_step(chains, segment))
    yield from chains


def _step(
    chains: list[tuple[object, ...]], segment: str | TypeCondition
) -> Iterator[tuple[object, ...]]:
    for chain in chains:
        value = chain[-1]
        if segment == LIST:
            if isinstance(value, list):
                for item in value:
                    yield (*chain, item)
        elif isinstance(value, dict):
            if isinstance(segment, TypeCondition):
                if value.get("__typename") in segment.types:
                    yield (*chain, value)
            else:
                found = value.get(segment)
                if found is not None:
                    yield (*chain, found)
