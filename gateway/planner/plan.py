"""The query plan: plain, printable data that the planner hands to execution.

Three trees meet here. The *client's shape* (`OutputField`) says what the answer looks like;
the *steps* (`FetchStep`) say which requests fill the merged data; *representations* say what an
entity request sends. They meet in the merged data, a JSON tree keyed by **source keys**: a
source key stands for one field identity (name, arguments and, where types conflict, type) and is
never a client's alias. So an alias cannot hide a key, and nothing the planner adds can leak.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from graphql import GraphQLOutputType

LIST = "@"
"""Path segment: every item of a list (one segment per list level)."""


class OperationKind(StrEnum):
    """The GraphQL operation types; entity requests are always queries."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class VariableTest:
    """`@include(if: $variable)` (expected True) or `@skip(if: $variable)` (expected False)."""

    variable: str
    expected: bool


Condition = tuple[tuple[VariableTest, ...], ...]
"""Disjunction of conjunctions. `None` in place of a condition means always."""


@dataclass(frozen=True, slots=True)
class TypeCondition:
    """Path segment: go on only with objects whose merged `__typename` is one of `types`."""

    types: frozenset[str]


PathSegment = str | TypeCondition
ResponsePath = tuple[PathSegment, ...]
"""From the root of the merged data: source keys, LIST, TypeCondition."""


@dataclass(frozen=True, slots=True)
class InputField:
    """One field of a representation, read from the merged data.

    `name` is the subgraph's field name, `source_key` where the merged data has the value. `on`
    limits it to runtime types of the object that holds it (fragments in `@requires`); None is any.
    A null under `is_key` means that there is no entity to ask for; elsewhere null is a value.
    """

    name: str
    source_key: str
    selection: tuple["InputField", ...] = ()
    on: frozenset[str] | None = None
    is_key: bool = True


@dataclass(frozen=True, slots=True)
class Representation:
    """How objects of the runtime types `types` are sent: `{"__typename": typename, ...fields}`.

    `typename` differs from the runtime type only towards an `@interfaceObject`.
    """

    types: frozenset[str]
    typename: str
    fields: tuple[InputField, ...]


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """A `@fromContext` argument: `variable` takes the value that `selection` reads on an ancestor.

    `depth` counts the segments of the target's path that lead to that ancestor.
    """

    variable: str
    depth: int
    selection: tuple[InputField, ...]


@dataclass(frozen=True, slots=True)
class EntityInput:
    """One `_entities` field of a step: `alias: _entities(representations: $variable) {...}`.

    Objects at every path of `targets` are sent once each (deduplicated by representation) and the
    results merged into all of them. Objects whose runtime type no representation names, that are
    null, or that lack a key, are not sent. With no object left and every input of the step empty,
    the request is not made. `condition` False empties this input alone.
    """

    alias: str
    variable: str
    targets: tuple[ResponsePath, ...]
    representations: tuple[Representation, ...]
    contexts: tuple[ContextArgument, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class FetchField:
    """One field of a request's selection set, as data (the text is in `FetchStep.document`).

    `source_key` is its response key in the request and in the merged data. `on` holds the runtime
    types it is selected for, None for any; `condition` is as in the document.
    """

    name: str
    source_key: str
    type: str
    """Type in the subgraph, as GraphQL text (`[Ticket!]!`)."""
    selection: tuple["FetchField", ...] = ()
    on: frozenset[str] | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class FetchStep:
    """One request to one subgraph: a node of the plan's graph.

    A root step (`inputs` empty) merges its data at `path` (`()` but for a root type re-entered
    below the root). An entity step has one or more `inputs`; `selections` are parallel to them
    (one element for a root step). `variables` are the client's variables that the document uses.
    The step starts when every step of `after` is done; in a mutation, `after` also keeps order.
    """

    id: int
    subgraph: str
    kind: OperationKind
    document: str
    operation_name: str | None
    variables: tuple[str, ...]
    after: frozenset[int]
    path: ResponsePath
    inputs: tuple[EntityInput, ...]
    selections: tuple[tuple[FetchField, ...], ...]
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class OutputField:
    """One field of the client's answer, in the client's order; fragments are flattened away.

    `response_key` is the client's; `source_key` is where the merged data has the value. `type` is
    of the client's (API) schema and alone decides null propagation. `on` holds the runtime types
    it applies to, None for any. Fields with one response key that apply together merge their
    `selection`s, as CollectFields does. For `__typename` the source key is "__typename"; on an
    object whose type is known from the schema, the merged data need not have it.
    """

    response_key: str
    name: str
    source_key: str
    type: GraphQLOutputType
    selection: tuple["OutputField", ...] = ()
    on: frozenset[str] | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What it takes to answer one operation.

    `steps` are in a topological order and `after` names only earlier ids. Step 0 of a subscription
    opens the stream; the others run per event. `introspection` is a document that holds only the
    root's `__schema` and `__type` fields (under the client's response keys), answered from the API
    schema without a subgraph. `labels` are the progressive overrides taken as on.
    """

    kind: OperationKind
    steps: tuple[FetchStep, ...]
    output: tuple[OutputField, ...]
    introspection: str | None = None
    labels: frozenset[str] = frozenset()

    @property
    def fetches(self) -> int:
        """Number of requests when every condition holds."""
        return len(self.steps)

    @property
    def depth(self) -> int:
        """Length of the longest chain of steps that wait for each other."""
        lengths: dict[int, int] = {}
        for step in self.steps:
            lengths[step.id] = 1 + max((lengths[before] for before in step.after), default=0)
        return max(lengths.values(), default=0)


Variables = Mapping[str, object]


def holds(condition: Condition | None, variables: Variables) -> bool:
    """Whether a field or step under `condition` is wanted; `variables` are coerced values."""
    if condition is None:
        return True
    return any(
        all(variables.get(test.variable) is test.expected for test in conjunction)
        for conjunction in condition
    )
