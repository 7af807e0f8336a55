"""The client's shape in, a function out that completes merged data in which nothing is wrong.

The function is straight Python for this one operation: an expression per field, a type test per
leaf. Where anything is not as the schema says (a null that must not be, a value of another kind,
a missing key, a hidden type) it raises one of `DEVIATIONS`, and the caller completes the same data
by `completion`, which finds out what it is. So there is one definition of what is right, and the
common case pays only for seeing that nothing is wrong.

Measured on the benchmark's large query (87 KB): 62 µs as generated source, 223 µs as nested
closures, 713 µs by `completion`. An object that stands for an entity at several places
(`DataNode.interned`) is completed once; its completed form is kept in it, under a key that no
selection can have.
"""

from collections.abc import Callable, Mapping
from itertools import count

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
)

from gateway.execution.data_shape import DataNode
from gateway.execution.failures import JsonObject
from gateway.execution.shapes import TYPENAME, ObjectShape, ShapeField
from gateway.execution.source import Source

Complete = Callable[[JsonObject], JsonObject]
FastCompletion = Complete


class Deviation(Exception):
    """The data is not as the schema says it is."""


DEVIATIONS = (Deviation, KeyError, TypeError, AttributeError)
"""What a compiled completion raises on data that only `completion` can judge."""

_KEPT = count()
"""Numbers the positions whose completed form is kept, over all operations."""

_TESTS: Mapping[str, str] = {
    "String": "type({v}) is not str",
    "ID": "type({v}) is not str and type({v}) is not int",
    "Int": "type({v}) is not int",
    "Float": "type({v}) is not float and type({v}) is not int",
    "Boolean": "type({v}) is not bool",
}


def compile_completion(shape: ObjectShape, data: DataNode) -> FastCompletion:
    """The completion of the whole answer; `data` is what the plan's steps put where."""
    return _compile(shape, shape.type_name, data)


class _ByType(dict[str, Complete]):
    """The completions of an abstract position, each compiled when its type is first met."""

    def __init__(self, shape: ObjectShape, data: DataNode | None) -> None:
        super().__init__()
        self._shape = shape
        self._data = data

    def __missing__(self, runtime_type: object) -> Complete:
        if not isinstance(runtime_type, str) or runtime_type not in self._shape.possible:
            raise Deviation
        made = self[runtime_type] = _compile(self._shape, runtime_type, self._data)
        return made


def _compile(shape: ObjectShape, runtime_type: str, data: DataNode | None) -> Complete:
    source = Source()
    writer = _Writer(source)
    name = writer.object(shape, runtime_type, data)
    return source.function(name)


class _Writer:
    """Writes one function per object position."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._deviation = source.constant(Deviation, "Deviation")

    def object(self, shape: ObjectShape, runtime_type: str, data: DataNode | None) -> str:
        """Write the function of one position and runtime type, children first; its name."""
        source = self._source
        fields = shape.fields_of(runtime_type)
        children = {
            field.response_key: self._child(field, data)
            for field in fields
            if field.shape is not None
        }
        name = source.name("object")
        source.line(0, f"def {name}(d):")
        if all(field.source_key == TYPENAME for field in fields):
            source.line(1, "if type(d) is not dict:")  # elsewhere d['key'] finds that out
            source.line(2, f"raise {self._deviation}")
        if shape.abstract and shape.uniform:
            allowed = source.constant(shape.possible | {None, shape.type_name}, "allowed")
            source.line(1, f"if d.get('__typename') not in {allowed}:")
            source.line(2, f"raise {self._deviation}")
        parts = []
        for field in fields:
            if field.source_key == TYPENAME:
                parts.append(f"{field.response_key!r}: {runtime_type!r}")
                continue
            value = source.name("v")
            source.line(1, f"{value} = d[{field.source_key!r}]")
            self._value(1, value, field.type, children.get(field.response_key))
            parts.append(f"{field.response_key!r}: {value}")
        source.line(1, "return {" + ", ".join(parts) + "}")
        return name

    def _child(self, field: ShapeField, data: DataNode | None) -> "_Child":
        assert field.shape is not None
        node = data.children.get(field.source_key) if data is not None else None
        interned = node is not None and node.interned
        if field.shape.abstract and not field.shape.uniform:
            table = self._source.constant(_ByType(field.shape, node), "types")
            return _Child(table + "[{v}['__typename']]({v})", interned)
        return _Child(self.object(field.shape, field.shape.type_name, node) + "({v})", interned)

    def _value(
        self, depth: int, value: str, type_: GraphQLOutputType, child: "_Child | None"
    ) -> None:
        """Code that tests `value` and, for objects, replaces it by its completed form."""
        source = self._source
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLList) or child is not None:
            if nullable:
                source.line(depth, f"if {value} is not None:")
                depth += 1
            if isinstance(inner, GraphQLList):
                self._list(depth, value, inner.of_type, child)
            elif child is not None:
                self._object(depth, value, child)
            return
        test = _leaf_test(source, inner, value, nullable)
        if test:
            source.line(depth, f"if {test}:")
            source.line(depth + 1, f"raise {self._deviation}")

    def _object(self, depth: int, value: str, child: "_Child") -> None:
        source = self._source
        if not child.interned:
            source.line(depth, f"{value} = {child.call.format(v=value)}")
            return
        kept = repr(f"\0{next(_KEPT)}")
        source.line(depth, f"x = {value}.get({kept})")
        source.line(depth, "if x is None:")
        source.line(depth + 1, f"x = {value}[{kept}] = {child.call.format(v=value)}")
        source.line(depth, f"{value} = x")

    def _list(
        self, depth: int, value: str, item_type: GraphQLOutputType, child: "_Child | None"
    ) -> None:
        source = self._source
        source.line(depth, f"if type({value}) is not list:")
        source.line(depth + 1, f"raise {self._deviation}")
        item = source.name("i")
        nullable = not isinstance(item_type, GraphQLNonNull)
        inner = item_type.of_type if isinstance(item_type, GraphQLNonNull) else item_type
        if child is None and not isinstance(inner, GraphQLList):
            test = _leaf_test(source, inner, item, nullable)
            if test:
                source.line(depth, f"for {item} in {value}:")
                source.line(depth + 1, f"if {test}:")
                source.line(depth + 2, f"raise {self._deviation}")
            return
        if child is not None and not child.interned and not isinstance(inner, GraphQLList):
            call = child.call.format(v=item)
            guard = f"None if {item} is None else " if nullable else ""
            source.line(depth, f"{value} = [{guard}{call} for {item} in {value}]")
            return
        items = source.name("items")
        source.line(depth, f"{items} = []")
        source.line(depth, f"for {item} in {value}:")
        self._value(depth + 1, item, item_type, child)
        source.line(depth + 1, f"{items}.append({item})")
        source.line(depth, f"{value} = {items}")


class _Child:
    """How a nested object is completed: a call with `{v}` in place of the value."""

    __slots__ = ("call", "interned")

    def __init__(self, call: str, interned: bool) -> None:
        self.call = call
        self.interned = interned


def _leaf_test(source: Source, type_: GraphQLOutputType, value: str, nullable: bool) -> str | None:
    """The condition under which a leaf is wrong; None where it cannot be."""
    if isinstance(type_, GraphQLEnumType):
        values = frozenset(type_.values)
        allowed = source.constant(values | {None} if nullable else values, "values")
        return f"{value} not in {allowed}"
    test = _TESTS.get(type_.name) if isinstance(type_, GraphQLScalarType) else None
    if test is None:
        return None if nullable else f"{value} is None"
    wrong = test.format(v=value)
    return f"{wrong} and {value} is not None" if nullable else wrong
