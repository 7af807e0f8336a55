"""An entity input and what the plan shows of it in, a function that collects it fast out.

The walk to the targets and the making of representations become nested loops of straight Python,
three times as fast as closures over path segments on the benchmark's large query. Objects that
hold nothing but their representation are made one object (`interned`), so that answers are merged
and completed once for all the places where they occur.

Only the common form is written this way: flat representations without type conditions on their
fields and without context arguments. For the rest `compile_collector` returns None, and
`representations.collector` does it.
"""

from typing import cast

from gateway.execution.data_shape import InputAnalysis
from gateway.execution.failures import Failure
from gateway.execution.representations import Collect
from gateway.execution.source import Source
from gateway.planner.plan import LIST, EntityInput, Representation, ResponsePath, TypeCondition

MAX_LOOPS = 15
"""CPython allows 20 nested loops."""
MAX_SEGMENTS = 30


def compile_collector(entity: EntityInput, analysis: InputAnalysis) -> Collect | None:
    """The generated collector, or None where the input is not of the common form."""
    if not _is_common(entity):
        return None
    source = Source()
    source.line(0, "def collect(data, batch):")
    source.line(1, "seen = {}; single = {}; containers = (dict, list)")
    source.line(1, "send = batch.representations.append; group_of = seen.get")
    source.line(1, "new_group = batch.groups.append; unsent = batch.unsent.append")
    writer = _Writer(source, entity, analysis)
    for target in entity.targets:
        writer.walk(target)
    return cast("Collect", source.function("collect"))


def _is_common(entity: EntityInput) -> bool:
    return (
        not entity.contexts
        and all(
            target.count(LIST) <= MAX_LOOPS and len(target) <= MAX_SEGMENTS
            for target in entity.targets
        )
        and all(
            not item.selection and item.on is None
            for representation in entity.representations
            for item in representation.fields
        )
    )


class _Writer:
    """Writes the loops of one collector."""

    def __init__(self, source: Source, entity: EntityInput, analysis: InputAnalysis) -> None:
        self._source = source
        self._entity = entity
        self._analysis = analysis
        self._failure = source.constant(Failure, "failure")

    def walk(self, target: ResponsePath) -> None:
        """The loops to one target and, innermost, what is done with an object there."""
        source = self._source
        depth = 1
        current = "data"
        holder: tuple[str, str] | None = None
        for segment in target:
            found = source.name("v")
            if isinstance(segment, TypeCondition):
                types = source.constant(segment.types, "types")
                source.line(depth, f"if type({current}) is dict:")
                source.line(depth + 1, f"if {current}.get('__typename') in {types}:")
                depth += 2
                continue
            if segment == LIST:
                source.line(depth, f"if type({current}) is list:")
                source.line(depth + 1, f"for {found} in {current}:")
                depth += 2
            else:
                source.line(depth, f"if type({current}) is dict:")
                source.line(depth + 1, f"{found} = {current}.get({segment!r})")
                depth += 1
                holder = (current, repr(segment))
            current = found
        source.line(depth, f"if type({current}) is dict:")
        place = holder if target in self._analysis.interned else None
        self._visit(depth + 1, current, place)

    def _visit(self, depth: int, found: str, place: tuple[str, str] | None) -> None:
        source = self._source
        alternatives = self._entity.representations
        if self._analysis.known_type is not None:
            self._representation(depth, found, alternatives[0], 0, place)
            return
        named = source.name("t")
        source.line(depth, f"{named} = {found}.get('__typename')")
        for index, alternative in enumerate(alternatives):
            types = source.constant(alternative.types, "types")
            missing = f" or {named} is None" if len(alternatives) == 1 else ""
            word = "if" if index == 0 else "elif"
            source.line(depth, f"{word} {named} in {types}{missing}:")
            self._representation(depth + 1, found, alternative, index, place)

    def _representation(
        self,
        depth: int,
        found: str,
        alternative: Representation,
        index: int,
        place: tuple[str, str] | None,
    ) -> None:
        source = self._source
        values = [(item, source.name("k")) for item in alternative.fields]
        for item, value in values:
            source.line(depth, f"{value} = {found}.get({item.source_key!r})")
        failed = " or ".join(f"type({value}) is {self._failure}" for _, value in values)
        absent = " or ".join(f"{value} is None" for item, value in values if item.is_key)
        if failed:
            source.line(depth, f"if {failed}:")
            first = ", ".join(value for _, value in values)
            source.line(
                depth + 1,
                f"unsent(({found}, next(x for x in ({first},) if type(x) is {self._failure})))",
            )
        if absent:
            source.line(depth, f"elif {absent}:")
            source.line(depth + 1, f"unsent(({found}, None))")
        if failed or absent:
            source.line(depth, "else:")
            depth += 1
        sent = ", ".join(
            [f"'__typename': {alternative.typename!r}"]
            + [f"{item.name!r}: {value}" for item, value in values]
        )
        self._key(depth, [value for _, value in values], index)
        self._group(depth, found, "{" + sent + "}", place)

    def _key(self, depth: int, values: list[str], index: int) -> None:
        """What makes two representations equal; 1, 1.0 and true are three values in JSON."""
        source = self._source
        several = len(self._entity.representations) > 1
        if len(values) == 1 and not several:
            (value,) = values
            source.line(
                depth,
                f"key = {value} if type({value}) is str else "
                f"(type({value}), {value} if type({value}) not in containers else repr({value}))",
            )
        else:
            parts = [str(index)] if several or not values else []
            for value in values:
                parts.append(f"type({value})")
                parts.append(f"{value} if type({value}) not in containers else repr({value})")
            source.line(depth, f"key = ({', '.join(parts)},)")

    def _group(self, depth: int, found: str, sent: str, place: tuple[str, str] | None) -> None:
        source = self._source
        if place is not None:
            holder, name = place
            source.line(depth, "one = single.get(key)")
            source.line(depth, "if one is not None:")
            source.line(depth + 1, f"{holder}[{name}] = one")
            source.line(depth, "else:")
            depth += 1
            source.line(depth, f"single[key] = {found}")
        source.line(depth, "group = group_of(key)")
        source.line(depth, "if group is None:")
        source.line(depth + 1, f"seen[key] = group = [{found}]")
        source.line(depth + 1, "new_group(group)")
        source.line(depth + 1, f"send({sent})")
        source.line(depth, f"elif group[-1] is not {found} and group[0] is not {found}:")
        source.line(depth + 1, f"group.append({found})")
