"""An entity input and what the plan shows of it in, a function that collects it fast out.

The walk to the targets and the making of representations become nested loops of straight Python
over data in which nothing has failed and everything is there. What the code does not expect makes
it raise one of `DEVIATIONS`, and `representations.collector` does the same input again (it takes
96 µs for the 450 objects of the benchmark's large query, the generated code 16). Objects
that hold nothing but their representation are made one object (`interned`), so that answers are
merged and completed once for all the places where they occur.

Only the common form is written this way: flat representations without type conditions on their
fields and without context arguments. For the rest `compile_collector` returns None.
"""

from typing import cast

from gateway.execution.data_shape import InputAnalysis
from gateway.execution.representations import Collect
from gateway.execution.source import Source
from gateway.planner.plan import LIST, EntityInput, Representation, ResponsePath, TypeCondition

MAX_LOOPS = 15
"""CPython allows 20 nested loops."""
MAX_SEGMENTS = 30


DEVIATIONS = (KeyError, TypeError, AttributeError)


def compile_collector(entity: EntityInput, analysis: InputAnalysis) -> Collect | None:
    """The generated collector, or None where the input is not of the common form."""
    if not _is_common(entity):
        return None
    source = Source()
    source.line(0, "def collect(data, batch):")
    source.line(1, "seen = {}; single = {}; group_of = seen.get; one_of = single.get")
    source.line(1, "send = batch.representations.append; new_group = batch.groups.append")
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

    def walk(self, target: ResponsePath) -> None:
        """The loops to one target and, innermost, what is done with an object there."""
        source = self._source
        depth = 1
        current = "data"
        place: tuple[str, str] | None = None
        for segment in target:
            if isinstance(segment, TypeCondition):
                types = source.constant(segment.types, "types")
                source.line(depth, f"if {current}.get('__typename') in {types}:")
                depth += 1
                continue
            found = source.name("v")
            if segment == LIST:
                source.line(depth, f"for {found} in {current}:")
                depth += 1
            else:
                source.line(depth, f"{found} = {current}[{segment!r}]")
                place = (current, repr(segment))
            source.line(depth, f"if {found} is not None:")
            depth += 1
            current = found
        self._visit(depth, current, place if target in self._analysis.interned else None)

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
            source.line(depth, f"{value} = {found}[{item.source_key!r}]")
        absent = " or ".join(f"{value} is None" for item, value in values if item.is_key)
        if absent:
            source.line(depth, f"if {absent}:")
            source.line(depth + 1, f"batch.unsent.append(({found}, None))")
            source.line(depth, "else:")
            depth += 1
        self._key(depth, [value for _, value in values], index)
        sent = [f"'__typename': {alternative.typename!r}"]
        sent += [f"{item.name!r}: {value}" for item, value in values]
        self._group(depth, found, "{" + ", ".join(sent) + "}", place)

    def _key(self, depth: int, values: list[str], index: int) -> None:
        """What makes two representations equal; 1, 1.0 and true are three values in JSON."""
        parts = [
            f"{value} if type({value}) is str else (type({value}), {value})" for value in values
        ]
        if len(self._entity.representations) > 1 or not values:
            parts.append(str(index))
        key = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
        self._source.line(depth, f"key = {key}")

    def _group(self, depth: int, found: str, sent: str, place: tuple[str, str] | None) -> None:
        source = self._source
        if place is not None:
            holder, name = place
            source.line(depth, "one = one_of(key)")
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
